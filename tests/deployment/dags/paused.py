"""Tasks whose first try waits, with its object written, before the push: see test_outages.py."""

# Without the word Airflow in it, Airflow would take this file for none of its own.

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from airflow.sdk.execution_time.xcom import XCom

from typedxcom import dag, task

DAG_ID = Path(__file__).stem
SIZES = [10, 60_000]  # one in the row, one in the store


def pause_before_push(ready: Path, go: Path) -> None:
    """Tell by the file *ready* that a push waits, for the file *go*; it goes when the push does."""
    push: Any = XCom.set

    def waiting(*args: Any, **kwargs: Any) -> None:
        ready.touch()
        while not go.exists():
            time.sleep(0.05)
        ready.unlink()
        push(*args, **kwargs)

    XCom.set = waiting  # type: ignore[method-assign]


@dag(DAG_ID, schedule=None, default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0})
def paused() -> None:
    @task(retries=2, retry_delay=timedelta(0))
    def victim(size: int, ti: Any, dag_run: Any) -> list[int]:
        if ti.try_number == 1:
            folder = Path(dag_run.conf["folder"])
            pause_before_push(folder / f"ready_{size}", folder / "go")
        return [ti.try_number] * size

    @task
    def read(values: list[list[int]], ti: Any) -> list[int]:
        assert [len(value) for value in values] == SIZES
        return [number for value in values for number in sorted(set(value))]

    read(victim.expand(size=SIZES))


paused()
