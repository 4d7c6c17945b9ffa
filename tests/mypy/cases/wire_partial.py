"""``.partial`` and what may follow it."""

from typing import Any

from airflow.sdk import dag
from typedxcom import task


@task
def items() -> list[str]:
    return ["a"]


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return "x"


@task
def process(item: str, offset: int, mode: str = "fast") -> str:
    return item * offset


@task
def free(item: str, **options: Any) -> None:
    print(item, options)


@task
def batch(rows: list[int], item: str) -> None:
    print(rows, item)


@dag(schedule=None)
def right() -> None:
    process.partial(offset=1).expand(item=items())
    process.partial(offset=number()).expand(item=items())
    process.partial(offset=1).partial(mode="slow").expand(item=items())
    process.partial(offset=1, mode=word()).expand(item=["a"])
    free.partial(colour="red", size=number()).expand(item=items())
    batch.partial(rows=[1, number()]).expand(item=items())
    half = process.partial(offset=1)
    half.expand(item=items())
    half.expand(item=["b"])
    process.override(task_id="p").partial(offset=1).expand(item=items())
    process.partial(offset=1).override(task_id="q").expand(item=items())


@dag(schedule=None)
def wrong() -> None:
    process.partial(offset=word()).expand(item=items())  # E: Argument "offset" of task "process" takes "int", but task "word" returns "str" [xcom-arg]
    process.partial(offset="1").expand(item=items())  # E: Argument "offset" of task "process" takes "int", not "str" [xcom-arg]
    process.partial(offset=1).expand(item=items(), offset=[1])  # E: Argument "offset" of task "process" is mapped over, but partial() gives it already [xcom-map]
    process.partial(offset=1).partial(offset=2).expand(item=items())  # E: Argument "offset" of task "process" is given twice [xcom-map]
    process.partial(mode="slow").expand(item=items())  # E: Task "process" is never given its parameter "offset" [xcom-map]
    process.partial(offset=1).expand(mode=items())  # E: Task "process" is never given its parameter "item" [xcom-map]
    process.partial(ofset=1).expand(item=items())  # E: Task "process" has no parameter "ofset" [xcom-map]
    process.partial(offset=1)(word())  # E: Task "process" has partial arguments: only expand() can use it [xcom-map]
    process.partial(1).expand(item=items())  # E: Too many arguments for "partial" of "Task" [call-arg] && Task "process" is never given its parameter "offset" [xcom-map]
    process.partial(offset=number).expand(item=items())  # E: Argument "offset" of task "process" takes a value, but task "number" itself is passed: call it, "number()" [xcom-arg]
    batch.partial(rows=[word()]).expand(item=items())  # E: Argument "rows" of task "batch" takes "int" here, but task "word" returns "str" [xcom-arg]
    batch.partial(rows=number()).expand(item=items())  # E: Argument "rows" of task "batch" takes "list[int]", but task "number" returns "int" [xcom-arg]
    batch.partial(rows=[1]).expand(item=number())  # E: Argument "item" of task "batch" cannot be mapped over task "number": it returns "int", not a list, a tuple or a dict [xcom-map]
    half = process.partial(offset=1)
    half.expand(item=[1, 2])  # E: Argument "item" of task "process" takes "str", not "int" [xcom-map]
    process.partial(
        offset=word(),  # E: Argument "offset" of task "process" takes "int", but task "word" returns "str" [xcom-arg]
    ).expand(item=items())
