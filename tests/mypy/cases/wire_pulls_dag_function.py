"""Tasks inside a DAG function, with helpers and settings around them."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from airflow.sdk import chain, dag
from airflow.sdk.types import RuntimeTaskInstanceProtocol
from typedxcom import task


@dag(schedule=None, start_date=datetime(2026, 1, 1), default_args={"retry_delay": timedelta(1)})
def flow() -> None:
    folder = os.path.join(os.environ.get("FOLDER", ""), "a")

    @task
    def extract() -> int:
        return len(folder)

    @task.branch(task_id="choose")
    def choice() -> str:
        return ""

    @task(retries=3)
    def reads(ti: RuntimeTaskInstanceProtocol) -> None:
        number: int = ti.xcom_pull("extract")
        word: str = ti.xcom_pull("choose")
        print(number, word, ti.xcom_pull("made"), ti.xcom_pull("extract__1"))
        wrong: str = ti.xcom_pull("extract")  # E: Incompatible types in assignment (expression has type "int", variable has type "str") [assignment]
        print(wrong, ti.xcom_pull("extrct"))  # E: xcom_pull asks for "extrct", but this DAG has no such task: did you mean "extract"? [xcom-key]
        print([ti.xcom_pull(task_ids="chose") for _ in range(2)])  # E: xcom_pull asks for "chose", but this DAG has no such task: did you mean "choose"? [xcom-key]

    def more() -> None:
        extract.override(task_id="made", retries=1)()

    more()
    chain([extract(), extract()], choice(), reads())


flow()
