"""A file with two DAGs: an id may be one of either, so nothing is said of what it gives."""

from __future__ import annotations

from airflow.sdk import dag
from airflow.sdk.types import RuntimeTaskInstanceProtocol
from typedxcom import task


@task
def extract() -> int:
    return 1


@task
def extrakt() -> str:
    return ""


@task
def reads(ti: RuntimeTaskInstanceProtocol) -> None:
    print(ti.xcom_pull("extract").anything, ti.xcom_pull("extrakt").anything)


@task
def wrong(ti: RuntimeTaskInstanceProtocol) -> None:
    ti.xcom_pull("extra_t")  # E: xcom_pull asks for "extra_t", but this DAG has no such task: did you mean "extrakt"? [xcom-key]


@dag(schedule=None)
def first() -> None:
    extract(), reads()


@dag(schedule=None)
def second() -> None:
    extrakt(), reads(), wrong()


first()
second()
