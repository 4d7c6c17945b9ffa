"""Knows the types whose codec can always be built, so that parsing a DAG need not build it."""

from __future__ import annotations

from typing import Any

from typedxcom.caches import kept_on
from typedxcom.codecs.unreadable import has_own_way
from typedxcom.schema.nodes import (
    Constrained,
    EnumOf,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    UnionOf,
    Unknown,
    walk,
)

__all__ = ["is_surely_read"]

_PLAIN = "plain"
_SCALARS = frozenset({str, int, float, bool, type(None)})
_INSIDE_MODELS = (Scalar, EnumOf, LiteralOf, UnionOf, Unknown)


def is_surely_read(schema: Schema) -> bool:
    """Whether *schema* is a plain scalar, a model that pydantic has built, or a list of these.

    False means "unknown": only building the codec shows whether it can be built.
    """
    while isinstance(schema, SequenceOf) and schema.type is list:
        schema = schema.item
    if isinstance(schema, Scalar):
        return schema.type in _SCALARS
    return isinstance(schema, Record) and _is_built(schema) and _is_plain_inside(schema)


def _is_plain_inside(schema: Record) -> bool:
    """Whether every part of a model is plain. The answer is kept while the class exists."""
    known = kept_on(schema.type)
    record, is_plain = known.get(_PLAIN, (None, False))
    if record is not schema:
        is_plain = all(_is_plain(node) for _, node in walk(schema))
        known[_PLAIN] = (schema, is_plain)
    return bool(is_plain)


def _is_plain(node: Schema) -> bool:
    """Whether we accept a part of a model. Pydantic accepts some that we reject."""
    match node:
        case SequenceOf(type=kind):
            return kind is list
        case MappingOf(type=kind, key=Scalar(type=key)):
            return kind is dict and key is str
        case Constrained(engine=engine):
            return engine == "pydantic"
        case Record():
            return _is_built(node)
    return isinstance(node, _INSIDE_MODELS)


def _is_built(schema: Record) -> bool:
    """Whether *schema* is a model whose instances are made without any code of its author."""
    if schema.style != "model":
        return False
    kind: Any = schema.type
    if getattr(kind, "__pydantic_complete__", False) is not True or has_own_way(kind):
        return False
    return not any(
        "__get_pydantic_core_schema__" in vars(base)
        for base in kind.__mro__
        if base.__module__.partition(".")[0] != "pydantic"
    )
