"""As many mapped instances as the run asks for, each with a stored table, and their reduce."""

# Without the word Airflow in it, Airflow would take this file for none of its own.

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from typedxcom import Table, dag, task

DAG_ID = Path(__file__).stem


class Part(BaseModel):
    index: int
    square: int


@dag(DAG_ID, schedule=None, default_args={"queue": DAG_ID.rpartition("_")[2], "retries": 0})
def wide() -> None:
    @task
    def numbers(dag_run: Any = None) -> list[int]:
        return list(range(dag_run.conf["instances"]))

    @task
    def square(n: int) -> Table[Part]:
        return pa.table({"index": [n], "square": [n * n]})

    @task
    def reduce(parts: list[Table[Part]]) -> int:
        whole = pa.concat_tables(parts)
        assert whole["index"].to_pylist() == list(range(len(parts)))
        total: int = pc.sum(whole["square"]).as_py()
        return total

    reduce(square.expand(n=numbers()))


wide()
