"""Decides whether each value within the limits of one version is within those of another."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from typedxcom.schema.nodes import Constraints

__all__ = ["keeps", "limits_lost", "marks_lost", "tighter", "vars_of"]

_MOST = ("max_digits", "decimal_places")  # marks that allow as much as they say
_READ_ONLY = (
    "strict",
    "as",
    "discriminator",
    "union_mode",
    "tag",
)  # marks that `structure` looks at


def limits_lost(
    have: Constraints, want: Constraints, *, whole: bool
) -> Iterator[tuple[str, Any, Any]]:
    """Yields each limit that a value within *have* may break: its name, and both limits.

    Args:
        have: The limits of the writer.
        want: The limits of the reader.
        whole: Whether the values are whole numbers.
    """
    for one in fields(Constraints):
        limit = getattr(want, one.name)
        if limit is not None and not tighter(one.name, limit, vars_of(have), whole=whole):
            yield one.name, getattr(have, one.name), limit


def vars_of(limits: Constraints) -> dict[str, Any]:
    """Returns the limits that are set, by name."""
    found = {one.name: getattr(limits, one.name) for one in fields(Constraints)}
    return {name: one for name, one in found.items() if one is not None}


def tighter(name: str, limit: Any, have: Mapping[str, Any], *, whole: bool = False) -> bool:
    """Returns whether the limits *have* imply the limit *name*."""
    try:
        match name:
            case "ge" | "gt":
                return _above(limit, have, strict=name == "gt", whole=whole)
            case "le" | "lt":
                return _below(limit, have, strict=name == "lt", whole=whole)
            case "multiple_of":
                step = have.get("multiple_of", 1 if whole else None)
                return step is not None and bool(step % limit == 0)
            case "min_length":
                return bool(limit == 0 or have.get("min_length", -1) >= limit)
            case "max_length":
                return bool(have.get("max_length", math.inf) <= limit)
        return bool(have.get(name) == limit)
    except TypeError:  # a date and a number
        return False


def _above(limit: Any, have: Mapping[str, Any], *, strict: bool, whole: bool) -> bool:
    if "gt" in have:
        lowest = math.floor(have["gt"]) + 1 if whole else None
        if have["gt"] >= limit or (lowest is not None and _over(lowest, limit, strict)):
            return True
    return "ge" in have and _over(have["ge"], limit, strict)


def _over(lowest: Any, limit: Any, strict: bool) -> bool:
    return bool(lowest > limit if strict else lowest >= limit)


def _below(limit: Any, have: Mapping[str, Any], *, strict: bool, whole: bool) -> bool:
    if "lt" in have:
        highest = math.ceil(have["lt"]) - 1 if whole else None
        if have["lt"] <= limit or (highest is not None and _over(-highest, -limit, strict)):
            return True
    if "le" not in have:
        return False
    return bool(have["le"] < limit if strict else have["le"] <= limit)


def marks_lost(have: Mapping[str, Any], want: Mapping[str, Any], *, whole: bool) -> Iterator[str]:
    """Yields the name of each further check of the reader that the writer does not make."""
    for name, limit in want.items():
        if name in _READ_ONLY or (limit is False and name != "allow_inf_nan" and name != "tz"):
            continue
        if have.get(name) == limit or (name == "allow_inf_nan" and (whole or limit)):
            continue
        # A number of so many digits has no more places than these.
        if name in _MOST and have.get(name, have.get("max_digits", math.inf)) <= limit:
            continue
        yield name
    if all(name in want for name in _MOST) and all(have.get(one, -1) <= want[one] for one in _MOST):
        whole_digits = want["max_digits"] - want["decimal_places"]
        if have.get("max_digits", 0) - have.get("decimal_places", 0) > whole_digits:
            yield "max_digits"


def keeps(value: Any, want: Constraints) -> bool:
    """Returns whether the single *value* is within the limits."""
    try:
        return all(_keeps(name, limit, value) for name, limit in vars_of(want).items())
    except TypeError:
        return False


def _keeps(name: str, limit: Any, value: Any) -> bool:
    if name == "pattern":
        return re.search(limit, value) is not None
    if name in ("min_length", "max_length"):
        return bool(len(value) >= limit if name == "min_length" else len(value) <= limit)
    if name == "multiple_of":
        return bool(value % limit == 0)
    have = {"ge": value, "le": value}
    return tighter(name, limit, have)
