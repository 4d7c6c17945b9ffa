"""What a lambda in ``.map`` does with the items of an output."""

from dataclasses import dataclass
from typing import Any

import msgspec
from airflow.sdk import dag
from airflow.sdk import task as plain_task
from pydantic import BaseModel
from typedxcom import task
from typing_extensions import TypedDict


class Order(BaseModel):
    id: int
    customer: str = ""


class Trip(msgspec.Struct):
    miles: float


@dataclass
class Point:
    x: int


class Row(TypedDict):
    shop: str


@task
def orders() -> list[Order]:
    return [Order(id=1)]


@task
def order(n: int) -> Order:
    return Order(id=n)


@task
def trips() -> list[Trip]:
    return [Trip(1.5)]


@task
def points() -> list[Point]:
    return [Point(1)]


@task
def rows() -> list[Row]:
    return [{"shop": "Delft"}]


@task
def loose() -> list[dict[str, Any]]:
    return [{"shop": "Delft", "parts": {"id": 1}}]


@task
def shown():
    return [{"shop": "Delft"}]


@plain_task
def plain_shown():
    return [{"shop": "Delft"}]


@task
def texts() -> list[str]:
    return ["a"]


@task
def use(value: Any) -> None: ...


@task
def say(value: str) -> None: ...


@task
def count(value: int) -> None: ...


def shop_of(row):
    return row["shop"]


def town_of(row):
    return row["town"]


def total_of(order):
    return order.total


def same(order: Order) -> Order:
    return order  # a subclass may have more


@dag(schedule=None)
def right() -> None:
    say.expand(value=orders().map(lambda one: one.customer))
    count.expand(value=orders().map(lambda one: one.id))
    use.expand(value=orders().map(lambda one: one.model_dump()))
    use.expand(value=orders().map(lambda one: [one.id, one.customer]))
    count.expand(value=order.expand(n=[1, 2]).map(lambda one: one.id))
    use.expand(value=trips().map(lambda trip: trip.miles * 2))
    use.expand(value=points().map(lambda point: point.x))
    say.expand(value=rows().map(lambda row: row["shop"]))
    use.expand(value=rows().map(lambda row: row.get("town")))
    use.expand(value=rows().map(lambda row: {**row, "town": "x"}["town"]))
    use.expand(value=loose().map(lambda row: row["parts"]["id"]))
    use.expand(value=shown().map(lambda row: row["shop"]))
    use.expand(value=shown().map(lambda row: row["town"] if "town" in row else None))
    use.expand(value=plain_shown().map(lambda row: row["shop"]))
    use.expand(value=shown().map(shop_of))
    use.expand(value=rows().map(shop_of))
    use.expand(value=orders().map(same).map(total_of))
    use.expand(value=texts().map(lambda text: text.strip()))


@dag(schedule=None)
def wrong() -> None:
    use.expand(value=orders().map(lambda one: one.custmer))  # E: "Order" has no attribute "custmer"; maybe "customer"? [attr-defined]
    use.expand(value=orders().map(lambda one: one["id"]))  # E: Value of type "Order" is not indexable [index]
    use.expand(value=order.expand(n=[1, 2]).map(lambda one: one.custmer))  # E: "Order" has no attribute "custmer"; maybe "customer"? [attr-defined]
    use.expand(value=trips().map(lambda trip: trip.mile))  # E: "Trip" has no attribute "mile"; maybe "miles"? [attr-defined]
    use.expand(value=points().map(lambda point: point.y))  # E: "Point" has no attribute "y" [attr-defined]
    use.expand(value=rows().map(lambda row: row["town"]))  # E: TypedDict "Row" has no key "town" [typeddict-item]
    use.expand(value=loose().map(lambda row: row["town"]))  # E: The lambda uses an item as "row['town']", but task "loose" gives "TypedDict({'shop': str, 'parts': TypedDict({'id': int})})" to map(), which has no key "town" [xcom-map]
    use.expand(value=shown().map(lambda row: row["town"]))  # E: The lambda uses an item as "row['town']", but task "shown" gives "TypedDict({'shop': str})" to map(), which has no key "town" [xcom-map]
    use.expand(value=plain_shown().map(lambda row: row["town"]))  # E: The lambda uses an item as "row['town']", but task "plain_shown" gives "TypedDict({'shop': str})" to map(), which has no key "town" [xcom-map]
    use.expand(value=shown().map(town_of))  # E: Function "town_of" uses an item as "row['town']", but task "shown" gives "TypedDict({'shop': str})" to map(), which has no key "town" [xcom-map]
    use.expand(value=rows().map(town_of))  # E: Function "town_of" uses an item as "row['town']", but task "rows" gives "Row" to map(), which has no key "town" [xcom-map]
    use.expand(value=orders().map(total_of))  # E: Function "total_of" uses an item as "order.total", but task "orders" gives "Order" to map() [xcom-map]
    use.expand(value=texts().map(lambda text: text.lines))  # E: "str" has no attribute "lines" [attr-defined]


@dag(schedule=None)
def bare():
    use.expand(value=orders().map(lambda one: one.id))
    use.expand(value=rows().map(lambda row: row["shop"]))
    use.expand(value=orders().map(lambda one: one.custmer))  # E: "Order" has no attribute "custmer"; maybe "customer"? [attr-defined]
    use.expand(value=trips().map(lambda trip: trip.mile))  # E: "Trip" has no attribute "mile"; maybe "miles"? [attr-defined]
    use.expand(value=rows().map(lambda row: row["town"]))  # E: TypedDict "Row" has no key "town" [typeddict-item]
    use.expand(value=shown().map(lambda row: row["town"]))  # E: The lambda uses an item as "row['town']", but task "shown" gives "TypedDict({'shop': str})" to map(), which has no key "town" [xcom-map]
    use.expand(
        value=orders().map(lambda one: one.custmer)  # E: "Order" has no attribute "custmer"; maybe "customer"? [attr-defined]
    )
