"""Arguments of a body without annotations, between the pull and the call.

Airflow writes every resolved argument into the rendered fields of the task before the body runs.
So what it holds until then is the entry as it was pulled, and no table and no object of the DAG's
own classes.
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
        """What the body gets.

        Raises:
            ValidationError, DecodeError: It is not what its task promises. No retry helps.
            StoreError: The store refused. A retry may help.
        """
        return self._read(self.entry)

    def serialize(self) -> Any:
        """What Airflow shows among the rendered fields."""
        return self.entry

    def __repr__(self) -> str:
        return repr(self.entry)


def for_body(
    value: Any, stores: Stores | None, *, is_pulled: bool, airflow: AirflowReader | None = None
) -> Any:
    """The argument of a parameter of which nothing is said.

    Args:
        value: What Airflow resolved it to.
        stores: Where pointers lead.
        is_pulled: Whether outputs are in it, which may be in one of our own forms.
        airflow: What reads Airflow's own forms.
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
    """*value* with each unread entry read; *other* reads what holds none."""
    if isinstance(value, Unread):
        return value.value()
    if not _holds_unread(value):
        return other(value)
    if isinstance(value, dict):
        return {key: _settled(part, other) for key, part in value.items()}
    return type(value)(_settled(part, other) for part in value)
