"""One right wiring and a wrong one."""

from typedxcom import dag, task


@task
def extract() -> str:
    return "payload"


@task
def show(text: str) -> None:
    print(text)


@task
def square(n: int) -> int:
    return n * n


@dag(schedule=None)
def pipeline() -> None:
    show(extract())
    square(extract())  # wrong


pipeline()
