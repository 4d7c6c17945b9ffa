"""A parameter whose default is None takes None, whatever its annotation says."""

# mypy: implicit-optional

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import dag
from airflow.sdk import task as plain
from typedxcom import task, task_group


@task
def find() -> str | None:
    return None


@task
def count() -> int:
    return 3


@task
def load(name: str = None, *, tags: "list[str]" = None) -> None:
    print(name, tags)


@plain
def plain_load(name: str = None) -> None:
    print(name)


@task
def strict(name: str, title: str = "none") -> None:
    print(name, title)


@task_group
def both(name: str = None) -> None:
    load(name)
    plain_load(name)


def body(name: str = None, n: int = None) -> None:
    print(name, n)


@dag(schedule=None)
def right() -> None:
    load()
    load(None)
    load(find(), tags=None)
    plain_load(find())
    both(find())
    load.expand(name=["a", None])
    PythonOperator(task_id="body", python_callable=body, op_args=[find()])


@dag(schedule=None)
def wrong() -> None:
    load(count())  # E: Argument "name" of task "load" takes "str | None", but task "count" returns "int" [xcom-arg]
    plain_load(count())  # E: Argument "name" of task "plain_load" takes "str | None", but task "count" returns "int" [xcom-arg]
    strict(find())  # E: Argument "name" of task "strict" takes "str", but task "find" returns "str | None" [xcom-arg]
    strict("a", title=None)  # E: Argument "title" to "strict" has incompatible type "None"; expected "str" [arg-type]
    both(count())  # E: Argument "name" of task group "both" takes "str | None", but task "count" returns "int" [xcom-arg]
    PythonOperator(task_id="body", python_callable=body, op_kwargs={"n": find()})  # E: Argument "n" of function "body" takes "int | None", but task "find" returns "str | None" [xcom-arg]
