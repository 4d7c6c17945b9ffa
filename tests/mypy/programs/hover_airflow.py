"""What an editor shows of a task's output."""

from airflow.sdk import task


@task
def extract(day: str) -> list[int]:
    return []


reveal_type(extract("x"))
