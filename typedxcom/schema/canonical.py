"""Writes a schema in one agreed form, whose fingerprint shows if a type changed since a write."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any

from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    Var,
)

__all__ = ["canonical", "fingerprint"]


def fingerprint(schema: Schema) -> str:
    """Returns the SHA-256 of the canonical form, as 64 hexadecimal digits.

    Two annotations have the same fingerprint if their values have the same JSON form. The names of
    classes do not count, but the names and types of their fields do.
    """
    return hashlib.sha256(canonical(schema).encode()).hexdigest()


def canonical(schema: Schema) -> str:
    """Returns *schema* as JSON: the same in every process, in whatever order fields are defined."""
    return json.dumps(_form(schema, []), sort_keys=True, separators=(",", ":"))


def _form(schema: Schema, above: list[Schema]) -> Any:
    """Returns the form of one node. A class that contains itself says how far up it is."""
    for distance, node in enumerate(reversed(above)):
        if node is schema:
            return {"up": distance}
    if isinstance(schema, (Record, Alias)):
        above = [*above, schema]
    match schema:
        case Scalar(type=kind) | Opaque(type=kind):
            return kind.__name__
        case LiteralOf(values=values):
            return {"literal": sorted(repr(value) for value in values)}
        case EnumOf(type=kind):
            members: Any = kind
            return {"enum": sorted(repr(member.value) for member in members)}
        case Named(inner=inner) | Alias(target=[inner]):
            return _form(inner, above)
        case Constrained(inner=inner, constraints=limits):
            limited = {part.name: repr(getattr(limits, part.name)) for part in fields(limits)}
            return {"of": _form(inner, above), **{k: v for k, v in limited.items() if v != "None"}}
        case SequenceOf(type=kind, item=item):
            return {kind.__name__: _form(item, above)}
        case TupleOf(items=items):
            return {"tuple": [_form(item, above) for item in items]}
        case MappingOf(type=kind, key=key, value=value):
            return {kind.__name__: [_form(key, above), _form(value, above)]}
        case UnionOf(members=members):
            return {"union": sorted((_form(one, above) for one in members), key=json.dumps)}
        case Record(fields=parts, extras=extras):
            more = {"extra": [_form(extra, above) for extra in extras]} if extras else {}
            named = {name: [_form(p.schema, above), p.required] for name, p in parts.items()}
            return {"fields": named, **more}
        case TableOf(row=row):
            return {"table": _form(row, above)}
        case Var(name=name):
            return {"variable": name}
    return "any"
