"""What sensors push, by their code: the value of their ``PokeReturnValue``."""

from __future__ import annotations

from typing import Any

from airflow.sdk import PokeReturnValue, dag
from airflow.sdk import task as plain
from typedxcom import task


@plain.sensor(poke_interval=1)
def files() -> PokeReturnValue:
    found = ["a.csv", "b.csv"]
    if not found:
        return PokeReturnValue(is_done=False)
    return PokeReturnValue(is_done=True, xcom_value=found)


@task.sensor
def order():
    return PokeReturnValue(True, {"path": "a.csv", "rows": 3})


@task.sensor
def ready():
    if order:
        return True
    return PokeReturnValue(is_done=False, xcom_value="nobody gets this")


@task.sensor
def maybe() -> bool | PokeReturnValue:
    if order:
        return PokeReturnValue(is_done=bool(order), xcom_value=3)
    return False


@task.sensor
def anything(path: str, **options: Any) -> PokeReturnValue:
    if path:
        return PokeReturnValue(**options)
    return PokeReturnValue(True, path.split(options["by"]))


@plain
def shout(text: str) -> str:
    return text.upper()


@task
def sort(names: list[str]) -> list[str]:
    return sorted(names)


@task
def load(found):
    return found["rows"]


@task
def load_wrong(found):
    return found["rowz"]


@task
def double(n: int) -> int:
    return 2 * n


@dag(schedule=None)
def right() -> None:
    sort(files())
    shout.expand(text=files())
    load(order())
    double(maybe())
    double(anything("a"))
    sort(anything("a"))


@dag(schedule=None)
def wrong() -> None:
    shout(files())  # E: Argument "text" of task "shout" takes "str", but task "files" returns "list[str]": "shout.expand(text=...)" runs it for each item [xcom-arg]
    double.expand(n=files())  # E: Argument "n" of task "double" takes "int", but mapping over task "files" gives "str" [xcom-map]
    load_wrong(order())  # E: Argument "found" of task "load_wrong" is used as "found['rowz']", but task "order" returns "TypedDict({'path': str, 'rows': int})", which has no key "rowz" [xcom-arg]
    shout(ready())  # E: Argument "text" of task "shout" takes "str", but task "ready" returns "None" [xcom-arg]
    shout(maybe())  # E: Argument "text" of task "shout" takes "str", but task "maybe" returns "int" [xcom-arg]
