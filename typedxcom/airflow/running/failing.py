"""Errors that fail a task at once, because a retry would find the contract broken again."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.private import AirflowFailException
from typedxcom.errors import CodecError, ContractError, IntegrityError, ValidationError

__all__ = ["without_retries"]

_NEVER_RETRIED = (ValidationError, ContractError, CodecError, IntegrityError)


@contextlib.contextmanager
def without_retries() -> Iterator[None]:
    """Turn our own lasting errors into ones that Airflow does not retry. They keep their type."""
    try:
        yield
    except _NEVER_RETRIED as error:
        raise _failing(error) from error.__cause__


def _failing(error: Exception) -> Exception:
    if isinstance(error, AirflowFailException):
        return error
    kind: Any = type(error)
    made = _failing_class(kind).__new__(_failing_class(kind))
    made.args = error.args
    made.__dict__.update(error.__dict__)
    failing: Exception = made
    return failing


@functools.cache
def _failing_class(kind: Any) -> Any:
    """A subclass of *kind* and of AirflowFailException, by the same name."""
    return type(kind.__name__, (kind, AirflowFailException), {"__module__": kind.__module__})
