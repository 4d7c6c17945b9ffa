"""The annotations of a DAG function, or a model, are the contract of the DAG's parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from airflow.sdk import DAG, Param
from airflow.sdk import task as airflow_task
from pydantic import BaseModel, Field, SecretStr, model_validator

from tests.e2e.support import succeed
from tests.harness.dagtest import DagImportError, load_dag, run_dag
from typedxcom import (
    ContractError,
    Table,
    UnsupportedTypeError,
    WiringError,
    dag,
    task,
    trigger,
)
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.airflow.wiring.edges import edges_of

DAY = date(2024, 1, 2)


class Region(Enum):
    EU = "eu"
    US = "us"


class Window(BaseModel):
    start: date
    end: date


class Options(BaseModel):
    day: date = DAY
    limit: int = Field(100, ge=1, description="How many rows.", examples=[1, 10])
    regions: list[Region] = [Region.EU]
    window: Window | None = None

    @model_validator(mode="after")
    def _few_rows(self) -> Options:
        if self.limit > 500 and len(self.regions) > 1:
            raise ValueError("at most 500 rows of several regions")
        return self


@dataclass
class Plain:
    day: date
    limit: int = 5


def test_each_annotation_becomes_a_param():
    """A type gives the schema, a default its JSON, and Field the texts and limits of the form."""

    @dag(schedule=None)
    def form(
        day: date,
        limit: Annotated[int, Field(ge=1, description="How many.", examples=[1])] = 100,
        region: Region = Region.EU,
        mode: Literal["full", "delta"] = "full",
        window: Window = Window(start=DAY, end=DAY),  # noqa: B008
        rate: Decimal = Decimal("1.10"),
        at: time = time(6, 30),
        late: time = time(6, 30, 0, 5),
        note: str = None,  # type: ignore[assignment]  # noqa: RUF013  # as it once was written
        plain="x",
        stock: int = Param(7, minimum=3, description="Airflow's own."),
    ) -> None: ...

    made = form()
    values = {name: made.params.get_param(name).value for name in made.params}
    schemas = {name: made.params.get_param(name).schema for name in made.params}
    assert list(values) == [
        "day", "limit", "region", "mode", "window", "rate", "at", "late", "note", "plain", "stock",
    ]  # fmt: skip
    assert not made.params.get_param("day").has_value
    assert json.loads(json.dumps({**values, "day": None})) == {
        "day": None, "limit": 100, "region": "eu", "mode": "full",
        "window": {"start": "2024-01-02", "end": "2024-01-02"}, "rate": "1.10", "at": "06:30:00",
        "late": "06:30:00.000005", "note": None, "plain": "x", "stock": 7,
    }  # fmt: skip
    assert schemas["day"] == {"type": "string", "format": "date"}
    assert schemas["limit"] == {"type": "integer", "minimum": 1, "examples": [1]}
    assert made.params.get_param("limit").description == "How many."
    assert schemas["region"]["values_display"] == {"eu": "EU", "us": "US"}
    assert schemas["window"]["properties"]["start"]["format"] == "date"
    assert schemas["at"]["format"] == "time"
    assert schemas["note"] == {"type": ["string", "null"]}
    assert (schemas["plain"], schemas["stock"]["minimum"]) == ({}, 3)
    assert made.params.get_param("stock").description == "Airflow's own."
    assert made.fileloc == __file__
    for name in ("limit", "late", "note", "window"):
        made.params.get_param(name).resolve()
    with pytest.raises(Exception, match="is not a 'date'"):
        made.params.get_param("day").resolve("2024-13-01")


def test_a_call_of_the_dag_function_sets_defaults():
    """Arguments of the call are values of the type, or their JSON, and are checked."""

    @dag(schedule=None)
    def called(day: date, limit: Annotated[int, Field(le=9)] = 5) -> None: ...

    made = called(day=DAY, limit=7)
    assert (made.params["day"], made.params["limit"]) == ("2024-01-02", 7)
    assert called("2024-01-02").params["day"] == "2024-01-02"
    with pytest.raises(ContractError, match=r"called\(limit\): expected less than or equal to 9"):
        called(DAY, limit=10)
    with pytest.raises(TypeError, match="unexpected keyword argument 'limmit'"):
        called(DAY, limmit=1)


def test_a_model_gives_the_params():
    """Each field of the model is a Param, beside Airflow's own parameters of the function."""

    @dag(schedule=None, params=Options)
    def modelled(more: int = 1) -> None: ...

    made = modelled()
    assert dict(made.params.dump()) == {
        "more": 1, "day": "2024-01-02", "limit": 100, "regions": ["eu"], "window": None,
    }  # fmt: skip
    assert made.params.get_param("regions").schema["examples"] == ["eu", "us"]
    assert made.params.get_param("window").schema["type"] == ["object", "null"]


class Secret(BaseModel):
    token: SecretStr


def _refused(annotation: Any, default: Any = ...) -> None:
    def wrong(limit: int = 1) -> None: ...

    wrong.__annotations__["limit"] = annotation
    if default is not ...:
        wrong.__defaults__ = (default,)
    dag(schedule=None)(wrong)()


@pytest.mark.parametrize(
    ("annotation", "default", "error", "words"),
    [
        (Table[Window], ..., UnsupportedTypeError, "give the path of a file"),
        (SecretStr, ..., UnsupportedTypeError, "pass the id of an Airflow Connection"),
        (Secret, ..., UnsupportedTypeError, "pass the id of an Airflow Connection"),
        (type, ..., UnsupportedTypeError, "Instead"),
        (int, "five", ContractError, "its default: expected"),
        ("Missing", ..., ContractError, "names `Missing`, which does not exist"),
    ],
    ids=["table", "secret", "nested secret", "class", "default", "name"],
)
def test_what_can_be_no_parameter_is_refused(
    annotation: Any, default: Any, error: type[Exception], words: str
):
    """The error names the DAG function, the parameter and the cure."""
    with pytest.raises(error, match=f"'wrong'.*`limit`.*{words}"):
        _refused(annotation, default)


def test_parameters_are_wired_like_outputs():
    """A task that expects another type than the DAG's parameter is refused on its line."""

    @dag(schedule=None)
    def wired(limit: int = 5, day: date = DAY) -> None:
        @task
        def reads(name: str) -> None: ...

        @task
        def right(limit: int | None, day: date, days: list[date]) -> None: ...

        right(limit, day, [day])
        reads(limit)

    with pytest.raises(
        WiringError,
        match=r"reads\(name\) expects `str`, but the parameter 'limit' of the DAG 'wired'",
    ):
        wired()


def _as_annotated() -> Any:
    """A DAG whose one task gets its parameters in every way there is."""

    @dag(schedule=None)
    def runs(
        day: date = DAY,
        limit: Annotated[int, Field(ge=1)] = 5,
        region: Region = Region.EU,
        window: Window | None = None,
        wait: timedelta = timedelta(hours=1),
    ) -> None:
        @task
        def reads(
            day: date,
            parts: list[Region],
            rendered: date,
            whole: Window | None,
            untyped,
            rest: timedelta,
            params: Plain,
        ) -> list[str]:
            assert (type(params), type(day), type(rendered)) == (Plain, date, date)
            assert (type(rest), type(untyped), parts) == (timedelta, Region, [untyped])
            assert (params.day, rendered) == (day, day)
            assert whole is None or type(whole) is Window
            return [f"{day}", f"{params.limit}", untyped.value, f"{whole}", f"{rest}"]

        reads(
            day=day,
            parts=[region],
            rendered="{{ params.day }}",
            whole=window,
            untyped=region,
            rest=wait,
        )

    return runs()


def test_values_arrive_as_their_types():
    """Defaults and conf arrive as annotated: as the model of ``params``, as arguments, in Jinja."""
    runs = _as_annotated()
    assert succeed(runs).xcom("reads") == ["2024-01-02", "5", "eu", "None", "1:00:00"]
    window = {"start": "2024-01-01", "end": "2024-02-01"}
    conf = {"day": "2025-01-01", "limit": 7, "region": "us", "window": window, "wait": "PT2H"}
    result = succeed(runs, run_conf=conf)
    whole = str(Window(start=date(2024, 1, 1), end=date(2024, 2, 1)))
    assert result.xcom("reads") == ["2025-01-01", "7", "us", whole, "2:00:00"]


def test_rules_between_fields_hold_at_the_first_read():
    """A run whose conf breaks a rule of the model fails its task once; retries would not help."""

    @dag(schedule=None, params=Options, default_args={"retries": 2})
    def ruled() -> None:
        @task
        def reads(params: Options, **context: Any) -> int:
            return params.limit + len(params.regions)

        @task(trigger_rule="all_done")
        def stock(params) -> list[str]:
            return params["regions"]

        reads() >> stock()

    made = ruled()
    result = succeed(made)
    assert (result.xcom("reads"), result.xcom("stock")) == (101, ["eu"])
    result = run_dag(made, run_conf={"limit": 501, "regions": ["eu", "us"]})
    assert result.tries == {"reads": 1, "stock": 1}
    assert "argument `params`" in str(result.error("reads"))
    assert "at most 500 rows" in str(result.error("reads"))


def test_conf_that_breaks_the_schema_makes_no_run():
    """Airflow itself refuses such conf when the run is made."""
    runs = _as_annotated()
    with pytest.raises(Exception, match="'2024-13-01' is not a 'date'"):
        run_dag(runs, run_conf={"day": "2024-13-01"})
    with pytest.raises(Exception, match="0 is less than the minimum of 1"):
        run_dag(runs, run_conf={"limit": 0})


FILE = """
from datetime import date
from typedxcom import dag, task

@dag(schedule={schedule})
def found(day: date{default}) -> None:
    @task
    def reads(day: date) -> str:
        return day.isoformat()
    reads(day)

found()
"""


def test_a_schedule_takes_defaults():
    """A scheduled DAG needs a default for every parameter, and runs with them."""
    scheduled = FILE.format(schedule="'@daily'", default=" = date(2024, 5, 6)")
    assert succeed(load_dag(scheduled)).xcom("reads") == "2024-05-06"
    with pytest.raises(DagImportError, match="required params without default values"):
        load_dag(FILE.format(schedule="'@daily'", default=""))


def test_airflow_finds_the_file(tmp_path):
    """Airflow skips files without the words "airflow" and "dag". The how-to says to import both."""
    from airflow.utils.file import might_contain_dag_via_default_heuristic

    path = tmp_path / "found.py"
    path.write_text(FILE)
    assert not might_contain_dag_via_default_heuristic(str(path))
    path.write_text(f"# airflow{FILE}")
    assert might_contain_dag_via_default_heuristic(str(path))


@dag(schedule=None)
def target(day: date, limit: Annotated[int, Field(ge=1)] = 5, window: Window | None = None) -> None:
    """The DAG that others trigger."""

    @task
    def reads(day: date, window: Window | None) -> bool:
        return type(day) is date and type(window) is Window

    reads(day, window)


def _confs(dag_id: str) -> list[Any]:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        return [run.conf for run in session.query(DagRun).filter_by(dag_id=dag_id)]


def test_trigger_takes_values_and_outputs():
    """The other DAG gets the JSON of what was given: values, outputs and templates."""
    run_dag(target(day=DAY))

    @dag(schedule=None)
    def triggers() -> None:
        @task
        def yesterday() -> date:
            return date(2024, 1, 1)

        @task
        def window() -> Window:
            return Window(start=DAY, end=DAY)

        @task
        def reads(made: str) -> str:
            return made

        reads(trigger(target, day=yesterday(), limit=3, window=window()))
        trigger.override(trigger_run_id="given")(
            target, day="{{ '2024-05-06' }}", limit="{{ 1 + 1 }}"
        )

    result = succeed(triggers())
    assert str(result.xcom("reads")).startswith("manual__")
    assert result.xcom("trigger_target__1", "trigger_run_id") == "given"
    window = {"start": "2024-01-02", "end": "2024-01-02"}
    assert {"day": "2024-01-01", "limit": 3, "window": window} in _confs("target")
    assert {"day": "2024-05-06", "limit": 2} in _confs("target")


def test_the_edges_of_a_trigger_have_the_names_of_its_parameters():
    """`typedxcom check` shows what the author wrote, and not the operator's `conf`."""

    @dag(schedule=None)
    def shown() -> None:
        @task
        def yesterday() -> date:
            return DAY

        @airflow_task
        def count():
            return 1

        trigger(target, day=yesterday(), limit=count())

    edges = edges_of(shown())
    assert [str(edge) for edge in edges] == [
        "yesterday -> trigger_target.day: date",
        "count -> trigger_target.limit: int as int >= 1",
    ]
    assert check_dag(shown()) == []


def test_a_wrong_trigger_is_refused_like_a_call():
    """A value or output that does not fit, a wrong name and a missing value are errors at parse."""

    @task
    def count() -> int:
        return 1

    with DAG("wrong_triggers", schedule=None):
        for given, words in [
            ({"day": count()}, r"trigger\(target\)\(day\) expects `date`, but upstream 'count'"),
            ({"day": DAY, "limit": "x"}, r"trigger\(target\)\(limit\) expects `int"),
            ({"day": DAY, "limit": 0}, "greater than or equal to 1"),
            ({"day": DAY, "limmit": 1}, r"trigger\(target\) has no parameter `limmit`"),
            ({"limit": 1}, "the parameter `day` has no default"),
        ]:
            with pytest.raises(WiringError, match=words):
                trigger(target, **given)
        with pytest.raises(ContractError, match="For other DAGs use TriggerDagRunOperator"):
            trigger(count)


def test_a_wrong_output_fails_the_trigger_and_makes_no_run():
    """What only the run shows fails the triggering task, once, and names the parameter."""

    @dag(schedule=None, default_args={"retries": 2})
    def late() -> None:
        @task
        def count() -> Any:
            return 0

        trigger(target, day=DAY, limit=count())

    before = len(_confs("target"))
    result = run_dag(late())
    assert result.tries["trigger_target"] == 1
    assert "argument `limit` (pushed by 'count')" in str(result.error("trigger_target"))
    assert len(_confs("target")) == before
