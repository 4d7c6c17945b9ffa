"""``xcom_pull`` with literal ids, in the bodies of tasks of a file that makes one DAG."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, chain, get_current_context
from airflow.sdk import task as plain_task
from airflow.sdk.definitions.context import Context
from airflow.sdk.types import RuntimeTaskInstanceProtocol
from pydantic import BaseModel
from typedxcom import task
from typing_extensions import Unpack


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
def each_or_one(n: int = 1) -> int:
    return n


@task(multiple_outputs=True)
def counts() -> dict[str, int]:
    return {"a": 1}


@task(multiple_outputs=False)
def without_keys() -> dict[str, int]:
    return {"a": 1}


@task
def pushed_twice() -> Split:
    return {"train": 1, "test": ""}


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
    numbers: list[int] = ti.xcom_pull(task_ids=["each", "again_renamed"])
    renamed_too: int = ti.xcom_pull("again_renamed")
    third: int = ti.xcom_pull("each", map_indexes=3)
    some: list[int] = ti.xcom_pull("each", map_indexes=[0, 1])
    trains: list[int] = ti.xcom_pull(task_ids=("split",), key="train")
    count: int = ti.xcom_pull("counts", key="a")
    print(numbers, renamed_too, third, some, trains, count)
    first, second = ti.xcom_pull(task_ids=["extract_orders", "model"])
    print(first[0], second.total)


@task
def right_context(**context: Unpack[Context]) -> None:
    rows: list[int] = context["ti"].xcom_pull("extract_orders")
    order: Order = context["task_instance"].xcom_pull(task_ids="model")
    orders: list[Order] = context["ti"].xcom_pull(task_ids=["model"])
    print(rows, order, orders)


def classic_context(**context: Unpack[Context]) -> None:
    text: str = context["ti"].xcom_pull("plain_text")
    texts: list[str] = context["ti"].xcom_pull(["plain_text", "named"])
    unknown: list[int] = context["ti"].xcom_pull(["model"])  # JSON, which nothing decodes
    print(text, texts, unknown)


@task
def unknown(ti: RuntimeTaskInstanceProtocol, name: str) -> None:
    """Nothing is known of these, so they are ``Any``."""
    found: Any
    found = ti.xcom_pull(["untyped", "extract_orders"])[0].anything
    found = ti.xcom_pull(["elsewhere", name])[0].anything
    found = ti.xcom_pull(["extract_orders", "extract_orders"])[0].anything
    found = ti.xcom_pull(["extract_orders"], map_indexes=[1]).anything
    found = ti.xcom_pull({"extract_orders"}).anything
    found = ti.xcom_pull("pushed_twice").anything
    found = ti.xcom_pull("each_or_one").anything
    found = ti.xcom_pull(["each_or_one"])[0].anything
    found = ti.xcom_pull("without_keys", key=name).anything
    found = ti.xcom_pull("each", map_indexes=None).anything
    found = ti.xcom_pull("extract_orders", dag_id="other").anything
    found = ti.xcom_pull("extract_orders", include_prior_dates=True).anything
    found = ti.xcom_pull("extract_orders", default=0).anything
    found = ti.xcom_pull("extract_orders", map_indexes=[1]).anything
    found = ti.xcom_pull("extract_orders", run_id=name).anything
    found = ti.xcom_pull(task_ids="extract_orders", key=name).anything
    found = ti.xcom_pull("split", key=name).anything
    found = ti.xcom_pull("each").anything
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
    ti.xcom_pull(["extract_orders"]).items()  # E: "list[list[int]]" has no attribute "items" [attr-defined]
    texts: list[str] = ti.xcom_pull(task_ids=["each", "again_renamed"])  # E: Incompatible types in assignment (expression has type "list[int]", variable has type "list[str]") [assignment]
    train: list[str] = ti.xcom_pull(task_ids=["split"], key="train")  # E: Incompatible types in assignment (expression has type "list[int]", variable has type "list[str]") [assignment]
    count: str = ti.xcom_pull("counts", key="a")  # E: Incompatible types in assignment (expression has type "int", variable has type "str") [assignment]
    one: str = ti.xcom_pull("each", map_indexes=3)  # E: Incompatible types in assignment (expression has type "int", variable has type "str") [assignment]
    some: int = ti.xcom_pull("each", map_indexes=[0, 1])  # E: Incompatible types in assignment (expression has type "list[int]", variable has type "int") [assignment]
    orders: list[int] = get_current_context()["ti"].xcom_pull(["model"])  # E: Incompatible types in assignment (expression has type "list[Order]", variable has type "list[int]") [assignment]
    print(texts, train, count, one, some, orders)
    ti.xcom_pull("extract_order")  # E: xcom_pull asks for "extract_order", but this DAG has no such task: did you mean "extract_orders"? [xcom-key]
    ti.xcom_pull(task_ids=["extract_orders", "modle"])  # E: xcom_pull asks for "modle", but this DAG has no such task: did you mean "model"? [xcom-key]
    ti.xcom_pull(task_ids="shel")  # E: xcom_pull asks for "shel", but this DAG has no such task: did you mean "shell"? [xcom-key]
    ti.xcom_pull("renamed")  # E: xcom_pull asks for "renamed", but this DAG has no such task: did you mean "named"? [xcom-key]


@plain_task
def bare(ti=None, **context):
    ti.xcom_pull("name")  # E: xcom_pull asks for "name", but this DAG has no such task: did you mean "named"? [xcom-key]
    context["ti"].xcom_pull("extrat_orders")  # E: xcom_pull asks for "extrat_orders", but this DAG has no such task: did you mean "extract_orders"? [xcom-key]
    return ti.xcom_pull(task_ids="extract_orders").anything  # E: Task "bare" pulls "extract_orders" and uses it as "ti.xcom_pull(task_ids='extract_orders').anything", but it gets "list[int]" [xcom-key]


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
    each_or_one.expand(n=[1]), each_or_one()
    counts(), without_keys(), right_context()
    pushed_twice.override(do_xcom_push=False)()
    PythonOperator(task_id="classic_context", python_callable=classic_context)
    again.override(task_id="again_renamed")()
    shell = BashOperator(task_id="shell", bash_command="true")
    chain(shell, PythonOperator(task_id="classic", python_callable=classic))
    unknown(name=""), wrong(), right(), bare()
