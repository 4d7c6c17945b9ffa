"""One XCom of each form, for people to look at."""

# Without the word Airflow in it, Airflow would take this file for none of its own.

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel

from typedxcom import Table, dag, task

DAG_ID = Path(__file__).stem


class Item(BaseModel):
    sku: str
    price: Decimal


class Order(BaseModel):
    id: int
    at: datetime
    items: list[Item]


class Trip(BaseModel):
    id: int
    km: float
    city: str


@dag(DAG_ID, schedule=None, default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0})
def shown() -> None:
    @task
    def plain() -> Order:
        items = [Item(sku="tea", price=Decimal("1.10"))]
        return Order(id=7, at=datetime(2024, 1, 1), items=items)

    @task(multiple_outputs=False)
    def ordered() -> dict[str, int]:
        return {"zebra": 1, "ant": 2}

    @task
    def text() -> list[int]:
        return [2**70, 1]

    @task(preview=1)
    def pointer() -> Table[Trip]:
        return pa.table({"id": range(1000), "km": [0.5] * 1000, "city": ["Utrecht"] * 1000})

    plain(), ordered(), text(), pointer()


shown()
