"""Constants of a contract as JSON: limits, literals and enum values, with their types."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import math
from collections.abc import Callable
from typing import Any

__all__ = ["constant", "shown"]

_PLAIN = (bool, int, str, type(None))
_READERS: dict[str, Callable[[str], Any]] = {
    "float": float,
    "Decimal": decimal.Decimal,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": lambda text: dt.timedelta(microseconds=int(text)),
    "bytes": bytes.fromhex,
}


def shown(value: Any) -> Any:
    """Returns *value* as JSON. What has no JSON of its own is shown by its type and a text."""
    if isinstance(value, enum.Enum):
        return shown(value.value)
    if type(value) in _PLAIN or (type(value) is float and math.isfinite(value)):
        return value
    for kind in _PLAIN[1:3]:
        if isinstance(value, kind):  # a subclass of int or str
            return kind(value)
    return {"type": type(value).__name__, "text": _text(value)}


def _text(value: Any) -> str:
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return str(value // dt.timedelta(microseconds=1))
    return value.hex() if isinstance(value, bytes) else str(value)


def constant(tree: Any) -> Any:
    """Returns the value that `shown` showed. A type that is not known here stays as it is shown."""
    if not isinstance(tree, dict):
        return tree
    reader = _READERS.get(str(tree.get("type")))
    return tree if reader is None else reader(tree["text"])
