"""What the code of a task says where its annotation says nothing."""

from typing import Any

from airflow.sdk import DAG, dag, task
from pydantic import BaseModel


class Order(BaseModel):
    id: int
    total: float = 0.0


@task
def text(n=1):
    return f"{n}.csv"


@task
def number():
    return 1


@task
def maybe(n=1):
    if n:
        return [1, 2]


@task
def order():
    return {"id": 1}


@task
def orders(n=1):
    found = [Order(id=1)]
    return found


@task
def names(n=1):
    return [str(one) for one in n]


@task(multiple_outputs=True)
def split(n=1):
    if n:
        return {"rows": 1}
    return {"rows": 2, "path": "x"}


@task
def report() -> dict:
    return {"rows": 1, "path": "x"}


@task
def counts() -> dict[str, Any]:
    return {"rows": 1, "names": ["a"]}


@task
def grows() -> dict:
    found = {"rows": 1}
    found["path"] = 2
    return found


@task
def say(value: str) -> None: ...


@task
def count(value: int) -> None: ...


@task
def numbers(value: list[int]) -> None: ...


@task
def words(value: list[str]) -> None: ...


@task
def load(value: Order) -> None: ...


@task
def loads(value: list[Order]) -> None: ...


@dag(schedule=None)
def right() -> None:
    say(text())
    count(number())
    numbers(maybe())
    load(order())
    loads(orders())
    words(names())
    say.expand(value=names())
    load.expand(value=orders())
    count.expand(value=maybe())
    count(split()["rows"])
    say(split()["path"])
    count(report()["rows"])
    say(report()["path"])
    words(counts()["names"])
    count(grows()["path"])
    say.partial(value=text())
    text.expand(n=[1, 2])
    words(text.expand(n=[1, 2]))
    say(str(number()))
    words([text(), "x"])
    names().map(lambda name: name.upper())


@dag(schedule=None)
def wrong() -> None:
    count(text())  # E: Argument "value" of task "count" takes "int", but task "text" returns "str" [xcom-arg]
    say(number())  # E: Argument "value" of task "say" takes "str", but task "number" returns "int" [xcom-arg]
    say(maybe())  # E: Argument "value" of task "say" takes "str", but task "maybe" returns "list[int] | None" [xcom-arg]
    numbers(order())  # E: Argument "value" of task "numbers" takes "list[int]", but task "order" returns "TypedDict({'id': int})" [xcom-arg]
    loads(order())  # E: Argument "value" of task "loads" takes "list[Order]", but task "order" returns "TypedDict({'id': int})" [xcom-arg]
    load(orders())  # E: Argument "value" of task "load" takes "Order", but task "orders" returns "list[Order]": "load.expand(value=...)" runs it for each item [xcom-arg]
    numbers(names())  # E: Argument "value" of task "numbers" takes "list[int]", but task "names" returns "list[str]" [xcom-arg]
    count.expand(value=names())  # E: Argument "value" of task "count" takes "int", but mapping over task "names" gives "str" [xcom-map]
    count.expand(value=number())  # E: Argument "value" of task "count" cannot be mapped over task "number": it returns "int", not a list, a tuple or a dict [xcom-map]
    say(split()["rows"])  # E: Argument "value" of task "say" takes "str", but key "rows" of task "split" is "int" [xcom-arg]
    say(split()["row"])  # E: Task "split" has no output key "row": "TypedDict({'rows': int, 'path'?: str})" has "rows", "path" [xcom-key]
    say(grows()["path"])  # E: Argument "value" of task "say" takes "str", but key "path" of task "grows" is "int" [xcom-arg]
    say(grows()["other"])  # E: Task "grows" has no output key "other": "TypedDict({'rows': int, 'path': int})" has "rows", "path" [xcom-key]
    count(report()["path"])  # E: Argument "value" of task "count" takes "int", but key "path" of task "report" is "str" [xcom-arg]
    count(report()["paths"])  # E: Task "report" has no output key "paths": "TypedDict({'rows': int, 'path': str})" has "rows", "path" [xcom-key]
    words(counts()["rows"])  # E: Argument "value" of task "words" takes "list[str]", but key "rows" of task "counts" is "int" [xcom-arg]
    words(counts()["name"])  # E: Task "counts" has no output key "name": "TypedDict({'rows': int, 'names': list[str]})" has "rows", "names" [xcom-key]
    say(order()["id"])  # E: Task "order" pushes no key "id": it needs multiple_outputs=True [xcom-key]
    count.partial(value=text())  # E: Argument "value" of task "count" takes "int", but task "text" returns "str" [xcom-arg]
    numbers(text.expand(n=[1, 2]))  # E: Argument "value" of task "numbers" takes "list[int]", but mapped task "text" returns "list[str]" [xcom-arg]
    numbers([number(), text()])  # E: Argument "value" of task "numbers" takes "int" here, but task "text" returns "str" [xcom-arg]


with DAG("module"):
    count(text())  # E: Argument "value" of task "count" takes "int", but task "text" returns "str" [xcom-arg]
    found = split()
    count(found["row"])  # E: Task "split" has no output key "row": "TypedDict({'rows': int, 'path'?: str})" has "rows", "path" [xcom-key]
