"""The ids of tasks in a group have its name in front, so a plain id is none of theirs."""

from __future__ import annotations

from airflow.sdk import TaskGroup, dag, task_group
from airflow.sdk.types import RuntimeTaskInstanceProtocol
from typedxcom import task


@task
def extract() -> int:
    return 1


@task
def inside() -> str:
    return ""


@task
def beside() -> str:
    return ""


@task
def reads(ti: RuntimeTaskInstanceProtocol) -> None:
    number: int = ti.xcom_pull("extract")
    print(number, ti.xcom_pull("inside").anything, ti.xcom_pull("group.inside").anything)  # E: xcom_pull asks for "inside", but this DAG has no such task: did you mean "group.inside"? [xcom-key] && "str" has no attribute "anything" [attr-defined]
    print(ti.xcom_pull("beside").anything, ti.xcom_pull("extrat"))  # E: xcom_pull asks for "beside", but this DAG has no such task: did you mean "other.beside"? [xcom-key] && xcom_pull asks for "extrat", but this DAG has no such task: did you mean "extract"? [xcom-key]
    wrong: str = ti.xcom_pull("extract")  # E: Incompatible types in assignment (expression has type "int", variable has type "str") [assignment]
    print(wrong)


@task_group
def group() -> None:
    inside()


@dag(schedule=None)
def flow() -> None:
    extract(), reads(), group()
    with TaskGroup("other"):
        beside()


flow()
