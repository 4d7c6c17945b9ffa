"""A branch into a task that is misspelt."""

from airflow.sdk import TriggerRule, dag
from typedxcom import task


@task
def count_rows(table: str) -> int:
    return 1


@task.branch
def pick(rows: int) -> str:
    return "full" if rows < 10 else "incremnetal"  # E: no such task


@task
def full(rows: int) -> str:
    return "full"


@task
def incremental(rows: int, since: str = "yesterday") -> str:
    return "incremental"


@task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
def done(full_result: str | None, incremental_result: str | None) -> None:
    print(full_result, incremental_result)


@dag(schedule=None)
def branch_misspelt() -> None:
    rows = count_rows("orders")
    f = full(rows)
    i = incremental(rows)
    pick(rows) >> [f, i]
    done(f, i)


branch_misspelt()
