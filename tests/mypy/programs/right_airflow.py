"""The same with Airflow's own names."""

from airflow.sdk import chain, dag, setup, task, task_group, teardown, XComArg
from pydantic import BaseModel


class Order(BaseModel):
    id: int
    lines: list[str] = []


@task
def extract(day: str, ti=None) -> list[Order]:
    return []


@task(multiple_outputs=True, retries=2)
def split(order: Order) -> dict[str, int]:
    return {"a": 1}


@task
async def later(n: int) -> int:
    return n


@task.branch
def pick(n: int) -> str:
    return "use"


@task.docker(image="x")
def contained(n: int) -> str:
    return ""


@setup
def create() -> str:
    return ""


@teardown(on_failure_fail_dagrun=True)
def destroy(name: str) -> None:
    print(name)


@task
def use(n: int, text: str = "") -> int:
    return n


@task
def total(values: list[int]) -> int:
    return sum(values)


@task
def where(logical_date, n: int) -> int:
    return n

@task_group
def group(n: int):
    return use(n)


@task_group(group_id="other")
def other(n: int) -> XComArg:
    return use(n)


@dag
def bare() -> None:
    use(1)


@dag(schedule=None, tags=["x"])
def pipeline(day: str = "x") -> None:
    orders = extract(day)
    parts = split.expand(order=orders)
    use(split(Order(id=1))["a"])
    n = later(3)
    use(n, text="x")
    counts = [use(n), use(1), 3]
    total(counts)
    total([use(n), 1])
    total(use.partial(text="x").expand(n=orders.map(lambda order: order.id)))
    use.expand(n=use.expand(n=[1]).concat(use.expand(n=[2])))
    later.expand_kwargs([{"n": 1}])
    where(n=3)
    name = create()
    name >> group(n) >> other(use(2)) >> destroy(name)
    pick(n) >> [use(1), use.override(task_id="b")(n)]
    chain(contained(n), parts, name)
    with name:
        use(1)
    for each in (use, total):
        each.override(retries=1)


bare()
pipeline("y")
