"""Airflow tasks on machines that share nothing: what one of them writes, another one reads."""

from __future__ import annotations

import socket
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from typedxcom import Table, XComKey, dag, task

DAG_ID = Path(__file__).stem
LINES = XComKey("lines", list[str])


class Order(BaseModel):  # of the DAG file, whose path is another one on each machine
    id: int
    price: Decimal
    on: date


class Trip(BaseModel):
    id: int
    km: float


def order(number: int) -> Order:
    return Order(id=number, price=Decimal("1.10") * number, on=date(2024, 2, 29))


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dag(DAG_ID, schedule=None, default_args={"retries": 0, "queue": "reads"})
def apart() -> None:
    @task(queue="writes")
    def orders() -> list[Order]:
        return [order(1), order(2)]

    @task(queue="writes")
    def trips() -> Table[Trip]:
        return pa.table({"id": range(1000), "km": [0.5] * 1000})

    @task(queue="writes")
    def wide() -> Table[Trip]:
        return pa.table({"id": range(200_000), "km": pc.random(200_000)})

    @task
    def total(trips: Table[Trip]) -> int:
        return trips.num_rows

    @task(queue="writes")
    def long() -> list[Order]:
        return [order(number) for number in range(5000)]

    @task(queue="writes")
    def wrong() -> Any:
        return {"id": "three", "price": "1", "on": "2024-02-29"}

    @task(queue="writes", store="folder")
    def kept() -> Table[Trip]:
        return pa.table({"id": [1], "km": [0.5]})

    @task
    def half(order: Order) -> Decimal:
        return order.price / 2

    @task
    def check(
        orders: list[Order],
        trips: Table[Trip],
        long: list[Order],
        halves: list[Decimal],
        dag_run: Any = None,
    ) -> dict[str, list[Any]]:
        assert orders == [order(1), order(2)]
        assert (trips.num_rows, long[-1]) == (1000, order(4999))
        assert halves == [Decimal("0.55"), Decimal("1.10")]
        asked = dag_run.conf
        files = [path for path in asked["files"] if Path(path).exists()]
        return {"files": files, "ports": list(filter(answers, asked["ports"]))}

    @task
    def takes(order: Order) -> None: ...

    @task
    def finds(trips: Table[Trip]) -> None: ...

    @task(queue="pod")
    def in_pod(orders: list[Order], ti: Any = None) -> Table[Trip]:
        assert orders == [order(1), order(2)]
        LINES.push(ti, ["a line"] * 20_000)
        return pa.table({"id": [1], "km": [0.5]})

    made = orders()
    check(made, trips(), long(), half.expand(order=made))
    takes(wrong())
    finds(kept())
    in_pod(made)
    numbers = wide()
    total.override(task_id="at_home", queue="writes")(numbers)
    total.override(task_id="first")(numbers) >> total.override(task_id="second")(numbers)


apart()
