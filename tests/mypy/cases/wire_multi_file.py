"""Tasks from other modules, re-exported and renamed."""

import shared_tasks
import shared_tasks.extract as source
from shared_tasks import build, halves, ids, make_task, plain_group, rows
from shared_tasks.groups import summarize as digest
from shared_tasks.models import Order

from airflow.sdk import dag
from typedxcom import task


@task
def use(n: int) -> None:
    print(n)


@task
def say(text: str) -> None:
    print(text)


@task
def on_order(order: Order) -> None:
    print(order)


@task
def on_float(x: float) -> None:
    print(x)


@dag(schedule=None)
def right() -> None:
    use.expand(n=ids())
    on_order.expand(order=rows())
    on_order.expand(order=shared_tasks.rows(limit=1))
    say(digest(source.rows())["name"])
    on_float(halves(3))
    say(build(halves(3)))
    plain_group(1) >> ids()
    say(make_task("x")(1))


@dag(schedule=None)
def wrong() -> None:
    say.expand(text=ids())  # E: Argument "text" of task "say" takes "str", but mapping over task "ids" gives "int" [xcom-map]
    use.expand(n=rows())  # E: Argument "n" of task "use" takes "int", but mapping over task "rows" gives "Order" [xcom-map]
    rows("x")  # E: Argument 1 to "rows" has incompatible type "str"; expected "int" [arg-type]
    shared_tasks.rows(limit=ids())  # E: Argument "limit" of task "rows" takes "int", but task "ids" returns "list[int]": "rows.expand(limit=...)" runs it for each item [xcom-arg]
    use(digest(source.rows())["name"])  # E: Argument "n" of task "use" takes "int", but key "name" of task "summarize" is "str" [xcom-arg]
    digest(source.rows())["nme"]  # E: Task "summarize" has no output key "nme": "Summary" has "count", "name" [xcom-key]
    source.summarize(source.ids())  # E: Argument "orders" of task "summarize" takes "list[Order]", but task "ids" returns "list[int]" [xcom-arg]
    say(halves(3))  # E: Argument "text" of task "say" takes "str", but task "half" returns "float" [xcom-arg]
    halves(source.ids())  # E: Argument "n" of task group "halves" takes "int", but task "ids" returns "list[int]" [xcom-arg]
    build(ids())  # E: Argument "value" of function "build" takes "XComArg[float]", but task "ids" returns "list[int]" [xcom-arg]
    use(build(halves(3)))  # E: Argument "n" of task "use" takes "int", but an upstream task returns "str" [xcom-arg]
    plain_group(rows())  # E: Argument "n" of task group "plain_group" takes "int", but task "rows" returns "list[Order]" [xcom-arg]
    make_task("x")(rows())  # E: Argument "1" of this task takes "int", but task "rows" returns "list[Order]" [xcom-arg]
    use(make_task("x")(1))  # E: Argument "n" of task "use" takes "int", but an upstream task returns "str" [xcom-arg]
