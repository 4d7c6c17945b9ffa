"""Made-up JSON trees at the edges of a type: each limit, each member, each part left out.

If a newer type cannot read an older one, one of these trees of the older one mostly shows it. What
is just inside or outside of a limit of the newer type counts as an edge, too.
"""

from __future__ import annotations

import base64
import datetime as dt
import enum
import functools
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from typedxcom.codecs import make_codec
from typedxcom.errors import TypedXComError
from typedxcom.evolution.facts import facts_of, root_of
from typedxcom.evolution.finite import narrowed
from typedxcom.evolution.patterns import matching
from typedxcom.evolution.samples import SCALARS, made_tree
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    Constraints,
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
    Var,
    walk,
)

__all__ = ["Edges"]

_MOST = (240, 120, 60)  # trees of a type, of a part of it, and of a part further inside
_DEPTH = 6
_LONG = 1000  # characters of a made-up text
_FEW = 16  # items of which each is put beside the next one
_PLACES = 6  # of made-up decimals
_NUMBERS = (0, 1, -1, -2, 2, 1.0, 1.5, 1.25, -2.5, 100, 2**40, math.inf)
_TEXTS = ("", "a", "Zürich", " A ", "1234", "7", "1.10", "YWJj", "P1D", "12:30:00", "2024-01-31")


@dataclass
class Edges:
    """Makes trees. What the types of both versions name counts as an edge of any part.

    Attributes:
        numbers: Numbers beside their limits and among their constants.
        texts: Texts, likewise.
    """

    numbers: list[Any] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, *schemas: Schema) -> Edges:
        """Returns the edges of all *schemas*."""
        numbers: list[Any] = list(_NUMBERS)
        texts = list(_TEXTS)
        for schema in schemas:
            for _, node in walk(schema):
                for one in _named(node):
                    (texts if isinstance(one, str) else numbers).append(one)
        return cls(_distinct(numbers), _distinct(texts))

    def trees(self, schema: Schema, depth: int = 0) -> Iterator[Any]:
        """Yields trees of *schema*, some of which its codec may refuse."""
        return itertools.islice(self._trees(schema, depth), _MOST[min(depth, 2)])

    def _trees(self, schema: Schema, depth: int) -> Iterator[Any]:
        match schema:
            case Constrained(inner=inner, constraints=limits):
                yield from _made(schema)
                yield from self._limited(inner, limits, depth)
            case Named(inner=inner) | Alias(target=[inner]) | Var(bound=inner):
                yield from self.trees(inner, depth)
            case Scalar(type=kind):
                yield from self._scalars(kind)
            case LiteralOf() | EnumOf():
                yield from _constants(schema)
                if isinstance(schema, EnumOf) and issubclass(schema.type, enum.IntFlag):
                    yield from (one for one in self.numbers if type(one) is int and one >= 0)
            case Opaque(type=kind):
                yield from SCALARS.get(narrowed(kind), ())
            case SequenceOf(item=item):
                yield from self._sequences(item, depth)
            case TupleOf(items=items):
                yield from map(list, self._rows(items, depth))
            case MappingOf(key=key, value=value):
                yield {}
                if depth < _DEPTH:
                    keys = [str(one) for one in self.trees(key, depth + 1)] or ["a"]
                    yield from ({keys[0]: one} for one in self.trees(value, depth + 1))
                    first = next(self.trees(value, depth + 1), None)
                    yield from ({one: first} for one in keys[1:])
                    yield from (dict.fromkeys(keys[:count], first) for count in (2, 3))
            case UnionOf(members=members):
                yield from _in_turn([self.trees(one, depth + 1) for one in members])
            case Record():
                root = root_of(schema)
                yield from self.trees(root, depth) if root else self._records(schema, depth)
            case Unknown():
                yield from (1, "a", None, [1], {"a": 1}, True, 1.5)

    def _scalars(self, kind: type) -> Iterator[Any]:
        if kind is float:
            yield 1.5  # which shows most: no int is equal to it
        yield from SCALARS.get(kind.__name__, ("a",))
        if kind in (int, float):
            yield from self.numbers
        elif kind not in (bool, type(None)):
            yield from (one for one in self.texts if kind is str or _is_read(kind, one))

    def _limited(self, inner: Schema, limits: Constraints, depth: int) -> Iterator[Any]:
        if limits.pattern:
            yield from matching(limits.pattern)
        for one in self.trees(inner, depth):
            yield one
            for length in (limits.min_length, limits.max_length):
                if isinstance(one, list) and one and length and length < _LONG:
                    yield (one * length)[:length]

    def _sequences(self, item: Schema, depth: int) -> Iterator[Any]:
        yield []
        if depth >= _DEPTH:
            return
        items = list(self.trees(item, depth + 1))
        longer = [
            (
                (items[at:] + items)[:count]
                for at in range(0, len(items), 1 if len(items) <= _FEW else count)
            )
            for count in (2, 3)
        ]
        yield from _in_turn([([one] for one in items), *longer])

    def _rows(self, items: Iterable[Schema], depth: int) -> Iterator[tuple[Any, ...]]:
        """Rows in which each tree of each column comes once, and once beside the first others."""
        if depth >= _DEPTH:
            return
        columns = [list(self.trees(one, depth + 1)) for one in items]
        if all(columns):
            mixed = (
                tuple(column[(at + shift) % len(column)] for shift, column in enumerate(columns))
                for at in range(max(map(len, columns), default=1))
            )
            first = [column[0] for column in columns]
            single = (
                (*first[:at], one, *first[at + 1 :])
                for at, column in enumerate(columns if len(columns) > 1 else ())
                for one in column
            )
            yield from _in_turn([mixed, single])
            if len(columns) == 2:
                yield from itertools.product(*columns)

    def _records(self, record: Record, depth: int) -> Iterator[Any]:
        facts = facts_of(record)
        tag = {} if facts.tag is None else {facts.tag[0]: facts.tag[1]}
        keys = {name: facts.fields[name].writes for name in record.fields}
        optional = [name for name, part in record.fields.items() if not part.required]
        needed = [name for name, part in record.fields.items() if part.required]
        names = needed if depth >= _DEPTH - 2 else [*record.fields]
        if facts.is_array:
            arrays = self._rows([part.schema for part in record.fields.values()], depth)
            yield from ([*tag.values(), *row] for row in arrays)
            return
        ways = [(), *((name,) for name in optional), tuple(optional)]
        rows = list(self._rows([record.fields[name].schema for name in names], depth))
        for at, row in enumerate(rows):
            for left_out in ways if at < 2 else ((), *ways[at % len(ways) :][:1]):
                pairs = zip(names, row, strict=True)
                yield {
                    **tag, **{keys[name]: one for name, one in pairs if name not in left_out}
                }  # fmt: skip
        if facts.extra == "allow" and rows:
            yield {**tag, **dict(zip(map(keys.get, names), rows[0], strict=True)), "extra": 1}


@functools.lru_cache(maxsize=4096)
def _is_read(kind: type, text: str) -> bool:
    try:
        make_codec(kind, Scalar(kind)).decode_tree(text)
    except (TypedXComError, ValueError, ArithmeticError):
        return False
    return True


def _made(schema: Schema) -> Iterator[Any]:
    yield from (made_tree(schema, number) for number in range(4))


def _named(node: Schema) -> Iterator[Any]:
    """Numbers and texts that a type names, and those beside its limits."""
    if isinstance(node, Scalar):
        yield from (one for one in SCALARS.get(node.type.__name__, ()) if isinstance(one, str))
    if isinstance(node, (LiteralOf, EnumOf)):
        yield from (one for one in _constants(node) if isinstance(one, (int, float, str)))
    limits = node.constraints if isinstance(node, Constrained) else Constraints()
    for limit in (limits.ge, limits.gt, limits.le, limits.lt, limits.multiple_of):
        if isinstance(limit, (int, float)):
            yield from (limit, limit - 1, limit + 1, limit - 0.5, limit + 0.5)
        elif limit is not None:
            yield from _beside(limit)
    marks = dict(node.marks) if isinstance(node, Constrained) else {}
    if "max_digits" in marks:
        for digits in (marks["max_digits"], marks["max_digits"] + 1):
            for places in range(min(digits, _PLACES)):
                whole = "9" * (digits - places)
                yield f"{whole}.{'9' * places}" if places else whole
    if "decimal_places" in marks:
        yield f"0.{'1' * (marks['decimal_places'] + 1)}"
    for length in (limits.min_length, limits.max_length):
        if length is not None and length < _LONG:
            for one in (max(0, length - 1), length, length + 1):
                yield from ("a" * one, "a" * 4 * one, base64.b64encode(b"a" * one).decode())


def _beside(limit: Any) -> Iterator[str]:
    """A limit that is a day, a time span or a Decimal, and what is beside it."""
    step = next((one for kind, one in _STEPS if isinstance(limit, kind)), None)
    if step is not None:
        codec = make_codec(type(limit), Scalar(type(limit)))
        yield from (str(codec.encode(one).tree) for one in (limit - step, limit, limit + step))


_STEPS: tuple[tuple[type, Any], ...] = (
    (dt.date, dt.timedelta(days=1)), (dt.timedelta, dt.timedelta(seconds=1)), (Decimal, 1),
)  # fmt: skip


def _constants(schema: Schema) -> list[Any]:
    if isinstance(schema, LiteralOf):
        return list(schema.values)
    members: Any = schema.type  # type: ignore[attr-defined]
    known = [one.value for one in members]
    if issubclass(members, enum.Flag):
        bits = 0
        for one in known:
            bits |= one
        known += [0, bits, *([bits + 1, 2**20] if issubclass(members, enum.IntFlag) else [])]
    return known


def _distinct(values: list[Any]) -> list[Any]:
    return list({repr(one): one for one in values}.values())


def _in_turn(sources: list[Iterator[Any]]) -> Iterator[Any]:
    nothing = object()
    for found in itertools.zip_longest(*sources, fillvalue=nothing):
        yield from (one for one in found if one is not nothing)
