"""Of a file that may make more tasks than can be seen, no id is called misspelt."""

from __future__ import annotations

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflow.sdk.types import RuntimeTaskInstanceProtocol
from typedxcom import task


@task
def extract() -> int:
    return 1


@task
def reads(ti: RuntimeTaskInstanceProtocol) -> None:
    number: int = ti.xcom_pull("extract")
    print(number, ti.xcom_pull("extrakt"))


with DAG("flow"):
    for name in ("extrakt", "others"):
        BashOperator(task_id=name, bash_command="true")
    extract(), reads()
