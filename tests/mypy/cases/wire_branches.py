"""Branches into tasks, in a file that makes one DAG and shows the ids of all its tasks."""

from __future__ import annotations

from typing import Literal

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import BranchPythonOperator
from airflow.sdk import DAG, chain
from airflow.sdk import task as plain_task
from typedxcom import task


@task
def load() -> None: ...


@task
def load_us() -> None: ...


@task
def clean_up() -> None: ...


@task(task_id="named")
def other() -> None: ...


@task.branch
def right(n: int) -> str:
    if n > 3:
        return "clean_up"
    return "load" if n else "named"


@task.branch
def right_lists(n: int) -> list[str]:
    return ["load", "again"] if n else ["shell"]


@task.branch
def right_literal(n: int) -> Literal["load", "clean_up"] | None:
    return None if n else "load"


@task.branch
def unsure(n: int) -> str:
    """One of its ids is not known, so nothing is said."""
    return "lod" if n else f"load_{n}"


@task.branch
def elsewhere(n: int) -> str:
    """Such tasks may be made in another environment."""
    return "load_eu" if n else "quite_another"


@task.branch
def siblings(n: int) -> str:
    return "load" if n else "lode"


@task.branch
def never_called() -> str:
    return "lod"


@task
def no_branch() -> str:
    return "lod"


@task.branch
def wrong(n: int) -> str:
    if n > 3:
        return "lod"  # E: Task "wrong" branches into "lod", but this DAG has no such task: did you mean "load"? [xcom-task]
    return "clean_up"


@task.branch
def wrong_without_annotations(n=1):  # E: Task "wrong_without_annotations" branches into "claen_up", but this DAG has no such task: did you mean "clean_up"? [xcom-task]
    chosen = "claen_up"
    return chosen


@task.branch
def wrong_list(n: int) -> list[str]:
    return ["load", "cleanup"] if n else ["other", "shel"]  # E: Task "wrong_list" branches into "cleanup", but this DAG has no such task: did you mean "clean_up"? [xcom-task] && Task "wrong_list" branches into "shel", but this DAG has no such task: did you mean "shell"? [xcom-task]


@task.branch
def wrong_literal(n: int) -> Literal["clean_up", "lod"]:  # E: Task "wrong_literal" branches into "lod", but this DAG has no such task: did you mean "load"? [xcom-task]
    return "clean_up"


@plain_task.branch
def wrong_plain(n=1):
    return None if n else "load_uss"  # E: Task "wrong_plain" branches into "load_uss", but this DAG has no such task: did you mean "load_us"? [xcom-task]


@plain_task.branch_virtualenv(task_id="elsewhere_run", requirements=[])
def wrong_elsewhere():
    return "nmed"  # E: Task "wrong_elsewhere" branches into "nmed", but this DAG has no such task: did you mean "named"? [xcom-task]


def right_classic() -> str:
    return "load"


def wrong_classic() -> str:
    return "agian"  # E: Task "second" branches into "agian", but this DAG has no such task: did you mean "again"? [xcom-task]


with DAG("flow"):
    chosen = [right(1), right_lists(1), right_literal(1), unsure(1), elsewhere(1), siblings(1)]
    chosen += [wrong(1), wrong_without_annotations(), wrong_list(1), wrong_literal(1)]
    chosen += [wrong_plain(), wrong_elsewhere()]
    no_branch()
    shell = BashOperator(task_id="shell", bash_command="true")
    first = BranchPythonOperator(task_id="first", python_callable=right_classic)
    second = BranchPythonOperator(task_id="second", python_callable=wrong_classic)
    tasks = [load(), load_us(), clean_up(), other(), load.override(task_id="again")(), shell]
    chain(chosen[0], tasks)
    chain(first, second, tasks)
