"""All outputs of a mapped task."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from airflow.sdk import dag
from typedxcom import task


@task
def shards() -> list[str]:
    return []


@task
def count(shard: str) -> int:
    return 1


@task
def read(shard: str) -> list[int]:
    return []


@task
def total(values: list[int]) -> int:
    return 1


@task
def sequence(values: Sequence[int]) -> int:
    return 1


@task
def iterable(values: Iterable[float]) -> int:
    return 1


@task
def collection(values: Collection[object]) -> int:
    return 1


@task
def anything(values: Any) -> None:
    print(values)


@task
def one(value: int) -> int:
    return value


@task
def nested(values: list[list[int]]) -> None:
    print(values)


@task
def texts(values: list[str]) -> None:
    print(values)


@task
def mapping(values: dict[str, int]) -> None:
    print(values)


@task
def unique(values: set[int]) -> None:
    print(values)


@dag(schedule=None)
def right() -> None:
    counts = count.expand(shard=shards())
    total(counts)
    sequence(counts)
    iterable(counts)
    collection(counts)
    anything(counts)
    nested(read.expand(shard=shards()))
    one.expand(value=counts)
    total.expand(values=read.expand(shard=shards()))
    total(values=count.partial().expand(shard=["a"]))
    total(one.expand_kwargs([{"value": 1}]))
    nested([counts, counts])


@dag(schedule=None)
def wrong() -> None:
    counts = count.expand(shard=shards())
    one(counts)  # E: Argument "value" of task "one" takes "int", but mapped task "count" returns "list[int]": "one.expand(value=...)" runs it for each item [xcom-arg]
    texts(counts)  # E: Argument "values" of task "texts" takes "list[str]", but mapped task "count" returns "list[int]" [xcom-arg]
    total(read.expand(shard=shards()))  # E: Argument "values" of task "total" takes "list[int]", but mapped task "read" returns "list[list[int]]": "total.expand(values=...)" runs it for each item [xcom-arg]
    mapping(counts)  # E: Argument "values" of task "mapping" takes "dict[str, int]", but mapped task "count" returns "list[int]" [xcom-arg]
    unique(counts)  # E: Argument "values" of task "unique" takes "set[int]", but mapped task "count" returns "list[int]" [xcom-arg]
    total([counts])  # E: Argument "values" of task "total" takes "int" here, but mapped task "count" returns "list[int]" [xcom-arg]
    total.expand(values=counts)  # E: Argument "values" of task "total" takes "list[int]", but mapping over mapped task "count" gives "int" [xcom-map]
    one(value=count.expand(shard=shards()))  # E: Argument "value" of task "one" takes "int", but mapped task "count" returns "list[int]": "one.expand(value=...)" runs it for each item [xcom-arg]
    nested(counts)  # E: Argument "values" of task "nested" takes "list[list[int]]", but mapped task "count" returns "list[int]" [xcom-arg]
    counts["x"]  # E: Mapped task "count" pushes no key "x": it needs multiple_outputs=True [xcom-key]
    for n in counts:  # E: The output of mapped task "count" cannot be iterated over while the DAG is parsed: do it inside a task, or map over it with expand() [xcom-use]
        one(n)
