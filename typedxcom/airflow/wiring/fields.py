"""What the constructor of a classic operator takes, if its hints say so."""

from __future__ import annotations

from typing import Any

from typedxcom.annotations import read_hints
from typedxcom.caches import by_class
from typedxcom.schema import UNKNOWN, Schema, schema_of
from typedxcom.schema.nodes import Opaque, Scalar, UnionOf, Unknown, Unsupported

__all__ = ["field_schema"]


@by_class
def field_schema(operator_class: Any, name: str) -> Schema:
    """What the constructor of *operator_class* takes for the field *name*; unknown if unsaid."""
    for base in operator_class.__mro__:
        constructor = base.__dict__.get("__init__")
        hint = (
            read_hints(constructor, local_names={}, importing=False).found.get(name)
            if constructor
            else None
        )
        if hint is not None:
            return _lax(_described(hint))
    return UNKNOWN


def _described(hint: Any) -> Schema:
    """The type that a hint means; unknown if its class names what only type checkers import.

    For example, Cosmos' ``ProfileConfig`` is a dataclass of this kind.
    """
    try:
        return schema_of(hint)
    except (NameError, TypeError):
        return UNKNOWN


def _lax(schema: Schema) -> Schema:
    """A field's type if it is made of plain values. Other hints are not checked."""
    members = schema.members if isinstance(schema, UnionOf) else (schema,)
    foreign = (Unsupported, Opaque, Unknown)
    kept = tuple(one for one in members if not _is_arg_not_set(one))
    if not kept or any(isinstance(one, foreign) for one in kept):
        return UNKNOWN
    if all(isinstance(one, Scalar) and one.type is type(None) for one in kept):
        return UNKNOWN
    return UnionOf(kept) if len(kept) > 1 else kept[0]


def _is_arg_not_set(schema: Schema) -> bool:
    return (
        isinstance(schema, Unsupported)
        and getattr(schema.annotation, "__name__", "") == "ArgNotSet"
    )
