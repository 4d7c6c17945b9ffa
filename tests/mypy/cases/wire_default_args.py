"""Arguments that ``default_args`` of a DAG or a task group give."""

from __future__ import annotations

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import dag, task_group
from airflow.sdk import task as plain_task
from typedxcom import task

COMMON = {"owner": "data", "retries": 2, "retry_delay": timedelta(minutes=5)}
SETTINGS = {**COMMON, "region": "eu"}


@task
def load(number: int, region: str) -> None: ...


@plain_task
def plain_load(number: int, region: str) -> None: ...


@task
def copy(number: int, target: str) -> None: ...


@plain_task
def plain_copy(number: int, target: str) -> None: ...


def call(size: int) -> None: ...


def call_other(weight: int) -> None: ...


@dag(schedule=None, default_args=SETTINGS)
def right() -> None:
    plain_load(number=1)
    load.expand(number=[1, 2])
    plain_load.expand(number=[1, 2])
    plain_load.partial().expand_kwargs([{"number": 1}])


@dag(schedule=None, default_args={"bash_command": "true", "op_kwargs": {"size": 1}})
def right_operators() -> None:
    BashOperator(task_id="bash")
    BashOperator.partial(task_id="mapped").expand(env=[{"a": "b"}])
    PythonOperator(task_id="python", python_callable=call)


@dag(schedule=None)
def right_group() -> None:
    @task_group(default_args={"region": "us", "target": "b"})
    def group() -> None:
        plain_load.expand(number=[1, 2])
        load.expand(number=[1])
        copy.expand(number=[1])
        plain_copy(1)

    group()


@dag(schedule=None, default_args=dict(COMMON, region="eu"))
def wrong() -> None:
    load.expand(region=["a"])  # E: Task "load" is never given its parameter "number" [xcom-map]
    plain_load.expand(region=["a"])  # E: Task "plain_load" is never given its parameter "number" [xcom-map]
    plain_load(region="eu")  # E: Missing positional argument "number" in call to "plain_load" [call-arg]
    plain_load()  # E: Missing positional argument "number" in call to "plain_load" [call-arg]
    plain_load.expand_kwargs([{"region": "a"}])  # E: Task "plain_load" is never given its parameter "number" [xcom-map]
    plain_load.expand(number=["a"])  # E: Argument "number" of task "plain_load" takes "int", not "str" [xcom-map]


@dag(schedule=None, default_args=COMMON)
def wrong_operators() -> None:
    PythonOperator(task_id="python", python_callable=call_other, op_kwargs={})  # E: Function "call_other" is never given its parameter "weight": add it to op_kwargs [xcom-arg]


right()
right_operators()
right_group()
wrong()
wrong_operators()
