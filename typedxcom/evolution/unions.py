"""Which member of a union reads a value that another member was meant to read?

JSON has six kinds of values. Members of one kind compete. pydantic takes a text for the first
member that can read it, and an object for the class that has the most of its keys.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from typedxcom.evolution.facts import facts_of, root_of
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
    TupleOf,
    UnionOf,
    Unknown,
    Unsupported,
    Var,
)

__all__ = ["captures", "forms_of", "forms_read", "is_alike", "kinds_of", "takes_all"]

_ALL = frozenset({"null", "bool", "int", "float", "str", "array", "object"})
_NUMBERS = frozenset({"bool", "int", "float"})  # True is 1 for many readers
_SCALARS = {"bool": "bool", "int": "int", "float": "float", "NoneType": "null"}
# Classes whose texts no other of them reads.
_APART = frozenset({"UUID", "IPv4Address", "IPv6Address", "timedelta", "Decimal"})
_MOMENTS = frozenset({"datetime", "date", "time"})
_DATED = frozenset({"datetime", "date"})


def kinds_of(schema: Schema) -> frozenset[str]:
    """Returns the kinds of JSON that values of *schema* have."""
    match schema:
        case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
            return kinds_of(inner)
        case Var(bound=inner):
            return kinds_of(inner)
        case Scalar(type=kind):
            return frozenset({_SCALARS.get(kind.__name__, "str")})
        case LiteralOf(values=values):
            return frozenset(_SCALARS.get(type(one).__name__, "str") for one in values)
        case EnumOf(type=kind):
            members: Any = kind
            return frozenset(_SCALARS.get(type(one.value).__name__, "str") for one in members)
        case SequenceOf() | TupleOf():
            return frozenset({"array"})
        case MappingOf():
            return frozenset({"object"})
        case Record():
            root = root_of(schema)
            if root is not None:
                return kinds_of(root)
            return frozenset({"array" if facts_of(schema).is_array else "object"})
        case UnionOf(members=members):
            return frozenset().union(*map(kinds_of, members))
        case Unknown() | Opaque() | Unsupported():
            return _ALL
    return frozenset({"table"})


def forms_of(schema: Schema) -> frozenset[str]:
    """Returns the forms of JSON that values of *schema* have: all numbers have one."""
    return frozenset("number" if one in _NUMBERS else one for one in kinds_of(schema))


def forms_read(schema: Schema) -> frozenset[str]:
    """Returns the forms of JSON that readers of *schema* may take: a Decimal takes numbers too."""
    match schema:
        case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
            return forms_read(inner)
        case Var(bound=inner):
            return forms_read(inner)
        case UnionOf(members=members):
            return frozenset().union(*map(forms_read, members))
    root = root_of(schema)
    if root is not None:
        return forms_read(root)
    more = {"number"} if schema == Scalar(Decimal) else set()
    return forms_of(schema) | more


def captures(value: Schema, member: Schema, better: Iterable[Schema], *, is_later: bool) -> bool:
    """Returns whether *member* may read a value of *value*, though another member fits it.

    Args:
        value: What is written. It does not fit *member*.
        member: One member of the reader's union.
        better: The members that it fits.
        is_later: Whether one of these stands before *member*.
    """
    mine, theirs = _plain(value), _plain(member)
    common = kinds_of(mine) & kinds_of(theirs)
    match mine, theirs:
        case ((LiteralOf() | EnumOf()), Scalar(type=kind)) if kind is Decimal:  # it takes numbers
            has_number = any(isinstance(one, int) for one in _constants(mine))
            # A Literal is exact, unless it is in a RootModel.
            is_enum = any(isinstance(_plain(one), EnumOf) or root_of(one) for one in better)
            return has_number and is_enum
        case _ if not common or isinstance(mine, (Unknown, Opaque)):
            return False
        case Scalar(), Scalar():
            if mine == theirs:  # msgspec looks at the class first, and then at its limits
                return isinstance(member, Constrained) and member.engine == "msgspec"
            pair = mine.type.__name__, theirs.type.__name__
            return pair == ("str", "UUID") or (not is_later and _captures_scalar(*pair))
        case Scalar(type=kind), LiteralOf(values=values) if kind is bool:
            return any(type(one) is int and one in (0, 1) for one in values)
        case Scalar(), _:
            return not is_later and "str" in common and isinstance(theirs, Opaque)
        case ((LiteralOf() | EnumOf()), Scalar(type=kind)):
            texts = [one for one in _constants(mine) if isinstance(one, str)]
            return not is_later and kind is not str and any(_parses(one, kind) for one in texts)
        case ((LiteralOf() | EnumOf()), _):
            return False  # the exact value is found first
        case ((SequenceOf() | TupleOf()), (SequenceOf() | TupleOf())):
            is_exact = isinstance(theirs, SequenceOf) and theirs.type is list
            return (is_exact or not is_later) and _captures_array(mine, theirs)
        case Record(), Record():
            rivals = [_plain(one) for one in better]
            return _captures_record(mine, theirs, rivals, is_later=is_later)
        case Record(), MappingOf():
            return not any(isinstance(_plain(one), Record) for one in better)
        case MappingOf(), (MappingOf() | Record()):
            return isinstance(theirs, Record)
    return not is_later


def _constants(schema: Schema) -> list[Any]:
    if isinstance(schema, LiteralOf):
        return list(schema.values)
    members: Any = schema.type if isinstance(schema, EnumOf) else ()
    return [one.value for one in members]


def _parses(text: str, kind: Any) -> bool:
    """Returns whether *text* may be read as the scalar class *kind*."""
    if kind is type(None):
        return False
    try:
        if kind in (bytes, bytearray):
            base64.b64decode(text, validate=True)
        elif hasattr(kind, "fromisoformat"):
            kind.fromisoformat(text)
        elif kind is dt.timedelta:
            return text[:1] in "P+-" or text[:1].isdigit()
        else:
            kind(text)
    except (ValueError, ArithmeticError):
        return False
    return True


def takes_all(member: Schema, value: Schema) -> bool:
    """Returns whether *member* reads every value of *value*, which it captures."""
    mine, theirs = _plain(value), _plain(member)
    if isinstance(mine, Scalar):
        return theirs == member == Scalar(str) and mine != Scalar(str)
    if isinstance(mine, (SequenceOf, TupleOf)):
        return isinstance(theirs, SequenceOf) and isinstance(_plain(theirs.item), Unknown)
    return isinstance(mine, Record) and isinstance(theirs, Record)


def _captures_scalar(mine: str, theirs: str) -> bool:
    if theirs == "str":
        return mine not in _SCALARS and mine != "UUID"  # pydantic prefers a UUID, wherever it is
    if mine in _SCALARS or mine == theirs:
        return False
    if mine == "str":
        return theirs not in _SCALARS
    pair = {mine, theirs}
    if pair <= _APART or (pair & _APART and pair & _MOMENTS and "Decimal" not in pair):
        return False
    return not (pair <= _MOMENTS and not pair <= _DATED)


def _captures_array(mine: SequenceOf | TupleOf, theirs: SequenceOf | TupleOf) -> bool:
    if isinstance(mine, SequenceOf) and isinstance(theirs, SequenceOf) and mine.type is theirs.type:
        return captures(mine.item, theirs.item, (), is_later=False)
    if isinstance(mine, TupleOf) and isinstance(theirs, TupleOf):
        return len(mine.items) == len(theirs.items)
    return True


def _captures_record(mine: Record, theirs: Record, better: list[Schema], *, is_later: bool) -> bool:
    have, want = facts_of(mine), facts_of(theirs)
    if have.is_array or want.is_array:
        return have.tag is None or have.tag == want.tag
    if want.tag is not None or have.tag is not None:
        return have.tag == want.tag
    written = {facts.writes for facts in have.fields.values()}
    for name, part in theirs.fields.items():
        key = next((one for one in want.fields[name].reads if one in written), None)
        if key is None:
            if part.required:
                return False
            continue
        source = next(one for one, facts in have.fields.items() if facts.writes == key)
        if _never(mine.fields[source].schema, part.schema):
            return False
    most = max((_found(written, one) for one in better if isinstance(one, Record)), default=0)
    found = _found(written, theirs)
    return most < found or (most == found and not is_later)


def _found(written: set[str], record: Record) -> int:
    """Returns how many fields of *record* are among the written keys."""
    fields = facts_of(record).fields.values()
    return sum(any(one in written for one in facts.reads) for facts in fields)


def _never(mine: Schema, theirs: Schema) -> bool:
    """Returns whether no value of *mine* is one of *theirs*."""
    one, other = _plain(mine), _plain(theirs)
    if isinstance(one, LiteralOf) and isinstance(other, LiteralOf):
        return not set(map(repr, one.values)) & set(map(repr, other.values))
    return not kinds_of(one) & kinds_of(other) and not {"str"} & kinds_of(one)


def _plain(schema: Schema) -> Schema:
    while True:
        match schema:
            case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
                schema = inner
            case Var(bound=inner):
                schema = inner
            case _:
                root = root_of(schema)
                if root is None:
                    return schema
                schema = root


def is_alike(one: Schema, other: Schema) -> bool:
    """Returns whether both are described alike, so that each reads what the other writes."""
    from typedxcom.evolution.describing import described

    return json.dumps(described(one), sort_keys=True) == json.dumps(
        described(other), sort_keys=True
    )
