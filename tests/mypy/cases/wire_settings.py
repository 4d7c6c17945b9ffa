"""Arguments of ``@task(...)`` and ``.override(...)``, and of mapped groups."""

from typing import Any, TypedDict

from airflow.sdk import DAG, task_group
from airflow.sdk import task as plain_task
from typedxcom import task, typed


@task(retries=2, execution_timeout=None, show_return_value_in_logs=False, store="far", preview=5)
def add(n: int) -> int:
    return n


@task.bash(env={"A": "b"}, append_env=True)
def command() -> str:
    return "true"


@task.virtualenv(requirements=["x"], system_site_packages=False)
def elsewhere(n: int) -> int:
    return n


@task.kubernetes(image="x", name="n", retrys=1)
def pod() -> int:
    return 1


@plain_task
def plain(n: int) -> int:
    return n


@typed(store="far", preview=0)
@plain_task
def kept(n: int) -> int:
    return n


@task(retrys=2)  # E: @task has no argument "retrys": did you mean "retries"? [xcom-task]
def wrong_decorator() -> None: ...


@task(previw=5)  # E: @task has no argument "previw": did you mean "preview"? [xcom-task]
def wrong_preview() -> None: ...


@task.branch
def choose() -> str:
    return "add"


@task.sensor
def ready() -> bool:
    return True


@task
def text(text: str) -> None: ...


@task_group
def each(n: int) -> None:
    add(n)


@task_group
def two(n: int, m: int) -> None:
    add(n)


class Item(TypedDict):
    n: int
    tooltip: str


@task
def items() -> list[Item]:
    return []


options: dict[str, Any] = {}

with DAG("right", schedule=None) as right:
    add.override(task_id="x", retries=3, pool="p", trigger_rule="all_done", op_kwargs={})(1)
    add.override(**options)(1)
    kept(add(1))
    add.override(something_new=1)(1)
    command.override(cwd="/", skip_on_exit_code=99)()
    elsewhere.override(python_version="3.12")(1)
    pod.override(namspace="x")()
    plain.override(doc_md="x", outlets=[])(1)
    text(choose())
    each.partial(n=4).expand_kwargs([{"tooltip": "first"}, {"tooltip": "second"}])
    each.expand_kwargs(items())

with DAG("wrong", schedule=None) as wrong:
    add.override(retrys=3)(1)  # E: override() of task "add" has no argument "retrys": did you mean "retries"? [xcom-task]
    add.override(taskid="x")(1)  # E: override() of task "add" has no argument "taskid": did you mean "task_id"? [xcom-task]
    plain.override(trigger_rul="x").expand(n=[1])  # E: override() of task "plain" has no argument "trigger_rul": did you mean "trigger_rule"? [xcom-task]
    command.override(enviro={}, aapend_env=True)()  # E: override() of task "command" has no argument "aapend_env": did you mean "append_env"? [xcom-task]
    add(choose())  # E: Argument "n" of task "add" takes "int", but task "choose" returns "str" [xcom-arg]
    add(ready())  # E: Argument "n" of task "add" takes "int", but task "ready" returns "None" [xcom-arg]
    add(x for x in [add(1)])  # E: Argument "n" of task "add" gets the output of task "add" inside "Generator", where Airflow does not look: make it a list [xcom-arg]
    two.expand_kwargs(items())  # E: Task group "two" is never given its parameter "m", and task "items" does not give it [xcom-map]
