"""Every kind of task that runs without a further service, each under a contract."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import PokeReturnValue
from airflow.sdk import task as plain
from kinds_models import DeferringOperator, Order, Point, Trip
from typing_extensions import TypedDict

from typedxcom import (
    File,
    Table,
    XComKey,
    contract,
    dag,
    setup,
    task,
    task_group,
    teardown,
    typed,
    typed_output,
)

DAG_ID = Path(__file__).stem
LINES = XComKey("line_count", int)
DRAFT = XComKey("draft", list[int])


class Stats(TypedDict):
    mean: float
    n: int


class Tick(msgspec.Struct, frozen=True):  # of the DAG file: no class name may be on the wire
    price: Decimal
    at: datetime


@dag(DAG_ID, schedule=None, default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0})
def kinds() -> None:
    @task
    def orders(ti: Any) -> list[Order]:
        LINES.push(ti, 3)
        return [Order(id=n, price=Decimal("1.10")) for n in (1, 2, 3)]

    @task
    def order(number: int) -> Order:
        return Order(id=number, price=Decimal(1))

    @task
    async def tick(ti: Any) -> Tick:
        DRAFT.push(ti, [1] * 60_000)  # the body, in its event loop, is the first to need the store
        return Tick(Decimal("0.30"), datetime(2024, 1, 1, tzinfo=timezone.utc))

    @task(multiple_outputs=True)
    def stats(orders: list[Order]) -> Stats:
        return {"mean": 0.5, "n": len(orders)}

    @task
    def pair() -> tuple[int, str]:
        return 1, "one"

    @task.branch
    def choose(orders: list[Order]) -> list[str]:
        assert all(type(one) is Order for one in orders)
        return ["chosen"]

    @task
    def chosen(n: int) -> int:
        return n

    @task
    def left_out() -> None: ...

    @task.short_circuit
    def enough(n: int) -> bool:
        return n > 2

    @task.sensor(poke_interval=1, timeout=60)
    def seen(order: Order) -> PokeReturnValue:
        return PokeReturnValue(is_done=type(order) is Order, xcom_value={"id": order.id})

    @task.bash
    def shout(word: str, times: int) -> str:
        return f"echo {word * times}"

    @task.external_python(python=sys.executable, expect_airflow=False)
    def elsewhere(numbers: list[int]) -> dict[str, float]:
        return {"sum": sum(numbers) * 1.5}

    @task.branch_external_python(python=sys.executable, expect_airflow=False)
    def choose_elsewhere(n: int) -> str:
        return "there" if n else "left_out"

    @task
    def there(ids: list[int]) -> int:
        return sum(ids)

    @task.virtualenv(system_site_packages=False, requirements=[])
    def alone(n: int) -> int:
        return 2 * n

    @task.run_if(lambda context: False)
    @task
    def skipped(n: int) -> int:
        return n

    @typed
    @plain
    def adopted(order: Order) -> Point:
        assert type(order) is Order
        return Point(order.id)

    @plain
    @contract
    def contracted(point: Point) -> int:
        assert type(point) is Point
        return point.x

    @plain
    def untyped(value):  # type: ignore[no-untyped-def]
        return {"got": value}

    # Airflow itself fails a task whose trigger fires before the scheduler saw that it had deferred.
    @typed(output=Point)
    @DeferringOperator.decorator(retries=5, retry_delay=timedelta(0))
    def deferred(order: Order, by: float):  # type: ignore[no-untyped-def]
        assert type(order) is Order
        return Point(order.id, by)

    @task_group
    def doubled(order: Order) -> Any:
        @task
        def double(order: Order) -> Order:
            return order.model_copy(update={"price": order.price * 2})

        @task
        def price(order: Order) -> Decimal:
            return order.price

        return price(double(order))

    @task
    def table(n: int) -> Table[Trip]:
        return pa.table({"id": range(n), "km": [0.5] * n})

    @task
    def plot() -> File:
        path = Path(__file__).with_suffix(".plot")
        path.write_bytes(b"\x89PNG" * 1000)
        return File(path, media_type="image/png")

    @task
    def long() -> list[Order]:
        return [Order(id=n, price=Decimal(n)) for n in range(1, 5001)]

    @setup
    @task
    def open_it() -> str:
        return "opened"

    @teardown
    @task
    def close_it(what: str) -> str:
        return what.replace("opened", "closed")

    @task
    def check(
        tick: Tick,
        n: int,
        a: int,
        b: str,
        shouted: str,
        line: str,
        sums: dict[str, float],
        twice: int,
        point: Point,
        got: dict[str, Point],
        deferred: Point,
        prices: list[Decimal],
        trips: Table[Trip],
        plot: File,
        long: list[Order],
        ids: list[int],
        ti: Any,
    ) -> Stats:
        assert tick == Tick(Decimal("0.30"), datetime(2024, 1, 1, tzinfo=timezone.utc))
        assert (n, a, b, shouted, line) == (3, 1, "one", "ababab", "classic")
        assert (sums, twice) == ({"sum": 9.0}, 42)
        assert (point, got, deferred) == (Point(1), {"got": Point(1)}, Point(2, 0.25))
        assert prices == [Decimal("2.20")] * 3
        assert trips.num_rows == 7
        assert (plot.size, plot.media_type) == (4000, "image/png")
        assert plot.read_bytes()[:4] == b"\x89PNG"
        assert long[-1] == Order(id=5000, price=Decimal(5000))
        assert ids == [1, 2, 3]
        assert LINES.pull(ti, task_ids="orders") == 3
        assert len(DRAFT.pull(ti, task_ids="tick")) == 60_000
        return {"mean": 0.5, "n": 3}

    made, ids = orders(), [1, 2, 3]
    told = stats(made)
    a, b = pair()
    choose(made) >> [chosen(told["n"]), left_out()]
    choose_elsewhere(1) >> there(ids)
    one = order(1)
    classic = typed_output(BashOperator(task_id="classic", bash_command="echo classic"), str)
    point = adopted(one)
    done = check(
        tick(),
        told["n"],
        a,
        b,
        shout("ab", 3),
        classic,
        elsewhere(ids),
        alone(21),
        point,
        untyped(point),
        deferred(order.override(task_id="second")(2), 0.25),
        doubled.expand(order=made),
        table(7),
        plot(),
        long(),
        ids,
    )
    [contracted(point), enough(told["n"]), seen(one)] >> done
    skipped(1)
    opened = open_it()
    opened >> done >> close_it(opened)


kinds()
