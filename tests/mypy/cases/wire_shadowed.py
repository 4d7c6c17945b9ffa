"""Names that Airflow has too: attributes of its references, and keys of its context."""

from typing import Any, NamedTuple, TypedDict

from pydantic import BaseModel

from airflow.sdk import DAG, dag
from airflow.sdk import task as plain_task
from typedxcom import task


class Lock(BaseModel):
    key: str
    operator: str
    roots: list[str]
    size: int

    @property
    def leaves(self) -> int:
        return 1


class Pair(NamedTuple):
    key: str
    value: int


class Keyed(TypedDict):
    key: str


@task
def lock() -> Lock:
    raise NotImplementedError


@task
def lock_of(n: int) -> Lock:
    raise NotImplementedError


@plain_task
def plain_lock() -> Lock | None:
    return None


@task
def pair() -> Pair:
    return Pair("", 1)


@task(multiple_outputs=False)
def keyed() -> Keyed:
    return {"key": ""}


@task
def number() -> int:
    return 1


@task
def use(text: str) -> None: ...


@task
def use_any(value: Any) -> None: ...


@dag(schedule=None)
def shadowed_right() -> None:
    out = number()
    out.operator.task_id, out.key, out.roots, out.leaves
    many = lock_of.expand(n=[1])
    many.operator, many.key, many.roots
    first, _ = pair()
    use(first)
    first.key
    lock() >> number()


@dag(schedule=None)
def shadowed_wrong() -> None:
    use(lock().key)  # E: The output of task "lock" has no attribute "key" while the DAG is parsed: read it inside a task, or as ["key"] of a task with multiple_outputs=True [xcom-use]
    use_any(lock().operator)  # E: The output of task "lock" has no attribute "operator" while the DAG is parsed: read it inside a task, or as ["operator"] of a task with multiple_outputs=True [xcom-use]
    use_any(lock().roots)  # E: The output of task "lock" has no attribute "roots" while the DAG is parsed: read it inside a task, or as ["roots"] of a task with multiple_outputs=True [xcom-use]
    use_any(lock().leaves)  # E: The output of task "lock" has no attribute "leaves" while the DAG is parsed: read it inside a task, or as ["leaves"] of a task with multiple_outputs=True [xcom-use]
    use_any(plain_lock().key)  # E: The output of task "plain_lock" has no attribute "key" while the DAG is parsed: read it inside a task, or as ["key"] of a task with multiple_outputs=True [xcom-use]
    use_any(pair().key)  # E: The output of task "pair" has no attribute "key" while the DAG is parsed: read it inside a task, or as ["key"] of a task with multiple_outputs=True [xcom-use]
    use_any(keyed().key)  # E: The output of task "keyed" has no attribute "key" while the DAG is parsed: read it inside a task, or as ["key"] of a task with multiple_outputs=True [xcom-use]


@task
def numbers() -> dict[str, int]:
    return {}


@task
def run(params: dict[str, int], n: int = 0) -> None: ...


@plain_task
def plain_run(n: int, ts: str, ti: Any = None) -> None: ...


@task.branch
def choose(ds: str) -> str:
    return ds


@task
def report(reason: str) -> None: ...


@task
def tried(exception: Any = None, try_number: int | None = None) -> None: ...


with DAG("context_names", schedule=None) as context_right:
    run()
    run(params=numbers())
    run(n=number())
    plain_run(number())
    plain_run(1, ts="{{ ts }}")
    choose(ds="today")
    report("because")
    report(reason="because")
    tried()

with DAG("context_names", schedule=None) as context_wrong:
    run(numbers())  # E: Argument "params" of task "run" cannot be given by position: Airflow injects "params". Give it by name [xcom-arg]
    run({"a": 1})  # E: Argument "params" of task "run" cannot be given by position: Airflow injects "params". Give it by name [xcom-arg]
    run(params=number())  # E: Argument "params" of task "run" takes "dict[str, int]", but task "number" returns "int" [xcom-arg]
    run(params={"a": "b"})  # E: Dict entry 0 has incompatible type "str": "str"; expected "str": "int" [dict-item]
    plain_run(number(), "now")  # E: Argument "ts" of task "plain_run" cannot be given by position: Airflow injects "ts". Give it by name [xcom-arg]
    plain_run(1, "now", None)  # E: Argument "ts" of task "plain_run" cannot be given by position: Airflow injects "ts". Give it by name [xcom-arg] && Argument "ti" of task "plain_run" cannot be given by position: Airflow injects "ti". Give it by name [xcom-arg]
    plain_run(1, ts=number())  # E: Argument "ts" of task "plain_run" takes "str", but task "number" returns "int" [xcom-arg]
    choose("today")  # E: Argument "ds" of task "choose" cannot be given by position: Airflow injects "ds". Give it by name [xcom-arg]
    report()  # E: Missing positional argument "reason" in call to "report" [call-arg]
    report(number())  # E: Argument "reason" of task "report" takes "str", but task "number" returns "int" [xcom-arg]
    report.expand(reason=["a"])  # E: Argument "reason" of task "report" cannot be given to expand(): Airflow injects "reason" [xcom-map]
