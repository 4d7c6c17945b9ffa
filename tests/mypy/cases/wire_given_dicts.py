"""Outputs that are dicts of arguments: in ``expand_kwargs``, and in the place of ``op_kwargs``."""

from __future__ import annotations

from typing import TypedDict

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import dag, task


class Row(TypedDict):
    a: int
    b: str


@task
def row() -> Row:
    return {"a": 1, "b": ""}


@task
def rows() -> list[Row]:
    return []


@task
def shown_row():
    return {"a": 1, "b": "x"}


@task
def shown_rows():
    return [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@task
def vague_rows() -> list[dict]:
    return [{"a": 1, "b": "x"}]


@task
def either_rows(n=1):
    return [{"a": 1, "b": "x"}] if n else [{"a": 1, "c": "x"}]


@task
def any_rows(n=1):
    return [{"a": n, "b": n}]


@task
def mapping_rows() -> list[dict[str, int]]:
    return []


@task
def number():
    return 1


@task
def typed(a: int, b: str) -> None: ...


@task
def untyped(a, b):
    print(a - 1, b.upper())


@task
def any_names(**options):
    print(options)


@task
def texts(a: str, b: str) -> None: ...


@task
def untyped_numbers(a, b):
    print(a - 1, b - 1)


@task
def other_names(a: int, c: str) -> None: ...


@task
def more_names(a, b, c):
    print(a, b, c)


def use(a: int, b: str) -> None: ...


def use_untyped(a, b):
    print(a - 1, b.upper())


def use_any(a, **options):
    print(a, options)


def use_texts(a: str, b: str) -> None: ...


def use_numbers(a, b):
    print(a - 1, b - 1)


def use_more(a, b, c):
    print(a, b, c)


def use_near(a, bb):
    print(a, bb)


@dag(schedule=None)
def right() -> None:
    typed.expand_kwargs(rows())
    typed.expand_kwargs(shown_rows())
    typed.expand_kwargs(vague_rows())
    typed.expand_kwargs(either_rows())
    typed.expand_kwargs(any_rows())
    other_names.expand_kwargs(either_rows())
    untyped.expand_kwargs(rows())
    untyped.expand_kwargs(shown_rows())
    untyped.expand_kwargs(any_rows())
    untyped_numbers.expand_kwargs(any_rows())
    any_names.expand_kwargs(shown_rows())
    more_names.partial(c=1).expand_kwargs(shown_rows())
    PythonOperator(task_id="a", python_callable=use, op_kwargs=row())
    PythonOperator(task_id="b", python_callable=use, op_kwargs=shown_row())
    PythonOperator(task_id="c", python_callable=use_untyped, op_kwargs=row())
    PythonOperator(task_id="d", python_callable=use_any, op_kwargs=shown_row())
    PythonOperator(task_id="e", python_callable=use_more, op_args=[1], op_kwargs={"b": 1, "c": 1})
    PythonOperator.partial(task_id="f", python_callable=use).expand(op_kwargs=rows())
    PythonOperator.partial(task_id="g", python_callable=use).expand(op_kwargs=shown_rows())
    PythonOperator.partial(task_id="h", python_callable=use_untyped).expand(op_kwargs=rows())
    PythonOperator.partial(task_id="i", python_callable=use).expand(op_kwargs=vague_rows())
    PythonOperator.partial(task_id="j", python_callable=use).expand(op_kwargs=either_rows())
    PythonOperator.partial(task_id="k", python_callable=use).expand(op_kwargs=mapping_rows())


@dag(schedule=None)
def wrong() -> None:
    texts.expand_kwargs(shown_rows())  # E: Argument "a" of task "texts" takes "str", but key "a" of task "shown_rows" is "int" [xcom-map]
    texts.expand_kwargs(vague_rows())  # E: Argument "a" of task "texts" takes "str", but key "a" of task "vague_rows" is "int" [xcom-map]
    other_names.expand_kwargs(shown_rows())  # E: Task "other_names" has no parameter "b", which task "shown_rows" gives to expand_kwargs() [xcom-map]
    other_names.expand_kwargs(vague_rows())  # E: Task "other_names" has no parameter "b", which task "vague_rows" gives to expand_kwargs() [xcom-map]
    untyped_numbers.expand_kwargs(rows())  # E: Argument "b" of task "untyped_numbers" is used as "b - 1", but key "b" of task "rows" is "str" [xcom-map]
    untyped_numbers.expand_kwargs(shown_rows())  # E: Argument "b" of task "untyped_numbers" is used as "b - 1", but key "b" of task "shown_rows" is "str" [xcom-map]
    more_names.expand_kwargs(shown_rows())  # E: Task "more_names" is never given its parameter "c", and task "shown_rows" does not give it [xcom-map]
    more_names.expand_kwargs(either_rows())  # E: Task "more_names" is never given its parameter "c", and task "either_rows" does not give it [xcom-map]
    untyped.partial(b="").expand_kwargs(shown_rows())  # E: Argument "b" of task "untyped" comes from task "shown_rows", but partial() gives it already [xcom-map]
    typed.expand_kwargs(number())  # E: expand_kwargs() of task "typed" takes a list of dicts, but task "number" returns "int" [xcom-map]


@dag(schedule=None)
def wrong_functions() -> None:
    PythonOperator(task_id="a", python_callable=use_texts, op_kwargs=row())  # E: Argument "a" of function "use_texts" takes "str", but key "a" of task "row" is "int" [xcom-arg]
    PythonOperator(task_id="b", python_callable=use_texts, op_kwargs=shown_row())  # E: Argument "a" of function "use_texts" takes "str", but key "a" of task "shown_row" is "int" [xcom-arg]
    PythonOperator(task_id="c", python_callable=use_numbers, op_kwargs=row())  # E: Argument "b" of function "use_numbers" is used as "b - 1", but key "b" of task "row" is "str" [xcom-arg]
    PythonOperator(task_id="d", python_callable=use_more, op_kwargs=row())  # E: Function "use_more" is never given its parameter "c": add it to op_kwargs [xcom-arg]
    PythonOperator(task_id="e", python_callable=use_near, op_kwargs=shown_row())  # E: Function "use_near" is never given its parameter "bb": add it to op_kwargs [xcom-arg]
    PythonOperator.partial(task_id="f", python_callable=use_texts).expand(op_kwargs=rows())  # E: Argument "a" of function "use_texts" takes "str", but key "a" of task "rows" is "int" [xcom-arg]
    PythonOperator.partial(task_id="g", python_callable=use_numbers).expand(op_kwargs=rows())  # E: Argument "b" of function "use_numbers" is used as "b - 1", but key "b" of task "rows" is "str" [xcom-arg]
    PythonOperator.partial(task_id="h", python_callable=use_more).expand(op_kwargs=shown_rows())  # E: Function "use_more" is never given its parameter "c": add it to op_kwargs [xcom-arg]
    PythonOperator.partial(task_id="i", python_callable=use_near).expand(op_kwargs=vague_rows())  # E: Function "use_near" is never given its parameter "bb": add it to op_kwargs [xcom-arg]
    PythonOperator.partial(task_id="j", python_callable=use_more).expand(op_kwargs=either_rows())  # E: Function "use_more" is never given its parameter "c": add it to op_kwargs [xcom-arg]


right()
wrong()
wrong_functions()
