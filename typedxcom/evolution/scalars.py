"""Compares the limits of two versions of a scalar, and the bits of two versions of a flag."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from typedxcom.evolution.facts import facts_of
from typedxcom.evolution.finite import bits_of, narrowed, plain, values_of
from typedxcom.evolution.keys import items_of, written_by
from typedxcom.evolution.limits import keeps, limits_lost, marks_lost, vars_of
from typedxcom.evolution.patterns import refused_text
from typedxcom.evolution.reasons import Break, broken, different, listed, lost_values
from typedxcom.schema.nodes import (
    Constrained,
    Constraints,
    EnumOf,
    Named,
    Opaque,
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
    have, marks, bare = _limits_of(up)
    is_text = isinstance(bare, Scalar) and bare.type is str
    whole = isinstance(bare, EnumOf) or (isinstance(bare, Scalar) and bare.type in (int, bool))
    for name, before, limit in limits_lost(have, down.constraints, whole=whole):
        if name == "multiple_of" and _has_steps(marks, limit):
            continue
        was = "no limit" if before is None else repr(before)
        found = broken(path, "constraint-tightened", f"`{name}` is {limit!r}, was {was}")
        if _was_limited(bare, name):
            found = replace(found, is_certain=False)
        yield _of_text(found, have, name, limit) if is_text else found
    wanted = dict(down.marks)
    if isinstance(bare, Scalar):
        yield from _read_marks(bare.type, marks, wanted, down, path)
    for name in marks_lost(marks, wanted, whole=whole):
        is_certain = "(" not in name  # a validator's name has its function in brackets
        reason = f"`{name}` is {wanted[name]!r}" if is_certain else f"`{name}` is new"
        found = Break(path, reason, "constraint-tightened", is_certain)
        yield _of_text(found, have, name, None) if name in _CHANGES else found


def _was_limited(bare: Schema, name: str) -> bool:
    """Whether a value had some limit *name* when it was pushed: it was before or after that day."""
    kind = bare.type.__name__ if isinstance(bare, Opaque) and narrowed(bare.type) else ""
    is_lower = name in ("ge", "gt") and kind.startswith("Future")
    return is_lower or (name in ("le", "lt") and kind.startswith("Past"))


def _limits_of(up: Schema) -> tuple[Constraints, dict[str, Any], Schema]:
    """Returns the limits of a type, or those that it has by itself, its marks and its inside."""
    have: dict[str, Any] = {}
    marks: dict[str, Any] = {}
    bare = up
    while isinstance(bare, (Constrained, Named)):
        if isinstance(bare, Constrained):
            have = {**vars_of(bare.constraints), **have}
            marks = {**dict(bare.marks), **marks}
        bare = bare.inner
    limits = Constraints(**have)
    step = have.get("multiple_of")
    if isinstance(step, Decimal):
        marks = {"decimal_places": max(0, -_exponent(step)), **marks}
    match bare:
        case TupleOf(items=items):
            limits = Constraints(min_length=len(items), max_length=len(items))
        case Record():
            limits = _size_of(bare)
        case EnumOf(type=kind) if issubclass(kind, enum.Flag):
            bits, members = bits_of(kind), kind.__members__.values()
            limits = Constraints(ge=0)
            if bits > 0:
                step = math.gcd(*(int(one.value) for one in members))
                limits = Constraints(ge=0, le=bits, multiple_of=step)
        case Scalar(type=kind) if kind is bool:
            limits = Constraints(ge=0, le=1)
    return limits, marks, bare


def _has_steps(marks: dict[str, Any], step: Any) -> bool:
    """Whether each Decimal of so many places is a multiple of *step*."""
    places = marks.get("decimal_places")
    return places is not None and bool(Decimal(1).scaleb(-places) % Decimal(step) == 0)


def _exponent(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


_CHANGES: dict[str, Callable[[str], str]] = {
    "strip_whitespace": str.strip,
    "to_lower": str.lower,
    "to_upper": str.upper,
}


def _of_text(found: Break, have: Constraints, name: str, limit: Any) -> Break:
    """Returns a break of a limit on texts, as one that only may be if no text shows it.

    Whether one pattern implies another limit, nobody can tell in general.
    """
    if have.pattern is None and name != "pattern":
        return found

    def is_refused(text: str) -> bool:
        if name in _CHANGES:
            return _CHANGES[name](text) != text
        return not keeps(text, Constraints(**{name: limit}))

    if refused_text(have, is_refused) is not None:
        return found
    return replace(found, reason=f"{found.reason}, though no text shows it", is_certain=False)


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
        if bits_of(mine) < 0 <= known:
            reason = f"`{up}` keeps bits that it does not know, and `{down}` does not"
            yield broken(path, "type-narrowed", reason)
        lost = [one.value for one in mine.__members__.values() if one.value & ~known]
        if lost:
            yield lost_values(up, lost, down, path)
