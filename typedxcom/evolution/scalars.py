"""Compares the limits of two versions of a scalar, and the bits of two versions of a flag."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterator
from typing import Any

from typedxcom.evolution.facts import facts_of
from typedxcom.evolution.finite import bits_of, plain, values_of
from typedxcom.evolution.keys import items_of, written_by
from typedxcom.evolution.limits import keeps, limits_lost, marks_lost
from typedxcom.evolution.reasons import Break, broken, different, listed, lost_values
from typedxcom.schema.nodes import (
    Constrained,
    Constraints,
    EnumOf,
    Named,
    Record,
    Scalar,
    Schema,
    TupleOf,
)

__all__ = ["flag_breaks", "limit_breaks"]

_NUMBERS = (int, float)


def limit_breaks(up: Schema, down: Constrained, path: str) -> Iterator[Break]:
    """Yields each limit of *down* that a value of *up* may break."""
    values = values_of(up)
    if values is not None:
        lost = [value for value in values if not keeps(value, down.constraints)]
        if lost:
            yield broken(path, "constraint-tightened", f"{listed(lost)} is outside the limits")
        return
    have, marks, bare = Constraints(), {}, up
    while isinstance(bare, (Constrained, Named)):
        if isinstance(bare, Constrained):
            have, marks = bare.constraints, dict(bare.marks)
        bare = bare.inner
    if isinstance(bare, TupleOf):
        have = Constraints(min_length=len(bare.items), max_length=len(bare.items))
    if isinstance(bare, Record):
        have = _size_of(bare)
    whole = isinstance(bare, Scalar) and bare.type in (int, bool)
    if isinstance(bare, EnumOf) and issubclass(bare.type, enum.Flag):
        whole, bits = True, bits_of(bare.type)
        have = Constraints(ge=0)
        if bits > 0:
            known = [one.value for one in bare.type.__members__.values()]
            have = Constraints(ge=0, le=bits, multiple_of=math.gcd(*known))
    if isinstance(bare, Scalar) and bare.type is bool:
        have = Constraints(ge=0, le=1)
    for name, before, limit in limits_lost(have, down.constraints, whole=whole):
        was = "no limit" if before is None else repr(before)
        yield broken(path, "constraint-tightened", f"`{name}` is {limit!r}, was {was}")
    wanted = dict(down.marks)
    if isinstance(bare, Scalar):
        yield from _read_marks(bare.type, marks, wanted, down, path)
    for name in marks_lost(marks, wanted, whole=whole):
        is_certain = "(" not in name  # a validator's name has its function in brackets
        reason = f"`{name}` is {wanted[name]!r}" if is_certain else f"`{name}` is new"
        yield Break(path, reason, "constraint-tightened", is_certain)


def _size_of(record: Record) -> Constraints:
    """Returns how many keys or items instances of a class have in JSON."""
    facts = facts_of(record)
    if facts.is_array:
        count = len(items_of(record))
        return Constraints(min_length=count, max_length=count)
    written = written_by(record)
    is_open = bool(record.extras) or facts.extra == "allow"
    least = sum(not one.facts.omitted for one in written.values())
    return Constraints(min_length=least, max_length=None if is_open else len(written))


def _read_marks(
    kind: type, have: dict[str, Any], want: dict[str, Any], down: Constrained, path: str
) -> Iterator[Break]:
    inner = plain(down.inner)
    if want.get("strict") and kind is bool and isinstance(inner, Scalar) and inner.type in _NUMBERS:
        yield broken(path, "type-narrowed", "a strict number takes no bool")
    if have.get("as") != want.get("as"):
        yield _as_changed(have, want, path)


def _as_changed(have: dict[str, Any], want: dict[str, Any], path: str) -> Break:
    was, now = (marks.get("as", "base64 or text") for marks in (have, want))
    reason = f"it is written as {was} and read as {now}"
    return broken(path, "codec-changed", reason, misreads=True)


def flag_breaks(up: EnumOf, down: Schema, path: str) -> Iterator[Break]:
    """Compares flags, whose values are any sums of their members."""
    mine: Any = up.type
    if not issubclass(mine, enum.Flag):
        return
    if isinstance(down, Scalar):
        if not issubclass(int, down.type) and down.type is not float:
            yield different(up, down, path)
    elif not (isinstance(down, EnumOf) and issubclass(down.type, enum.Flag)):
        yield different(up, down, path)
    else:
        known = bits_of(down.type)
        lost = [one.value for one in mine.__members__.values() if one.value & ~known]
        if lost:
            yield lost_values(up, lost, down, path)
