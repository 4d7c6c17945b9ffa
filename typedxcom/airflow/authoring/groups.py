"""`task_group`, a drop-in for Airflow's whose loops (Airflow 3.4) have a typed state."""

from __future__ import annotations

import functools
import inspect
from importlib import metadata
from typing import Any

from typedxcom.airflow.authoring.refused import named_error, of_dag, wrong_call
from typedxcom.airflow.authoring.warned import refuse_wiring, refused_or_warned
from typedxcom.airflow.private import TaskGroupFactory
from typedxcom.airflow.running.loops import reading_until
from typedxcom.airflow.wiring.loops import CHECKED, check_loop, refuse_until, state_of
from typedxcom.errors import ContractError

__all__ = ["TypedGroup", "task_group"]


class TypedGroup(TaskGroupFactory[Any, Any]):
    """A decorated function that makes a task group."""

    def partial(self, **kwargs: Any) -> Any:
        """Fix some arguments. Raises WiringError if the function does not take one."""
        try:
            return super().partial(**kwargs)
        except (TypeError, ValueError) as error:
            raise self._refused(error, kwargs) from error.__cause__

    def expand(self, **kwargs: Any) -> Any:
        """Map over the arguments. Raises WiringError if the function does not take one."""
        try:
            return super().expand(**kwargs)
        except (TypeError, ValueError) as error:
            raise self._refused(error, kwargs) from error.__cause__

    def _refused(self, error: Exception, kwargs: dict[str, Any]) -> Exception:
        """*error* as one that names the group, unless the group's own code raised it."""
        label = f"Task group {self.function.__name__!r}{of_dag()}"
        given = {**self.partial_kwargs, **kwargs}
        sentences = wrong_call(self.function, label, (), (), given)
        return named_error(label, error, next(sentences, None))

    def loop(self, *, max_iterations: int, until: Any = None) -> Any:
        """Repeat the group. Raises WiringError if an iteration does not give what the next reads.

        Args:
            max_iterations: How many iterations there may be.
            until: Gets the context of its task by name, and says whether to stop.
        """
        repeat = getattr(super(), "loop", None)
        try:
            stops = _stopping(self.function.__name__, repeat, until)
        except ContractError as error:
            raise error.with_traceback(None) from None  # on the line of the call
        group = repeat(max_iterations=max_iterations, until=stops)  # type: ignore[misc]
        setattr(group.dag.get_task(group.gate_task_id), CHECKED, True)
        try:
            if wrong := list(check_loop(group)):
                refuse_wiring("\n".join(wrong))
        except ContractError as error:
            raise error.with_traceback(None) from None
        return group


def _stopping(name: str, repeat: Any, until: Any) -> Any:
    """*until*, reading the state that it names. Raises ContractError if it cannot be one."""
    if repeat is None:
        version = metadata.version("apache-airflow-core")
        raise ContractError(f"{name}.loop(): Airflow {version} has no loops. They came with 3.4.")
    if not callable(until):
        return until
    refused_or_warned(refuse_until, until)
    is_async = inspect.iscoroutinefunction(until)  # which Airflow refuses
    return until if is_async or state_of(until) is None else reading_until(until)


def task_group(python_callable: Any = None, **options: Any) -> Any:
    """Airflow's ``@task_group``, bare or with its arguments.

    Args:
        python_callable: The function that makes the tasks.
        **options: What Airflow's ``TaskGroup`` takes.
    """
    if callable(python_callable) and not options:
        return TypedGroup(function=python_callable)
    return functools.partial(TypedGroup, tg_kwargs=options)
