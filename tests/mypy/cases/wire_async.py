"""``async`` tasks give what they return."""

from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from airflow.sdk import dag
from typedxcom import task

T = TypeVar("T")


@task
async def fetch(url: str) -> list[str]:
    return [url]


@task
async def size(text: str) -> int:
    return len(text)


@task
async def nothing() -> None:
    print()


@task
def later() -> Coroutine[Any, Any, int]:
    raise NotImplementedError


@task
async def same(value: T) -> T:
    return value


@task
def show(n: int) -> None:
    print(n)


@task
async def join(parts: list[str]) -> str:
    return "".join(parts)


@dag(schedule=None)
def right() -> None:
    join(fetch("a"))
    size.expand(text=fetch("a"))
    show(size("a"))
    show(later())
    show(same(size("a")))
    show.expand(n=size.expand(text=fetch("b")))


@dag(schedule=None)
def wrong() -> None:
    size(fetch("a"))  # E: Argument "text" of task "size" takes "str", but task "fetch" returns "list[str]": "size.expand(text=...)" runs it for each item [xcom-arg]
    show(join(["a"]))  # E: Argument "n" of task "show" takes "int", but task "join" returns "str" [xcom-arg]
    show(nothing())  # E: Argument "n" of task "show" takes "int", but task "nothing" returns "None" [xcom-arg]
    fetch(size("a"))  # E: Argument "url" of task "fetch" takes "str", but task "size" returns "int" [xcom-arg]
    show.expand(n=fetch("a"))  # E: Argument "n" of task "show" takes "int", but mapping over task "fetch" gives "str" [xcom-map]
    join(same(1))  # E: Argument "parts" of task "join" takes "list[str]", but task "same" returns "int" [xcom-arg]
    size(1)  # E: Argument 1 to "size" has incompatible type "int"; expected "str" [arg-type]
