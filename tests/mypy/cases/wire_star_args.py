"""``*args`` and ``**kwargs`` of tasks, and of calls."""

from typing import Any, TypedDict, Unpack

from airflow.sdk import dag
from typedxcom import task


class Options(TypedDict, total=False):
    size: int
    colour: str


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return ""


@task
def add(*values: int) -> int:
    return sum(values)


@task
def publish(run: str, **metrics: float) -> None:
    print(run, metrics)


@task
def options(run: str, **given: Unpack[Options]) -> None:
    print(run, given)


@task
def both(first: str, *rest: int, last: str = "") -> None:
    print(first, rest, last)


@dag(schedule=None)
def right() -> None:
    add()
    add(number(), 2, number())
    outs = [number(), number()]
    add(*outs)
    add(*[number() for _ in range(3)])
    publish("a", x=number(), y=0.5)
    given = {"x": number(), "y": number()}
    publish("a", **given)
    options("a", size=number(), colour=word())
    both(word(), number(), 2, last=word())


@dag(schedule=None)
def wrong() -> None:
    add(word())  # E: Argument "values" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    add(number(), word())  # E: Argument "values" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    add(1, "x", number())  # E: Argument "values" of task "add" takes "int" here, but this is "str" [xcom-arg]
    texts = [word(), word()]
    add(*texts)  # E: Argument "values" of task "add" takes "int", but task "word" returns "str" [xcom-arg]
    publish("a", x=word())  # E: Argument "x" of task "publish" takes "float", but task "word" returns "str" [xcom-arg]
    given = {"x": word()}
    publish("a", **given)  # E: Argument "metrics" of task "publish" takes "float", but task "word" returns "str" [xcom-arg]
    publish(x=number())  # E: Missing positional argument "run" in call to "publish" [call-arg]
    options("a", size=word())  # E: Argument "size" of task "options" takes "int", but task "word" returns "str" [xcom-arg]
    options("a", weight=number())  # E: Unexpected keyword argument "weight" for "options" [call-arg]
    both(word(), word())  # E: Argument "rest" of task "both" takes "int", but task "word" returns "str" [xcom-arg]
    both(number())  # E: Argument "first" of task "both" takes "str", but task "number" returns "int" [xcom-arg]
    both(word(), last=number())  # E: Argument "last" of task "both" takes "str", but task "number" returns "int" [xcom-arg]
