"""`typedxcom.testing.run_task` runs a body with its contract, as a run of a DAG would."""

from __future__ import annotations

import dataclasses
import gc
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
import typing_extensions as te
from pydantic import BaseModel, Field, SecretStr

from typedxcom import ContractError, EncodeError, File, LazyTable, Table, ValidationError, task
from typedxcom.testing import run_task

pytestmark = pytest.mark.airflow


class Order(BaseModel):
    id: int
    total: float = Field(gt=0)


class Trip(te.TypedDict):
    id: int


@dataclasses.dataclass
class Point:
    x: int


@task
def add_up(orders: list[Order], more: float = 0) -> float:
    """Sum of all totals."""
    return sum(order.total for order in orders) + more


@task
def same(value: Any) -> Any:
    """What comes in goes out."""
    return value


def test_values_arrive_as_the_annotation_says():
    """Objects of a test, plain JSON as an untyped task would push it, by name or by position."""
    assert run_task(add_up, [Order(id=1, total=2)], more=1.5) == 3.5
    assert run_task(add_up, orders=[{"id": 1, "total": 2}]) == 2
    assert run_task(add_up.override(task_id="other"), [Order(id=1, total=2)]) == 2


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Decimal, Decimal("1.10")),
        (datetime, datetime(2024, 1, 1, tzinfo=timezone.utc)),
        (tuple[int, ...], (1, 2)),
        (Point, Point(1)),
        (dict[str, list[date]], {"a": [date(2024, 1, 1)]}),
        (str, "x" * 200_000),
        (bytes, b"x" * 200_000),
        (None, None),
    ],
)
def test_results_come_as_the_next_task_gets_them(annotation, value):
    """Also what is so large that it goes through a store."""

    @task(output=annotation)
    def made():
        return value

    def give_back(given):
        return given

    give_back.__annotations__.update({"given": annotation, "return": annotation})
    taken = task(give_back)
    for result in (run_task(made), run_task(taken, value)):
        assert (type(result), result) == (type(value), value)


def test_broken_contracts_raise_their_own_error():
    """The message is that of a run: the task, the parameter and the path."""
    with pytest.raises(ValidationError) as caught:
        run_task(add_up, [Order(id=1, total=1), {"id": 2, "total": 0}])
    assert str(caught.value) == (
        "Task 'add_up', argument `orders`: expected greater than 0, got `0` - at `$[1].total`"
    )

    @task
    def liar() -> int:
        return "one"  # type: ignore[return-value]

    with pytest.raises(ValidationError, match="Task 'liar' breaks its own contract"):
        run_task(liar)

    @task(multiple_outputs=True)
    def keyed() -> dict[str, int]:
        return {"ok?": 1}

    with pytest.raises(EncodeError, match=r"ok\?"):
        run_task(keyed)

    @task
    def secret() -> SecretStr:
        return SecretStr("x")

    with pytest.raises(ContractError):
        run_task(secret)


def test_exceptions_of_the_body_pass_through():
    """They are the ones that the author wrote."""

    @task
    def fails(n: int) -> int:
        return 1 // n

    with pytest.raises(ZeroDivisionError):
        run_task(fails, 0)
    with pytest.raises(TypeError, match="missing a required argument: 'n'"):
        run_task(fails)
    with pytest.raises(TypeError, match=r"typedxcom\.task"):
        run_task(fails.function, 1)


def test_tables_and_files_go_through_a_store(tmp_path):
    """A table is checked by its row, a file arrives in a folder of the reader."""
    pd = pytest.importorskip("pandas")

    @task
    def count(trips: Table[Trip]) -> int:
        assert isinstance(trips, pa.Table)
        return trips.num_rows

    @task
    def lazily(trips: LazyTable[Trip]) -> Table[Trip]:
        return trips.to_arrow()

    @task
    def copy(file: File) -> File:
        return file

    assert run_task(count, pd.DataFrame({"id": [1, 2]})) == 2
    assert run_task(lazily, pa.table({"id": [1]})).to_pylist() == [{"id": 1}]
    with pytest.raises(ValidationError, match="id"):
        run_task(count, pa.table({"other": [1]}))
    (written := tmp_path / "a.txt").write_text("hello")
    assert run_task(copy, File(written)).read_bytes() == b"hello"


def test_what_was_read_can_be_passed_on(tmp_path):
    """A lazy table and a file of one run are arguments of others, also when the first are gone."""

    @task
    def write(text: str) -> File:
        (tmp_path / text).write_text(text)
        return File(tmp_path / text)

    @task
    def last(files: list[File], trips: list[LazyTable[Trip]]) -> File:
        assert [one.to_arrow().num_rows for one in trips] == [1, 2]
        return files[-1]

    @task
    def lazily(trips: LazyTable[Trip]) -> LazyTable[Trip]:
        return trips

    @task
    def read(file: File) -> str:
        return file.read_bytes().decode()

    def tables() -> list[Any]:
        return [run_task(lazily, pa.table({"id": range(rows)})) for rows in (1, 2)]

    best = run_task(last, [run_task(write, "one"), run_task(write, "two")], tables())
    gc.collect()
    best = run_task(last, [best], tables())
    gc.collect()
    assert run_task(read, best) == "two"


def test_other_kinds_of_tasks():
    """Async bodies run, a branch returns its choice, and you give what Airflow would fill."""

    @task
    async def later(n: int) -> int:
        return n + 1

    @task.branch
    def choose(n: int) -> str:
        return "big" if n > 1 else "small"

    @task
    def dated(ds: str, n: int = 1) -> str:
        return f"{ds} {n}"

    assert run_task(later, 1) == 2
    assert run_task(choose, 2) == "big"
    assert run_task(dated, ds="2026-01-01", n=2) == "2026-01-01 2"


def test_a_task_without_annotations_gets_what_airflow_would_hand_over():
    """Its result goes through Airflow's own form and back."""
    assert run_task(same, (1, 2)) == (1, 2)

    @task
    def bare():
        return {"at": datetime(2024, 1, 1, tzinfo=timezone.utc)}

    assert run_task(bare) == {"at": datetime(2024, 1, 1, tzinfo=timezone.utc)}


@task
def greet(name: str = None, *, times: int | list[int] = None) -> str:  # noqa: RUF013  # type: ignore[assignment]
    return f"{name} {times}"


def test_a_default_of_none_means_that_none_is_right():
    """As in code from before `str | None` was asked for. Other types stay wrong."""
    assert run_task(greet, None, times=None) == "None None"
    assert run_task(greet) == "None None"
    with pytest.raises(ValidationError, match=r"`str \| None`"):
        run_task(greet, 3)
