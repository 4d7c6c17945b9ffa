"""A chain of tasks that pass on a value of 1 kB, in a real run with `dag.test()` on SQLite.

We measure the time of one task in a chain of ten, with everything that Airflow does for it: states,
rendering, HTTP to the execution API, the database. "stock" tasks have no contract and pass
builtins. "stock, models" tasks pass pydantic models through Airflow's own serialization.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from benchmarks.running import Case, Found

TITLE = "A typed task beside a plain one"
METRICS = [
    {"key": "seconds", "title": "time", "unit": "s", "beside": "stock"},
    {"key": "cpu", "title": "CPU time", "unit": "s", "beside": "stock"},
]
_CONTENDERS = ("stock", "stock, models", "typedxcom", "typedxcom, models")
_TASKS = 10


def cases(size: str) -> list[Case]:
    """One case: 1 kB."""
    if size == "quick":  # four databases take longer to make than this has
        return []
    rounds = {"full": 15, "tiny": 1}[size]
    return [Case("1 kB, one task", {}, _CONTENDERS, rounds=rounds, least=0, warm=size != "tiny")]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One run of the DAG."""
    import time

    from tests.harness import env

    env.prepare()
    os.environ["AIRFLOW__CORE__ALLOWED_DESERIALIZATION_CLASSES"] = "benchmarks.*"
    from tests.harness.dagtest import run_dag

    dag = _dag(contender)
    run_dag(dag)

    def run() -> Found:
        wall, cpu = time.perf_counter(), time.process_time()
        result = run_dag(dag)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if result.state != "success":
            raise RuntimeError(str(result))
        return Found(seconds=wall / _TASKS, cpu=cpu / _TASKS)

    return run


def _dag(contender: str) -> Any:
    """A chain of tasks; each gets the value and returns it."""
    import airflow.sdk

    import typedxcom
    from benchmarks.records import Order, records

    module = typedxcom if contender.startswith("typedxcom") else airflow.sdk
    kind: Any = list[Order] if "models" in contender else list[dict[str, Any]]
    content = records("nested", 3)
    made: Any = [Order(**one) for one in content]
    if "models" not in contender:
        made = [one.model_dump(mode="json") for one in made]

    def first() -> Any:
        return made

    def step(value: Any) -> Any:
        return value

    first.__annotations__["return"] = kind
    step.__annotations__.update({"value": kind, "return": kind})

    @airflow.sdk.dag(dag_id=f"overhead_{contender.replace(', ', '_')}", schedule=None)
    def chain() -> None:
        value = module.task(first)()
        for _ in range(_TASKS - 1):
            value = module.task(step)(value)

    return chain()
