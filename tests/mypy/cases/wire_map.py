"""``.map`` on outputs."""

from typing import Any, TypeVar

from airflow.sdk import dag
from typedxcom import task

T = TypeVar("T")


@task
def files() -> list[str]:
    return ["a"]


@task
def numbers() -> list[int]:
    return [1]


@task
def one() -> int:
    return 1


@task
def unknown() -> list[Any]:
    return []


@task
def both(flag: bool) -> dict[str, list[str]]:
    return {}


def shout(name: str) -> str:
    return name.upper()


def length(name: str) -> int:
    return len(name)


def padded(name: str, width: int = 8) -> str:
    return name.rjust(width)


def two(name: str, width: int) -> str:
    return name * width


def same(value: T) -> T:
    return value


def nullable(name: str) -> int | None:
    return None


def untyped(value):
    return value


@task
def read(path: str) -> int:
    return 1


@task
def total(values: list[int]) -> int:
    return sum(values)


@task
def square(n: int) -> int:
    return n * n


@dag(schedule=None)
def right() -> None:
    read.expand(path=files().map(shout))
    square.expand(n=files().map(length))
    square.expand(n=files().map(len))
    square.expand(n=files().map(lambda name: len(name)))
    read.expand(path=files().map(padded))
    read.expand(path=numbers().map(str))
    read.expand(path=numbers().map(lambda n: f"{n}"))
    read.expand(path=files().map(same))
    read.expand(path=files().map(shout).map(shout))
    square.expand(n=files().map(shout).map(length))
    read.expand(path=unknown().map(shout))
    read.expand(path=files().map(untyped))
    total(files().map(length))
    total(read.expand(path=files()).map(lambda n: n + 1))
    square.expand(n=read.expand(path=files()).map(same))
    step = files().map(length)
    square.expand(n=step)


@dag(schedule=None)
def wrong() -> None:
    files().map(lambda n: n / 2)  # E: Unsupported operand types for / ("str" and "int") [operator]
    numbers().map(shout)  # E: Function "shout" takes "str", but task "numbers" gives "int" to map() [xcom-map]
    square.expand(n=files().map(shout))  # E: Argument "n" of task "square" takes "int", but mapping over task "files" gives "str" [xcom-map]
    read.expand(path=files().map(length))  # E: Argument "path" of task "read" takes "str", but mapping over task "files" gives "int" [xcom-map]
    files().map(length).map(shout)  # E: Function "shout" takes "str", but task "files" gives "int" to map() [xcom-map]
    files().map(two)  # E: Function "two" cannot be called with one element of task "files" in map() [xcom-map]
    one().map(same)  # E: Task "one" returns "int", which cannot be mapped: it needs a list or a tuple [xcom-map]
    files().map(read)  # E: map() takes a plain function, but task "read" is a task [xcom-map]
    both(True)["a"].map(shout)  # E: Key "a" of task "both" cannot be mapped: only all of it can [xcom-map]
    total(files().map(shout))  # E: Argument "values" of task "total" takes "list[int]", but task "files" returns "list[str]" [xcom-arg]
    square.expand(n=files().map(nullable))  # E: Argument "n" of task "square" takes "int", but mapping over task "files" gives "int | None" [xcom-map]
    square.expand(n=files().map(lambda name: name + "x"))  # E: Argument "n" of task "square" takes "int", but mapping over task "files" gives "str" [xcom-map]
    square(files().map(length))  # E: Argument "n" of task "square" takes "int", but task "files" returns "list[int]": "square.expand(n=...)" runs it for each item [xcom-arg]
    files().map(length)["a"]  # E: The result of map(), zip() or concat() of task "files" has no keys [xcom-key]
    read.expand(path=files().map(same).map(length))  # E: Argument "path" of task "read" takes "str", but mapping over task "files" gives "int" [xcom-map]
