"""A typed DAG on a real LocalExecutor with PostgreSQL, driven by REST as a user's tools would."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.services, pytest.mark.airflow]

RIGHT = """
from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, TypedDict

import msgspec
import pyarrow as pa
from airflow.sdk import dag
from airflow.sdk import task as plain
from pydantic import BaseModel, Field
from typedxcom import Table, XComKey, task

ROWS = XComKey("row_count", int)


class Order(BaseModel):  # defined in the DAG file: no class name may be on the wire
    zeta: str
    id: int = Field(gt=0)
    at: dt.datetime


class Stats(TypedDict):
    mean: float
    n: int


@dataclasses.dataclass
class Box:
    order: Order
    tags: tuple[str, ...] = ()


class Point(msgspec.Struct):
    x: float
    y: int


class Trip(BaseModel):
    km: float = Field(ge=0)


@task
def extract(n: int, ti=None) -> list[Order]:
    ROWS.push(ti, n)
    return [Order(zeta="z", id=i + 1, at=dt.datetime(2024, 1, 1)) for i in range(n)]


@task
def box(order: Order) -> Box:
    assert type(order) is Order
    return Box(order, ("a",))


@task
def reduce(boxes: list[Box], ti=None) -> dict[str, Any]:
    assert ROWS.pull(ti, task_ids="extract") == len(boxes) == 3
    assert all(type(one) is Box and type(one.order) is Order for one in boxes)
    return {"zebra": 2**70, "ant": -0.0, "nested": {"y": 1, "b": 2}}


@task
async def point() -> Point:
    return Point(0.5, 1)


@task
def two() -> tuple[int, str]:
    return 1, "x"


@task
def trips() -> Table[Trip]:
    return pa.table({"km": [1.0, 2.0]})


@task
def ordered() -> dict[str, Any]:
    return {"zebra": 1e16, "ant": {"y": 1, "b": "\\x00"}}


@plain
def untyped(value):  # without a contract it gets the value all the same
    assert list(value) == ["zebra", "ant"] and list(value["ant"]) == ["y", "b"]
    assert value["ant"]["b"] == "\\x00"
    return {"untyped": True}


@plain
def shipped():  # in Airflow's own form, which names the class of this very file
    return [Order(zeta="s", id=7, at=dt.datetime(2024, 1, 1))]


@task
def check(
    value: dict[str, Any], p: Point, a: int, b: str, t: Table[Trip], u: dict[str, bool], day: dt.date,
    s: list[Order],
) -> Stats:
    assert s == shipped.function() and type(s[0]) is Order
    assert list(value) == ["zebra", "ant", "nested"] and list(value["nested"]) == ["y", "b"]
    assert value["zebra"] == 2**70 and str(value["ant"]) == "-0.0"
    assert type(p) is Point and (a, b) == (1, "x") and t.num_rows == 2 and u == {"untyped": True}
    assert day == dt.date(2024, 2, 1)
    return {"mean": 0.5, "n": 3}


@dag(schedule=None)
def typed_right():
    whole = reduce(box.expand(order=extract(3)))
    a, b = two()
    old = shipped()
    check(whole, point(), a, b, trips(), untyped(ordered()), "{{ '2024-02-01' }}", old)
    box.override(task_id="box_old").expand(order=old)


typed_right()
"""

WRONG = """
from typing import Any

from airflow.sdk import dag
from airflow.sdk import task as plain
from typedxcom import task


@plain
def extract() -> Any:
    return {"n": "three"}


@task(retries=3)
def load(value: dict[str, int]) -> None:
    print("the body ran")


@dag(schedule=None)
def typed_wrong():
    load(extract())


typed_wrong()
"""


def told(stack: Any, dag: str, run: str) -> str:
    """The end of the log of each task that failed."""
    failed = [
        one["task_id"]
        for one in stack.task_instances(dag, run).values()
        if one["state"] == "failed" and one["map_index"] < 0
    ]
    return "\n".join(f"{task}: {str(stack.logs(dag, run, task))[-1500:]}" for task in failed)


def test_every_feature_runs_green(stack: Any) -> None:
    """Models, Structs, tables, texts and tuples arrive; small rows are plain JSON by REST."""
    stack.write_dag("typed_right", RIGHT)
    run = stack.trigger("typed_right")
    state = stack.wait_run("typed_right", run)
    assert state == "success", told(stack, "typed_right", run)
    assert stack.xcom("typed_right", run, "extract")[0] == {
        "zeta": "z",
        "id": 1,
        "at": "2024-01-01T00:00:00",
    }
    assert stack.xcom("typed_right", run, "check") == {"mean": 0.5, "n": 3}
    assert stack.xcom("typed_right", run, "extract", "row_count") == 3
    assert stack.xcom("typed_right", run, "trips")["is"].startswith(
        "Table[Trip]: 2 rows x 1 column,"
    )


def test_a_broken_contract_fails_at_once(stack: Any) -> None:
    """A wrong value fails the task before its body, without retries, and the log says why."""
    stack.write_dag("typed_wrong", WRONG)
    run = stack.trigger("typed_wrong")
    assert stack.wait_run("typed_wrong", run) == "failed"
    load = stack.task_instances("typed_wrong", run)["load"]
    assert (load["state"], load["try_number"]) == ("failed", 1)
    log = str(stack.logs("typed_wrong", run, "load"))
    assert "argument `value` (pushed by 'extract'): expected `int`, got `'three'`" in log
    assert "the body ran" not in log
