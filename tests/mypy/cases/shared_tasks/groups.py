from airflow.sdk import task_group
from shared_tasks.extract import summarize
from typedxcom import task


@task
def half(n: int) -> float:
    return n / 2


@task_group
def halves(n: int):
    return half(n)


@task_group
def plain_group(n: int):
    half(n)


__all__ = ["half", "halves", "plain_group", "summarize"]
