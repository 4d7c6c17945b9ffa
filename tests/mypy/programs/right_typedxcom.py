"""Every public name of typedxcom, used as the docs use it."""

from airflow.sdk import chain
from pydantic import BaseModel
from typedxcom import XComArg, XComKey, contract, dag, result, setup, task, task_group, teardown
from typedxcom import typed, typed_output

ROWS = XComKey("rows", int)


class Order(BaseModel):
    id: int
    lines: list[str] = []


@task
def extract(day: str, ti=None) -> list[Order]:
    ROWS.push(ti, 3)
    return []


@task(multiple_outputs=True, retries=2)
def split(order: Order) -> dict[str, int]:
    return {"a": 1}


@task
async def later(n: int) -> tuple[int, str]:
    return n, ""


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
    count: int = ROWS.pull(None, task_ids="extract")
    print(name, count)


@typed
@task
@contract
def use(n: int, text: str = "") -> int:
    return n


@result
@task
def total(values: list[int]) -> int:
    return sum(values)


@task_group
def group(n: int):
    return use(n)


@task_group(group_id="other")
def other(n: int) -> XComArg[int]:
    return use(n)


def helper(out: XComArg[int]) -> XComArg[int]:
    return use(out)


@dag
def bare() -> None:
    use(1)


@dag(schedule=None, tags=["x"])
def pipeline(day: str = "x") -> None:
    orders = extract(day)
    parts = split.expand(order=orders)
    use(split(Order(id=1))["a"])
    n, text = later(3)
    use(n, text=text)
    counts = [use(n), use(1), 3]
    total(counts)
    total([use(n), 1])
    total(use.partial(text="x").expand(n=orders.map(lambda order: order.id)))
    use.expand(n=use.expand(n=[1]).concat(use.expand(n=[2])))
    later.expand_kwargs([{"n": 1}])
    name = create()
    name >> group(n) >> other(use(2)) >> destroy(name)
    pick(n) >> [use(1), use.override(task_id="b")(helper(n))]
    chain(contained(n), parts, name)
    with name:
        use(1)
    for each in (use, total):
        each.override(retries=1)


bare()
pipeline("y")
