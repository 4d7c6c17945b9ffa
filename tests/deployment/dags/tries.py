"""Each try of a task stores another value, and the first one fails after it stored something."""

# Without the word Airflow in it, Airflow would take this file for none of its own.

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from typedxcom import Table, XComKey, dag, task

DAG_ID = Path(__file__).stem
DRAFT = XComKey("draft", list[int])


class Try(BaseModel):
    number: int


@dag(DAG_ID, schedule=None, default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0})
def tries() -> None:
    @task(retries=1, retry_delay=timedelta(0))
    def flaky(ti: Any) -> Table[Try]:
        DRAFT.push(ti, [ti.try_number] * 60_000)
        if ti.try_number == 1:
            raise RuntimeError("the first try fails")
        return pa.table({"number": [ti.try_number] * 10})

    @task
    def same() -> list[int]:
        return [7] * 60_000

    @task
    def read(tries: Table[Try], same: list[int], ti: Any) -> int:
        draft = DRAFT.pull(ti, task_ids="flaky")
        assert set(same) == {7}
        assert set(draft) == set(tries["number"].to_pylist())
        return draft[0]

    read(flaky(), same())


tries()
