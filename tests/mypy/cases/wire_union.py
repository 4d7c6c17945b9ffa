"""Unions on both sides, and outputs that are one of several."""

from typing import Union

from airflow.sdk import dag
from typedxcom import task


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return ""


@task
def either() -> int | str:
    return 1


@task
def numbers() -> list[int]:
    return []


@task
def words() -> list[str]:
    return []


@task
def mixed() -> list[int | str]:
    return []


@task
def lists() -> list[int] | list[str]:
    return []


@task
def on_int(n: int) -> None:
    print(n)


@task
def on_either(value: Union[int, str]) -> None:
    print(value)


@task
def on_lists(values: list[int] | list[str]) -> None:
    print(values)


@task
def on_mixed(values: list[int | str]) -> None:
    print(values)


@dag(schedule=None)
def right(fast: bool = True) -> None:
    on_either(number())
    on_either(word())
    on_either(either())
    on_lists(numbers())
    on_lists(words())
    on_mixed(numbers())
    on_mixed(lists())
    on_either.expand(value=lists())
    on_either(number() if fast else word())
    out = number() if fast else word()
    on_either(out)
    for item in [number(), word()]:
        on_either(item)
    on_mixed([number(), word()])
    pair = {"a": number(), "b": word()}
    on_either(pair["a"])
    later = None
    if fast:
        later = number()
    else:
        later = number()
    on_int(later)


@dag(schedule=None)
def wrong(fast: bool = True) -> None:
    on_int(either())  # E: Argument "n" of task "on_int" takes "int", but task "either" returns "int | str" [xcom-arg]
    on_int(number() if fast else word())  # E: Argument "n" of task "on_int" takes "int" here, but task "word" returns "str" [xcom-arg]
    out = number() if fast else word()
    on_int(out)  # E: Argument "n" of task "on_int" takes "int", but task "word" returns "str" [xcom-arg]
    on_lists(mixed())  # E: Argument "values" of task "on_lists" takes "list[int] | list[str]", but task "mixed" returns "list[int | str]" [xcom-arg]
    on_int.expand(n=mixed())  # E: Argument "n" of task "on_int" takes "int", but mapping over task "mixed" gives "int | str" [xcom-map]
    on_int.expand(n=lists())  # E: Argument "n" of task "on_int" takes "int", but mapping over task "lists" gives "int | str" [xcom-map]
    for item in [number(), word()]:
        on_int(item)  # E: Argument "n" of task "on_int" takes "int", but task "word" returns "str" [xcom-arg]
    on_int.expand(n=numbers() if fast else words())  # E: Argument "n" of task "on_int" takes "int", but mapping over task "words" gives "str" [xcom-map]
    on_either(numbers())  # E: Argument "value" of task "on_either" takes "int | str", but task "numbers" returns "list[int]": "on_either.expand(value=...)" runs it for each item [xcom-arg]
    on_int("x" if fast else number())  # E: Argument "n" of task "on_int" takes "int" here, but this is "str" [xcom-arg]
