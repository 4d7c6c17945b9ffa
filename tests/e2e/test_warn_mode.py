"""A DAG that only warns: what breaks a contract passes as Airflow passes it, and is said."""

from __future__ import annotations

import warnings
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pandas as pd
import pyarrow as pa
import pytest
from airflow.exceptions import AirflowClusterPolicyViolation
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import task as airflow_task
from pydantic import BaseModel, Field, Secret, SecretBytes, SecretStr
from typing_extensions import TypedDict

from tests.e2e.support import Order, succeed
from tests.harness.dagtest import run_dag, warnings_of
from tests.shell.test_metrics import Counter
from typedxcom import Table, XComKey, contract, dag, task, typed_output
from typedxcom.airflow.keynames import refuse_pushed_keys
from typedxcom.airflow.policy import dag_policy
from typedxcom.airflow.running import metrics
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.push import pushed_by_airflow
from typedxcom.airflow.running.stores import open_store
from typedxcom.backend import XComBackend
from typedxcom.cli.main import main
from typedxcom.errors import (
    ConfigurationError,
    ContractError,
    ContractWarning,
    EncodeError,
    GraveSentence,
    IntegrityError,
    TypedXComError,
    UnsupportedTypeError,
    WiringError,
)
from typedxcom.pointer import MARKER
from typedxcom.tables import LazyTable, Rows, schema_for

DAY = datetime(2024, 1, 2)


@pytest.fixture(autouse=True)
def warn(monkeypatch: pytest.MonkeyPatch, forgotten: Any) -> None:
    """A deployment that only warns."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__MODE", "warn")
    forgotten()


class Row(BaseModel):
    id: int = Field(ge=0)


def shout(moment: int) -> str:
    return f"{moment!r}!"


def wrong_everywhere(task: Any, seen: dict[str, Any]) -> Any:
    """A DAG whose every edge breaks a contract, with *task* of Airflow or of ours."""

    @dag(schedule=None)
    def wrong():
        @task
        def text() -> int:
            return "x"

        @task
        def moment() -> datetime:
            return DAY

        @task
        def broken_moment() -> str:
            return DAY

        @task
        def numbers() -> set[int]:
            return {1, 2}

        @task
        def pair() -> list[int]:
            return (1, Decimal("1.5"))

        @task
        def moments() -> list[datetime]:
            return [DAY, DAY]

        @task
        def each(n: int) -> str:
            return n

        @task
        def keys() -> dict[str, int]:
            return {"a": "x", "b": DAY}

        @task
        def nothing() -> int:
            return None

        @task
        def kwargs() -> list[dict[str, datetime]]:
            return [{"v": DAY}]

        @task
        def read(name: str, v: int) -> None:
            seen[name] = v

        @task
        def read_any(name: str, v) -> None:
            seen[name] = v

        @task
        def read_mapped(name: str, v: int, ti=None) -> None:
            seen[f"{name}[{ti.map_index}]"] = v

        @task
        def read_many(name: str, v: list[bytes]) -> None:
            seen[name] = list(v)

        @airflow_task
        def plain(name: str, v: Any) -> None:
            seen[name] = v

        @task
        def choose() -> bool:
            return "yes"

        made = text()
        read("wrong result", made)
        read_any("wrong result, nobody says what", made)
        read("wrong wiring", moment())
        read_any("a class", broken_moment())
        read("set", numbers())
        read("tuple", pair())
        read_mapped.partial(name="item").expand(v=moments())
        read_mapped.partial(name="keywords").expand_kwargs(kwargs())
        read_many("reduced", each.expand(n=[1, 2]))
        read_mapped.partial(name="mapped by a function").expand(v=moments().map(shout))
        read("container", {"a": moment(), "b": [text(), 5]})
        read("key", keys()["b"])
        read("literal", "five")
        read("rendered", "{{ 'sev' ~ 'en' }}")
        read("None", nothing())
        read("result of a bool", choose())
        plain("a plain reader of text", text())
        plain("a plain reader of a class", broken_moment())

    return wrong()


def test_what_breaks_a_contract_passes_as_airflow_passes_it():
    """Arguments, results and wiring: every body gets what it gets with Airflow's own `task`."""
    stock: dict[str, Any] = {}
    ours: dict[str, Any] = {}
    succeed(wrong_everywhere(airflow_task, stock))
    with pytest.warns(ContractWarning):
        wrong = wrong_everywhere(task, ours)
    result = succeed(wrong)
    assert ours == stock
    assert {name: type(value) for name, value in ours.items()} == {
        name: type(value) for name, value in stock.items()
    }
    log = result.log("read_any__1") + result.log("text") + result.log("read")
    assert log.count("Task 'text' breaks its own contract, returned value: expected `int`") == 1
    assert log.count("Task 'read', argument `v` (pushed by 'text'): expected `int`") == 1
    assert "passed on as Airflow does, because this DAG only warns" in log


def test_a_contract_under_airflows_task_only_warns_too():
    """A function that checks itself lets through what a typed task lets through.

    Airflow's own `map` gives its function the JSON of the entry there, in both modes.
    """
    stock: dict[str, Any] = {}
    ours: dict[str, Any] = {}
    succeed(wrong_everywhere(airflow_task, stock))
    succeed(wrong_everywhere(lambda function: airflow_task(contract(function)), ours))
    shouted = {name for name in ours if name.startswith("mapped by a function")}
    assert len(shouted) == 2
    assert {name: ours[name] for name in ours if name not in shouted} == {
        name: stock[name] for name in stock if name not in shouted
    }


def test_the_warning_stands_on_the_authors_line(recwarn: pytest.WarningsRecorder):
    """Each sentence of a call, a mapping, a key or a truth is one warning at its line."""

    @task
    def extract() -> dict[str, int]:
        return {}

    @task
    def load(a: list[int], b: str) -> None: ...

    @dag(schedule=None)
    def warned():
        load(extract(), 5)  # two
        load.partial(b="x").expand(a=extract())
        if extract():
            pass

    warned()
    assert all(one.category is ContractWarning for one in recwarn)
    lines = Path(__file__).read_text().splitlines()
    first = lines.index("        load(extract(), 5)  # two") + 1
    said = [(one.lineno - first, str(one.message)) for one in recwarn]
    assert {one.filename for one in recwarn} == {__file__}
    assert [line for line, _ in said] == [0, 0, 1, 2]
    assert said[0][1].startswith(
        "DAG 'warned': load(a) expects `list[int]`, but upstream 'extract'"
    )


def test_plain_tasks_are_warned_of_by_the_whole_dag_check():
    """The cluster policy lets the DAG in and warns of each sentence at its file."""

    @airflow_task
    def make() -> str:
        return "a"

    @airflow_task
    def use(n: int) -> None: ...

    @task
    def typed() -> None: ...

    @dag(schedule=None)
    def plain():
        typed()
        use(make())

    made = plain()
    with pytest.warns(
        ContractWarning, match=r"DAG 'plain': line \d+: use.n. expects `int`"
    ) as found:
        dag_policy(made)
    assert [one.filename for one in found] == [made.fileloc]


def test_a_mode_counts_for_the_dags_that_its_pattern_names(
    monkeypatch: pytest.MonkeyPatch, forgotten: Any
):
    """The first pattern that matches wins over the deployment's mode, both ways."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__MODE", "error")
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__DAG_MODES", '{"old_safe": "error", "old_*": "warn"}')
    forgotten()

    @task
    def load(a: int) -> None: ...

    def build(dag_id: str) -> None:
        dag(dag_id=dag_id, schedule=None)(lambda: load("x"))()

    with pytest.warns(ContractWarning):
        build("old_one")
    for strict in ("old_safe", "new"):
        with pytest.raises(WiringError):
            build(strict)


@pytest.mark.parametrize(
    ("name", "value"), [("MODE", "quiet"), ("DAG_MODES", "old_*"), ("DAG_MODES", '{"a": "off"}')]
)
def test_a_wrong_mode_is_a_wrong_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, forgotten: Any
):
    """The error names the setting and what it may be."""
    monkeypatch.setenv(f"AIRFLOW__TYPEDXCOM__{name}", value)
    forgotten()

    @task
    def load(a: int) -> None: ...

    with pytest.raises(ConfigurationError, match=r"mode.*warn"):
        dag(dag_id="a", schedule=None)(lambda: load("x"))()


# Airflow 3.1 looks for the annotation's names where the function was defined, and says so.
@pytest.mark.filterwarnings("ignore:Cannot infer multiple_outputs")
def test_what_cannot_travel_is_left_to_airflow():
    """A type without a codec says nothing any more; the value passes as without annotations."""

    class Odd:
        def serialize(self) -> dict[str, int]:
            return {"a": 1}

    seen: list[Any] = []

    @dag(schedule=None)
    def odd():
        @task
        def make() -> Odd | int:
            return 7

        @task
        def take(v: Odd | int, n: int) -> None:
            seen.append((v, n))

        take(make(), 1)

    with pytest.warns(ContractWarning) as found:
        made = odd()
    ours = [str(one.message) for one in found if issubclass(one.category, ContractWarning)]
    assert ["Odd" in text for text in ours] == [True, True]
    succeed(made)
    assert seen == [(7, 1)]


def test_broken_tables_pass_with_their_rows():
    """A frame and an Arrow table arrive in the library that the reader asks for, unchecked."""
    seen: dict[str, Any] = {}

    @dag(schedule=None)
    def tables():
        @task
        def arrow() -> Table[Row]:
            return pa.table({"id": [1, -2]})

        @task
        def frame() -> Annotated[pd.DataFrame, Rows(Row)]:
            return pd.DataFrame({"id": [1, -2]})

        @task
        def right() -> Table[Row]:
            return pa.table({"id": [1, 2]})

        @task
        def no_table() -> Table[Row]:
            return [1, 2]

        @task
        def read(name: str, rows: Table[Row]) -> None:
            seen[name] = rows

        @task
        def read_frame(name: str, rows: Annotated[pd.DataFrame, Rows(Row)]) -> None:
            seen[f"pandas {name}"] = rows

        @task
        def small(rows: Annotated[pa.Table, Rows(Small)]) -> None:
            seen["small"] = rows

        read("arrow", arrow())
        read("frame", frame())
        read("list", no_table())
        read_frame("arrow", arrow())
        read_frame("frame", frame())
        small(right())

    result = succeed(tables())
    assert seen["arrow"].to_pylist() == [{"id": 1}, {"id": -2}]
    assert seen["frame"].to_pylist() == [{"id": 1}, {"id": -2}]
    assert seen["list"] == [1, 2]
    assert seen["pandas arrow"].equals(pd.DataFrame({"id": [1, -2]}))
    assert seen["pandas frame"].equals(pd.DataFrame({"id": [1, -2]}))
    assert seen["small"].to_pylist() == [{"id": 1}, {"id": 2}]
    assert "-2" in result.log("arrow")


class Small(BaseModel):
    id: int = Field(le=1)


def test_tables_read_in_a_stream_stay_errors():
    """A lazy table is checked while the body reads it, when it is too late to pass it on."""

    @dag(schedule=None)
    def lazy():
        @task
        def right() -> Table[Row]:
            return pa.table({"id": [1, 2]})

        @task
        def read(rows: LazyTable[Small]) -> None:
            rows.collect()

        read(right())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ContractWarning)
        made = lazy()
    assert run_dag(made).states == {"right": "success", "read": "failed"}


BadKeys = TypedDict("BadKeys", {"../victim/return_value": int})


@task
def typed() -> None: ...


def test_security_is_never_only_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Secrets, unsafe keys, forged entries and damaged objects fail as in the mode ``error``."""

    @task
    def secret() -> SecretStr: ...

    @task
    def keys() -> dict[str, int]:
        return {"../victim/return_value": "x"}

    @task
    def forged() -> int:
        return {MARKER: 1, "about": "", "json": "7"}

    @task
    def table() -> Table[Row]:
        return pa.table({"id": [1]})

    @airflow_task
    def damage(ti=None) -> None:
        pointer = ti.xcom_pull("table")
        store = open_store("default")
        store.delete(pointer["path"])
        store.write(pointer["path"], b"x" * pointer["size"])

    @task
    def read(rows: Table[Row]) -> None: ...

    @airflow_task
    @contract
    def secret_result() -> list[SecretStr]:
        return [SecretStr("hush")]

    @airflow_task
    @contract
    def secret_argument(v: SecretStr) -> None: ...

    @airflow_task
    def bad_keys() -> BadKeys:
        return {"../victim/return_value": 1}

    @dag(schedule=None)
    def hostile():
        secret_result()
        secret_argument("hush")
        keys()
        forged()
        made = table()
        made >> damage() >> read(made)

    with pytest.raises(AirflowClusterPolicyViolation, match="cannot name an XCom"):
        dag_policy(dag(dag_id="keys", schedule=None)(lambda: bad_keys() and typed())())
    with pytest.raises(UnsupportedTypeError, match="Connection"):
        dag(dag_id="secret", schedule=None)(lambda: secret())()
    result = run_dag(hostile())
    kinds = {name: type(error).__mro__ for name, error in result.errors.items()}
    assert set(kinds) == {"keys", "forged", "read", "secret_result", "secret_argument"}, result
    assert EncodeError in kinds["keys"]
    assert IntegrityError in kinds["read"]


class Login(BaseModel):
    """A secret in a row."""

    password: SecretStr


class Held(BaseModel):
    """A secret in a model, beside a class that cannot travel either."""

    other: object = None
    password: SecretStr


def _task_with(**hints: Any) -> None:
    def read(value: Any = None) -> Any: ...

    read.__annotations__ = hints
    task(read)()


def _dag_with_secret() -> None:
    def hostile(password: SecretStr) -> None: ...

    dag(schedule=None)(hostile)()


def _read_key(key: str) -> None:
    @task
    def made() -> dict[str, int]: ...

    made()[key]


def _declare_keys() -> None:
    @task
    def made() -> BadKeys: ...

    made()


GRAVE = {
    "a parameter": lambda: _task_with(value=SecretStr),
    "a model in a list": lambda: _task_with(value=list[Held]),
    "a generic secret": lambda: _task_with(value=dict[str, Secret[int]]),
    "a secret after another class": lambda: _task_with(value=tuple[type, SecretStr]),
    "a column": lambda: _task_with(value=Table[Held]),
    "a column of a pandas frame": lambda: _task_with(value=Annotated[pd.DataFrame, Rows(Held)]),
    "a column of a row that is read": lambda: schema_for(Login),
    "a returned value": lambda: _task_with(**{"return": SecretBytes | None}),
    "an operator's output": lambda: typed_output(
        BashOperator(task_id="bash", bash_command="echo"), SecretStr
    ),
    "a model of all parameters": lambda: task(inputs=Held)(lambda password: None)(1),
    "a parameter of a DAG": _dag_with_secret,
    "the type of a key": lambda: XComKey("key", SecretStr),
    "the name of a key": lambda: XComKey("ok?", int),
    "a key that is read": lambda: _read_key("../victim/return_value"),
    "keys of a declared result": _declare_keys,
    "keys of a pushed result": lambda: refuse_pushed_keys({"%41": 1}),
    "keys that Airflow pushes": lambda: pushed_by_airflow(
        {"n#1": 1}, SimpleNamespace(multiple_outputs=True, task_id="made")
    ),
    "a key that is pushed by hand": lambda: XComBackend.serialize_value(
        1, key="ok?", task_id="t", dag_id="d", run_id="r"
    ),
}


@pytest.mark.parametrize("fail", GRAVE.values(), ids=GRAVE)
def test_a_grave_error_says_so_itself(fail: Any):
    """Errors about secrets and unsafe keys are raised though the DAG warns, from every place."""
    with warnings.catch_warnings(), dag(dag_id="grave", schedule=None)(lambda: None)():
        warnings.simplefilter("ignore", ContractWarning)
        with pytest.raises(TypedXComError) as caught, without_retries():
            fail()
    assert caught.value.is_grave
    assert isinstance(caught.value.sentence, GraveSentence)


def test_other_errors_are_not_grave():
    """An error that quotes the words of a grave one may be only a warning."""
    words = "cannot name an XCom: pass the id of an Airflow Connection and read the secret inside"
    for kind in (ContractError, WiringError, UnsupportedTypeError, EncodeError):
        assert not kind(words).is_grave
        assert not isinstance(kind(words).sentence, GraveSentence)
    assert EncodeError("x", is_grave=True).about("task").is_grave
    assert not EncodeError("x").about("task").is_grave


def test_warnings_are_counted(monkeypatch: pytest.MonkeyPatch):
    """One count for each sentence at parse, and for each argument and result at run."""
    counter = Counter()
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    monkeypatch.setattr(metrics, "stats", lambda: counter)

    @dag(schedule=None)
    def counted():
        @task
        def make() -> int:
            return "x"

        @task
        def use(a: int, b: str) -> None: ...

        out = typed_output(BashOperator(task_id="bash", bash_command="echo hi"), int)
        use(make(), 5) << out.operator

    with pytest.warns(ContractWarning):
        made = counted()
    succeed(made)
    tags = [one for one in counter.tags if "place" in one]
    assert counter.seen["typedxcom.warnings"] == len(tags)
    assert sorted((one["place"], one.get("task_id", "")) for one in tags) == [
        ("argument", "use"),
        ("argument", "use"),
        ("result", "bash"),
        ("result", "make"),
        ("wiring", ""),
    ]
    assert all(one["dag_id"] == "counted" for one in tags)


def test_check_stays_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """``typedxcom check`` reports what is only a warning for Airflow, which records it."""
    source = tmp_path / "warned.py"
    source.write_text(
        "from airflow.sdk import dag\nfrom typedxcom import task\n\n@task\ndef load(a: int) -> None: ...\n\n"
        "@dag(schedule=None)\ndef adopting():\n    load('x')\n\nadopting()\n"
    )
    assert main(["check", str(source)]) == 1
    assert "warned.py:9: error: load(a) expects `int`" in capsys.readouterr().out
    with warnings.catch_warnings():
        warnings.simplefilter("always", ContractWarning)
        (found,) = warnings_of(source)
    assert f"{source}:9: typedxcom.errors.ContractWarning: DAG 'adopting': load(a) expects" in found


def test_models_pass_by_the_contract_that_wrote_them():
    """A right model reaches a wrong reader as the model that Airflow would bring."""
    seen: list[Any] = []

    @dag(schedule=None)
    def models():
        @task
        def make() -> Order:
            return Order(id=1, at=DAY)

        @task
        def use(order: int) -> None:
            seen.append(order)

        use(make())

    with pytest.warns(ContractWarning):
        made = models()
    succeed(made)
    assert seen == [Order(id=1, at=DAY)]
