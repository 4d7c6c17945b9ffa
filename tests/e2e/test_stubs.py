"""Tasks in other languages: they get plain JSON, and what they return is checked by the reader."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from airflow.providers.standard.decorators.stub import _StubOperator
from airflow.sdk import task as airflow_task
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field

from tests.harness.dagtest import DagResult, load_dag, run_dag
from typedxcom import ContractError, EncodeError, File, Table, ValidationError, dag, task
from typedxcom.airflow.raw import raw_entries
from typedxcom.airflow.running.operators import typed_operator
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.cli import main

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "other-languages.md"


class Order(BaseModel):
    id: int
    lines: list[str] = []


class Price(BaseModel):
    total: float = Field(ge=0)


class Picture(BaseModel):
    pixels: bytes


@task
def table() -> Table[Order]:
    raise NotImplementedError


@task
def picture() -> Picture:
    raise NotImplementedError


@task
def order() -> Order:
    raise NotImplementedError


@task.stub(queue="java")
def anything(given, other=None): ...


@task.stub(queue="java")
def reads_table(given: Table[Order]) -> int: ...


@task.stub(queue="java")
def reads_picture(given: Picture | None) -> int: ...


@task.stub(queue="java")
def gives_files(given: Order) -> list[File]: ...


@airflow_task.stub(queue="java")
def plain(given: Any) -> int: ...


@airflow_task.stub(queue="java")
def plain_bytes(given: bytes) -> int: ...


def wired(call: Callable[[], object]) -> list[str]:
    """What the check of the whole DAG says of one call."""

    @dag(schedule=None)
    def one_call() -> None:
        call()

    return check_dag(one_call())


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: reads_table(table()), r"parameter `given`.*`Table\[Order\]`.*rows as a `list`"),
        (lambda: reads_picture(picture()), r"`bytes` - at `\$.*pixels`.*base64 text"),
        (lambda: gives_files(order()), r"the return value: .*`File`.*address as a `str`"),
        (lambda: anything(table()), r"anything\(given\) gets the output of 'table': .*`Table"),
        (lambda: anything(1, other=[picture()]), r"anything\(other\) gets .* of 'picture'"),
        (lambda: anything.expand(given=[table()]), r"anything\(given\) gets .* of 'table'"),
        (lambda: plain(table()), r"plain\(given\) gets the output of 'table'"),
        (lambda: plain_bytes(picture()), r"parameter `given`: .*`bytes`"),
    ],
)
def test_what_only_python_can_open_is_refused(call: Callable[[], object], words: str) -> None:
    """Tables, files and bytes, at any depth; also for Airflow's own decorator."""
    try:
        found = wired(call)
    except ContractError as error:
        found = [str(error)]
    assert any(re.search(words, sentence) for sentence in found), found


def test_plain_json_is_accepted() -> None:
    """Models, containers of them, and outputs of unknown type."""
    assert wired(lambda: anything(order(), [order(), {"a": order()}])) == []
    assert wired(lambda: plain(order())) == []


@pytest.fixture
def other_language(monkeypatch: pytest.MonkeyPatch, forgotten: Any) -> Any:
    """Runs a stub as another language does: it reads entries, and pushes JSON.

    Every value of more than 100 bytes would go to a store.
    """
    forgotten()
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE_THRESHOLD", "100")
    seen: dict[str, Any] = {}

    def run(answer: Callable[[Any], Any], *names: str) -> dict[str, Any]:
        def execute(self: Any, context: Any) -> Any:
            with raw_entries():
                entries = [context["ti"].xcom_pull(task_ids=name) for name in names]
            seen.update(zip(names, entries, strict=True))
            return answer(seen)

        for operator in (_StubOperator, typed_operator(_StubOperator)):
            monkeypatch.setattr(operator, "execute", execute)
        return seen

    return run


def test_what_a_stub_reads_is_plain_json(other_language: Any) -> None:
    """However large, with its keys alone; and what it returns reaches a typed reader."""

    @dag(schedule=None)
    def shop() -> None:
        @task
        def big() -> Order:
            return Order(id=7, lines=["x" * 1000])

        @task
        def sizes() -> dict[str, int]:
            return {"zz": 1, "a": 2}

        @task
        def unread() -> Order:
            return Order(id=7, lines=["x" * 1000])

        @task.stub(queue="java")
        def price(order: Order, sizes: dict[str, int]) -> Price: ...

        @task
        def load(price: Price, order: Order) -> float:
            assert type(price) is Price
            return price.total

        load(price(big(), sizes()), unread())

    seen = other_language(lambda _: {"total": 2.5}, "big", "sizes")
    result = run_dag(shop())
    assert result.state == "success", result
    assert seen == {"big": {"id": 7, "lines": ["x" * 1000]}, "sizes": {"zz": 1, "a": 2}}
    assert result.xcom("load") == 2.5
    assert "$typedxcom" in result.xcom("unread")


def test_what_a_stub_returns_is_checked_by_its_own_annotation(other_language: Any) -> None:
    """Also where the reader takes more; the error names both tasks."""

    @dag(schedule=None, default_args={"retries": 1})
    def wrong() -> None:
        @task.stub(queue="java")
        def price() -> Annotated[int, Field(gt=0)]: ...

        @task
        def load(price: int) -> int:
            return price

        @task
        def open_end(price: object) -> object:
            return price

        @task
        def each(prices: list[int]) -> int:
            return sum(prices)

        @task.stub(queue="java")
        def many() -> list[Annotated[int, Field(gt=0)]]: ...

        load(price())
        each(many())
        load.override(task_id="mapped").expand(price=many.override(task_id="more")())

    other_language(lambda _: -5)
    answers = {"price": -5, "many": [3, -5], "more": [4, -5]}
    result = run_with(answers, wrong())
    for reader, source in (("load", "price"), ("each", "many"), ("mapped[1]", "more")):
        error = str(result.errors[reader])
        assert isinstance(result.errors[reader], ValidationError), error
        told = f"Task {reader.partition('[')[0]!r}, argument `price"
        assert error.startswith(told), error
        assert f"(pushed by {source!r}, which breaks its own contract)" in error
        assert result.tries[reader] == 1
    assert result.xcom("mapped", map_index=0) == 4


def run_with(answers: dict[str, Any], dag: Any) -> DagResult:
    """Run *dag*; each stub returns its answer."""

    def execute(self: Any, context: Any) -> Any:
        return answers[self.task_id]

    for operator in (_StubOperator, typed_operator(_StubOperator)):
        operator.execute = execute
    return run_dag(dag)


def test_what_cannot_stay_in_the_entry_fails_the_writer(other_language: Any) -> None:
    """A value that is too large, or that a database would change; the task is not retried."""

    @dag(schedule=None, default_args={"retries": 1})
    def too_much() -> None:
        @task
        def large() -> str:
            return "x" * 1_000_001

        @task
        def wide() -> int:
            return 2**70

        @task.stub(queue="java")
        def price(text: str, number: int) -> int: ...

        price(large(), wide())

    result = run_dag(too_much())
    assert "at most 1,000,000 bytes. Pass the address of a file" in str(result.error("large"))
    assert "beyond 64 bits" in str(result.error("wide"))
    assert isinstance(result.error("large"), EncodeError)
    assert result.tries["large"] == result.tries["wide"] == 1


SOURCE = """
from __future__ import annotations
from decimal import Decimal
from airflow.sdk import dag
from pydantic import BaseModel, Field
from typedxcom import Table, task

class Item(BaseModel):
    sku: str
    qty: int = Field(gt=0)

class Order(BaseModel):
    id: int
    items: list[Item]
    parent: Order | None = None

@dag(schedule=None)
def shop():
    @task
    def extract() -> list[Order]: ...

    @task.stub(queue="java")
    def price(order: Order, currency: str = "EUR", *, ti=None) -> Decimal: ...

    @task
    def trips() -> Table[Item]: ...

    @task
    def count(trips: Table[Item], n: int) -> dict[str, int]: ...

    price.partial(currency="USD").expand(order=extract())
    count(trips(), 1)

shop()
"""


def test_the_command_exports_each_task(tmp_path: Path, capsys: Any) -> None:
    """Inputs and output of every task, with stable ids and each class once."""
    file = tmp_path / "dags" / "shop.py"
    file.parent.mkdir()
    file.write_text(SOURCE)
    assert main(["schema", str(file), "--format", "jsonschema"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["dags"]
    tasks = {one["task_id"]: one for one in found["tasks"]}
    assert list(tasks) == ["extract", "price", "trips", "count"]
    schemas = [one[what] for one in tasks.values() for what in ("inputs", "output")]
    for schema in schemas:
        Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert len({schema["$id"] for schema in schemas}) == 8
    inputs = tasks["price"]["inputs"]
    assert inputs["$id"] == "urn:typedxcom:shop:price:inputs"
    assert set(inputs["properties"]) == {"order", "currency"}
    assert inputs["required"] == ["order"]
    assert set(inputs["$defs"]) == {"Order", "Item"}
    validator = Draft202012Validator(inputs)
    line = {"sku": "a", "qty": 2}
    right = {"id": 1, "items": [line], "parent": {"id": 0, "items": []}}
    assert validator.is_valid({"order": right})
    assert not validator.is_valid({"order": {"id": 1, "items": [{**line, "qty": 0}]}})
    assert not validator.is_valid({"currency": "EUR"})
    assert "`Table[Item]`" in tasks["trips"]["output"]["$comment"]
    assert set(tasks["count"]["inputs"]["properties"]) == {"n"}
    assert "trips: `Table[Item]`" in tasks["count"]["inputs"]["$comment"]


def test_the_command_writes_files(tmp_path: Path, capsys: Any) -> None:
    """One for each schema, the same at each run; a file that cannot be imported fails it."""
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "shop.py").write_text(SOURCE)
    out = tmp_path / "out"
    asked = ["schema", str(tmp_path / "dags"), "--output", str(out)]
    assert main(asked) == 0
    files = {path.name: path.read_text() for path in (out / "shop").iterdir()}
    assert {"price.inputs.json", "price.output.json", "extract.output.json"} <= set(files)
    assert json.loads(files["price.output.json"])["$id"] == "urn:typedxcom:shop:price:output"
    (tmp_path / "dags" / "broken.py").write_text("from airflow.sdk import dag\n1/0\n")
    assert main(asked) == 1
    assert "broken.py:2: error: division by zero" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in (out / "shop").iterdir()} == files
    assert main([*asked, "--dag-id", "none"]) == 1
    assert main(["schema", str(tmp_path / "absent.py")]) == 2


@pytest.mark.skipif(not PAGE.exists(), reason="this copy has no documentation")
def test_the_dag_of_the_page_runs(other_language: Any) -> None:
    """With another language that gives a price."""
    source = PAGE.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    other_language(lambda seen: {"total": 1.25 * seen["extract"]["items"][0]["qty"]}, "extract")
    result = run_dag(load_dag(source))
    assert result.state == "success", result
    assert result.xcom("load") == "2.5"
