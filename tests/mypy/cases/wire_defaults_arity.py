"""Defaults, missing, surplus and doubled arguments."""

from airflow.sdk import dag
from typedxcom import task


@task
def number() -> int:
    return 1


@task
def pair(a: int, b: int = 2) -> int:
    return a + b


@task
def alone() -> None:
    print("x")


@task
def nullable(a: int | None = None) -> None:
    print(a)


@dag(schedule=None)
def right() -> None:
    pair(number())
    pair(number(), b=number())
    alone()
    nullable()
    nullable(number())


@dag(schedule=None)
def wrong() -> None:
    pair()  # E: Missing positional argument "a" in call to "pair" [call-arg]
    pair(number(), number(), number())  # E: Too many arguments for "pair" [call-arg]
    pair(number(), c=number())  # E: Unexpected keyword argument "c" for "pair" [call-arg]
    pair(number(), a=number())  # E: "pair" gets multiple values for keyword argument "a" [misc]
    alone(number())  # E: Too many arguments for "alone" [call-arg]
    alone(x=1)  # E: Unexpected keyword argument "x" for "alone" [call-arg]
    nullable(number(), number())  # E: Too many arguments for "nullable" [call-arg]
    pair(b=number())  # E: Missing positional argument "a" in call to "pair" [call-arg]
