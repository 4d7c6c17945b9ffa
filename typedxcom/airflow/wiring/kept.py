"""Keeps what a check reads of the tasks of one DAG, so that no part of the check reads it again.

Nothing outlives the check: a DAG file is imported again and again, each time with new tasks.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, TypeVar

__all__ = ["kept", "reading_once"]

_Made = TypeVar("_Made")
_KEPT: ContextVar[dict[tuple[str, int], tuple[Any, Any]] | None] = ContextVar(
    "typedxcom_kept", default=None
)


@contextlib.contextmanager
def reading_once() -> Iterator[None]:
    """Inside, `kept` makes each thing once."""
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def kept(what: str, operator: Any, make: Callable[[], _Made]) -> _Made:
    """Returns what *make* returns for a task, or what it returned before.

    Args:
        what: The name of the thing.
        operator: The task. It is kept too, so that no other object gets its id.
        make: Makes the thing.
    """
    known = _KEPT.get()
    if known is None:
        return make()
    key = what, id(operator)
    if key not in known:
        known[key] = operator, make()
    made: _Made = known[key][1]
    return made
