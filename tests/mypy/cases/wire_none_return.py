"""Tasks that return nothing, and skipped ones."""

from airflow.sdk import dag
from typedxcom import task


@task
def nothing() -> None:
    print()


@task
def silent(value=None):
    return value


@task
def number() -> int:
    return 1


@task
def use(n: int) -> None:
    print(n)


@task
def nullable(n: int | None) -> None:
    print(n)


@task
def only_none(n: None) -> None:
    print(n)


@task
def each(values: list[None]) -> None:
    print(values)


@dag(schedule=None)
def right() -> None:
    nothing() >> number()
    nullable(nothing())
    only_none(nothing())
    use(silent())
    each(use.expand(n=[1]))
    nothing() >> [number(), use(1)]
    done = use(number())
    done >> nothing()


@dag(schedule=None)
def wrong() -> None:
    use(nothing())  # E: Argument "n" of task "use" takes "int", but task "nothing" returns "None" [xcom-arg]
    use(use(1))  # E: Argument "n" of task "use" takes "int", but task "use" returns "None" [xcom-arg]
    only_none(number())  # E: Argument "n" of task "only_none" takes "None", but task "number" returns "int" [xcom-arg]
    use.expand(n=nothing())  # E: Argument "n" of task "use" cannot be mapped over task "nothing": it returns "None", not a list, a tuple or a dict [xcom-map]
    nothing()["x"]  # E: Task "nothing" pushes no key "x": it needs multiple_outputs=True [xcom-key]
    nothing().map(str)  # E: Task "nothing" returns "None", which cannot be mapped: it needs a list or a tuple [xcom-map]
    use([nothing()])  # E: Argument "n" of task "use" takes "int", but gets "list[None]" from task "nothing" [xcom-arg]
