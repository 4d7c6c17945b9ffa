"""Upcasters in a run: entries of an older version meet readers of now."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import pytest
from airflow.sdk import task as airflow_task
from pydantic import BaseModel

from tests.harness.dagtest import run_dag
from typedxcom import WiringError, XComKey, dag, task, upcast


class OrderBefore(BaseModel):
    id: int


class Order(BaseModel):
    id: int
    name: str


class Failing(BaseModel):
    size: int


@upcast
def order(old: OrderBefore) -> Order:
    return Order(id=old.id, name=f"order {old.id}")


@upcast
def failing(old: OrderBefore) -> Failing:
    raise RuntimeError("no size")


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    item: T
    number: int


@upcast
def page(old: OrderBefore) -> Page[int]:
    return Page(item=old.id, number=1)


LAST = XComKey("last", Order)


def test_entries_of_before_are_read_in_a_run():
    """Wherever a task reads one. A failing upcaster fails the task without retries."""

    @dag(schedule=None)
    def upcasters():
        @airflow_task  # as a task of the version before pushed them
        def extract(ti=None) -> Any:
            ti.xcom_push("last", {"id": 3})
            return [{"id": 1}, {"id": 2, "name": "two"}]

        @airflow_task
        def one() -> Any:
            return {"id": 7}

        @task
        def load(orders: list[Order]) -> list[str]:
            return [one.name for one in orders]

        @task
        def each(order: Order) -> str:
            return order.name

        @task
        def pull(ti=None) -> str:
            return LAST.pull(ti, task_ids="extract").name

        @task(retries=2)
        def fail(value: Failing) -> int:
            return value.size

        @task
        def later(pages: list[Page[int]]) -> list[int]:
            return [one.number for one in pages]

        found = extract()
        load(found)
        later(found)
        each.expand(order=found)
        found >> pull()
        fail(one())

    result = run_dag(upcasters())
    assert result.xcom("load") == ["order 1", "two"]
    assert [result.xcom("each", map_index=at) for at in (0, 1)] == ["order 1", "two"]
    assert result.xcom("later") == [1, 1]
    assert result.xcom("pull") == "order 3"
    assert "the upcaster `failing` raised `RuntimeError`: 'no size'" in str(result.error("fail"))
    assert "argument `value` (pushed by 'one')" in str(result.error("fail"))
    assert (result.states["fail"], result.tries["fail"]) == ("failed", 1)


def test_wiring_stays_strict():
    """An upcaster is for stored values. A task that still returns the older type is refused."""

    @task
    def before() -> OrderBefore:
        return OrderBefore(id=1)

    @task
    def load(order: Order) -> None: ...

    @dag(schedule=None)
    def wired():
        load(before())

    @dag(schedule=None)
    def literal():
        load({"id": 1})

    with pytest.raises(WiringError, match="missing `name`"):
        wired()
    with pytest.raises(WiringError, match="missing `name`"):
        literal()
