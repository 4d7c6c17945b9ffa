"""Joins, widens and changes the types that are inferred."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from typedxcom.schema import UNKNOWN, Schema, schema_of
from typedxcom.schema.nodes import (
    NO_ITEM,
    EnumOf,
    LiteralOf,
    MappingOf,
    NoItem,
    Record,
    Scalar,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unknown,
    Unsupported,
    Var,
    members_of,
    walk,
)

__all__ = [
    "EMPTY_LIST",
    "changed",
    "combined",
    "constant",
    "described",
    "emptied",
    "is_open",
    "is_plain",
    "item_of",
    "kind_of",
    "number",
    "one_of",
    "plain",
    "widened",
]

EMPTY_LIST = SequenceOf(list, NO_ITEM)
_MOST_KINDS = 8  # different types of items; with more, the type is unknown
_CONSTANTS = (str, int, bool)
_TIMES: dict[tuple[type, type], type] = {
    (dt.datetime, dt.datetime): dt.timedelta,
    (dt.date, dt.date): dt.timedelta,
    (dt.datetime, dt.timedelta): dt.datetime,
    (dt.date, dt.timedelta): dt.date,
    (dt.timedelta, dt.timedelta): dt.timedelta,
}


def one_of(found: Iterable[Schema]) -> Schema:
    """Returns the union of *found*; unknown if one of them is, or if there are no types.

    An empty list is one of any other list: ``return []`` beside ``return [1]``.
    """
    kinds: dict[Schema, None] = {}
    nothing: Schema = UNKNOWN
    for one in found:
        if isinstance(one, NoItem):
            nothing = one
        elif isinstance(one, Unknown):
            return UNKNOWN
        else:
            kinds.update(dict.fromkeys(members_of(one)))
    if EMPTY_LIST in kinds and any(
        isinstance(one, SequenceOf) and one.type is list and one != EMPTY_LIST for one in kinds
    ):
        del kinds[EMPTY_LIST]
    members = tuple(kinds)
    return nothing if not members else members[0] if len(members) == 1 else UnionOf(members)


def item_of(found: list[Schema]) -> Schema:
    """Returns the type of the items of a display, such as ``[1, 'a']``."""
    item = one_of(found)
    is_long = isinstance(item, UnionOf) and len(item.members) > _MOST_KINDS
    item = one_of(map(widened, found)) if is_long else item
    return UNKNOWN if isinstance(item, UnionOf) and len(item.members) > _MOST_KINDS else item


def widened(schema: Schema) -> Schema:
    """Returns the type of a constant: ``int`` for ``5``. Other schemas stay as they are."""
    return Scalar(type(schema.values[0])) if isinstance(schema, LiteralOf) else schema


def constant(value: object) -> Schema:
    """Returns the type of a constant; its value is kept if a `Literal` or Enum may need it."""
    if type(value) in _CONSTANTS:
        return LiteralOf((value,))
    return Scalar(type(value)) if type(value) in (float, bytes, type(None)) else UNKNOWN


def kind_of(schema: Schema) -> type | None:
    """Returns the class of a scalar, or None if *schema* is not one."""
    if isinstance(schema, LiteralOf):
        return type(schema.values[0]) if len(set(map(type, schema.values))) == 1 else None
    return schema.type if isinstance(schema, Scalar) else None


def number(schema: Schema) -> type | None:
    """Returns the class of a number (bool, int or float), or None if it is not surely one."""
    kinds = {kind_of(one) for one in (members_of(schema))}
    kind = next(iter(kinds)) if len(kinds) == 1 else None
    return kind if kind in (bool, int, float) else None


def is_plain(schema: Schema) -> bool:
    """Returns whether comparing such a value gives a bool, as for scalars."""
    members = members_of(schema)
    return all(kind_of(one) is not None for one in members)


def _is_set(schema: Schema) -> bool:
    return isinstance(schema, SequenceOf) and schema.type in (set, frozenset)


def _combined_members(op: ast.operator, left: Schema, right: Schema) -> Schema:
    """Returns what an operator gives for numbers that are ``int`` or ``float``."""
    sides = members_of(left), members_of(right)
    if any(number(one) is None for side in sides for one in side):
        return UNKNOWN
    return one_of(combined(op, one, other) for one in sides[0] for other in sides[1])


def is_open(schema: Schema) -> bool:
    """Returns whether it is a ``dict`` or ``list`` of anything: ``dict[str, Any]``."""
    match schema:
        case MappingOf(type=kind, value=Unknown()):
            return kind is dict
        case SequenceOf(type=kind, item=item):
            return kind is list and (isinstance(item, Unknown) or is_open(item))
    return False


def combined(op: ast.operator, left: Schema, right: Schema) -> Schema:
    """Returns the type that an operator gives for two values."""
    mine, theirs = kind_of(left), kind_of(right)
    if mine is str and isinstance(op, ast.Mod):
        return Scalar(str)
    if isinstance(op, ast.Add) and isinstance(left, SequenceOf) and isinstance(right, SequenceOf):
        same = left.type is right.type and left.type in (list, tuple)
        return SequenceOf(left.type, one_of([left.item, right.item])) if same else UNKNOWN
    if _is_set(left) and _is_set(right) and isinstance(op, (ast.Sub, ast.BitAnd)):
        return left  # what stays is of the first
    if mine is None or theirs is None:
        return _combined_members(op, left, right)
    if (mine, theirs) in _TIMES and isinstance(op, ast.Sub):
        return Scalar(_TIMES[mine, theirs])
    if mine in (dt.datetime, dt.date, dt.timedelta) and theirs is dt.timedelta:
        return Scalar(mine) if isinstance(op, ast.Add) else UNKNOWN
    if mine is theirs is str and isinstance(op, ast.Add):
        return Scalar(str)
    if str in (mine, theirs):
        is_repeated = isinstance(op, ast.Mult) and int in (mine, theirs)
        return Scalar(str) if is_repeated else UNKNOWN
    if not {mine, theirs} <= {int, float, bool}:
        return UNKNOWN
    if isinstance(op, ast.Div):
        return Scalar(float)
    if isinstance(op, (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)):
        return Scalar(float if float in (mine, theirs) else int)
    return UNKNOWN


def changed(schema: Schema, use: int) -> Schema:
    """Returns what is certain of a container after its use, which `Bindings.use_of` returns."""
    return emptied(schema, 2 - use) if use else schema


def emptied(schema: Schema, depth: int) -> Schema:
    """Returns *schema* without the contents of its containers from *depth* on."""
    match schema:
        case UnionOf(members=members):
            return one_of(emptied(one, depth) for one in members)
        case SequenceOf(type=kind, item=item) if kind is not tuple:
            return SequenceOf(kind, emptied(item, depth - 1) if depth > 0 else UNKNOWN)
        case MappingOf(type=kind, key=key, value=value):
            rest = (key, emptied(value, depth - 1)) if depth > 0 else (UNKNOWN, UNKNOWN)
            return MappingOf(kind, *rest)
        case Record(type=kind, style=style, fields=fields) if kind is dict:
            if depth <= 0:
                return MappingOf(dict, UNKNOWN, UNKNOWN)
            inner = {
                name: replace(one, schema=emptied(one.schema, depth - 1))
                for name, one in fields.items()
            }
            return Record(dict, style, (), inner)
        case TupleOf(items=items):
            return TupleOf(tuple(emptied(one, depth - 1) for one in items))
    return schema


def described(annotation: Any) -> Schema:
    """Describes an annotation; unknown if it says too little."""
    try:
        return plain(schema_of(annotation))
    except (NameError, TypeError):
        return UNKNOWN


def plain(schema: Schema) -> Schema:
    """Returns *schema* if all its parts are known well enough, else unknown."""
    known = (Scalar, Record, EnumOf, SequenceOf, MappingOf, TupleOf, UnionOf, LiteralOf)
    members = members_of(schema)
    if not all(isinstance(one, known) for one in members):
        return UNKNOWN
    is_open = any(
        isinstance(node, (Var, Unsupported)) for _, node in walk(schema, into_models=False)
    )
    return UNKNOWN if is_open else schema
