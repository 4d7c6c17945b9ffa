"""Parameters that Airflow injects are optional and cannot be mapped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import Context, dag
from typedxcom import task


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return "x"


@task
def dated(n: int, ds: str, ti, logical_date: datetime, run_id: str = "") -> str:
    return f"{n} {ds} {logical_date}"


@task
def first(ds: str, n: int) -> str:
    return ds * n


@task
def rest(n: int, **context) -> None:
    print(n, context)


@task
def typed_rest(n: int, **context: Any) -> None:
    print(n, context)


@task
def no_extra(task_instance=None, dag_run=None, params: dict[str, Any] | None = None) -> None:
    print(task_instance, dag_run, params)


@dag(schedule=None)
def right() -> None:
    dated(number())
    dated(n=number())
    dated(number(), ds="2025-01-01")
    first(n=number())
    rest(number())
    typed_rest(number())
    no_extra()
    dated.expand(n=[1, 2])
    dated.partial(n=1)
    rest.expand(n=[1])


@dag(schedule=None)
def wrong() -> None:
    dated()  # E: Missing positional argument "n" in call to "dated" [call-arg]
    dated(word())  # E: Argument "n" of task "dated" takes "int", but task "word" returns "str" [xcom-arg]
    dated(number(), ds=number())  # E: Argument "ds" of task "dated" takes "str", but task "number" returns "int" [xcom-arg]
    first()  # E: Missing positional argument "ds" in call to "first" [call-arg]
    first("2025-01-01", word())  # E: Argument "ds" of task "first" cannot be given by position: Airflow injects "ds". Give it by name [xcom-arg] && Argument "n" of task "first" takes "int", but task "word" returns "str" [xcom-arg]
    dated.partial(n=1).expand(ds=["2025-01-01"])  # E: Argument "ds" of task "dated" cannot be given to expand(): Airflow injects "ds" [xcom-map]
    dated.partial(ti=None).expand(n=[1])  # E: Argument "ti" of task "dated" cannot be given to partial(): Airflow injects "ti" [xcom-map]
    no_extra(number=number())  # E: Unexpected keyword argument "number" for "no_extra" [call-arg]
    rest(word())  # E: Argument "n" of task "rest" takes "int", but task "word" returns "str" [xcom-arg]
    dated.expand_kwargs([{"n": 1, "ds": "x"}])  # E: Argument "ds" of task "dated" cannot be given to expand_kwargs(): Airflow injects "ds" [xcom-map]
