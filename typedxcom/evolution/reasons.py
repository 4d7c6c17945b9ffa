"""Why a value of one version cannot be read by another, with the rule that it breaks."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from typedxcom.evolution.finite import plain, reads_scalar, values_of
from typedxcom.evolution.unions import kinds_of
from typedxcom.schema.nodes import EnumOf, LiteralOf, Scalar, Schema, UnionOf
from typedxcom.schema.relation import Mismatch
from typedxcom.schema.values import scalar_fits

__all__ = [
    "NONE",
    "Break",
    "broken",
    "different",
    "is_not",
    "listed",
    "lost_member",
    "lost_values",
    "refuses",
    "scalar_to_values",
    "sometimes",
]

NONE = Scalar(type(None))


@dataclass(frozen=True, slots=True)
class Break(Mismatch):
    """One reason why some value of one version cannot be read by another.

    Attributes:
        rule: The id of the rule that it breaks, for a reader that is newer than the value.
        is_certain: Whether some value surely breaks. A new validator only may refuse one.
        misreads: Whether the reader may accept a value and take it for something else, so that no
            upcaster is asked. Otherwise it refuses what breaks.
        always: Whether the reader refuses each value that gets there.
        example: A made-up value that shows it, as JSON; empty if none was looked for or found.
    """

    rule: str = "type-changed"
    is_certain: bool = True
    misreads: bool = field(default=False, compare=False)
    always: bool = field(default=False, compare=False)
    example: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.reason} - at `{self.path}`"


def lost_member(member: Schema, down: Schema, path: str) -> Break:
    """Returns the break for a member of a union that the reader does not take."""
    rule = "nullable-removed" if member == NONE else "union-member-removed"
    found = broken(path, rule, f"`{down}` does not take `{member}`")
    return _with_fate(found, member, down)


def lost_values(up: Schema, lost: list[Any], down: Schema, path: str) -> Break:
    """Returns the break for single values that the reader does not take."""
    if lost == [None] and isinstance(up, Scalar):
        return broken(path, "nullable-removed", f"`{down}` does not take `None`")
    is_closed = isinstance(down, (LiteralOf, EnumOf, UnionOf))
    rule = "enum-member-removed" if is_closed else "type-changed"
    bare = plain(down)
    misreads = isinstance(bare, Scalar) and any(_misreads(type(one), bare.type) for one in lost)
    return broken(path, rule, f"`{down}` does not take {listed(lost)}", misreads=misreads)


def scalar_to_values(up: Scalar, down: Schema, path: str) -> Break:
    """Returns the break for a class of which the reader takes some values only."""
    if up == NONE:
        return lost_member(up, down, path)
    values = values_of(down) or (0,)
    is_near = any(scalar_fits(type(one), up.type) for one in values)
    rule = "type-narrowed" if is_near else "type-changed"
    has_int = any(isinstance(one, int) for one in values)
    is_flag = isinstance(down, EnumOf) and issubclass(down.type, enum.Flag)
    misreads = (up.type is bool and has_int) or is_flag  # True is 1, and -1 is each bit of a Flag
    always = not misreads and not kinds_of(up) & kinds_of(down)
    return broken(path, rule, is_not(up, down), misreads=misreads, always=always)


def different(up: Schema, down: Schema, path: str) -> Break:
    """Returns the break for two types that have nothing in common."""
    if up == NONE:
        return lost_member(up, down, path)
    narrowed = (
        isinstance(up, Scalar) and isinstance(down, Scalar) and reads_scalar(down.type, up.type)
    )
    found = broken(path, "type-narrowed" if narrowed else "type-changed", is_not(up, down))
    return _with_fate(found, up, down)


def is_not(up: Schema, down: Schema) -> str:
    """Says in words that one type became another."""
    return f"`{up}` is now `{down}`" if str(up) != str(down) else f"`{up}` changed"


def listed(values: list[Any]) -> str:
    """Shows the first few of *values*."""
    more = f" and {len(values) - 3} more" if len(values) > 3 else ""
    return ", ".join(repr(one)[:40] for one in values[:3]) + more


def broken(
    path: str, rule: str, reason: str, *, misreads: bool = False, always: bool = False
) -> Break:
    """Returns a break that is certain. The other arguments are those of `Break`."""
    return Break(path, reason, rule, misreads=misreads, always=always)


def sometimes(found: Iterable[Mismatch]) -> Iterator[Mismatch]:
    """Yields breaks of a part that only some values have, such as an item of a list."""
    for one in found:
        yield replace(one, always=False) if isinstance(one, Break) else one


def refuses(found: Iterable[Mismatch]) -> bool:
    """Whether the reader refuses each value that it cannot read, so that upcasters are asked."""
    breaks = [one for one in found if isinstance(one, Break)]
    return any(one.always for one in breaks) or not any(one.misreads for one in breaks)


_TEXTS = (str, bytes, bytearray)
_NUMBERS = (bool, int, float, Decimal)
_MOMENTS = (dt.datetime, dt.date, dt.time, dt.timedelta)


def _misreads(mine: type, theirs: type) -> bool:
    """Whether *theirs* may read a value of the scalar class *mine* as another value.

    A text that a class reads, such as a day, and a number of equal size count as the same value.
    """
    if mine is theirs or mine is type(None) or theirs is type(None):
        return False
    if mine in _NUMBERS and theirs in _MOMENTS:
        return True  # a number of seconds
    is_text = mine not in (bool, int, float)
    return is_text and (theirs in _TEXTS or mine in (bytes, bytearray))


def _with_fate(found: Break, up: Schema, down: Schema) -> Break:
    """Returns the break of two types that differ, with what becomes of values of *up*."""
    mine, theirs = plain(up), plain(down)
    is_common = bool(kinds_of(mine) & kinds_of(theirs))
    if isinstance(mine, Scalar) and isinstance(theirs, Scalar):
        are_numbers = mine.type in _NUMBERS and theirs.type in _NUMBERS
        misreads = _misreads(mine.type, theirs.type)
        always = not (is_common or are_numbers or misreads)
        return replace(found, misreads=misreads, always=always)
    return replace(found, misreads=is_common, always=not is_common)
