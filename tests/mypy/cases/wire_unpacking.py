"""``a, b = two()`` where the return type is a tuple of known length."""

from typing import NamedTuple

from airflow.sdk import dag
from airflow.sdk import task as plain_task
from typedxcom import task


class Named(NamedTuple):
    name: str
    size: int


@task
def two() -> tuple[int, str]:
    return 1, "x"


@task
def named() -> Named:
    return Named("x", 1)


@task
def many() -> tuple[int, ...]:
    return ()


@task
def some() -> list[int]:
    return []


@plain_task
def plain() -> tuple[int, str]:
    return 1, "x"


@task
def lists() -> tuple[list[int], list[str]]:
    return [1], ["a"]


@task
def use(n: int) -> None:
    print(n)


@task
def pair(value: tuple[int, str]) -> None:
    print(value)


@dag(schedule=None)
def right() -> None:
    n, text = two()
    use(n)
    pair(two())
    name, size = named()
    use(size)
    pair((n, text))


@dag(schedule=None)
def wrong() -> None:
    first, rest = lists()
    use.expand(n=first)  # E: Argument "n" of task "use" cannot be mapped over key "0" of task "lists": only over all of it [xcom-map]
    n, text = two()
    use(text)  # E: Argument "n" of task "use" takes "int", but item 1 of task "two" is "str" [xcom-arg]
    name, size = named()
    use(name)  # E: Argument "n" of task "use" takes "int", but item 0 of task "named" is "str" [xcom-arg]
    a, b, c = two()  # E: Need more than 2 values to unpack (3 expected) [misc] && Task "two" returns 2 items, which do not fit 3 names [xcom-use]
    x, y = many()  # E: "XComArg[tuple[int, ...]]" object is not iterable [misc] && The output of task "many" cannot be unpacked while the DAG is parsed: only a tuple of known length can, from a task of typedxcom [xcom-use]
    p, q = some()  # E: "XComArg[list[int]]" object is not iterable [misc] && The output of task "some" cannot be unpacked while the DAG is parsed: only a tuple of known length can, from a task of typedxcom [xcom-use]
    r, s = plain()  # E: "XComArg[tuple[int, str]]" object is not iterable [misc] && The output of task "plain" cannot be unpacked while the DAG is parsed: only a tuple of known length can, from a task of typedxcom [xcom-use]
    pair((text, n))  # E: Argument "value" of task "pair" takes "int" here, but item 1 of task "two" is "str" [xcom-arg] && Argument "value" of task "pair" takes "str" here, but item 0 of task "two" is "int" [xcom-arg]
