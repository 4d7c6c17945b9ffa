"""What a task without annotations gets, if another task has returned a value of some type."""

from __future__ import annotations

from dataclasses import replace

from typedxcom.inference.kinds import one_of
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import (
    Inferred,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    SequenceOf,
    UnionOf,
    Written,
)

__all__ = ["arriving"]

_AS_THEY_ARE = (str, int, bool, type(None))


def arriving(schema: Schema) -> Schema:
    """Returns the type after the way through JSON; unknown for all that may come as another class.

    A database may make 3 of 3.0, and an object may arrive as its JSON.
    """
    match schema:
        case Inferred(inner=inner) | Written(inner=inner):
            return arriving(inner)
        case UnionOf(members=members):
            return one_of(map(arriving, members))
        case Scalar(type=kind):
            if kind is float:
                return one_of([schema, Scalar(int)])
            return schema if kind in _AS_THEY_ARE else UNKNOWN
        case LiteralOf(values=values):
            return one_of(arriving(Scalar(type(value))) for value in values)
        case SequenceOf(type=kind, item=item) if kind is list:
            return SequenceOf(list, arriving(item))
        case MappingOf(type=kind, value=value) if kind is dict:
            return MappingOf(dict, Scalar(str), arriving(value))  # JSON makes its keys texts
        case Record(type=kind, style=style, fields=fields) if kind is dict:
            parts = {
                name: replace(one, schema=arriving(one.schema)) for name, one in fields.items()
            }
            return Record(dict, style, (), parts)
    return UNKNOWN
