"""Finds outputs where Airflow does not look: in views, iterators and generator expressions.

Nothing is taken out of an iterator.
"""

from __future__ import annotations

import collections
import collections.abc as abc
import dis
import warnings
from collections.abc import Iterator
from types import GeneratorType
from typing import Any

from typedxcom.airflow.private import AirflowXComArg, is_decorated_task

__all__ = ["hidden_output"]

_VIEWS = (abc.KeysView, abc.ValuesView, abc.ItemsView, collections.deque)
_DEPTH = 4


def hidden_output(value: Any) -> str | None:
    """The name of a task whose output *value* holds or will make, if Airflow would not see it."""
    if isinstance(value, _VIEWS):
        return next((name for part in value for name in _tasks_in(part)), None)
    if isinstance(value, abc.Iterator):
        return next(_tasks_of(value, _DEPTH), None)
    return None


def _tasks_in(value: Any) -> Iterator[str]:
    for operator, _ in AirflowXComArg.iter_xcom_references(value):
        yield operator.task_id


def _tasks_of(value: Any, depth: int) -> Iterator[str]:
    """The tasks that an iterator, or something that it works on, refers to."""
    if depth == 0:
        return
    if is_decorated_task(value):
        yield value.function.__name__
    elif isinstance(value, GeneratorType):
        for part in _named_in(value):
            yield from _tasks_of(part, depth - 1)
    elif isinstance(value, abc.Iterator) and type(value).__module__ == "builtins":
        for part in _taken_from(value):
            yield from _tasks_of(part, depth - 1)
    elif not isinstance(value, abc.Iterator):
        yield from _tasks_in(value)


def _named_in(generator: GeneratorType[Any, Any, Any]) -> list[Any]:
    """The values of the names in a generator expression, and of the iterable after `in`."""
    frame = generator.gi_frame
    if frame is None:
        return []
    steps = dis.get_instructions(frame.f_code)
    names = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    return [*frame.f_locals.values(), *(frame.f_globals.get(name) for name in names)]


def _taken_from(iterator: Any) -> tuple[Any, ...]:
    """What `iter(list)`, `map(f, list)` and the like were made of."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made: tuple[Any, ...] = iterator.__reduce__()
    except Exception:  # not every iterator tells
        return ()
    return made[1] if len(made) > 1 and isinstance(made[1], tuple) else ()
