"""Puts errors about a call on the author's line, and adds notes to them.

Airflow's import errors show only the last two frames.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar, cast

from typedxcom.errors import TypedXComError, WiringError

__all__ = [
    "add_note",
    "is_authors",
    "noted",
    "on_the_authors_line",
    "package_that_raised",
    "passes_the_author",
]

F = TypeVar("F", bound=Callable[..., Any])
_NOT_THE_AUTHORS = frozenset({"airflow", "inspect", "typedxcom"})  # packages


def on_the_authors_line(call: F) -> F:
    """*call* whose errors about its arguments, ours and Airflow's, come from where it was called.

    An error out of the author's own code, such as an operator of theirs, keeps its traceback.
    """

    @functools.wraps(call)
    def shown(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except (TypeError, ValueError) as error:
            if package_that_raised(error) not in _NOT_THE_AUTHORS:
                raise
            raise error.with_traceback(None) from error.__cause__

    return cast(F, shown)


def passes_the_author(error: Exception) -> bool:
    """Whether *error* has come through code of the author, such as the body of a task group."""
    trace = error.__traceback__
    while trace is not None:
        if is_authors(trace.tb_frame):
            return True
        trace = trace.tb_next
    return False


def package_that_raised(error: Exception) -> str:
    """The package whose code raised *error*, such as ``airflow``."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else _package_of(trace.tb_frame)


def _package_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]


def is_authors(frame: FrameType) -> bool:
    """Whether the code of *frame* is a DAG author's, and not Airflow's, ours or Python's own."""
    return _package_of(frame) not in _NOT_THE_AUTHORS | {"contextlib", "functools", ""}


class noted:
    """Add *note* to an error of Airflow or Python; its class and its words stay."""

    def __init__(self, note: Callable[[], str]) -> None:
        self._note = note

    def __enter__(self) -> None:
        """Nothing has gone wrong yet."""

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, TypedXComError):
            add_note(error, self._note())


def add_note(error: Exception, note: str) -> None:
    """Add *note* to an error, as far as this Python can."""
    if hasattr(error, "add_note"):
        error.add_note(note)
    else:  # Python 3.10 shows causes, and no notes
        error.__cause__ = error.__cause__ or WiringError(note)
