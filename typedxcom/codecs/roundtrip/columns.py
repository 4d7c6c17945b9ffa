"""The quick half of the comparison: it compares one field of many values at a time.

A list of records is compared as columns, so that the loops run inside `map` and `==`. The answer
is only whether all values are surely the same. If not, `fidelity` compares again and explains.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

from typedxcom.codecs.roundtrip.sameness import same_flat, same_moments
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    LiteralOf,
    MappingOf,
    Named,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    bare,
)

__all__ = ["Same", "has_more", "is_flat", "same_columns"]

Same = Callable[["list[Any]", "list[Any]"], bool]
_Each = Callable[[Schema], Same]
_FLAT_KINDS = frozenset({str, int, bool, type(None)})


def is_flat(schema: Schema) -> bool:
    """Whether values of *schema* are surely the same if they are equal and of one type."""
    match schema:
        case Named(inner=inner) | Constrained(inner=inner):
            return is_flat(inner)
        case Scalar(type=kind):
            # == ignores a zone without an offset, and the fold without a zone
            return kind not in (dt.time, dt.datetime)
        case EnumOf() | LiteralOf():
            return True
        case UnionOf(members=members):
            return all(map(is_flat, members))
    return False


def has_more(kind: Any) -> bool:
    """Whether instances of a record's class may hold more than its fields."""
    config = getattr(kind, "model_config", {})
    return bool(getattr(kind, "__private_attributes__", None) or config.get("extra") == "allow")


def same_columns(schema: Schema, one_by_one: _Each) -> Same:
    """Returns a function ``(column, other column) -> surely the same?`` for values of *schema*.

    Args:
        schema: The schema of each value.
        one_by_one: Makes such a function for a schema that has no quicker way.
    """
    return ColumnComparerMaker(one_by_one).make(schema)


class ColumnComparerMaker:
    """Builds the function of each node. A class that contains itself is built once."""

    def __init__(self, one_by_one: _Each) -> None:
        self.one_by_one = one_by_one
        self.known: dict[int, list[Same]] = {}

    def make(self, schema: Schema) -> Same:
        """Returns the function of *schema*."""
        if is_flat(schema):
            return same_flat
        match schema:
            case Named(inner=inner) | Constrained(inner=inner):
                return self.make(inner)
            case Scalar(type=dt.datetime):
                return same_moments
            case Alias(target=[inner]):
                return self._once(schema, lambda: self.make(inner))
            case SequenceOf(type=kind, item=item) if kind in (list, tuple):
                return _sequences(kind, self.make(item))
            case TupleOf(items=items):
                return _tuples(
                    tuple, [(itemgetter(at), self.make(one)) for at, one in enumerate(items)]
                )
            case MappingOf(type=kind, key=key, value=value) if kind is dict:
                return _dicts(self.make(key), self.make(value))
            case Record(style="namedtuple", type=kind, fields=fields):
                parts = [self.make(part.schema) for part in fields.values()]
                return _tuples(kind, [(itemgetter(at), part) for at, part in enumerate(parts)])
            case Record(style=style, type=kind) if style != "typeddict" and not has_more(kind):
                return self._once(schema, lambda: self._records(schema))
            case UnionOf(members=members):
                return self._union(schema, members)
        return self.one_by_one(schema)

    def _once(self, schema: Schema, build: Callable[[], Same]) -> Same:
        cell = self.known.get(id(schema))
        if cell is None:
            cell = self.known[id(schema)] = []
            cell.append(build())
        if cell:
            return cell[0]
        return lambda ones, others: cell[0](ones, others)  # inside of itself

    def _records(self, schema: Record) -> Same:
        """Compares the fields of scalars together, row by row, and the others one by one."""
        fields = {name: part.schema for name, part in schema.fields.items()}
        flat = [name for name, part in fields.items() if is_flat(part)]
        moments = [name for name, part in fields.items() if bare(part) == Scalar(dt.datetime)]
        parts: list[tuple[Callable[[Any], Any], Same]] = []
        for names, same in ((flat, same_flat), (moments, same_moments)):
            if len(names) > 1:
                parts.append((attrgetter(*names), _rows(same)))
                fields = {name: part for name, part in fields.items() if name not in names}
        parts.extend((attrgetter(name), self.make(part)) for name, part in fields.items())
        return _all_of(_same_types, parts)

    def _union(self, schema: Schema, members: tuple[Schema, ...]) -> Same:
        """Compares the values of each class apart, if the class decides which member a value is."""
        by_kind: dict[type, Same] = {}
        for one in map(bare, members):
            if isinstance(one, Scalar) and one.type in _FLAT_KINDS:
                by_kind[one.type] = same_flat
            elif isinstance(one, Scalar) and one.type is dt.datetime:
                by_kind[one.type] = same_moments
            elif isinstance(one, Record) and one.style != "typeddict" and one.type not in by_kind:
                by_kind[one.type] = self.make(one)
            elif isinstance(one, SequenceOf) and one.type is list and list not in by_kind:
                by_kind[list] = self.make(one)
            else:
                return self.one_by_one(schema)

        def same(ones: list[Any], others: list[Any]) -> bool:
            kinds = list(map(type, ones))
            if kinds != list(map(type, others)) or not by_kind.keys() >= set(kinds):
                return False
            return all(by_kind[kind](_only(kind, ones), _only(kind, others)) for kind in set(kinds))

        return same


def _only(kind: type, values: list[Any]) -> list[Any]:
    return [value for value in values if type(value) is kind]


def _rows(same: Same) -> Same:
    """Compares rows of one length by their values."""
    return lambda ones, others: same(_flat(ones), _flat(others))


def _same_types(ones: list[Any], others: list[Any]) -> bool:
    return list(map(type, ones)) == list(map(type, others))


def _all_of(kinds: Same, parts: Sequence[tuple[Callable[[Any], Any], Same]]) -> Same:
    """Checks that the classes are the same, and that each part of the values is the same."""

    def same(ones: list[Any], others: list[Any]) -> bool:
        if not ones:
            return True
        if not kinds(ones, others):
            return False
        for get, part in parts:  # noqa: SIM110  # for few values, a generator takes longer
            if not part(list(map(get, ones)), list(map(get, others))):
                return False
        return True

    return same


def _tuples(kind: type, parts: list[tuple[Callable[[Any], Any], Same]]) -> Same:
    return _all_of(lambda ones, others: _lengths(kind, ones, others), parts)


def _sequences(kind: type, item: Same) -> Same:
    def same(ones: list[Any], others: list[Any]) -> bool:
        return not ones or (_lengths(kind, ones, others) and item(_flat(ones), _flat(others)))

    return same


def _dicts(key: Same, value: Same) -> Same:
    def same(ones: list[Any], others: list[Any]) -> bool:
        return not ones or (
            _lengths(dict, ones, others)
            and key(_flat(ones), _flat(others))
            and value(_flat(map(dict.values, ones)), _flat(map(dict.values, others)))
        )

    return same


def _flat(parts: Any) -> list[Any]:
    return list(chain.from_iterable(parts))


def _lengths(kind: type, ones: list[Any], others: list[Any]) -> bool:
    """Whether all values have exactly the class *kind*, and each pair the same length."""
    return (
        {kind} == set(map(type, ones)) == set(map(type, others))
        and list(map(len, ones)) == list(map(len, others))
    )  # fmt: skip
