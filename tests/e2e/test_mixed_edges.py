"""A DAG moves task by task: typed tasks read what Airflow's own tasks returned, by annotation."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Generic, TypeVar

import pandas as pd
import pytest
from airflow.sdk import task as airflow_task
from airflow.sdk import task_group
from pydantic import BaseModel, Field

from tests.e2e.support import AIRFLOW, succeed
from tests.harness.dagtest import load_dags, run_dag
from typedxcom import Table, ValidationError, dag, task, typed
from typedxcom.backend import XComBackend

T = TypeVar("T")
DAY = datetime(2024, 1, 2, 3)


class Order(BaseModel):
    id: int
    price: Decimal = Field(Decimal("1.10"), alias="thePrice")


class Box(BaseModel, Generic[T]):
    value: T


@dataclasses.dataclass
class Point:
    x: int
    at: datetime


class Cell(BaseModel):
    n: int


@pytest.fixture(params=["Airflow's backend", "ours"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run under this backend; the worker has taken Airflow's own from the settings already."""
    if request.param == "ours":
        monkeypatch.setattr("airflow.sdk.execution_time.xcom.XCom", XComBackend)
        monkeypatch.setattr("airflow.sdk.execution_time.task_runner.XCom", XComBackend)
    return str(request.param)


@pytest.mark.usefixtures("backend")
def test_a_typed_task_reads_what_airflows_own_tasks_returned() -> None:
    """Models (local and generic), dataclasses, frames and keys arrive, alone and mapped over."""

    class Local(BaseModel):
        a: int

    @dag(schedule=None)
    def mixed_edges():
        @airflow_task(multiple_outputs=True)
        def extract():
            return {
                "order": Order(id=1),
                "boxes": [Box[int](value=1), Box[int](value=2)],
                "pair": (Point(1, DAY), 5),
                "frame": pd.DataFrame({"n": [1, 2]}),
                "rest": {"at": DAY, "tags": {1, 2}},
                "day": DAY.replace(tzinfo=timezone.utc),
            }

        @task
        def read(
            order: Order,
            orders: list[Order],
            by_name: dict[str, Order | None],
            boxes: list[Box[int]],
            pair: tuple[Point, int],
            table: Table[Cell],
            frames: list[pd.DataFrame],
            rest: dict[str, Any],
            untyped,
            untyped_frame,
            year: str,
        ) -> None:
            assert order == orders[0] == by_name["x"] == Order(id=1)
            assert boxes == [Box[int](value=1), Box[int](value=2)]
            assert pair == (Point(1, DAY), 5)
            assert table.to_pydict() == {"n": [1, 2]}
            assert frames[1].equals(untyped_frame)
            assert rest == untyped == {"at": DAY, "tags": {1, 2}}
            assert year == "2024"

        @airflow_task
        def listed():
            return [{"one": Local(a=1), "at": DAY}, {"one": Local(a=2), "at": DAY}]

        @airflow_task
        def days():
            return [{"at": DAY}, {"at": DAY}]

        @airflow_task
        def pairs():
            return (Local(a=1), Local(a=2))

        @task
        def each(one: Local, at) -> int:
            assert at == DAY
            return one.a

        @airflow_task
        def make(n):
            return Local(a=n)

        @typed
        @airflow_task
        def reduce(made: list[Local], years: list[int], zipped: list[tuple[Local, int]]) -> int:
            assert made == [Local(a=1), Local(a=2)]
            assert years == [2024, 2024]
            assert zipped == [(Local(a=1), 7), (Local(a=2), 7)]
            return len(made)

        out = extract()
        order = out["order"]
        read(
            order, [order, order], {"x": order}, out["boxes"], out["pair"], out["frame"],
            [out["frame"], out["frame"]], out["rest"], out["rest"], out["frame"],
            "{{ ti.xcom_pull('extract', key='day').year }}",
        )  # fmt: skip
        each.expand_kwargs(listed())
        each.override(task_id="each_of_tuple").partial(at=DAY).expand(one=pairs())
        made, rows = make.expand(n=[1, 2]), days()
        reduce(made, rows.map(lambda row: row["at"].year), made.zip(rows.map(lambda row: 7)))

    result = succeed(mixed_edges())
    assert [result.xcom("each", map_index=at) for at in (0, 1)] == [1, 2]
    assert [result.xcom("each_of_tuple", map_index=at) for at in (0, 1)] == [1, 2]


@pytest.mark.skipif(AIRFLOW < (3, 2), reason="Airflow 3.2 brought async tasks")
def test_every_kind_of_typed_task_reads_them() -> None:
    """In a mapped group, in branches and bash, async, and with arguments of any number."""

    @dag(schedule=None)
    def mixed_kinds():
        @airflow_task
        def make():
            return [Order(id=1), Order(id=2)]

        @airflow_task
        def moment(n=1):
            return {"at": DAY}

        @task
        def use(order: Order, inside: dict[str, datetime], untyped) -> int:
            assert inside == untyped == {"at": DAY}
            return order.id

        @task_group
        def each(order):
            inside = moment.override(task_id="inside")(1)
            return use(order, inside, inside)

        @task.branch
        def choose(orders: list[Order], ids: list[int]) -> str:
            return "say" if [order.id for order in orders] == ids else "never"

        @task.bash
        def say(orders: list[Order], at) -> str:
            return f"echo {orders[1].id} {at['at'].year}"

        @task
        def never() -> None: ...

        @task
        async def last(*orders: list[Order], **rest: dict[str, datetime]) -> int:
            assert rest["at"] == {"at": DAY}  # among the keys of the context
            return len(orders[0])

        made, at = make(), moment()
        said = say(made, at)
        choose(made, each.expand(order=made)) >> [said, never()]
        first = use.override(task_id="first").partial(inside=at, untyped=at).expand(order=made)
        said >> last(made, at=at) << first

    result = succeed(mixed_kinds())
    assert result.xcom("say") == "2 2024"
    assert result.states["never"] == "skipped"
    assert result.xcom("last") == 2


ASSETS = """
from airflow.sdk import asset, dag
from pydantic import BaseModel
from typedxcom import XComKey, task

class Order(BaseModel):
    id: int

@asset(schedule=None)
def shop_order() -> Order:
    return Order(id=7)

ORDER = XComKey("return_value", Order)

@dag(schedule=None)
def reads_asset():
    @task
    def read(ti=None) -> int:
        from types import SimpleNamespace
        from airflow.sdk.execution_time.comms import AssetEventSourceTaskInstance
        run = SimpleNamespace(dag_id="shop_order", run_id="{run_id}")
        event = AssetEventSourceTaskInstance(dag_run=run, task_id="shop_order", map_index=-1)
        named = ORDER.pull(ti, "shop_order", dag_id="shop_order", run_id="{run_id}")
        assert named == ORDER.pull(event) == Order(id=7)
        return named.id
    read()

reads_asset()
"""


@pytest.mark.skipif(AIRFLOW < (3, 2), reason="Airflow 3.1 pulls nothing by an event")
def test_what_an_asset_returned_is_pulled_by_a_typed_key() -> None:
    """By DAG and run, and from the task instance that an asset event names."""
    made = succeed(load_dags(ASSETS)["shop_order"])
    reader = load_dags(ASSETS.replace("{run_id}", made.run_id))["reads_asset"]
    assert succeed(reader).xcom("read") == 7


def test_a_wrong_value_names_both_tasks_and_a_missing_annotation_is_told() -> None:
    """The error has the path in the model; the log of a bare task says which annotation to add."""

    @dag(schedule=None)
    def mixed_wrong():
        @airflow_task
        def extract():
            return [Box[str](value="x")]

        @task
        def read(boxes: list[Box[int]]) -> None: ...

        @task
        def bare():
            return [Order(id=1)]

        @task
        def read_bare(orders: list[Order]) -> None:
            assert orders == [Order(id=1)]

        @task
        def read_nothing(orders: Any) -> None: ...

        read(extract())
        read_bare(bare())
        read_nothing(bare())

    result = run_dag(mixed_wrong())
    assert result.states["read_bare"] == "success"
    error = result.error("read")
    assert isinstance(error, ValidationError)
    assert str(error).startswith("Task 'read', argument `boxes` (pushed by 'extract'): expected")
    assert str(error).endswith("got `'x'` - at `$[0].value`")
    assert "Task 'bare' returns `list[Order]` and has no return annotation" in result.log("bare")
    assert "def bare(...) -> list[Order]" in result.log("bare")
    assert "Annotate the parameter" in str(result.error("read_nothing"))
