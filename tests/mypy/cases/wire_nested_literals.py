"""Outputs inside list, dict and tuple displays."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from airflow.sdk import dag
from typedxcom import task


class Row(TypedDict):
    name: str
    count: int


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return "x"


@task
def words() -> list[str]:
    return ["x"]


@task
def total(counts: list[int]) -> int:
    return sum(counts)


@task
def table(rows: dict[str, list[int]]) -> None:
    print(rows)


@task
def row(value: Row) -> None:
    print(value)


@task
def point(xy: tuple[int, str]) -> None:
    print(xy)


@task
def many(xs: tuple[int, ...]) -> None:
    print(xs)


@task
def matrix(m: Sequence[Sequence[float]]) -> None:
    print(m)


@task
def mapping(m: Mapping[str, int | str]) -> None:
    print(m)


@task
def anything(value: Any) -> None:
    print(value)


@task
def either(value: list[int] | int) -> None:
    print(value)


@task
def unique(values: set[int]) -> None:
    print(values)


@task
def iterate(values: Iterable[object]) -> None:
    print(list(values))


@dag(schedule=None)
def right() -> None:
    n = number()
    total([n, number(), 3])
    total([])
    table({"a": [n, 1], "b": [], "c": [2]})
    row({"name": word(), "count": n})
    row({"name": "x", "count": n})
    point((n, word()))
    point((1, word()))
    many((n, n, 1))
    matrix([[n, 1.5], (n,)])
    mapping({"a": n, "b": word(), "c": "d"})
    anything({"a": [n, {"b": (word(),)}]})
    either([n])
    either(n)
    iterate([n, word(), "x"])
    outs = [number(), number()]
    total(outs)
    total([number() for _ in range(3)])
    table({name: [n] for name in "ab"})
    total([*outs, n])
    total(list(outs))


@dag(schedule=None)
def wrong() -> None:
    n = number()
    total([n, word()])  # E: Argument "counts" of task "total" takes "int" here, but task "word" returns "str" [xcom-arg]
    total([n, "x"])  # E: Argument "counts" of task "total" takes "int" here, but this is "str" [xcom-arg]
    total((n, n))  # E: Argument "counts" of task "total" takes "list[int]", but gets "tuple[int, int]" from task "number" [xcom-arg]
    total({"a": n})  # E: Argument "counts" of task "total" takes "list[int]", but gets "dict[str, int]" from task "number" [xcom-arg]
    total([[n]])  # E: Argument "counts" of task "total" takes "int" here, but gets "list[int]" from task "number" [xcom-arg]
    table({"a": [word()]})  # E: Argument "rows" of task "table" takes "int" here, but task "word" returns "str" [xcom-arg]
    table({"a": n})  # E: Argument "rows" of task "table" takes "list[int]" here, but task "number" returns "int" [xcom-arg]
    table({1: [n]})  # E: Argument "rows" of task "table" takes "str" here, but this is "int" [xcom-arg]
    row({"name": n, "count": n})  # E: Argument "value" of task "row" takes "str" here, but task "number" returns "int" [xcom-arg]
    row({"name": word()})  # E: Argument "value" of task "row" takes "Row", but key "count" is missing [xcom-arg]
    row({"name": word(), "count": n, "extra": n})  # E: Argument "value" of task "row" takes "Row", which has no key "extra" [xcom-arg]
    point((n, n))  # E: Argument "xy" of task "point" takes "str" here, but task "number" returns "int" [xcom-arg]
    point((n, word(), n))  # E: Argument "xy" of task "point" takes "tuple[int, str]", but gets "tuple[int, str, int]" from task "number" [xcom-arg]
    point([n, word()])  # E: Argument "xy" of task "point" takes "tuple[int, str]", but gets "list[object]" from task "number" [xcom-arg]
    many((n, word()))  # E: Argument "xs" of task "many" takes "int" here, but task "word" returns "str" [xcom-arg]
    matrix([[word()]])  # E: Argument "m" of task "matrix" takes "float" here, but task "word" returns "str" [xcom-arg]
    mapping({"a": words()})  # E: Argument "m" of task "mapping" takes "int | str" here, but task "words" returns "list[str]" [xcom-arg]
    either([word()])  # E: Argument "value" of task "either" takes "int" here, but task "word" returns "str" [xcom-arg]
    unique({n})  # E: Argument "values" of task "unique" takes outputs in a list, not in a set: an output has no hash [xcom-arg]
    anything({n, 1})  # E: Argument "value" of task "anything" takes outputs in a list, not in a set: an output has no hash [xcom-arg]
    anything({"a": {number()}})  # E: Argument "value" of task "anything" takes outputs in a list, not in a set: an output has no hash [xcom-arg]
    total(
        [
            n,
            word(),  # E: Argument "counts" of task "total" takes "int" here, but task "word" returns "str" [xcom-arg]
        ]
    )
    texts = [word(), word()]
    total(texts)  # E: Argument "counts" of task "total" takes "list[int]", but gets "list[str]" from task "word" [xcom-arg]
    total([word() for _ in range(3)])  # E: Argument "counts" of task "total" takes "list[int]", but gets "list[str]" from task "word" [xcom-arg]
    total([*texts])  # E: Argument "counts" of task "total" takes "int" here, but task "word" returns "str" [xcom-arg]
    total([n, *texts])  # E: Argument "counts" of task "total" takes "int" here, but task "word" returns "str" [xcom-arg]
    total([words()])  # E: Argument "counts" of task "total" takes "int" here, but task "words" returns "list[str]" [xcom-arg]
    total(words())  # E: Argument "counts" of task "total" takes "list[int]", but task "words" returns "list[str]" [xcom-arg]
