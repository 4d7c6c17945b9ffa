"""``.concat`` on outputs."""

from airflow.sdk import dag
from typedxcom import task


@task
def a() -> list[str]:
    return []


@task
def b() -> tuple[str, ...]:
    return ()


@task
def c() -> list[int]:
    return []


@task
def one() -> int:
    return 1


@task
def read(path: str) -> str:
    return path


@task
def either(value: str | int) -> None:
    print(value)


@task
def joined(values: list[str]) -> None:
    print(values)


@dag(schedule=None)
def right() -> None:
    read.expand(path=a().concat(b()))
    read.expand(path=a().concat(b(), a()).concat(a()))
    either.expand(value=a().concat(c()))
    joined(a().concat(b()))
    read.expand(path=read.expand(path=a()).concat(b()))
    read.expand(path=c().map(str).concat(a()))


@dag(schedule=None)
def wrong() -> None:
    read.expand(path=a().concat(c()))  # E: Argument "path" of task "read" takes "str", but mapping over task "a" gives "str | int" [xcom-map]
    read.expand(path=a().concat(one()))  # E: Task "one" returns "int", which cannot be concatenated: it needs a list or a tuple [xcom-map]
    one().concat(a())  # E: Task "one" returns "int", which cannot be concatenated: it needs a list or a tuple [xcom-map]
    a().concat(["x"])  # E: Only outputs can be concatenated, not a value of type "list[str]" [xcom-map]
    joined(a().concat(c()))  # E: Argument "values" of task "joined" takes "list[str]", but task "a" returns "list[str | int]" [xcom-arg]
    read(a().concat(b()))  # E: Argument "path" of task "read" takes "str", but task "a" returns "list[str]": "read.expand(path=...)" runs it for each item [xcom-arg]
    a().concat(b())["key"]  # E: The result of map(), zip() or concat() of task "a" has no keys [xcom-key]
