"""What an editor shows of a task's output."""

from typedxcom import task


@task
def extract(day: str) -> list[int]:
    return []


reveal_type(extract("x"))
