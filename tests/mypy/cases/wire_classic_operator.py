"""Classic operators beside tasks."""

from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import BranchPythonOperator, PythonOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.providers.standard.sensors.filesystem import FileSensor
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import BaseOperator, dag
from typedxcom import task, typed_output


class CopyOperator(BaseOperator):
    template_fields = ("source", "limit")

    def __init__(self, *, source: str, limit: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.limit = limit


@task
def path() -> str:
    return ""


@task
def paths() -> list[str]:
    return []


@task
def number() -> int:
    return 1


@task
def conf() -> dict[str, str]:
    return {}


@task
def use(n: int) -> None:
    print(n)


@task
def say(text: str) -> None:
    print(text)


@task
def envs() -> list[dict[str, str]]:
    return []


@task
def kwargs_list() -> list[dict[str, int]]:
    return []


def counts(n: int, label: str = "") -> None:
    print(n, label)


def dated(n: int, logical_date: Any) -> None:
    print(n, logical_date)


def totals(*numbers: int, ti: Any, limit: int = 0, **context: Any) -> None:
    print(numbers, ti, limit, context)


@dag(schedule=None)
def right() -> None:
    BashOperator(task_id="a", bash_command=path())
    BashOperator(task_id="b", bash_command=f"echo {number()}", env=conf())
    BashOperator(task_id="c", bash_command="x", env={"A": path()}, cwd=path())
    listing = BashOperator(task_id="d", bash_command="ls")
    say(listing.output)
    say(typed_output(listing, str))
    say(listing.output["key"])
    FileSensor(task_id="e", filepath=path()) >> listing
    PythonOperator(task_id="f", python_callable=print, op_args=[number()], op_kwargs={"x": path()})
    TriggerDagRunOperator(task_id="g", trigger_dag_id=path(), conf=conf())
    CopyOperator(task_id="h", source=path(), limit=number())
    BashOperator.partial(task_id="i").expand(bash_command=paths())
    BashOperator.partial(task_id="j", bash_command=path()).expand(env=envs())
    CopyOperator.partial(task_id="k", limit=number()).expand(source=paths())
    CopyOperator.partial(task_id="l", source="x").expand(limit=[1, number()])
    CopyOperator.partial(task_id="m", source="x").expand_kwargs([{"limit": 1}])
    BashOperator.partial(task_id="o").expand(bash_command=paths().map(lambda p: f"ls {p}"))
    path() >> EmptyOperator(task_id="n") >> use(1)


@dag(schedule=None)
def wrong() -> None:
    BashOperator(task_id="a", bash_command=paths())  # E: Argument "bash_command" of "BashOperator" takes "str", but task "paths" returns "list[str]" [xcom-arg]
    BashOperator(task_id="b", bash_command=number())  # E: Argument "bash_command" of "BashOperator" takes "str", but task "number" returns "int" [xcom-arg]
    BashOperator(task_id="c", bash_command="x", env=path())  # E: Argument "env" of "BashOperator" takes "dict[str, str] | None", but task "path" returns "str" [xcom-arg]
    BashOperator(task_id="d", bash_command="x", env={"A": number()})  # E: Argument "env" of "BashOperator" takes "str" here, but task "number" returns "int" [xcom-arg]
    BashOperator(task_id="e", bash_command="x", retries=number())  # E: Argument "retries" of "BashOperator" is not templated: it cannot take the output of task "number" [xcom-arg]
    BashOperator(task_id=path(), bash_command="x")  # E: Argument "task_id" of "BashOperator" is not templated: it cannot take the output of task "path" [xcom-arg]
    BashOperator(task_id="f", bash_command=path)  # E: Argument "bash_command" of "BashOperator" takes a value, but task "path" itself is passed: call it, "path()" [xcom-arg]
    BashOperator(task_id="f2", bash_command=path().upper())  # E: The output of task "path" has no attribute "upper" while the DAG is parsed: read it inside a task, or as ["upper"] of a task with multiple_outputs=True [xcom-use]
    CopyOperator(task_id="h", source=number())  # E: Argument "source" of "CopyOperator" takes "str", but task "number" returns "int" [xcom-arg]
    CopyOperator(task_id="i", source=path(), limit=path())  # E: Argument "limit" of "CopyOperator" takes "int", but task "path" returns "str" [xcom-arg]
    listing = BashOperator(task_id="j", bash_command="ls")
    use(listing.output)  # E: Argument "n" of task "use" takes "int", but task "j" returns "str" [xcom-arg]
    use(typed_output(PythonOperator(task_id="o", python_callable=print), str))  # E: Argument "n" of task "use" takes "int", but task "o" returns "str" [xcom-arg]
    made = PythonOperator(task_id="o2", python_callable=print)
    typed = typed_output(made, str)
    use(typed)  # E: Argument "n" of task "use" takes "int", but task "o2" returns "str" [xcom-arg]
    use(typed_output(listing, str))  # E: Argument "n" of task "use" takes "int", but task "j" returns "str" [xcom-arg]
    use(listing)  # E: Argument 1 to "use" has incompatible type "BashOperator"; expected "int" [arg-type]
    say(listing)  # E: Argument 1 to "say" has incompatible type "BashOperator"; expected "str" [arg-type]
    BashOperator.partial(task_id="k").expand(bash_command=path())  # E: Argument "bash_command" of "BashOperator" cannot be mapped over task "path": it returns "str", not a list, a tuple or a dict [xcom-map]
    BashOperator.partial(task_id="l").expand(bash_command=kwargs_list())  # E: Argument "bash_command" of "BashOperator" takes "str", but mapping over task "kwargs_list" gives "dict[str, int]" [xcom-map]
    CopyOperator.partial(task_id="m").expand(source=[number()])  # E: Argument "source" of "CopyOperator" takes "str", but task "number" returns "int" [xcom-map]
    CopyOperator.partial(task_id="n", source="x").expand(limit=paths())  # E: Argument "limit" of "CopyOperator" takes "int", but mapping over task "paths" gives "str" [xcom-map]
    TriggerDagRunOperator(task_id="o", trigger_dag_id="x", conf=number())  # E: Argument "conf" of "TriggerDagRunOperator" takes "dict[Any, Any] | None", but task "number" returns "int" [xcom-arg]
    PythonOperator(task_id="p", python_callable=print, op_kwargs=number())  # E: Argument "op_kwargs" of "PythonOperator" takes "Mapping[str, Any] | None", but task "number" returns "int" [xcom-arg]


@dag(schedule=None)
def right_functions() -> None:
    PythonOperator(task_id="a", python_callable=counts, op_args=[number()])
    PythonOperator(task_id="b", python_callable=counts, op_kwargs={"n": number(), "label": path()})
    PythonOperator(task_id="b2", python_callable=dated, op_args=[1])
    PythonOperator(task_id="b3", python_callable=dated, op_args=[1], op_kwargs={"logical_date": ""})
    PythonOperator(task_id="b4", python_callable=totals, op_args=[1, 2, 3])
    PythonOperator(task_id="c", python_callable=counts, op_kwargs={"n": "{{ params.n }}"})
    PythonOperator(task_id="d", python_callable=counts, op_args=[1], op_kwargs={"other": path()})
    PythonOperator(task_id="e", python_callable=totals, op_args=[number()], op_kwargs={"x": path()})
    PythonOperator(task_id="f", python_callable=lambda n: n, op_args=[path()])
    BranchPythonOperator(task_id="g", python_callable=counts, op_args=[number()])
    PythonOperator(task_id="h", python_callable=counts, op_kwargs=conf())
    PythonOperator.partial(task_id="i", python_callable=counts).expand(op_args=[[1], [number()]])
    mapped = PythonOperator.partial(task_id="k", python_callable=counts)
    mapped.expand(op_kwargs=[{"n": 1}, {"n": number(), "label": path()}])
    PythonOperator.partial(task_id="k2", python_callable=counts).expand(
        op_kwargs=[conf(), {"n": "1", "more": path()}]
    )
    PythonOperator.partial(task_id="k3", python_callable=counts).expand(op_kwargs=kwargs_list())
    given = PythonOperator.partial(task_id="l", python_callable=counts, op_kwargs={"label": path()})
    given.expand(op_args=[[number()]])
    fixed = PythonOperator.partial(task_id="m", python_callable=counts, op_args=[number()])
    fixed.expand(op_kwargs=[{"label": path()}, {}])
    full = PythonOperator.partial(task_id="n", python_callable=counts, op_args=[number()])
    full.expand(templates_dict=[{"a": path()}])
    PythonOperator.partial(task_id="o", python_callable=counts).expand_kwargs([{"op_args": [1]}])


@dag(schedule=None)
def wrong_functions() -> None:
    PythonOperator(task_id="a", python_callable=counts, op_args=[path()])  # E: Argument "n" of function "counts" takes "int", but task "path" returns "str" [xcom-arg]
    PythonOperator(task_id="b", python_callable=counts, op_kwargs={"n": path()})  # E: Argument "n" of function "counts" takes "int", but task "path" returns "str" [xcom-arg]
    PythonOperator(task_id="c", python_callable=counts, op_kwargs={"n": 1, "lable": path()})  # E: Function "counts" has no parameter "lable": did you mean "label"? [xcom-arg]
    PythonOperator(task_id="d", python_callable=counts, op_kwargs={"label": path()})  # E: Function "counts" is never given its parameter "n": add it to op_kwargs [xcom-arg]
    PythonOperator(task_id="e", python_callable=counts)  # E: Function "counts" is never given its parameter "n": add it to op_kwargs [xcom-arg]
    PythonOperator(task_id="f", python_callable=totals, op_args=[1, path()])  # E: Argument "2" of function "totals" takes "int", but task "path" returns "str" [xcom-arg]
    PythonOperator(task_id="g", python_callable=totals, op_kwargs={"limit": path()})  # E: Argument "limit" of function "totals" takes "int", but task "path" returns "str" [xcom-arg]
    BranchPythonOperator(task_id="h", python_callable=counts, op_args=[path()])  # E: Argument "n" of function "counts" takes "int", but task "path" returns "str" [xcom-arg]
    PythonSensor(task_id="i", python_callable=counts, op_args=[path()])  # E: Argument "n" of function "counts" takes "int", but task "path" returns "str" [xcom-arg]
    mapped = PythonOperator.partial(task_id="k", python_callable=counts)
    mapped.expand(op_kwargs=[{"n": 1}, {"n": path()}])  # E: Argument "n" of function "counts" takes "int", but task "path" returns "str" [xcom-arg]
    mapped.expand(op_kwargs=[{"label": path()}])  # E: Function "counts" is never given its parameter "n": add it to op_kwargs [xcom-arg]
    mapped.expand(op_kwargs=[{"n": 1, "lable": path()}])  # E: Function "counts" has no parameter "lable": did you mean "label"? [xcom-arg]
    mapped.expand(op_args=[[number()], [path()]])  # E: Argument "n" of function "counts" takes "int", but task "path" returns "str" [xcom-arg]
    mapped.expand(op_args=[[]])  # E: Function "counts" is never given its parameter "n": add it to op_kwargs [xcom-arg]
    mapped.expand(templates_dict=[{"a": path()}])  # E: Function "counts" is never given its parameter "n": add it to op_kwargs [xcom-arg]
    fixed = PythonOperator.partial(task_id="l", python_callable=counts, op_args=[number()])
    fixed.expand(op_kwargs=[{"label": number()}])  # E: Argument "label" of function "counts" takes "str", but task "number" returns "int" [xcom-arg]
    PythonOperator(task_id="x", python_callable=counts, op_args=[1, "a", 2])  # E: Function "counts" takes 2 arguments by position, but op_args gives 3 [xcom-arg]
    PythonOperator(task_id="y", python_callable=dated, op_args=[1, "{{ logical_date }}"])  # E: Argument "logical_date" of function "dated" cannot be given by position: Airflow injects "logical_date". Give it in op_kwargs [xcom-arg]
    PythonOperator(task_id="j", python_callable=counts, op_args=[number(), number()])  # E: Argument "label" of function "counts" takes "str", but task "number" returns "int" [xcom-arg]
