"""Functions and lambdas of operators, and sensors, that nobody annotated."""

from __future__ import annotations

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import dag, task


@task
def names() -> list[str]:
    return ["x"]


@task
def number() -> int:
    return 1


@task
def take(a: int) -> None: ...


@task
def take_none(a: int | None) -> None: ...


@task
def untyped(a):
    print(a - 1)


@task.sensor(poke_interval=1)
def found():
    return True


@task.sensor(poke_interval=1)
def maybe_found(n=1):
    return n > 3


@task.sensor(poke_interval=1)
def answers(n=1):
    return n


def add(o):
    return o + 1


def report():
    return {"total": 1}


def count():
    return 3


@dag(schedule=None)
def right() -> None:
    PythonOperator(task_id="a", python_callable=lambda o: o + 1, op_args=[number()])
    PythonOperator(task_id="b", python_callable=add, op_kwargs={"o": number()})
    PythonOperator.partial(task_id="c", python_callable=add).expand(op_args=[[number()], [1]])
    take(PythonOperator(task_id="d", python_callable=count).output)
    take(PythonOperator(task_id="e", python_callable=lambda: 3).output)
    untyped(PythonOperator(task_id="f", python_callable=lambda: 3).output)
    take_none(found())
    take(answers())
    take(maybe_found())


@dag(schedule=None)
def wrong() -> None:
    PythonOperator(task_id="a", python_callable=lambda o: o["k"], op_args=[names()])  # E: Argument "o" of the lambda is used as "o['k']", but task "names" returns "list[str]" [xcom-arg]
    PythonOperator(task_id="b", python_callable=lambda o: o + 1, op_kwargs={"o": names()})  # E: Argument "o" of the lambda is used as "o + 1", but task "names" returns "list[str]" [xcom-arg]
    PythonOperator(task_id="c", python_callable=add, op_kwargs={"o": names()})  # E: Argument "o" of function "add" is used as "o + 1", but task "names" returns "list[str]" [xcom-arg]
    PythonOperator(task_id="d", python_callable=add, op_args=[names()])  # E: Argument "o" of function "add" is used as "o + 1", but task "names" returns "list[str]" [xcom-arg]
    PythonOperator.partial(task_id="e", python_callable=add).expand(op_args=[[names()]])  # E: Argument "o" of function "add" is used as "o + 1", but task "names" returns "list[str]" [xcom-arg]
    take(PythonOperator(task_id="f", python_callable=report).output)  # E: Argument "a" of task "take" takes "int", but task "f" returns "TypedDict({'total': int})" [xcom-arg]
    untyped(PythonOperator(task_id="g", python_callable=lambda: "x").output)  # E: Argument "a" of task "untyped" is used as "a - 1", but task "g" returns "str" [xcom-arg]
    take(found())  # E: Argument "a" of task "take" takes "int", but task "found" returns "None" [xcom-arg]


right()
wrong()
