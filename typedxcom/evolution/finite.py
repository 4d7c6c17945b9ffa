"""The values of types that have only a few: literals, Enums, bools and None."""

from __future__ import annotations

import enum
import ipaddress
from typing import Any

from typedxcom.evolution.limits import keeps
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    LiteralOf,
    Named,
    Scalar,
    Schema,
    UnionOf,
    Unknown,
)
from typedxcom.schema.values import is_among, scalar_fits

__all__ = ["is_constant", "plain", "reads_scalar", "takes_value", "values_of"]


def plain(schema: Schema) -> Schema:
    """Returns *schema* without its limits and names."""
    while isinstance(schema, (Named, Constrained, Alias)):
        schema = schema.target[0] if isinstance(schema, Alias) else schema.inner
    return schema


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
        case LiteralOf(values=values):
            return values
        case EnumOf(type=kind) if not issubclass(kind, enum.Flag):
            return tuple(one.value for one in kind.__members__.values())  # type: ignore[attr-defined]
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
        case Scalar(type=kind):
            return scalar_fits(type(value), kind)
        case LiteralOf() | EnumOf():
            return is_among(value, values_of(schema) or ())
    return False


def is_constant(mine: Schema, theirs: Schema) -> bool:
    """Whether both types have one value, the same one, so that no place matters."""
    values = values_of(mine)
    return values is not None and len(values) == 1 and values == values_of(theirs)
