"""``xcom_pull`` with literal ids, in the bodies of tasks of a file that makes one DAG."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, chain, get_current_context
from airflow.sdk import task as plain_task
from airflow.sdk.types import RuntimeTaskInstanceProtocol
from pydantic import BaseModel
from typedxcom import task


class Order(BaseModel):
    total: float


class Split(TypedDict):
    train: int
    test: str


@task
def extract_orders() -> list[int]:
    return [1]


@task
def model() -> Order:
    return Order(total=1)


@task(task_id="named")
def renamed() -> str:
    return ""


@task(multiple_outputs=True)
def split() -> Split:
    return {"train": 1, "test": ""}


@task
def each(n: int) -> int:
    return n


@task
def again() -> int:
    return 1


@task
def untyped():
    return 1


@plain_task
def plain_model() -> Order:
    return Order(total=1)


@plain_task
def plain_text() -> str:
    return ""


@task
def right(ti: RuntimeTaskInstanceProtocol) -> None:
    rows: list[int] = ti.xcom_pull("extract_orders")
    same: list[int] = ti.xcom_pull(task_ids="extract_orders", key="return_value")
    order: Order = ti.xcom_pull("model")
    word: str = ti.xcom_pull(task_ids="named")
    number: int = ti.xcom_pull("split", key="train")
    text: str = get_current_context()["ti"].xcom_pull("plain_text")
    print(rows, same, order.total, word, number, text)


@task
def unknown(ti: RuntimeTaskInstanceProtocol, name: str) -> None:
    """Nothing is known of these, so they are ``Any``."""
    found: Any
    found = ti.xcom_pull(["extract_orders"]).anything
    found = ti.xcom_pull("extract_orders", dag_id="other").anything
    found = ti.xcom_pull("extract_orders", include_prior_dates=True).anything
    found = ti.xcom_pull("extract_orders", default=0).anything
    found = ti.xcom_pull("extract_orders", map_indexes=[1]).anything
    found = ti.xcom_pull("extract_orders", run_id=name).anything
    found = ti.xcom_pull(task_ids="extract_orders", key=name).anything
    found = ti.xcom_pull("split", key="own").anything
    found = ti.xcom_pull("each").anything
    found = ti.xcom_pull("again_renamed").anything
    found = ti.xcom_pull("untyped").anything
    found = ti.xcom_pull("plain_model").anything
    found = ti.xcom_pull("shell").anything
    found = ti.xcom_pull(name).anything
    found = ti.xcom_pull().anything
    found = ti.xcom_pull("quite_another").anything
    found = ti.xcom_pull("extract_order", dag_id="other")
    found = ti.xcom_pull("extract_order", include_prior_dates=True)
    print(found)


@task
def wrong(ti: RuntimeTaskInstanceProtocol) -> None:
    rows: str = ti.xcom_pull("extract_orders")  # E: Incompatible types in assignment (expression has type "list[int]", variable has type "str") [assignment]
    order = ti.xcom_pull("model")
    order.nothing  # E: "Order" has no attribute "nothing" [attr-defined]
    number: str = ti.xcom_pull("split", key="train")  # E: Incompatible types in assignment (expression has type "int", variable has type "str") [assignment]
    field = ti.xcom_pull("split")["tset"]  # E: TypedDict "Split" has no key "tset" [typeddict-item]
    print(rows, order, number, field)
    ti.xcom_pull("extract_order")  # E: xcom_pull asks for "extract_order", but this DAG has no such task: did you mean "extract_orders"? [xcom-key]
    ti.xcom_pull(task_ids=["extract_orders", "modle"])  # E: xcom_pull asks for "modle", but this DAG has no such task: did you mean "model"? [xcom-key]
    ti.xcom_pull(task_ids="shel")  # E: xcom_pull asks for "shel", but this DAG has no such task: did you mean "shell"? [xcom-key]
    ti.xcom_pull("renamed")  # E: xcom_pull asks for "renamed", but this DAG has no such task: did you mean "named"? [xcom-key]


@plain_task
def bare(ti=None, **context):
    ti.xcom_pull("name")  # E: xcom_pull asks for "name", but this DAG has no such task: did you mean "named"? [xcom-key]
    context["ti"].xcom_pull("extrat_orders")  # E: xcom_pull asks for "extrat_orders", but this DAG has no such task: did you mean "extract_orders"? [xcom-key]
    return ti.xcom_pull(task_ids="extract_orders").anything


def classic(ti):
    ti.xcom_pull("shel")  # E: xcom_pull asks for "shel", but this DAG has no such task: did you mean "shell"? [xcom-key]


def helper(value: Any) -> None:
    value.xcom_pull("shel")


@task
def never_called(ti: RuntimeTaskInstanceProtocol) -> None:
    ti.xcom_pull("extract_order")


with DAG("flow", start_date=datetime(2026, 1, 1)):
    extract_orders(), model(), renamed(), split(), untyped(), plain_model(), plain_text()
    each.expand(n=[1, 2])
    again.override(task_id="again_renamed")()
    shell = BashOperator(task_id="shell", bash_command="true")
    chain(shell, PythonOperator(task_id="classic", python_callable=classic))
    unknown(name=""), wrong(), right(), bare()
