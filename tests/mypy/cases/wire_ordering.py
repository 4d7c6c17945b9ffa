"""Dependencies without data; tasks that are passed without a call."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import Label, XComArg, chain, cross_downstream, dag, task_group
from typedxcom import task


@task
def extract() -> str:
    return "x"


@task
def load(path: str) -> int:
    return 1


@task
def clean() -> None:
    print()


@task_group
def group(path: str) -> None:
    load(path)


@task
def listed(paths: list[str]) -> None:
    print(paths)


@dag(schedule=None)
def right() -> None:
    start = EmptyOperator(task_id="start")
    end = EmptyOperator(task_id="end")
    path = extract()
    start >> path >> load(path) >> end
    [extract(), clean()] >> end
    start >> [extract(), load("a")]
    end << clean()
    chain(start, [extract(), clean()], end)
    chain(path, load(path))
    cross_downstream([extract(), extract()], [clean(), clean()])
    start >> Label("then") >> clean()
    clean() >> group(path) >> end
    path.set_downstream(end)
    last: XComArg | None = None
    for _ in range(3):
        step = load(path)
        if last:
            last >> step
        last = step
    outs = [load(path) for _ in range(3)]
    outs >> end
    for out in outs:
        start >> out


@dag(schedule=None)
def wrong() -> None:
    load(extract)  # E: Argument "path" of task "load" takes a value, but task "extract" itself is passed: call it, "extract()" [xcom-arg]
    load(path=extract)  # E: Argument "path" of task "load" takes a value, but task "extract" itself is passed: call it, "extract()" [xcom-arg]
    listed([extract, extract()])  # E: Argument "paths" of task "listed" takes a value, but task "extract" itself is passed: call it, "extract()" [xcom-arg]
    load(load(extract()))  # E: Argument "path" of task "load" takes "str", but task "load" returns "int" [xcom-arg]
    load(clean() >> extract)  # E: Unsupported operand types for >> ("XComArg[None]" and "Task[[VarArg(Any), KwArg(Any)], str]") [operator]
    group(extract)  # E: Argument "path" of task group "group" takes a value, but task "extract" itself is passed: call it, "extract()" [xcom-arg]
    load.expand(path=extract)  # E: Argument "path" of task "load" takes a value, but task "extract" itself is passed: call it, "extract()" [xcom-map]
    load.partial(path=extract)  # E: Argument "path" of task "load" takes a value, but task "extract" itself is passed: call it, "extract()" [xcom-arg]
    group(load("a"))  # E: Argument "path" of task group "group" takes "str", but task "load" returns "int" [xcom-arg]
