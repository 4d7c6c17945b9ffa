"""What annotations leave open inside, as in ``list[dict[str, dict]]``, and what code shows there.

An annotation decides all that it says: containers, None and scalars. The keys of its dicts are
known only from the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from typedxcom.schema.nodes import (
    UNKNOWN,
    Field,
    MappingOf,
    Record,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unknown,
    members_of,
)

__all__ = ["filled", "is_vague", "kept", "opened"]


def is_vague(promised: Schema) -> bool:
    """Returns whether some part of an annotation says no more than ``dict`` or ``Any``."""
    match promised:
        case Unknown(claimed=claimed):
            return not claimed
        case MappingOf(value=inner) | SequenceOf(item=inner):
            return isinstance(inner, Unknown) or is_vague(inner)
        case TupleOf(items=parts):
            return any(isinstance(one, Unknown) or is_vague(one) for one in parts)
        case UnionOf(members=members):
            return any(is_vague(one) for one in members if not isinstance(one, Unknown))
    return False


def kept(shown: Schema, promised: Schema) -> list[Schema]:
    """Returns what code shows, without containers of another kind than the annotation's."""
    return [one for one in members_of(shown) if _is_of(one, promised)]


def opened(promised: Schema, shown: Schema) -> Schema:
    """Returns an annotation without the dicts whose keys the code shows."""
    return _opened(promised, [shown])


def filled(shown: Schema, promised: Schema) -> Schema:
    """Returns what code shows, and what the annotation says of the values that it does not show."""
    match shown:
        case Unknown():
            return promised
        case UnionOf(members=members):
            return _union(filled(one, promised) for one in members)
        case Record(type=kind, fields=fields) if kind is dict:
            value = _only(one.value for one in members_of(promised) if isinstance(one, MappingOf))
            return Record(
                dict,
                shown.style,
                shown.args,
                {key: Field(filled(one.schema, value)) for key, one in fields.items()},
            )
        case MappingOf(type=kind, key=key, value=item):
            value = _only(one.value for one in members_of(promised) if isinstance(one, MappingOf))
            return MappingOf(kind, key, filled(item, value))
        case SequenceOf(type=kind, item=item):
            wanted = _only(one.item for one in members_of(promised) if isinstance(one, SequenceOf))
            return SequenceOf(kind, filled(item, wanted))
    return shown


def _only(found: Iterable[Schema]) -> Schema:
    """Returns the only one of *found*; unknown if there are others, or none."""
    first, *others = [*found, UNKNOWN]
    return first if len(others) == 1 else UNKNOWN


def _union(found: Iterable[Schema]) -> Schema:
    parts = tuple(dict.fromkeys(part for one in found for part in members_of(one)))
    return parts[0] if len(parts) == 1 else UnionOf(parts)


def _opened(promised: Schema, shown: Sequence[Schema]) -> Schema:
    found = [one for each in shown for one in members_of(each)]
    if not is_vague(promised) or any(isinstance(one, Unknown) for one in found):
        return promised
    match promised:
        case UnionOf(members=members):
            return UnionOf(
                tuple(
                    _opened(one, [each for each in found if _is_of(each, one)]) for one in members
                )
            )
        case MappingOf(type=kind, key=key, value=value):
            dicts = [one for one in found if _is_of(one, promised)]
            if dicts and all(isinstance(one, Record) for one in dicts):
                return UNKNOWN
            values = [one.value for one in dicts if isinstance(one, MappingOf)]
            values += [
                part.schema
                for one in dicts
                if isinstance(one, Record)
                for part in one.fields.values()
            ]
            return MappingOf(kind, key, _opened(value, values))
        case SequenceOf(type=kind, item=item):
            return SequenceOf(kind, _opened(item, [part for one in found for part in _items(one)]))
        case TupleOf(items=items):
            rows = [one.items for one in found if isinstance(one, TupleOf)]
            if rows and all(len(row) == len(items) for row in rows):
                columns = zip(items, zip(*rows, strict=True), strict=True)
                return TupleOf(tuple(_opened(item, column) for item, column in columns))
    return promised


def _items(shown: Schema) -> Sequence[Schema]:
    match shown:
        case SequenceOf(item=item):
            return [item]
        case TupleOf(items=items):
            return items
    return []


def _is_of(shown: Schema, promised: Schema) -> bool:
    match promised:
        case UnionOf(members=members):
            return any(_is_of(shown, one) for one in members)
        case Unknown():
            return True
        case MappingOf():
            return isinstance(shown, MappingOf) or (
                isinstance(shown, Record) and shown.type is dict
            )
        case SequenceOf() | TupleOf():
            return isinstance(shown, (SequenceOf, TupleOf))
    is_dict = isinstance(shown, Record) and shown.type is dict
    return not is_dict and not isinstance(shown, (MappingOf, SequenceOf, TupleOf))
