"""Outputs in variables that hold several."""

from collections import defaultdict, deque
from typing import Any

from airflow.sdk import dag
from typedxcom import task


@task
def count(table: str) -> int:
    return 1


@task
def word() -> str:
    return "x"


@task
def total(counts: list[int]) -> int:
    return sum(counts)


@task
def named(counts: dict[str, int]) -> int:
    return len(counts)


@task
def anything(value: Any) -> None:
    print(value)


@task
def bag() -> frozenset[str]:
    return frozenset()


@task
def stream() -> list[str]:
    return []


@dag(schedule=None)
def right() -> None:
    outs = []
    for name in ("a", "b"):
        outs.append(count(name))
    total(outs)
    by_name = {name: count(name) for name in "ab"}
    named(by_name)
    total(list(by_name.values()))
    total([by_name["a"], by_name["b"]])
    anything(by_name)
    anything(outs)
    first, second = count("a"), count("b")
    total([first, second])
    (third,) = [count("c")]
    total([third])
    nested = {"x": {"y": count("z")}}
    total([nested["x"]["y"]])
    groups: dict[str, list[Any]] = defaultdict(list)
    groups["a"].append(count("a"))
    total(groups["a"])
    total(outs[:1])
    total(outs + outs)
    total(sorted(outs, key=id))
    total([out for out in outs if out is not None])


@dag(schedule=None)
def wrong() -> None:
    outs = [count(name) for name in "ab"]
    total(iter(outs))  # E: Argument "counts" of task "total" gets the output of task "count" inside "Iterator", where Airflow does not look: make it a list [xcom-arg]
    total(out for out in outs)  # E: Argument "counts" of task "total" gets the output of task "count" inside "Generator", where Airflow does not look: make it a list [xcom-arg]
    total(map(count, ["a"]))  # E: Argument "counts" of task "total" gets an output inside "map", where Airflow does not look: make it a list [xcom-arg]
    total(filter(None, outs))  # E: Argument "counts" of task "total" gets the output of task "count" inside "filter", where Airflow does not look: make it a list [xcom-arg]
    by_name = {name: count(name) for name in "ab"}
    total(by_name.values())  # E: Argument "counts" of task "total" gets the output of task "count" inside "dict_values", where Airflow does not look: make it a list [xcom-arg]
    total(by_name.keys())  # E: Argument "counts" of task "total" gets the output of task "count" inside "dict_keys", where Airflow does not look: make it a list [xcom-arg]
    anything(by_name.values())  # E: Argument "value" of task "anything" gets the output of task "count" inside "dict_values", where Airflow does not look: make it a list [xcom-arg]
    anything(by_name.items())  # E: Argument "value" of task "anything" gets the output of task "count" inside "dict_items", where Airflow does not look: make it a list [xcom-arg]
    total(by_name)  # E: Argument "counts" of task "total" takes "list[int]", but gets "dict[str, int]" from task "count" [xcom-arg]
    named(outs)  # E: Argument "counts" of task "named" takes "dict[str, int]", but gets "list[int]" from task "count" [xcom-arg]
    total(deque(outs))  # E: Argument "counts" of task "total" gets the output of task "count" inside "deque", where Airflow does not look: make it a list [xcom-arg]
    anything(deque(outs))  # E: Argument "value" of task "anything" gets the output of task "count" inside "deque", where Airflow does not look: make it a list [xcom-arg]
    texts = [word(), word()]
    total(texts)  # E: Argument "counts" of task "total" takes "list[int]", but gets "list[str]" from task "word" [xcom-arg]
    total(texts[0])  # E: Argument "counts" of task "total" takes "list[int]", but task "word" returns "str" [xcom-arg]
    mixed = {"a": count("a"), "b": count("b")}
    count(mixed["a"])  # E: Argument "table" of task "count" takes "str", but task "count" returns "int" [xcom-arg]
    total.expand(counts=bag())  # E: Argument "counts" of task "total" cannot be mapped over task "bag": it returns "frozenset[str]", not a list, a tuple or a dict [xcom-map]


@dag(schedule=None)
def right_joined() -> None:
    counts = [count("a"), 3]
    total(counts)
    pairs = {"a": count("a"), "b": 3}
    named(pairs)
    anything(counts)


@dag(schedule=None)
def wrong_joined() -> None:
    counts = [count("a"), word(), 3]
    total(counts)  # E: Argument "counts" of task "total" takes "int" here, but task "word" returns "str" [xcom-arg]
    more = [count("a"), "3"]
    total(more)  # E: Argument "counts" of task "total" takes "int" here, but this is "str" [xcom-arg]
    pairs = {"a": count("a"), "b": word(), "c": 1}
    named(pairs)  # E: Argument "counts" of task "named" takes "int" here, but task "word" returns "str" [xcom-arg]
