"""Arguments of a body without annotations, between the pull and the call.

Airflow writes every resolved argument into the rendered fields of the task before the body runs.
Until then, an argument stays the entry as it was pulled. So no table and no object of the DAG's own
classes gets into these fields.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typedxcom.codecs.serde import AirflowReader
from typedxcom.exchange.unwrap import for_reader
from typedxcom.stored.access import Stores

__all__ = ["Unread", "for_body"]


class Unread:
    """An entry, and how a body without an annotation reads it."""

    __slots__ = ("_read", "entry")

    def __init__(self, entry: Any, read: Callable[[Any], Any]) -> None:
        self.entry = entry
        self._read = read

    def value(self) -> Any:
        """Reads the value for the body.

        Raises:
            ValidationError, DecodeError: The entry breaks the promise of its task. No retry helps.
            StoreError: The store refused. A retry may help.
        """
        return self._read(self.entry)

    def serialize(self) -> Any:
        """Returns what Airflow shows in the rendered fields."""
        return self.entry

    def __repr__(self) -> str:
        return repr(self.entry)


def for_body(
    value: Any, stores: Stores | None, *, is_pulled: bool, airflow: AirflowReader | None = None
) -> Any:
    """Reads the argument of a parameter that has no annotation.

    Args:
        value: The argument, as Airflow resolved it.
        stores: The stores that pointers lead to.
        is_pulled: Whether it contains outputs, which may be in one of our own forms.
        airflow: Reads Airflow's own forms.
    """
    if _holds_unread(value):
        return _settled(value, lambda part: for_reader(part, stores, airflow=airflow))
    return for_reader(value, stores, airflow=airflow) if is_pulled else value


def _holds_unread(value: Any) -> bool:
    kind = type(value)
    if kind is Unread:
        return True
    if kind is dict:
        return any(map(_holds_unread, value.values()))
    return kind in (list, tuple) and any(map(_holds_unread, value))


def _settled(value: Any, other: Callable[[Any], Any]) -> Any:
    """Reads each unread entry in *value*, and passes parts without such entries to *other*."""
    if isinstance(value, Unread):
        return value.value()
    if not _holds_unread(value):
        return other(value)
    if isinstance(value, dict):
        return {key: _settled(part, other) for key, part in value.items()}
    return type(value)(_settled(part, other) for part in value)
