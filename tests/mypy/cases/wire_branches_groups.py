"""Branches and pulls where tasks are in groups, whose names stand in front of their ids."""

from __future__ import annotations

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import BranchPythonOperator
from airflow.sdk import TaskGroup, dag, task_group
from airflow.sdk import task as plain_task
from typedxcom import task


@task
def start() -> None: ...


@task
def load() -> None: ...


@plain_task
def clean() -> int:
    return 1


@plain_task
def each(n):
    return n


@task.branch
def right(n: int) -> list[str]:
    return ["group.load", "other", "start"] if n else ["group", "outer.inner.clean"]


@task.branch
def right_numbers(n: int) -> str:
    """Only the first of the groups that a loop makes can be seen."""
    return "looped__1.load" if n else "twice__1.load"


@plain_task.branch
def right_elsewhere():
    return "unseen_group.load_us"


@task.branch
def wrong() -> str:
    return "group.laod"  # E: Task "wrong" branches into "group.laod", but this DAG has no such task: did you mean "group.load"? [xcom-task]


@task.branch
def wrong_without_group() -> str:
    return "load"  # E: Task "wrong_without_group" branches into "load", but this DAG has no such task: did you mean "group.load"? [xcom-task]


@plain_task.branch
def wrong_inner(n=1):
    return "outer.iner.clean" if n else "named.clean"  # E: Task "wrong_inner" branches into "outer.iner.clean", but this DAG has no such task: did you mean "outer.inner.clean"? [xcom-task]


@plain_task.branch
def wrong_group():
    return ["otter"]  # E: Task "wrong_group" branches into "otter", but this DAG has no such task: did you mean "outer"? [xcom-task]


@plain_task.branch_external_python(python="/usr/bin/python3")
def wrong_external():
    return "other.shel"  # E: Task "wrong_external" branches into "other.shel", but this DAG has no such task: did you mean "other.shell"? [xcom-task]


@plain_task.branch_virtualenv(requirements=[])
def wrong_virtualenv():
    return "renamed.laod"  # E: Task "wrong_virtualenv" branches into "renamed.laod", but this DAG has no such task: did you mean "renamed.load"? [xcom-task]


def classic(**context):
    context["ti"].xcom_pull("outer.inner.clean").bit_length()
    context["ti"].xcom_pull("mapped.each").anything
    context["ti"].xcom_pull("outer.inner.clean").upper()  # E: Task "classic" pulls "outer.inner.clean" and uses it as "context['ti'].xcom_pull('outer.inner.clean').upper", but it gets "int" [xcom-key]
    context["ti"].xcom_pull("clean")  # E: xcom_pull asks for "clean", but this DAG has no such task: did you mean "outer.inner.clean"? [xcom-key]
    context["ti"].xcom_pull("other.shell")["a"]  # E: Task "classic" pulls "other.shell" and reads "a" of it as of a dict, but it gets "str" [xcom-key]
    context["ti"].xcom_pull("mapped.eahc")  # E: xcom_pull asks for "mapped.eahc", but this DAG has no such task: did you mean "mapped.each"? [xcom-key]
    return "group.lod"  # E: Task "classic" branches into "group.lod", but this DAG has no such task: did you mean "group.load"? [xcom-task]


@task_group
def group() -> None:
    load()


@task_group(group_id="looped")
def loop() -> None:
    load()


@task_group
def twice() -> None:
    load()


@task_group
def outer() -> None:
    @task_group
    def inner() -> None:
        clean()

    inner()


@task_group
def mapped(n: int) -> None:
    each(n)


@dag(schedule=None)
def flow() -> None:
    start() >> [right(1), right_numbers(1), right_elsewhere(), wrong(), wrong_without_group()]
    start() >> [wrong_inner(), wrong_group(), wrong_external(), wrong_virtualenv()]
    group()
    for _ in range(3):
        loop()
    twice()
    twice()
    twice.override(group_id="renamed")()
    outer()
    mapped.expand(n=[1, 2])
    with TaskGroup("higher"), TaskGroup(group_id="deep"):
        BashOperator(task_id="below", bash_command="true")
    with TaskGroup(group_id="other"):
        BashOperator(task_id="shell", bash_command="true")
    BranchPythonOperator(task_id="classic", python_callable=classic)


flow()
