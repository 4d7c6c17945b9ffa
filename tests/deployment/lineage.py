"""Runs DAGs in this process while OpenLineage's provider writes its events to a file.

``python -m tests.deployment.lineage FOLDER``; the settings come from the environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
from airflow.sdk import Asset, dag
from pydantic import BaseModel, Field

from tests.harness.dagtest import run_dag
from typedxcom import File, LazyTable, Table, task
from typedxcom.airflow.config import lineage_inline


class Trip(BaseModel):
    trip_id: int = Field(description="key of the trip")
    fare: float = Field(ge=0)
    note: str | None = None


class Fare(BaseModel):
    fare: float = Field(ge=0, description="in euros")


class Report(BaseModel):
    title: str = Field(description="what it is about")
    rows: list[int]


def flow(folder: Path) -> Any:
    @dag(dag_id="flow", schedule=None)
    def made() -> None:
        @task(outlets=[Asset("s3://bucket/trips")])
        def extract() -> Table[Trip]:
            return pa.table({"trip_id": [1, 2, 3], "fare": [1.5] * 3, "note": ["a", None, "b"]})

        @task
        def fares(trips: Table[Fare]) -> float:
            return float(sum(trips["fare"].to_pylist()))

        @task
        def lazily(trips: LazyTable[Fare]) -> int:
            return int(trips.to_arrow().num_rows)

        @task
        def report(total: float) -> Report:
            return Report(title="t", rows=list(range(1000)))

        @task
        def publish(report: Report, picture: File) -> int:
            return len(report.rows)

        @task
        def draw() -> File:
            (folder / "a.png").write_bytes(b"png")
            return File(folder / "a.png")

        @task
        def each(n: int) -> Table[Fare]:
            return pa.table({"fare": [float(n)]})

        @task
        def reduce(tables: list[Table[Fare]]) -> int:
            return len(tables)

        trips = extract()
        lazily(trips)
        publish(report(fares(trips)), draw())
        reduce(each.expand(n=[1, 2]))

    return made()


def small(folder: Path) -> Any:
    """A DAG whose values are all in their entries."""

    @dag(dag_id="small", schedule=None)
    def made() -> None:
        @task
        def report() -> Report:
            return Report(title="s3cret", rows=[1])

        @task
        def publish(report: Report, copies: int) -> None: ...

        @task(do_xcom_push=False)
        def silent() -> int:
            return 1

        publish(report(), 3) >> silent()

    return made()


def inline_too(folder: Path) -> Any:
    """The same DAG, after the setting was switched on."""
    os.environ["AIRFLOW__TYPEDXCOM__LINEAGE_INLINE"] = "True"
    lineage_inline.cache_clear()
    made = small(folder)
    made.dag_id = "inline_too"
    return made


if __name__ == "__main__":
    for make in (flow, small, inline_too):
        result = run_dag(make(Path(sys.argv[1])))
        if result.state != "success":
            sys.exit(f"{result}\n{result.errors}")
