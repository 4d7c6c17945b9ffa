"""What lies in the row, and who can read it."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest
from airflow.sdk import task as airflow_task
from pydantic import BaseModel

from tests.e2e.support import Order, Point, Stats, succeed
from tests.harness.dagtest import run_dag
from typedxcom import ValidationError, dag, task

DAY = datetime(2024, 1, 2)
ORDER_ROW = {
    "id": 1,
    "at": "2024-01-02T00:00:00",
    "price": "1.10",
    "items": [{"sku": "a", "qty": 2}],
}


@task
def order() -> Order:
    return Order(id=1, at=DAY, items=[{"sku": "a", "qty": 2}])


@task(multiple_outputs=False)
def big() -> dict[str, float]:
    return {"z": 1e16, "a": 1.5}


def test_a_small_row_is_the_plain_json_of_its_value():
    """No envelope and no class name: what REST, the UI and other languages read."""

    @dag(schedule=None)
    def plain_rows():
        @task
        def point() -> Point:
            return Point(1)

        @task
        def numbers() -> list[int]:
            return [1, 2]

        order()
        point()
        numbers()

    rows = succeed(plain_rows()).rows()
    assert rows["order", -1, "return_value"] == ORDER_ROW
    assert rows["point", -1, "return_value"] == {"x": 1, "y": 0.5}
    assert rows["numbers", -1, "return_value"] == [1, 2]


def test_what_no_database_keeps_is_one_text():
    """The row says for people what it is, and its JSON is ASCII text."""

    @dag(schedule=None)
    def text_rows():
        big()

    row = succeed(text_rows()).xcom("big")
    assert set(row) == {"is", "$typedxcom", "json"}
    assert row["$typedxcom"] == 1
    assert "object of 2 keys, " in row["is"]
    assert row["json"].isascii()


def test_an_untyped_task_reads_what_a_typed_task_wrote():
    """A plain `@task` gets the value, also where the row is text or carries the order of keys."""

    @dag(schedule=None)
    def untyped_readers():
        @task(multiple_outputs=False)
        def ordered() -> dict[str, int]:
            return {"zz": 1, "a": 2}

        @airflow_task
        def read(value):
            return json.dumps(value, default=lambda model: model.model_dump(mode="json"))

        @airflow_task
        def read_all(values):
            return json.dumps([str(one.price) for one in values])

        @task
        def again(n: int) -> Order:
            return Order(id=n, at=DAY)

        read(order())
        read.override(task_id="of_text")(big())
        read.override(task_id="of_order")(ordered())
        read.override(task_id="inside")({"a": [ordered()]})
        read_all(again.expand(n=[1, 2]))

    result = succeed(untyped_readers())
    assert json.loads(result.xcom("read")) == ORDER_ROW
    assert result.xcom("of_text") == '{"z": 1e+16, "a": 1.5}'
    assert result.xcom("of_order") == '{"zz": 1, "a": 2}'
    assert result.xcom("inside") == '{"a": [{"zz": 1, "a": 2}]}'
    assert result.xcom("read_all") == '["1.10", "1.10"]'


def test_jinja_and_xcom_pull_read_plain_rows():
    """`ti.xcom_pull` in a body and in a template sees the JSON of the value."""

    @dag(schedule=None)
    def pulls():
        @airflow_task
        def pull(text, ti=None):
            value = ti.xcom_pull("order")
            return [text, value["items"][0]["sku"]]

        order() >> pull("{{ ti.xcom_pull('order')['price'] }}")

    assert succeed(pulls()).xcom("pull") == ["1.10", "a"]


def test_a_typed_task_reads_what_an_untyped_task_wrote():
    """The reader's annotation decides: JSON becomes its type, and what does not fit fails."""

    @dag(schedule=None)
    def typed_readers():
        @airflow_task
        def write():
            return ORDER_ROW

        @airflow_task(multiple_outputs=False)
        def native():
            return {"at": DAY, "price": Decimal("1.5"), "id": 2}

        @task
        def read(order: Order) -> Decimal:
            assert type(order) is Order
            return order.price

        @task
        def wrong(point: Point) -> None: ...

        read(write())
        read.override(task_id="native_too")(native())
        wrong(write())

    result = run_dag(typed_readers())
    assert (result.xcom("read"), result.xcom("native_too")) == ("1.10", "1.5")
    assert isinstance(result.error("wrong"), ValidationError)
    assert "missing `x`" in str(result.error("wrong"))


class Nested(BaseModel):
    first: dict[str, int]
    more: list[dict[str, float]]


def test_the_order_of_keys_survives():
    """Dicts keep their order wherever they are, at run time as through a database that sorts."""
    value = Nested(first={"zz": 1, "a": 2}, more=[{"b": 1.0, "aa": 2.0, "c": 3.0}])

    @dag(schedule=None)
    def orders():
        @task
        def make() -> Nested:
            return value

        @task
        def read(nested: Nested, plain: dict[str, dict[str, int]]) -> list[str]:
            return [*nested.first, *nested.more[0], *plain, *plain["y"]]

        @task(multiple_outputs=False)
        def plain() -> dict[str, dict[str, int]]:
            return {"y": {"k": 1, "b": 2}, "x": {}}

        read(make(), plain())

    result = succeed(orders())
    assert result.xcom("read") == ["zz", "a", "b", "aa", "c", "y", "x", "k", "b"]
    assert result.xcom("make")["first"]["$typedxcom"] == ["zz", "a"]


def test_large_values_are_one_text_that_every_hop_copies():
    """Above the threshold of 8,000 bytes the row is text, and the value is the same."""

    @dag(schedule=None)
    def large():
        @task
        def make() -> list[Order]:
            return [Order(id=n, at=DAY) for n in range(500)]

        @task
        def read(orders: list[Order]) -> int:
            return len({order.id for order in orders})

        read(make())

    result = succeed(large())
    assert result.xcom("read") == 500
    assert result.xcom("make")["is"].startswith("list[Order]: list of 500, ")


@pytest.mark.parametrize("value", [float("nan"), -0.0, 2**70, 1e22, "\0", "\ud800", 3.0])
def test_awkward_numbers_and_texts_arrive(value):
    """What stock Airflow changes or refuses is what the next task gets."""

    @dag("awkward", schedule=None)
    def awkward():
        @task(output=str if isinstance(value, str) else float | int)
        def make():
            return value

        @task
        def read(got: float | int | str) -> str:
            return repr(got)

        read(make())

    assert succeed(awkward()).xcom("read") == repr(value)


def test_multiple_outputs_rows_are_plain_and_typed():
    """Each field has a row of its own, in plain form or as text, and the whole has one too."""

    @dag(schedule=None)
    def fields():
        @task
        def stats() -> Stats:
            return {"zeta": 2**70, "mean": 1.5}

        @task
        def read(zeta: int, mean: float) -> bool:
            return (zeta, mean) == (2**70, 1.5)

        made = stats()
        read(made["zeta"], made["mean"])

    result = succeed(fields())
    assert result.xcom("read") is True
    assert result.xcom("stats", "mean") == 1.5
    assert result.xcom("stats", "zeta")["json"] == str(2**70)
