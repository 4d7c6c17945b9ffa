"""Mapped tasks over a list of items of 1 kB, in a real run with `dag.test()` on SQLite.

"reduce" is the whole task that sums up the results of the mapped instances, with everything that
Airflow does for it. A plain task iterates over its argument, as Airflow's documentation shows.
"stock, values[:]" takes a slice, which is faster but little known. "pulled" is the part of the list
that all mapped instances together get as JSON through the supervisor. "from the store" is what they
read there.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.running import Case, Found

TITLE = "Mapped tasks: expand and reduce"
METRICS = [
    {"key": "seconds", "title": "reduce", "unit": "s", "beside": "stock"},
    {"key": "pulled", "title": "pulled by the instances", "unit": "B", "beside": "stock"},
    {"key": "stored", "title": "from the store", "unit": "B"},
]
FRESH = True  # a backend is chosen once per process
_CONTENDERS = ("stock", "stock, values[:]", "typedxcom", "typedxcom, XComBackend")


def cases(size: str) -> list[Case]:
    """Few and many instances."""
    if size == "quick":  # each contender's database takes longer to make than this has
        return []
    counts = {"full": (10, 100, 1_000), "tiny": (3,)}[size]
    return [
        Case(
            f"{count:,} instances",
            {"count": count},
            _CONTENDERS,
            rounds=3 if size == "full" and count < 1_000 else 1,
            least=0,
            warm=False,
        )
        for count in counts
    ]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One run of the DAG."""
    if "XComBackend" in contender:
        os.environ["AIRFLOW__CORE__XCOM_BACKEND"] = "typedxcom.backend.XComBackend"
    from tests.harness import env

    env.prepare()
    from tests.harness.dagtest import run_dag

    dag = _dag(contender, params["count"])
    pulled, stored = _count_pulled(), _count_stored()

    def run() -> Found:
        pulled.clear()
        stored.clear()
        result = run_dag(dag)
        if result.state != "success" or result.xcom("total") != sum(range(params["count"])):
            raise RuntimeError(str(result)[:2000])
        return Found(
            seconds=_duration(result.run_id), pulled=pulled["extract"], stored=stored["bytes"]
        )

    return run


def _dag(contender: str, count: int) -> Any:
    """A list, one task instance for each item, and their sum."""
    import airflow.sdk

    import typedxcom

    task: Any = (typedxcom if contender.startswith("typedxcom") else airflow.sdk).task
    takes_slice = "[:]" in contender

    @airflow.sdk.dag(dag_id="mapping", schedule=None)
    def made() -> None:
        @task
        def extract() -> list[dict[str, Any]]:
            return [{"id": number, "text": "x" * 1000} for number in range(count)]

        @task
        def work(item: dict[str, Any]) -> int:
            return int(item["id"])

        @task
        def total(values: list[int]) -> int:
            return sum(values[:] if takes_slice else values)

        total(work.expand(item=extract()))

    return made()


def _count_pulled() -> Counter[str]:
    """Bytes of JSON that tasks get, by the task that pushed them."""
    from airflow.sdk.execution_time.supervisor import InProcessSupervisorComms

    counted: Counter[str] = Counter()
    send = InProcessSupervisorComms.send

    def counting(self: Any, msg: Any) -> Any:
        answer = send(self, msg)
        if type(msg).__name__.startswith("GetXCom"):
            value = getattr(answer, "value", getattr(answer, "root", None))
            counted[msg.task_id] += len(json.dumps(value))
        return answer

    InProcessSupervisorComms.send = counting  # type: ignore[method-assign]
    return counted


def _count_stored() -> Counter[str]:
    """Bytes that are read from the store on disk."""
    from typedxcom.stores import LocalStore

    counted: Counter[str] = Counter()

    def counting(read: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            found = read(*args, **kwargs)
            counted["bytes"] += len(found)
            return found

        return call

    LocalStore.read = counting(LocalStore.read)  # type: ignore[method-assign]
    LocalStore.read_range = counting(LocalStore.read_range)  # type: ignore[method-assign]
    return counted


def _duration(run_id: str) -> float:
    """Seconds from start to end of the task that reduces."""
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session
    from sqlalchemy import select

    asked = select(TaskInstance.duration).where(
        TaskInstance.run_id == run_id, TaskInstance.task_id == "total"
    )
    with create_session() as session:
        return float(session.scalars(asked).one())
