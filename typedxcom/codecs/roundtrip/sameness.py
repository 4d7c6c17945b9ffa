"""Compares two values by type and value, at every depth, and explains the difference."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import math
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Union

from typedxcom.codecs.roundtrip.losses import Fault, untyped_loss
from typedxcom.codecs.subclasses import as_base

__all__ = [
    "MISSING",
    "Compare",
    "Todo",
    "Where",
    "beside",
    "compare_sets",
    "deep",
    "push",
    "record_fields",
    "same_atom",
    "same_flat",
    "same_moments",
    "widened",
]

_fold_of = attrgetter("fold")
MISSING: Any = object()
_CURE = "annotate that part with its type"
_ATOMS = frozenset({str, int, bool, type(None)})

Where = Union["tuple[Where, str, object]", None]


Todo = list["tuple[Compare, Any, Any, Where]"]
Compare = Callable[[Any, Any, Where, Todo], "Fault | None"]


def deep(one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
    """Compares without a schema: types and values must be the same at every depth."""
    kind = type(one)
    if kind in _ATOMS and kind is type(other) and one == other:
        return None
    if isinstance(one, Mapping) and type(other) in (dict, kind):
        keys, others = list(one), list(other)
        if not same_flat(keys, others):
            return _other_keys(keys, others)
        for key in reversed(keys):
            todo.append((deep, one[key], other[key], (where, "[{}]", key)))
        return None
    if isinstance(one, enum.Enum):
        return None if one is other else untyped_loss(one, other)
    if kind is not type(other):
        return None if widened(one, other) else untyped_loss(one, other)
    if isinstance(one, (list, tuple, deque)) and len(one) == len(other):
        push([deep] * len(one), one, other, where, todo)
        return None
    if isinstance(one, (set, frozenset)) and len(one) == len(other):
        return compare_sets(one, other, where, todo)
    fields = record_fields(one)
    if fields is not None:
        for name, part in fields.items():
            todo.append((deep, part, getattr(other, name, MISSING), (where, ".{}", name)))
        return beside(one, other, where, todo) if hasattr(one, "__pydantic_extra__") else None
    return None if same_atom(one, other) else untyped_loss(one, other)


def push(compares: list[Compare], one: Any, other: Any, where: Where, todo: Todo) -> None:
    """Puts the items of two sequences on the list for later, so that the first comes next."""
    todo.extend(
        (compare, mine, theirs, (where, "[{}]", index))
        for index, (compare, mine, theirs) in reversed(
            [*enumerate(zip(compares, one, other, strict=True))]
        )
        if mine is not theirs
    )


def compare_sets(one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
    """Pairs equal items of two sets, and compares the pairs."""
    same = {item: item for item in other}
    rest = [item for item in other if item not in one]
    for item in one:
        theirs = same.get(item, MISSING)
        if theirs is MISSING:  # NaN, or an hour that a clock change repeats
            theirs = next((part for part in rest if same_atom(item, part)), MISSING)
        if theirs is MISSING:
            return Fault(f"an item of a `{type(one).__name__}` changes; {_CURE}")
        todo.append((deep, item, theirs, (where, "[{}]", item)))
    return None


def beside(one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
    """Compares what two models hold besides their fields."""
    private, after = one.__pydantic_private__ or {}, other.__pydantic_private__ or {}
    for name, value in private.items():
        if name not in after or not _equal(value, after[name]):
            return Fault(f"the private attribute `{name}` would be lost; make it a field")
    todo.append((deep, one.__pydantic_extra__, other.__pydantic_extra__, where))
    return None


def _other_keys(keys: list[Any], others: list[Any]) -> Fault:
    if len(keys) != len(others):
        return Fault("two keys become one; use keys of one type")
    pairs = zip(keys, others, strict=True)
    one, other = next(pair for pair in pairs if not same_flat(pair[:1], pair[1:]))
    return Fault(f"{untyped_loss(one, other).message}, as a key")


def same_flat(ones: Any, others: Any) -> bool:
    """Whether two lists of scalars are surely the same, at the speed of C; False if unsure."""
    try:
        return ones == others and list(map(type, ones)) == list(map(type, others))
    except (ArithmeticError, TypeError, ValueError):  # a signalling NaN; numpy's arrays
        return False


def same_atom(one: Any, other: Any) -> bool:
    """Whether two values that are not containers are the same, including NaN and time zones."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return repr(one) == repr(other)
    if isinstance(one, decimal.Decimal):
        return str(one) == str(other)
    if isinstance(one, dt.datetime) and one.tzinfo is not None and other.tzinfo is not None:
        # == is always false in the hour that a clock change repeats.
        bare = {"tzinfo": None, "fold": 0}
        same_clock = one.replace(**bare) == other.replace(**bare)  # type: ignore[arg-type]
        return same_clock and bool(one.utcoffset() == other.utcoffset())
    if isinstance(one, dt.time) and (one.tzinfo is None) != (other.tzinfo is None):
        return False
    if isinstance(one, (dt.datetime, dt.time)) and one.tzinfo is None and one.fold != other.fold:
        return False  # == ignores the fold, though without a zone it distinguishes two hours
    return _equal(one, other)


def same_moments(ones: list[Any], others: list[Any]) -> bool:
    """As `same_flat`, for datetimes. Without a zone it also compares the fold, which == ignores."""
    if not same_flat(ones, others):
        return False
    try:
        if not any(map(_fold_of, ones)):
            return True
        return not any(one.fold for one in ones if one.tzinfo is None)
    except AttributeError:  # another kind of value
        return False


def _equal(one: Any, other: Any) -> bool:
    try:
        return one is other or bool(one == other)
    except Exception:  # the user's own == may do anything
        return False


def widened(one: Any, other: Any) -> bool:
    """Whether *one* comes back as its base class, or an int as the float that was promised."""
    kind = type(other)
    if type(one) is kind:
        return False
    if isinstance(one, enum.Enum) and not isinstance(one, (int, str)):
        return False
    base = as_base(one)
    if kind is float and isinstance(base, (int, float)):
        return bool(one == other) or (isinstance(base, float) and math.isnan(base))
    return kind in _WIDE and isinstance(base, kind) and _same_base(one, other, kind)


_WIDE = frozenset({
    bool, int, str, bytes, bytearray, dt.datetime, dt.date, dt.time, dt.timedelta,
    decimal.Decimal, uuid.UUID,
})  # fmt: skip


def _same_base(one: Any, other: Any, kind: type) -> bool:
    if kind is dt.date and isinstance(one, dt.datetime):
        return False
    if kind is dt.time and (one.tzinfo is None) != (other.tzinfo is None):
        return False
    if kind is dt.datetime and one.tzinfo is not None and other.tzinfo is not None:
        return bool(one.utcoffset() == other.utcoffset()) and _equal(
            one.replace(tzinfo=None), other.replace(tzinfo=None)
        )
    return _equal(one, other)


def record_fields(value: Any) -> dict[str, Any] | None:
    """Returns the fields of a model, dataclass or Struct instance; None for anything else."""
    kind = type(value)
    for names in ("model_fields", "__dataclass_fields__", "__struct_fields__"):
        found = getattr(kind, names, None)
        if found is not None:
            return {name: getattr(value, name, MISSING) for name in found}
    return None
