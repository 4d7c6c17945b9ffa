"""Positional arguments of a task call."""

from typing import Any

from airflow.sdk import dag
from typedxcom import task


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return "x"


@task
def untyped(value=1):
    return value


@task
def anything() -> Any:
    return 1


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def show(text: str) -> None:
    print(text)


@task
def keep(value) -> None:
    print(value)


@task
def thing(value: object) -> None:
    print(value)


@dag(schedule=None)
def right() -> None:
    add(number(), number())
    add(1, number())
    add(add(add(number(), 1), 2), number())
    show(untyped())
    show(anything())
    keep(word())
    thing(word())
    thing(number())
    out = number()
    again = out
    add(out, again)
    show(f"rows: {out}")
    show("rows: " + "one")
    show("%s rows" % out)
    show("{} rows".format(out))
    show(str(out))


@dag(schedule=None)
def wrong() -> None:
    add(word(), number())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    add(number(), word())  # E: Argument "b" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    add(word(), word())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg] && Argument "b" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    add(number(), "2")  # E: Argument 2 to "add" has incompatible type "str"; expected "int" [arg-type]
    show(number())  # E: Argument "text" of task "show" takes "str", but task "number" returns "int" [xcom-arg]
    show(add(1, 2))  # E: Argument "text" of task "show" takes "str", but task "add" returns "int" [xcom-arg]
    show(add(number(), word()))  # E: Argument "text" of task "show" takes "str", but task "add" returns "int" [xcom-arg] && Argument "b" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    text = word()
    add(1, text)  # E: Argument "b" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    add(*[number(), number()])
    show(1)  # E: Argument 1 to "show" has incompatible type "int"; expected "str" [arg-type]
    show(None)  # E: Argument 1 to "show" has incompatible type "None"; expected "str" [arg-type]
    show(b"bytes")  # E: Argument 1 to "show" has incompatible type "bytes"; expected "str" [arg-type]
