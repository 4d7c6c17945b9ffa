"""What decorates: bare and with options, held by a name, passed on, and given what it does not take."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from airflow.sdk import dag
from airflow.sdk import task as airflow_task

from typedxcom import task

F = TypeVar("F", bound=Callable[..., Any])


def plain(n: int) -> float:
    return n / 2


@task
def number() -> int:
    return 1


@airflow_task
def text() -> str:
    return "a"


@task()
def nothing_given(n: int) -> float:
    return 1.0


@airflow_task()
def nothing_given_to_airflow(n: int) -> float:
    return 1.0


@task(retries=2, multiple_outputs=False)
def with_options(n: int) -> dict[str, int]:
    return {}


@airflow_task(retries=2, multiple_outputs=True)
def with_options_of_airflow(n: int) -> dict[str, int]:
    return {}


@task
@functools.cache
def cached(n: int) -> str:
    return str(n)


held = task
options: dict[str, Any] = {"retries": 1}


@held
def by_another_name(n: int) -> str:
    return str(n)


@held(**options)
def with_unknown_options(n: int) -> str:
    return str(n)


class Tools:
    task = airflow_task


@Tools.task
def of_a_class(n: int) -> str:
    return str(n)


retried = functools.partial(task, retries=3)
retried_by_airflow = functools.partial(airflow_task, retries=3)


@retried
def by_a_partial(n: int) -> str:
    return str(n)


@retried_by_airflow
def by_a_partial_of_airflow(n: int) -> str:
    return str(n)


def timed(decorator: Callable[[F], Any]) -> Callable[[F], Any]:
    return decorator


@timed(task)
def through_a_function(n: int) -> str:
    return str(n)


decorated = task(plain)
decorated_by_airflow = airflow_task(plain)
decorated_with_options = task(retries=1)(plain)
decorators: list[Callable[..., Any]] = [task, airflow_task, task.python]


@dag(schedule=None)
def right() -> None:
    nothing_given(number())
    nothing_given_to_airflow(with_options_of_airflow(1)["a"])
    with_options(by_a_partial(1))
    by_a_partial_of_airflow(number())
    through_a_function(number())
    decorated(number())
    decorated_by_airflow(number())
    decorated_with_options(number())
    by_another_name(with_options_of_airflow(1)["a"])
    of_a_class(with_options_of_airflow(1)["b"])
    cached(number())


@dag(schedule=None)
def wrong() -> None:
    nothing_given(text())  # E: Argument "n" of task "nothing_given" takes "int", but task "text" returns "str" [xcom-arg]
    nothing_given_to_airflow(text())  # E: Argument "n" of task "nothing_given_to_airflow" takes "int", but task "text" returns "str" [xcom-arg]
    with_options(text())  # E: Argument "n" of task "with_options" takes "int", but task "text" returns "str" [xcom-arg]
    with_options_of_airflow(text())  # E: Argument "n" of task "with_options_of_airflow" takes "int", but task "text" returns "str" [xcom-arg]
    by_another_name(text())  # E: Argument "n" of task "by_another_name" takes "int", but task "text" returns "str" [xcom-arg]
    with_unknown_options(text())  # E: Argument "n" of task "with_unknown_options" takes "int", but task "text" returns "str" [xcom-arg]
    of_a_class(text())  # E: Argument "n" of task "of_a_class" takes "int", but task "text" returns "str" [xcom-arg]
    decorated(text())  # E: Argument "n" of task "plain" takes "int", but task "text" returns "str" [xcom-arg]
    decorated_by_airflow(text())  # E: Argument "n" of task "plain" takes "int", but task "text" returns "str" [xcom-arg]
    decorated_with_options(text())  # E: Argument "n" of task "plain" takes "int", but task "text" returns "str" [xcom-arg]


@task(multiple_outputs="yes")  # E: No overload variant of "__call__" of "TaskDecorator" matches argument type "str" [call-overload]
def wrong_option(n: int) -> dict[str, int]:
    return {}


@airflow_task(multiple_outputs="yes")  # E: No overload variant of "__call__" of "TaskDecoratorCollection" matches argument type "str" [call-overload]
def wrong_option_of_airflow(n: int) -> dict[str, int]:
    return {}


@task(1)  # E: No overload variant of "__call__" of "TaskDecorator" matches argument type "int" [call-overload]
def wrong_positional(n: int) -> int:
    return n


@airflow_task("x", retries=2)  # E: No overload variant of "__call__" of "TaskDecoratorCollection" matches argument types "str", "int" [call-overload]
def wrong_name(n: int) -> int:
    return n


wrong_again = task("x")  # E: No overload variant of "__call__" of "TaskDecorator" matches argument type "str" [call-overload]
