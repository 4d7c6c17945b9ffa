"""Turns scalars of a subclass, or of numpy, into the builtin that a contract promises.

For example, ``logical_date`` is a `pendulum.DateTime`, and the mean of a column is a
`numpy.float64`. They fit `datetime` and `float`, and JSON cannot hold more than that. The
comparison that follows rejects a change of the value, such as lost nanoseconds of a pandas
Timestamp.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

__all__ = ["as_base"]

# From the special to the general: a datetime is a date. These call the base's own methods, because
# a subclass's method may return the subclass again.
_BASES: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    bytes: lambda value: bytes(memoryview(value)),
    bytearray: lambda value: bytearray(memoryview(value)),
    decimal.Decimal: decimal.Decimal,
    uuid.UUID: lambda value: uuid.UUID(int=value.int),
    dt.datetime: lambda value: dt.datetime.combine(_date(value), _time(value), value.tzinfo),
    dt.date: lambda value: _date(value),
    dt.time: lambda value: _time(value).replace(tzinfo=value.tzinfo),
    dt.timedelta: lambda value: dt.timedelta.__add__(value, dt.timedelta(0)),
}


def as_base(value: Any) -> Any:
    """Returns *value* as the builtin that its class derives from or stands for; else *value*."""
    kind = type(value)
    for base, convert in _BASES.items():
        if isinstance(value, base):
            return value if kind is base else _converted(value, convert)
    number = value.item() if _is_numpy_number(value) else value
    return number if type(number) in (bool, int, float) else value


def _converted(value: Any, convert: Callable[[Any], Any]) -> Any:
    try:
        return convert(value)
    except (TypeError, ValueError):  # pandas.NaT is a datetime without a year
        return value


def _is_numpy_number(value: Any) -> bool:
    """Whether *value* is a numpy number. This does not import numpy."""
    names = {base.__name__ for base in type(value).__mro__ if base.__module__ == "numpy"}
    return not names.isdisjoint({"number", "bool", "bool_"}) and "timedelta64" not in names


def _date(value: Any) -> dt.date:
    return dt.date(value.year, value.month, value.day)


def _time(value: Any) -> dt.time:
    return dt.time(value.hour, value.minute, value.second, value.microsecond, fold=value.fold)
