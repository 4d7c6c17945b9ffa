"""Decides which single values a leaf of a schema takes: promotions, finite sets, limits."""

from __future__ import annotations

import datetime as dt
import enum
from typing import Any

from typedxcom.schema.nodes import (
    Constrained,
    Constraints,
    EnumOf,
    LiteralOf,
    Scalar,
    Schema,
    Unknown,
    Written,
)

__all__ = ["finite_values", "is_among", "scalar_fits", "share_no_value", "takes"]

_PROMOTIONS: dict[type, tuple[type, ...]] = {
    float: (int, bool),
    complex: (float, int, bool),
    bytes: (bytearray,),
}


def scalar_fits(mine: type, theirs: type) -> bool:
    """Returns whether each value of the class *mine* is one of *theirs*, by JSON and PEP 484."""
    if mine is dt.datetime and theirs is dt.date:
        return False  # a datetime's text is no date, so the reader would refuse it
    return issubclass(mine, theirs) or issubclass(mine, _PROMOTIONS.get(theirs, ()))


def finite_values(schema: Schema) -> tuple[Any, ...] | None:
    """Returns all values that *schema* allows, or None if they cannot be listed."""
    match schema:
        case Written(inner=inner):
            return finite_values(inner)
        case LiteralOf(values=values):
            return values
        case EnumOf(type=kind) if not issubclass(kind, enum.Flag):
            return tuple(kind)  # type: ignore[arg-type]  # an Enum class iterates over its members
        case Scalar(type=kind) if kind is bool:
            return (False, True)
        case Scalar(type=kind) if kind is type(None):
            return (None,)
    return None


def is_among(value: Any, wanted: tuple[Any, ...]) -> bool:
    """Returns whether *value* is one of *wanted*, of the same type too: 1 is not True."""
    return any(type(value) is type(one) and value == one for one in wanted)


def takes(schema: Schema, value: Any) -> bool:
    """Returns whether *schema*, a scalar, takes the single *value*."""
    match schema:
        case Unknown():
            return True
        case Constrained(inner=inner):
            return takes(inner, value)
        case LiteralOf(values=values):
            return is_among(value, values)
        case Scalar(type=kind) | EnumOf(type=kind):
            return scalar_fits(type(value), kind)
    return False


def share_no_value(have: Constraints, want: Constraints) -> bool:
    """Returns whether two ranges surely have no value in common; if not, the run decides."""
    highest, lowest = _tightest(have.lt, have.le, min), _tightest(want.gt, want.ge, max)
    top, bottom = _tightest(want.lt, want.le, min), _tightest(have.gt, have.ge, max)
    try:
        empty = (highest is not None and lowest is not None and highest < lowest) or (
            top is not None and bottom is not None and top < bottom
        )
    except TypeError:  # limits that cannot be compared decide nothing
        return False
    shorter = (
        have.max_length is not None
        and want.min_length is not None
        and have.max_length < want.min_length
    )
    longer = (
        want.max_length is not None
        and have.min_length is not None
        and want.max_length < have.min_length
    )
    return empty or shorter or longer


def _tightest(strict: Any, loose: Any, choose: Any) -> Any:
    limits = [limit for limit in (strict, loose) if limit is not None]
    return choose(limits) if limits else None
