"""Writes a schema as the annotation that an author would write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    Inferred,
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
    Unknown,
    Written,
)

__all__ = ["Spelling", "spelled"]

_NONE = type(None)


@dataclass(frozen=True, slots=True)
class Spelling:
    """An annotation.

    Attributes:
        text: The text to write.
        names: Each name in the text -> the class that it means, or ``Any``.
    """

    text: str
    names: dict[str, Any] = field(default_factory=dict)

    @property
    def is_vague(self) -> bool:
        """Whether it leaves something open."""
        return "Any" in self.names


_ANY = Spelling("Any", {"Any": Any})


def spelled(schema: Schema) -> Spelling | None:
    """Returns the annotation of *schema*, or None if there is no plain one."""
    match schema:
        case Inferred(inner=inner) | Written(inner=inner) | Constrained(inner=inner):
            return spelled(inner)
        case Unknown():
            return _ANY
        case Scalar(type=kind):
            return Spelling("None") if kind is _NONE else _of_class(kind)
        case LiteralOf(values=values):
            return _joined([_of_class(type(value)) for value in values])
        case EnumOf(type=kind) | Opaque(type=kind):
            return _of_class(kind)
        case Record(type=kind) if kind is dict:
            return _dict(schema)
        case Record(type=kind, args=()):
            return _of_class(kind)
        case SequenceOf(type=kind, item=item):
            dots = [Spelling("...")] if kind is tuple else []
            return _generic(kind, [spelled(item), *dots])
        case TupleOf(items=[]):
            return Spelling("tuple[()]")
        case TupleOf(items=items):
            return _generic(tuple, map(spelled, items))
        case MappingOf(type=kind, key=key, value=value):
            return _generic(kind, [spelled(key), spelled(value)])
        case UnionOf(members=members):
            return _joined(map(spelled, members))
        case Named() | Alias() | TableOf():
            return None
    return None


def _of_class(kind: Any) -> Spelling | None:
    if "<" in kind.__qualname__:  # local to a function
        return None
    names = {} if kind.__module__ == "builtins" else {kind.__qualname__.partition(".")[0]: kind}
    return Spelling(kind.__qualname__, names)


def _dict(record: Record) -> Spelling | None:
    values = [spelled(one.schema) for one in record.fields.values()]
    kinds = list(dict.fromkeys(one.text for one in values if one is not None))
    same = values[0] if values and len(kinds) == 1 and None not in values else _ANY
    return _generic(dict, [Spelling("str"), same])


def _generic(kind: Any, args: Iterable[Spelling | None]) -> Spelling | None:
    outer, parts = _of_class(kind), list(args)
    if outer is None or any(one is None for one in parts):
        return None
    found = [one for one in parts if one is not None]
    names = dict(outer.names)
    for one in found:
        names.update(one.names)
    return Spelling(f"{outer.text}[{', '.join(one.text for one in found)}]", names)


def _joined(members: Iterable[Spelling | None]) -> Spelling | None:
    """Returns a union. None comes last, as authors write it."""
    parts = list(members)
    if any(one is None for one in parts):
        return None
    found = {one.text: one for one in parts if one is not None}
    if "Any" in found:
        return _ANY
    if "float" in found:
        found.pop("int", None)  # a float parameter takes an int too
    ordered = sorted(found, key=lambda text: text == "None")
    names = {name: what for one in found.values() for name, what in one.names.items()}
    return Spelling(" | ".join(ordered), names)
