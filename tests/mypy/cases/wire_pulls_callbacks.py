"""Keys that a callback or a hook pushes under the task's id."""

from __future__ import annotations

from typing import Any

from airflow.sdk import DAG
from typedxcom import task


def push_size(context: Any, result: Any = None) -> None:
    context["ti"].xcom_push(key="size", value=1)


@task(on_success_callback=push_size)
def extract() -> int:
    return 1


@task(multiple_outputs=True, post_execute=push_size)
def split() -> dict[str, int]:
    return {"train": 1}


@task
def right(ti: Any = None) -> None:
    ti.xcom_pull("extract", key="size")
    ti.xcom_pull("split", key="size")


with DAG("callbacks"):
    found = extract()
    print(found["size"], split()["size"], right())
