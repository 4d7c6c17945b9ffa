"""Equal values of equal types, all the way down: the tests' own judgement, not the library's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import math
from collections import deque
from typing import Any

import msgspec
import pydantic

__all__ = ["same"]


def same(one: Any, other: Any, *, ordered: bool = True) -> bool:
    """Whether *one* and *other* are equal and of the same types, with NaN equal to itself.

    Args:
        one: A value.
        other: Another.
        ordered: Whether the order of a dict's keys counts (a TypedDict has none).
    """
    todo = [(one, other)]
    while todo:
        mine, theirs = todo.pop()
        if type(mine) is not type(theirs):
            return False
        if isinstance(mine, dict) and not ordered:
            mine, theirs = dict(mine), sorted_like(mine, theirs)
        inside = _inside(mine, theirs)
        if inside is None:
            return False
        todo.extend(inside)
    return True


def sorted_like(one: dict[Any, Any], other: dict[Any, Any]) -> dict[Any, Any]:
    """*other* with its keys in the order of *one*."""
    order = {key: index for index, key in enumerate(one)}
    return dict(sorted(other.items(), key=lambda pair: order.get(pair[0], len(order))))


def _inside(one: Any, other: Any) -> list[tuple[Any, Any]] | None:
    """What must be the same for both to be so; None where they are not."""
    if isinstance(one, dict):
        keys = [*zip(one, other, strict=False)]
        if len(one) != len(other):
            return None
        return [*keys, *zip(one.values(), other.values(), strict=True)]
    if isinstance(one, (list, tuple, deque)):
        return [*zip(one, other, strict=True)] if len(one) == len(other) else None
    if isinstance(one, (set, frozenset)):
        return _paired(one, other)
    if isinstance(one, pydantic.BaseModel):
        fields = type(one).model_fields
        pairs = [(getattr(one, name), getattr(other, name)) for name in fields]
        extra = (one.__pydantic_extra__, other.__pydantic_extra__)
        private = (one.__pydantic_private__, other.__pydantic_private__)
        return [*pairs, extra, private]
    if isinstance(one, msgspec.Struct):
        return [(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__]
    if dataclasses.is_dataclass(one):
        names = [part.name for part in dataclasses.fields(one)]
        return [(getattr(one, name), getattr(other, name)) for name in names]
    return [] if _same_scalar(one, other) else None


def _paired(one: Any, other: Any) -> list[tuple[Any, Any]] | None:
    if len(one) != len(other):
        return None
    pairs, rest = [], list(other)
    for item in one:
        found = next((index for index, theirs in enumerate(rest) if same(item, theirs)), None)
        if found is None:
            return None
        pairs.append((item, rest.pop(found)))
    return pairs


def _same_scalar(one: Any, other: Any) -> bool:
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (
            one == other and math.copysign(1, one) == math.copysign(1, other)
        )
    if isinstance(one, decimal.Decimal):
        return one.as_tuple() == other.as_tuple()
    if isinstance(one, (dt.datetime, dt.time)):
        bare = one.replace(tzinfo=None, fold=0) == other.replace(tzinfo=None, fold=0)
        zones = (one.tzinfo is None) == (other.tzinfo is None)
        fold = one.tzinfo is not None or one.fold == other.fold
        return bare and zones and fold and one.utcoffset() == other.utcoffset()
    return bool(one == other)
