"""``XComKey``, ``contract``, ``typed`` and ``inputs=``/``output=``."""

from typing import Any

from pydantic import BaseModel

from airflow.sdk import dag
from airflow.sdk import task as plain_task
from typedxcom import XComKey, contract, task, typed

ROWS = XComKey("row_count", int)
NAMES = XComKey("names", list[str])
MAYBE = XComKey[int | None]("maybe", int | None)


class Inputs(BaseModel):
    start: int
    stop: int


class Out(BaseModel):
    total: int


@task
def keys(ti: Any = None) -> int:
    ROWS.push(ti, 3)
    NAMES.push(ti, ["a"])
    MAYBE.push(ti, None)
    ROWS.push(ti, "x")  # E: Argument 2 to "push" of "XComKey" has incompatible type "str"; expected "int" [arg-type]
    NAMES.push(ti, [1])  # E: List item 0 has incompatible type "int"; expected "str" [list-item]
    count: int = ROWS.pull(ti, task_ids="keys")
    text: str = ROWS.pull(ti, task_ids="keys")  # E: Incompatible types in assignment (expression has type "int", variable has type "str") [assignment]
    return count + len(text)


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return ""


@task(inputs=Inputs, output=Out)
def modelled(start, stop):
    return {"total": stop - start}


@task(output=Out, multiple_outputs=True)
def output_only(n: int):
    return {"total": n}


@plain_task
@contract
def checked(n: int) -> str:
    return ""


@plain_task
@contract(output=Out)
def checked_output(n: int):
    return {"total": n}


@typed
@plain_task
def on_top(n: int) -> str:
    return ""


@typed
@plain_task.virtualenv(requirements=[])
def on_virtualenv(n: int) -> str:
    return ""


@task
def take(out: Out) -> None:
    print(out)


@task
def say(text: str) -> None:
    print(text)


@task
def use(n: int) -> None:
    print(n)


@dag(schedule=None)
def right() -> None:
    take(modelled(1, number()))
    take(output_only(number()))
    use(output_only(1)["total"])
    say(checked(number()))
    take(checked_output(number()))
    say(on_top(number()))
    say(on_virtualenv(number()))


@dag(schedule=None)
def wrong() -> None:
    modelled(1, word())  # E: Argument "stop" of task "modelled" takes "int", but task "word" returns "str" [xcom-arg]
    modelled("x", 2)  # E: Argument 1 to "modelled" has incompatible type "str"; expected "int" [arg-type]
    say(modelled(1, 2))  # E: Argument "text" of task "say" takes "str", but task "modelled" returns "Out" [xcom-arg]
    say(output_only(1))  # E: Argument "text" of task "say" takes "str", but task "output_only" returns "Out" [xcom-arg]
    output_only(1)["totl"]  # E: Task "output_only" has no output key "totl": "Out" has "total" [xcom-key]
    checked(word())  # E: Argument "n" of task "checked" takes "int", but task "word" returns "str" [xcom-arg]
    use(checked(1))  # E: Argument "n" of task "use" takes "int", but task "checked" returns "str" [xcom-arg]
    say(checked_output(1))  # E: Argument "text" of task "say" takes "str", but task "checked_output" returns "Out" [xcom-arg]
    on_top(word())  # E: Argument "n" of task "on_top" takes "int", but task "word" returns "str" [xcom-arg]
    use(on_virtualenv(number()))  # E: Argument "n" of task "use" takes "int", but task "on_virtualenv" returns "str" [xcom-arg]
