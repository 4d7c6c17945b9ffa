"""The values of types that have only a few: literals, Enums, bools and None."""

from __future__ import annotations

import enum
import ipaddress
from typing import Any

from typedxcom.evolution.facts import root_of
from typedxcom.evolution.limits import keeps
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    LiteralOf,
    Named,
    Record,
    Scalar,
    Schema,
    UnionOf,
    Unknown,
)
from typedxcom.schema.values import is_among, scalar_fits

__all__ = [
    "bits_of",
    "is_constant",
    "narrowed",
    "plain",
    "reads_scalar",
    "takes_value",
    "values_of",
]


def plain(schema: Schema) -> Schema:
    """Returns *schema* without its limits and names, and what is in a RootModel."""
    while True:
        root = root_of(schema)
        if root is not None:
            schema = root
        elif isinstance(schema, (Named, Constrained)):
            schema = schema.inner
        elif isinstance(schema, Alias):
            schema = schema.target[0]
        else:
            return schema


# pydantic's classes of some values of a scalar.
_NARROWED = {
    "AwareDatetime": "datetime", "NaiveDatetime": "datetime", "PastDatetime": "datetime",
    "FutureDatetime": "datetime", "PastDate": "date", "FutureDate": "date",
}  # fmt: skip


def narrowed(kind: type) -> str:
    """Returns the name of the scalar class of which pydantic's class *kind* takes some values."""
    return _NARROWED.get(kind.__name__, "") if kind.__module__.startswith("pydantic") else ""


def reads_scalar(mine: type, theirs: type) -> bool:
    """Returns whether each value of the class *mine* is read as *theirs*."""
    if issubclass(mine, (ipaddress.IPv4Interface, ipaddress.IPv6Interface)):
        return mine is theirs  # its text names a network too
    return scalar_fits(mine, theirs)


def values_of(schema: Schema) -> tuple[Any, ...] | None:
    """Returns all values that *schema* may have in JSON, or None if they cannot be listed."""
    match schema:
        case Constrained(inner=inner, constraints=limits):
            values = values_of(inner)
            return None if values is None else tuple(v for v in values if keeps(v, limits))
        case Named(inner=inner):
            return values_of(inner)
        case Record() if (root := root_of(schema)) is not None:
            return values_of(root)
        case LiteralOf(values=values):
            return values
        case EnumOf(type=kind) if not issubclass(kind, enum.Flag):
            members: Any = kind  # without aliases of members
            return tuple(one.value for one in members)
        case Scalar(type=kind) if kind is bool:
            return (False, True)
        case Scalar(type=kind) if kind is type(None):
            return (None,)
    return None


def takes_value(schema: Schema, value: Any) -> bool:
    """Returns whether *schema* reads the single *value*."""
    match schema:
        case Unknown():
            return True
        case Constrained(inner=inner, constraints=limits):
            return takes_value(inner, value) and keeps(value, limits)
        case Named(inner=inner) | Alias(target=[inner]):
            return takes_value(inner, value)
        case UnionOf(members=members):
            return any(takes_value(one, value) for one in members)
        case Record() if (root := root_of(schema)) is not None:
            return takes_value(root, value)
        case EnumOf(type=kind) if issubclass(kind, enum.Flag):
            return type(value) is int and value >= 0 and not value & ~bits_of(kind)
        case Scalar(type=kind):
            return scalar_fits(type(value), kind)
        case LiteralOf() | EnumOf():
            values = values_of(schema) or ()
            is_equal = any(type(one) is float and one == value for one in values)
            return is_among(value, values) or (type(value) is int and is_equal)
    return False


def bits_of(kind: Any) -> int:
    """Returns the bits that a Flag may have. An IntFlag keeps those that it does not know, too."""
    if issubclass(kind, enum.IntFlag):
        return -1
    known = 0
    for one in kind.__members__.values():
        known |= one.value
    return known


def is_constant(mine: Schema, theirs: Schema) -> bool:
    """Whether both types have one value, the same one, so that no place matters."""
    values, others = values_of(mine), values_of(theirs)
    is_one = values is not None and others is not None and len(values) == len(others) == 1
    return is_one and is_among(values[0], others)  # type: ignore[index,arg-type]
