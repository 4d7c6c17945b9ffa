"""What the bodies of tasks do with what they pull, where nobody annotated ``ti`` or the context."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator
from airflow.sdk import DAG, get_current_context
from airflow.sdk import task as plain_task
from pydantic import BaseModel
from typedxcom import task


class Order(BaseModel):
    total: float


class Split(TypedDict):
    train: int
    test: str


@plain_task
def number() -> int:
    return 1


@plain_task
def split() -> Split:
    return {"train": 1, "test": ""}


@plain_task
def shown():
    return {"rows": [1], "path": "a"}


@plain_task(multiple_outputs=True)
def keys():
    return {"count": 1, "name": "a"}


@plain_task
def each(n):
    return {"n": n}


@plain_task
def each_number(n) -> int:
    return 1


@plain_task
def names() -> list[str]:
    return ["a"]


@plain_task
def plain_order() -> Order:
    return Order(total=1)


@task
def order() -> Order:
    return Order(total=1)


@task
def maybe() -> Order | None:
    return None


@plain_task
def right(ti):
    print(ti.xcom_pull("number") + 1)
    ti.xcom_pull("split")["train"] + 1
    ti.xcom_pull("split")["test"].upper()
    ti.xcom_pull(task_ids="shown")["path"]
    ti.xcom_pull("keys", key="name").upper()
    ti.xcom_pull("keys", key="count") - 1
    ti.xcom_pull("each", map_indexes=0)["n"]
    ti.xcom_pull("each", map_indexes=[0, 1])[0]["n"]
    ti.xcom_pull("shell").strip()
    ti.xcom_pull("elsewhere")["anything"]
    ti.xcom_pull("split", dag_id="other")["anything"]
    ti.xcom_pull("split", run_id="other")["anything"]
    for one in ti.xcom_pull("names"):
        one.upper()
    print([one.upper() for one in ti.xcom_pull("names")], len(ti.xcom_pull("names")))


@plain_task
def right_names(ti=None, **context):
    rows = ti.xcom_pull("shown")
    print(rows["rows"], rows.get("anything"))
    many = context["task_instance"].xcom_pull(["split", "shown"])
    print(many[0]["train"], many[1]["path"])
    first, second = context["task_instance"].xcom_pull(["split", "shown"])
    print(first["test"], second["rows"])


@plain_task
def unsure(ti, name="a", **context):
    """Nothing is sure to fail here."""
    rows = ti.xcom_pull("shown")
    if name in rows:
        print(rows["anything"])
    again = ti.xcom_pull("shown")
    again = {"other": again}
    print(again["other"])
    changed = ti.xcom_pull("shown")
    changed["own"] = 1
    print(changed["own"])
    found = ti.xcom_pull("number") or {}
    print(found["own"])
    try:
        print(ti.xcom_pull("shown")["own"])
    except KeyError:
        print("none")
    helped = ti.xcom_pull("shown")
    add_to(helped)
    print(helped["own"])
    ti.xcom_pull(name)["anything"]
    ti.xcom_pull("shown", key=name)["anything"]
    ti.xcom_pull("each")["anything"]
    ti.xcom_pull([name, "shown"])[0]["anything"]
    ti.xcom_pull("shown").get("anything")
    ti.xcom_pull("plain_order").anything
    ti.xcom_pull("order").anything  # JSON, for a task of Airflow's own


def add_to(rows):
    rows["own"] = 1


@plain_task
def wrong(ti):
    ti.xcom_pull("number").upper()  # E: Task "wrong" pulls "number" and uses it as "ti.xcom_pull('number').upper", but it gets "int" [xcom-key]
    ti.xcom_pull("split")["tran"]  # E: Task "wrong" pulls "split" and reads "tran" of it, but the dict has "train", "test": did you mean "train"? [xcom-key]
    ti.xcom_pull(task_ids="shown")["pth"]  # E: Task "wrong" pulls "shown" and reads "pth" of it, but the dict has "rows", "path": did you mean "path"? [xcom-key]
    ti.xcom_pull("keys", key="name") - 1  # E: Task "wrong" pulls "keys" and uses it as "ti.xcom_pull('keys', key='name') - 1", but it gets "str" [xcom-key]
    ti.xcom_pull("each", map_indexes=0)["m"]  # E: Task "wrong" pulls "each" and reads "m" of it, but the dict has "n" [xcom-key]
    ti.xcom_pull("each", map_indexes=[0, 1])["n"]  # E: Task "wrong" pulls "each" and reads "n" of it as of a dict, but it gets "list[TypedDict({'n': Any})]" [xcom-key]
    ti.xcom_pull("each", map_indexes=[0, 1])[0]["m"]  # E: Task "wrong" pulls "each" and reads "m" of it, but the dict has "n" [xcom-key]
    ti.xcom_pull("each_number", map_indexes=2)["n"]  # E: Task "wrong" pulls "each_number" and reads "n" of it as of a dict, but it gets "int" [xcom-key]
    ti.xcom_pull("shell")["line"]  # E: Task "wrong" pulls "shell" and reads "line" of it as of a dict, but it gets "str" [xcom-key]
    ti.xcom_pull(["split"])["train"]  # E: Task "wrong" pulls several values and reads "train" of it as of a dict, but it gets "list[Split]" [xcom-key]
    ti.xcom_pull(["split", "shown"])[1]["train"]  # E: Task "wrong" pulls "shown" and reads "train" of it, but the dict has "rows", "path" [xcom-key]
    ti.xcom_pull(["split", "shown"]).items()  # E: Task "wrong" pulls several values and uses it as "ti.xcom_pull(['split', 'shown']).items", but it gets "list[Any]" [xcom-key]
    ti.xcom_pull("names")[0]["x"]  # E: Task "wrong" pulls "names" and reads "x" of it as of a dict, but it gets "str" [xcom-key]
    for one in ti.xcom_pull("number"):  # E: Task "wrong" pulls "number" and uses it as "for ... in ti.xcom_pull('number')", but it gets "int" [xcom-key]
        print(one)
    print([one for one in ti.xcom_pull("number")])  # E: Task "wrong" pulls "number" and uses it as "for ... in ti.xcom_pull('number')", but it gets "int" [xcom-key]
    print(len(ti.xcom_pull("number")))  # E: Task "wrong" pulls "number" and uses it as "len(ti.xcom_pull('number'))", but it gets "int" [xcom-key]


@plain_task
def wrong_context(**context):
    rows = context["ti"].xcom_pull("shown")  # E: Task "wrong_context" pulls "shown" and reads "rwos" of it, but the dict has "rows", "path": did you mean "rows"? [xcom-key]
    print(rows["rwos"])
    if rows:
        count = context["task_instance"].xcom_pull("number")  # E: Task "wrong_context" pulls "number" and reads "x" of it as of a dict, but it gets "int" [xcom-key]
        print(count["x"])
    first, second = context["ti"].xcom_pull(["split", "shown"])  # E: Task "wrong_context" pulls "shown" and reads "test" of it, but the dict has "rows", "path" [xcom-key]
    print(first["test"], second["test"])


@plain_task
def wrong_kwargs(**kwargs):
    ti = kwargs["task_instance"]
    value = ti.xcom_pull(task_ids="split")  # E: Task "wrong_kwargs" pulls "split" and reads "tets" of it, but the dict has "train", "test": did you mean "test"? [xcom-key]
    return value["tets"]


@plain_task
def wrong_default(ti=None):
    return ti.xcom_pull("shown")["pathh"]  # E: Task "wrong_default" pulls "shown" and reads "pathh" of it, but the dict has "rows", "path": did you mean "path"? [xcom-key]


@plain_task
def wrong_current():
    ti = get_current_context()["ti"]
    return ti.xcom_pull("order")["total"], ti.xcom_pull("split")["tran"]  # E: TypedDict "Split" has no key "tran" [typeddict-item]


@plain_task
def wrong_annotated(ti=None) -> int:
    return ti.xcom_pull("number")["a"]  # E: Task "wrong_annotated" pulls "number" and reads "a" of it as of a dict, but it gets "int" [xcom-key]


@task
def wrong_typed(ti, task_instance):
    ti.xcom_pull("order")["total"]  # E: Task "wrong_typed" pulls "order" and reads "total" of it as of a dict, but it gets "Order": write .total [xcom-key]
    ti.xcom_pull("order").totl  # E: Task "wrong_typed" pulls "order" and uses it as "ti.xcom_pull('order').totl", but it gets "Order": write .total [xcom-key]
    task_instance.xcom_pull("maybe")["total"]  # E: Task "wrong_typed" pulls "maybe" and reads "total" of it as of a dict, but it gets "Order | None": write .total [xcom-key]
    return ti.xcom_pull("order").total


def classic(ti):
    return ti.xcom_pull("shown")["rwos"]  # E: Task "classic" pulls "shown" and reads "rwos" of it, but the dict has "rows", "path": did you mean "rows"? [xcom-key]


def classic_context(**context):
    found = context["ti"].xcom_pull(task_ids="number")  # E: Task "classic_context" pulls "number" and reads "a" of it as of a dict, but it gets "int" [xcom-key]
    return found["a"]


def classic_branch(**context):
    return "shell" if context["ti"].xcom_pull("split")["tran"] else None  # E: Task "classic_branch" pulls "split" and reads "tran" of it, but the dict has "train", "test": did you mean "train"? [xcom-key]


def helper(ti):
    """Nobody knows in which DAG it runs."""
    return ti.xcom_pull("shown")["rwos"]


with DAG("flow", start_date=datetime(2026, 1, 1)):
    made = [number(), split(), shown(), keys(), names(), plain_order(), order(), maybe()]
    each.expand(n=[1, 2]), each_number.expand(n=[1, 2])
    shell = BashOperator(task_id="shell", bash_command="true")
    right(), right_names(), unsure(), wrong(), wrong_context(), wrong_kwargs(), wrong_default()
    wrong_current(), wrong_annotated(), wrong_typed()
    PythonOperator(task_id="classic", python_callable=classic)
    PythonOperator(task_id="classic_context", python_callable=classic_context)
    BranchPythonOperator(task_id="classic_branch", python_callable=classic_branch)
