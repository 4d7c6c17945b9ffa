"""Parse a DAG file, as the DAG processor does, with typed tasks and with Airflow's own.

Both files have the same tasks and wiring in one DAG. With typedxcom every edge is checked. We
measure the CPU time to import a new file, after Airflow and typedxcom were imported. typedxcom's
policy checks the whole DAG on both sides.

The last row has tasks without return annotations: two of each five, of some four lines. typedxcom
reads their code, because typed tasks read what they return.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.running import Case

TITLE = "DAG parse time"
METRICS = [{"key": "cpu", "title": "CPU time", "unit": "s", "beside": "airflow.sdk"}]
_HEAD = """from __future__ import annotations

from pydantic import BaseModel, Field
{imports}


class Order(BaseModel):
    id: int
    total: float = Field(ge=0)


@dag(schedule=None)
def pipeline_{number}():
"""
_STEP = """
    @task
    def extract_{at}(day: str) -> list[Order]:
        return []

    @task
    def count_{at}(orders: list[Order]) -> int:
        return len(orders)

    @task
    def price_{at}(order: Order, factor: float = 1.0) -> float:
        return order.total * factor

    @task
    def total_{at}(prices: list[float]) -> float:
        return sum(prices)

    @task
    def report_{at}(rows: int, revenue: float, title: str = "") -> str:
        return title

    orders = extract_{at}("today")
    rows = count_{at}(orders)
    prices = price_{at}.partial(factor=2.0).expand(order=orders)
    report_{at}(rows, total_{at}(prices), title="step")
"""
_BARE_ORDERS = (
    """(day: str) -> list[Order]:
        return []
""",
    """(day: str):
        found = []
        for number, total in enumerate([12.5, 7.0]):
            found.append(Order(id=number, total=total))
        print(f"{{len(found)}} orders of {{day}}")
        return found
""",
)
_BARE_PRICE = (
    """(order: Order, factor: float = 1.0) -> float:
        return order.total * factor
""",
    """(order: Order, factor: float = 1.0):
        price = round(order.total * factor, 2)
        if price > 100.0:
            print("expensive", order.id)
        return price
""",
)
_IMPORTS = {
    "airflow.sdk": "from airflow.sdk import dag, task",
    "typedxcom": "from typedxcom import dag, task",
}


def cases(size: str) -> list[Case]:
    """One file of few and of many tasks."""
    counts = {"full": (20, 200), "quick": (100,), "tiny": (5,)}[size]
    rounds = {"full": 15, "quick": 2, "tiny": 1}[size]
    made = [
        Case(f"{count} tasks", {"count": count}, tuple(_IMPORTS), rounds=rounds, least=0)
        for count in counts
    ]
    bare = {"count": counts[-1], "bare": True}
    name = f"{counts[-1]} tasks, 2 of 5 without return annotations"
    return [*made, Case(name, bare, tuple(_IMPORTS), rounds=rounds, least=0)]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """One new file, parsed."""
    folder = _home()
    if str(folder) not in os.environ.get("AIRFLOW_HOME", ""):
        os.environ["AIRFLOW_HOME"] = str(folder)
    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:  # before Airflow 3.2
        from airflow.models.dagbag import DagBag
    numbers = itertools.count()

    def run() -> None:
        number = next(numbers)
        path = folder / f"file_{number}.py"
        path.write_text(
            dag_file(contender, params["count"], number, bare=params.get("bare", False))
        )
        bag = DagBag(path, safe_mode=False)
        if bag.import_errors or len(bag.dags) != 1:
            raise RuntimeError(f"{bag.import_errors or 'no DAG'}")

    return run


def dag_file(contender: str, count: int, number: int = 0, *, bare: bool = False) -> str:
    """The text of a DAG file with *count* tasks, whose DAG has a number."""
    step = _STEP if not bare else _STEP.replace(*_BARE_ORDERS).replace(*_BARE_PRICE)
    steps = "".join(step.format(at=at) for at in range(max(1, count // 5)))
    head = _HEAD.format(imports=_IMPORTS[contender], number=number)
    return f"{head}{steps}\n\npipeline_{number}()\n"


_HOMES: list[Path] = []


def _home() -> Path:
    """A folder of this process, which is AIRFLOW_HOME too."""
    if not _HOMES:
        _HOMES.append(Path(tempfile.mkdtemp()))
        atexit.register(shutil.rmtree, _HOMES[0], ignore_errors=True)
    return _HOMES[0]
