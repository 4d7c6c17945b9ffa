"""Why a value of one version cannot be read by another, with the rule that it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typedxcom.evolution.finite import reads_scalar, values_of
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
    "scalar_to_values",
]

NONE = Scalar(type(None))


@dataclass(frozen=True, slots=True)
class Break(Mismatch):
    """One reason why some value of one version cannot be read by another.

    Attributes:
        rule: The id of the rule that it breaks, for a reader that is newer than the value.
        is_certain: Whether some value surely breaks. A new validator only may refuse one.
    """

    rule: str = "type-changed"
    is_certain: bool = True

    def __str__(self) -> str:
        return f"{self.reason} - at `{self.path}`"


def lost_member(member: Schema, down: Schema, path: str) -> Break:
    """Returns the break for a member of a union that the reader does not take."""
    rule = "nullable-removed" if member == NONE else "union-member-removed"
    return broken(path, rule, f"`{down}` does not take `{member}`")


def lost_values(up: Schema, lost: list[Any], down: Schema, path: str) -> Break:
    """Returns the break for single values that the reader does not take."""
    if lost == [None] and isinstance(up, Scalar):
        return broken(path, "nullable-removed", f"`{down}` does not take `None`")
    is_closed = isinstance(down, (LiteralOf, EnumOf, UnionOf))
    rule = "enum-member-removed" if is_closed else "type-changed"
    return broken(path, rule, f"`{down}` does not take {listed(lost)}")


def scalar_to_values(up: Scalar, down: Schema, path: str) -> Break:
    """Returns the break for a class of which the reader takes some values only."""
    if up == NONE:
        return lost_member(up, down, path)
    values = values_of(down) or (0,)
    is_near = any(scalar_fits(type(one), up.type) for one in values)
    return broken(path, "type-narrowed" if is_near else "type-changed", is_not(up, down))


def different(up: Schema, down: Schema, path: str) -> Break:
    """Returns the break for two types that have nothing in common."""
    if up == NONE:
        return lost_member(up, down, path)
    narrowed = (
        isinstance(up, Scalar) and isinstance(down, Scalar) and reads_scalar(down.type, up.type)
    )
    return broken(path, "type-narrowed" if narrowed else "type-changed", is_not(up, down))


def is_not(up: Schema, down: Schema) -> str:
    """Says in words that one type became another."""
    return f"`{up}` is now `{down}`" if str(up) != str(down) else f"`{up}` changed"


def listed(values: list[Any]) -> str:
    """Shows the first few of *values*."""
    more = f" and {len(values) - 3} more" if len(values) > 3 else ""
    return ", ".join(repr(one)[:40] for one in values[:3]) + more


def broken(path: str, rule: str, reason: str) -> Break:
    """Returns a break that is certain."""
    return Break(path, reason, rule)
