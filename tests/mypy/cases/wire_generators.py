"""Functions that yield, and dicts where Airflow takes items by number or keys as text."""

from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from typing import Any, Literal, TypedDict

from airflow.sdk import Asset, Metadata, dag
from airflow.sdk import task as plain_task
from typedxcom import task

TRIPS = Asset("trips")


@task(outlets=[TRIPS])
def metadata() -> Generator[Metadata, None, int]:
    yield Metadata(TRIPS, {"rows": 1})
    return 4


@task(outlets=[TRIPS])
def only_metadata() -> Iterator[Metadata]:
    yield Metadata(TRIPS, {"rows": 1})


@task
def yields_any() -> Iterable[Any]:
    yield 1


@task
def returned() -> Generator[int, None, str]:
    yield 1
    return ""


@task  # E: Task "yields_ints" yields, so it pushes nothing of "Iterator[int]": return a list [xcom-task]
def yields_ints() -> Iterator[int]:
    yield 1


@plain_task  # E: Task "plain_yields" yields, so it pushes nothing of "Generator[int, None, None]": return a list [xcom-task]
def plain_yields() -> Generator[int, None, None]:
    yield 1


@task  # E: Task "promises_a_list" yields, so it pushes nothing of "list[int]": return a list [xcom-task]
def promises_a_list() -> list[int]:  # E: The return type of a generator function should be "Generator" or one of its supertypes [misc]
    yield 1


@task  # E: Task "async_yields" is an async generator, which Airflow never runs: return a list [xcom-task]
async def async_yields() -> AsyncIterator[int]:
    yield 1


@task
async def async_without_types():
    yield 1


@task
def use(n: int) -> int:
    return n


@task
def pair_of(pair: tuple[str, int]) -> None: ...


@task
def anything(value: Any) -> None: ...


class Counts(TypedDict):
    a: int


@task(multiple_outputs=False)
def by_name() -> dict[str, int]:
    return {}


@task(multiple_outputs=False)
def by_number() -> dict[int, int]:
    return {}


@task(multiple_outputs=False)
def by_literal() -> dict[Literal[1, 2], int]:
    return {}


@task(multiple_outputs=False)
def counts() -> Counts:
    return {"a": 1}


@task
def pairs() -> list[tuple[str, int]]:
    return []


def first(pair: tuple[str, int]) -> str:
    return pair[0]


@dag(schedule=None)
def right() -> None:
    use(metadata())
    anything(only_metadata())
    pair_of.expand(pair=by_name())
    pair_of.expand(pair=counts())
    anything.expand(value=pairs().map(first))
    anything.expand(value={1: "x"})
    pair_of.expand(pair=pairs().concat(pairs()))


@dag(schedule=None)
def wrong() -> None:
    use(returned())  # E: Argument "n" of task "use" takes "int", but task "returned" returns "str" [xcom-arg]
    anything.expand(value=by_number())  # E: Argument "value" of task "anything" cannot be mapped over task "by_number": the keys of "dict[int, int]" would arrive as text [xcom-map]
    anything.expand(value=by_literal())  # E: Argument "value" of task "anything" cannot be mapped over task "by_literal": the keys of "dict[Literal[1, 2], int]" would arrive as text [xcom-map]
    anything.expand(value=by_name().map(first))  # E: Task "by_name" returns "dict[str, int]", which cannot be mapped: a dict has no items by number [xcom-map]
    anything.expand(value=counts().map(lambda pair: pair))  # E: Task "counts" returns "Counts", which cannot be mapped: a dict has no items by number [xcom-map]
    anything.expand(value=pairs().concat(by_name()))  # E: Task "by_name" returns "dict[str, int]", which cannot be concatenated: a dict has no items by number [xcom-map]
    anything.expand(value=by_name().zip(pairs()))  # E: Task "by_name" returns "dict[str, int]", which cannot be zipped: a dict has no items by number [xcom-map]
