"""Where tasks are defined and how they are reached."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from airflow.sdk import dag
from typedxcom import Task, XComArg, task

P = ParamSpec("P")
R = TypeVar("R")


def logged(f: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(f)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        return f(*args, **kwargs)

    return call


@task
@logged
def number() -> int:
    return 1


@task
@logged
def add(a: int, b: int = 0) -> int:
    return a + b


@task
def word() -> str:
    return ""


class Steps:
    @staticmethod
    @task
    def show(n: int) -> None:
        print(n)

    @task
    @staticmethod
    def read(text: str) -> int:
        return len(text)

    load = add


class Builder:
    def __init__(self) -> None:
        self.out = number()
        self.outs: dict[str, XComArg[int]] = {}

    def build(self) -> None:
        add(self.out)
        self.outs["a"] = add(1)
        add(self.outs["a"])

    def wrong(self) -> None:
        Steps.read(self.out)  # E: Argument "text" of task "read" takes "str", but task "number" returns "int" [xcom-arg]
        Steps.read(self.outs["a"])  # E: Argument "text" of task "read" takes "str", but an upstream task returns "int" [xcom-arg]


def make_adder(name: str) -> Task[[int], int]:
    @task(task_id=name)
    def adder(n: int) -> int:
        return n

    return adder


def make_reader(name: str):
    @task(task_id=name)
    def reader(text: str) -> int:
        return len(text)

    return reader


def plain(text: str, n: int) -> int:
    return n


wrapped = task(plain)
named = task(task_id="named")(plain)
halved = task(functools.partial(plain, "x"))
short = task(lambda: 3)
alias = add
TABLE = {"add": add, "again": add}
TASKS = [add, add]


def apply(f: Task[..., int], n: XComArg[int]) -> XComArg[int]:
    return f(n)


@dag(schedule=None)
def right() -> None:
    add(number())
    Steps.show(number())
    Steps.read(word())
    Steps.load(number())
    Steps().show(number())
    Builder().build()
    make_adder("a")(number())
    make_reader("b")(word())
    wrapped(word(), number())
    named("x", number())
    halved(number())
    alias(number())
    TABLE["add"](number())
    for step in TASKS:
        step(number())
    apply(add, number())
    add(short())
    first, second = add, word
    first(number())

    @task
    def inner(n: int) -> str:
        return str(n)

    Steps.read(inner(number()))
    for each in (number, word):
        each()


@dag(schedule=None)
def wrong() -> None:
    add(word())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    Steps.show(word())  # E: Argument "n" of task "show" takes "int", but task "word" returns "str" [xcom-arg]
    Steps.read(number())  # E: Argument "text" of task "read" takes "str", but task "number" returns "int" [xcom-arg]
    Steps.load(word())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    make_adder("a")(word())  # E: Argument "1" of this task takes "int", but task "word" returns "str" [xcom-arg]
    make_reader("b")(number())  # E: Argument "text" of task "reader" takes "str", but task "number" returns "int" [xcom-arg]
    Steps.read(make_reader("c")(word()))  # E: Argument "text" of task "read" takes "str", but task "reader" returns "int" [xcom-arg]
    wrapped(number(), number())  # E: Argument "text" of task "plain" takes "str", but task "number" returns "int" [xcom-arg]
    named("x", word())  # E: Argument "n" of task "plain" takes "int", but task "word" returns "str" [xcom-arg]
    alias(word())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    TABLE["add"](word())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    for step in TASKS:
        step(word())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    apply(add, word())  # E: Argument "n" of function "apply" takes "XComArg[int]", but task "word" returns "str" [xcom-arg]
    apply(word, number())  # E: Argument 1 to "apply" has incompatible type "Task[[VarArg(Any), KwArg(Any)], str]"; expected "Task[[VarArg(Any), KwArg(Any)], int]" [arg-type]
    first, second = add, word
    first(second())  # E: Argument "a" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    Steps.read(short())  # E: Argument "text" of task "read" takes "str", but an upstream task returns "int" [xcom-arg]

    @task
    def inner(n: int) -> str:
        return str(n)

    add(inner(1))  # E: Argument "a" of task "add" takes "int", but task "inner" returns "str" [xcom-arg]
    inner(inner(1))  # E: Argument "n" of task "inner" takes "int", but task "inner" returns "str" [xcom-arg]


def anything() -> Any: ...
