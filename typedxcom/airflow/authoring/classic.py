"""A classic operator joins in: `typed_output(BashOperator(...), str)`."""

from __future__ import annotations

from typing import Any

from typedxcom.airflow.authoring.error_lines import on_the_authors_line
from typedxcom.airflow.authoring.outputs import typed_arg
from typedxcom.airflow.modes import warns
from typedxcom.airflow.private import MappedOperator
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.sql_records import name_columns
from typedxcom.airflow.running.warned import BROKEN, warn_of_result
from typedxcom.errors import CodecError, ContractError, ValidationError
from typedxcom.promises import Promise, promise_of
from typedxcom.scopes import settle

__all__ = ["typed_output"]


@on_the_authors_line
def typed_output(operator: Any, output: Any) -> Any:
    """Give a classic *operator* a typed output, checked at DAG parse and after the run.

    Args:
        operator: An operator, or ``Operator.partial(...).expand(...)``.
        output: The type of the Python value that the operator returns.

    Returns:
        An `XComArg[output]`. The row itself is written by Airflow, as it is without this; only the
        tuples of a SQL operator become records where *output* is a list of them.

    Raises:
        ContractError: It is no operator.
        UnsupportedTypeError: Values of that type would not round-trip.
    """
    if not hasattr(operator, "output"):
        raise ContractError(
            f"typed_output() takes an operator, got `{type(operator).__name__}`. "
            "For a decorated task use @task(output=...)."
        )
    settle([output])
    promise = promise_of(output)
    if isinstance(operator, MappedOperator):
        hooks, name = operator.partial_kwargs, "post_execute"
        hooks[name] = _checking(promise, operator.task_id, hooks.get(name))
    else:
        operator._post_execute_hook = _checking(
            promise, operator.task_id, operator._post_execute_hook
        )
    return typed_arg(operator.output, promise.schema)


def _checking(promise: Promise, task_id: str, before: Any) -> Any:
    """A post-execute hook that checks the result, after the author's own."""

    def check(context: Any, result: Any = None) -> None:
        if before is not None:
            before(context, result)
        with without_retries():
            try:
                if not name_columns(result, promise, context["task"]):
                    promise.codec.check(result)
            except (ValidationError, CodecError) as error:
                if warns(context["ti"].dag_id) and isinstance(error, BROKEN):
                    warn_of_result(error, context["ti"])
                    return
                about = f"Task {task_id!r} breaks its typed_output, returned value"
                raise error.about(about) from error.__cause__

    return check
