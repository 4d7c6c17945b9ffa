"""Keyword arguments, positional-only and keyword-only parameters."""

from airflow.sdk import dag
from typedxcom import task


@task
def number() -> int:
    return 1


@task
def word() -> str:
    return "x"


@task
def only(*, text: str, count: int = 0) -> str:
    return text * count


@task
def mixed(a: int, /, b: str, *, c: float) -> None:
    print(a, b, c)


@dag(schedule=None)
def right() -> None:
    only(text=word())
    only(count=number(), text=word())
    mixed(number(), word(), c=number())
    mixed(number(), b=word(), c=1.5)


@dag(schedule=None)
def wrong() -> None:
    only(text=number())  # E: Argument "text" of task "only" takes "str", but task "number" returns "int" [xcom-arg]
    only(text=word(), count=word())  # E: Argument "count" of task "only" takes "int", but task "word" returns "str" [xcom-arg]
    only(count=number())  # E: Missing named argument "text" for "only" [call-arg]
    only(word())  # E: Too many positional arguments for "only" [call-arg]
    only(text=word(), colour=word())  # E: Unexpected keyword argument "colour" for "only" [call-arg]
    mixed(a=number(), b=word(), c=1.0)  # E: Unexpected keyword argument "a" for "mixed" [call-arg]
    mixed(number(), b=number(), c=word())  # E: Argument "b" of task "mixed" takes "str", but task "number" returns "int" [xcom-arg] && Argument "c" of task "mixed" takes "float", but task "word" returns "str" [xcom-arg]
    only(
        text=word(),
        count=word(),  # E: Argument "count" of task "only" takes "int", but task "word" returns "str" [xcom-arg]
    )
