"""The messages about what a value would lose on its way, each with a cure for place and cause."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from typedxcom.errors import shorten

__all__ = [
    "Fault",
    "alike_loss",
    "broken",
    "generic_loss",
    "registered_loss",
    "typed_loss",
    "untyped_loss",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """A loss that a comparer found. Its caller adds the path.

    Attributes:
        message: What is lost, with the cure.
        expected: The type that the contract names, if the value does not have it at all.
        got: The value, shortened for a message.
    """

    message: str
    expected: str = ""
    got: str = ""


def broken(expected: str, one: Any) -> Fault:
    """Reports that *one* does not have the type that the contract names."""
    return Fault("", expected, shorten(one))


def generic_loss(expected: str, one: Any) -> Fault:
    """Reports that *one* has another class of the same generic model: pydantic makes many."""
    kind = type(one).__name__
    return Fault(
        f"a `{kind}` is no `{expected}`: pydantic makes a class of each; write `{expected}(...)`, or "
        f"annotate with `{kind}`"
    )


def untyped_loss(one: Any, other: Any) -> Fault:
    """Reports that *one* would come back as *other*, since it has no annotation."""
    if type(one) is not type(other):
        return _other_type(one, other, "; annotate that part with its type")
    return _other_value(one, other)


def typed_loss(one: Any, other: Any) -> Fault:
    """Reports that *one* would come back as *other*, although it has an annotation."""
    if type(one) is type(other):
        return _other_value(one, other)
    if one is None:
        cure = ": it is left out where it is written, and its default is read; write it always"
    else:
        cure = "; let its serializer and its validator keep the type"
    return _other_type(one, other, cure)


def alike_loss(union: Any, one: Any, other: Any) -> Fault:
    """Reports that *one* would come back as another member of its *union*."""
    cure = (
        f": members of `{union}` look alike as JSON; make them classes, each with a field of a "
        "`Literal` type that tells them apart"
    )
    return _other_type(one, other, cure)


def registered_loss(one: Any) -> Fault:
    """Reports that *one* would come back changed through the codec that the user registered."""
    kind = type(one).__name__
    return Fault(
        f"a `{kind}` changes its value on the way; let its codec keep all of it, or give "
        f"register_codec({kind}, ..., equal=...) a function that says when two are the same"
    )


def _other_type(one: Any, other: Any, cure: str) -> Fault:
    return Fault(f"`{_name(one)}` comes back as `{_name(other)}`{cure}")


def _name(value: Any) -> str:
    return "None" if value is None else type(value).__name__


def _other_value(one: Any, other: Any) -> Fault:
    """Reports a change within one type. For datetimes, perhaps only the zone is lost."""
    kind = type(one).__name__
    if isinstance(one, (dt.datetime, dt.time)):
        if one.tzinfo is None and other.tzinfo is not None:
            return Fault(f"a `{kind}` without a zone comes back with one; give it its zone")
        if _same_clock(one, other):
            if one.tzinfo is None:
                return Fault(
                    f"the fold of a `{kind}` without a zone is lost; give it its zone, or fold=0"
                )
            return Fault(f"the zone of a `{kind}` is lost; convert it to UTC")
    return Fault(
        f"a `{kind}` changes its value on the way; let what writes and reads it keep all of it"
    )


def _same_clock(one: Any, other: Any) -> bool:
    """Whether two datetimes differ only in zone and fold."""
    bare: dict[str, Any] = {"tzinfo": None, "fold": 0}
    if one.replace(**bare) == other.replace(**bare):
        return True
    return isinstance(one, dt.datetime) and None not in (one.tzinfo, other.tzinfo) and one == other
