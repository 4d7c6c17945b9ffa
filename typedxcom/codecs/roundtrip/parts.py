"""What is checked of all values of one node at a time, so that the loops run in C.

A proof needs the exact class of every value, which no library compares: msgspec and pydantic also
accept subclasses. So `map` compares the classes, and msgspec checks the limits of all fields of a
record in one call.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import Annotated, Any, TypeAlias

import msgspec

__all__ = [
    "FINITE",
    "LENGTHS",
    "Part",
    "Proof",
    "column_proof",
    "int_limits",
    "nullable",
    "record_proof",
    "row_proof",
    "str_limits",
]

Proof: TypeAlias = "Callable[[Sequence[Any]], bool]"

_FEW = 8  # rows up to which their classes are compared row by row
_MANY = 1000  # records that are looked at together
_MAX_KNOWN = 1000  # rows of classes, of a record with many fields that may be None
_MAX_INT = 2**63
_MAX_FLOAT = sys.float_info.max
FINITE = Annotated[float, msgspec.Meta(ge=-_MAX_FLOAT, le=_MAX_FLOAT)]
LENGTHS = frozenset({"min_length", "max_length"})
_BOUNDS = frozenset({"ge", "gt", "le", "lt"})
_fields_of = attrgetter("__dict__")


@dataclass(frozen=True, slots=True)
class Part:
    """What proves the values of one node.

    Attributes:
        kinds: The classes that they may have, exactly.
        limits: An annotation that msgspec checks after the classes.
        rest: What is checked last, of all values that are not None.
    """

    kinds: frozenset[type]
    limits: Any = Any
    rest: Proof | None = None


def int_limits(node: dict[str, Any]) -> tuple[Any, frozenset[str]]:
    """Returns the limits of an int by pydantic's description, and the rules within them.

    JSON of ours has 64 bits for an int. If a bound is no int, or nothing is left between the
    bounds, these are the only limits.
    """
    bounds = {rule: node[rule] for rule in _BOUNDS & node.keys()}
    if set(map(type, bounds.values())) <= {int}:
        least = max(-_MAX_INT, bounds.get("ge", -_MAX_INT), bounds.get("gt", -_MAX_INT - 1) + 1)
        most = min(_MAX_INT - 1, bounds.get("le", _MAX_INT), bounds.get("lt", _MAX_INT) - 1)
        if least <= most:
            return Annotated[int, msgspec.Meta(ge=least, le=most)], _BOUNDS
    return Annotated[int, msgspec.Meta(ge=-_MAX_INT, le=_MAX_INT - 1)], frozenset()


def str_limits(node: dict[str, Any]) -> Any:
    """Returns the limits of a str by pydantic's description: its length."""
    lengths = {rule: node[rule] for rule in LENGTHS & node.keys()}
    return Annotated[str, msgspec.Meta(**lengths)] if lengths else Any


def nullable(part: Part) -> Part:
    """Returns the part of values that may be None."""
    rest = part.rest
    return replace(
        part,
        kinds=part.kinds | {type(None)},
        limits=part.limits if part.limits is Any else part.limits | None,
        rest=rest and (lambda column: rest([value for value in column if value is not None])),
    )


def column_proof(part: Part) -> Proof:
    """Returns the proof of a column of values."""
    kinds, rest, within = part.kinds, part.rest, _within(part.limits)
    return lambda column: (
        kinds.issuperset(map(type, column))
        and (within is None or within(column))
        and (rest is None or rest(column))
    )


def record_proof(fields: Mapping[str, Part]) -> Proof:
    """Returns the proof of instances that hold exactly *fields* in their `__dict__`."""
    names, counts = [*fields], {len(fields)}
    get: Callable[[Any], tuple[Any, ...]] = itemgetter(*names)
    if len(names) == 1:
        get = lambda held: (held[names[0]],)  # noqa: E731  # itemgetter gives no tuple for one
    rows = row_proof([*fields.values()])
    columns = [(name, column_proof(part)) for name, part in fields.items()]

    def part_proof(column: Sequence[Any]) -> bool:
        held = list(map(_fields_of, column))
        if not counts.issuperset(map(len, held)):
            return False
        if len(held) <= _FEW:
            return rows(list(map(get, held)))
        # No tuple for each record: Python's garbage collector would walk through all of them.
        return all(holds([one[name] for one in held]) for name, holds in columns)

    def proof(column: Sequence[Any]) -> bool:
        if len(column) <= _MANY:
            return part_proof(column)
        # For all records at once, each field would wait for memory, not for the processor's cache.
        starts = range(0, len(column), _MANY)
        return all(part_proof(column[start : start + _MANY]) for start in starts)

    return proof


def row_proof(parts: Sequence[Part]) -> Proof:
    """Returns the proof of rows, which are tuples with a value for each of *parts*."""
    kinds = [part.kinds for part in parts]
    rests: dict[Proof, list[int]] = {}
    for at, part in enumerate(parts):
        if part.rest is not None:
            rests.setdefault(part.rest, []).append(at)
    limits = tuple(part.limits for part in parts)
    within = _within(Any if set(limits) <= {Any} else tuple.__class_getitem__(limits))
    columns = list(map(column_proof, parts))
    known: set[tuple[type, ...]] = set()

    def has_kinds(row: tuple[Any, ...]) -> bool:
        found = tuple(map(type, row))
        if found in known:
            return True
        if not all(map(frozenset.__contains__, kinds, found)):
            return False
        if len(known) < _MAX_KNOWN:
            known.add(found)
        return True

    def proof(rows: Sequence[tuple[Any, ...]]) -> bool:
        if len(rows) > _FEW:
            found = zip(*rows, strict=True)
            return all(holds(column) for holds, column in zip(columns, found, strict=True))
        if not all(map(has_kinds, rows)) or not (within is None or within(rows)):
            return False
        for rest, places in rests.items():  # for few rows, a generator takes longer
            if not rest([row[at] for row in rows for at in places]):
                return False
        return True

    return proof


def _within(limits: Any) -> Proof | None:
    """Returns a check of the limits of a column; None if there are no limits."""
    if limits is Any:
        return None
    # The class keeps what msgspec makes of the annotation, which it would make again at each call.
    box = msgspec.defstruct("Box", [("column", list[limits])])

    def within(column: Sequence[Any]) -> bool:
        try:
            msgspec.convert({"column": column}, box)
        except msgspec.ValidationError:
            return False
        return True

    return within
