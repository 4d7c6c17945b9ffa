"""A run of many at once: what it reads must be its own."""

# Without the word Airflow in it, Airflow would take this file for none of its own.

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from typedxcom import Table, dag, task

DAG_ID = Path(__file__).stem


class Mark(BaseModel):
    run: int


@dag(
    DAG_ID,
    schedule=None,
    max_active_runs=20,
    default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0},
)
def crowd() -> None:
    @task
    def table(dag_run: Any = None) -> Table[Mark]:
        return pa.table({"run": [dag_run.conf["n"]] * 1000})

    @task
    def text(dag_run: Any = None) -> list[str]:
        return [f"run {dag_run.conf['n']}"] * 20_000

    @task
    def check(marks: Table[Mark], lines: list[str], dag_run: Any = None) -> int:
        n: int = dag_run.conf["n"]
        assert set(marks["run"].to_pylist()) == {n}
        assert set(lines) == {f"run {n}"}
        return n

    check(table(), text())


crowd()
