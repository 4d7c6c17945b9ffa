"""Finds a part of a value that cannot be JSON, such as a frame, an array or an open file."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any

from typedxcom.codecs.roundtrip.sameness import record_fields
from typedxcom.codecs.subclasses import as_base
from typedxcom.errors import shorten
from typedxcom.registry import registered
from typedxcom.schema.kinds import NATIVE_SCALARS, TEXT_SCALARS
from typedxcom.schema.nodes import Schema, part

__all__ = ["first_foreign"]


def first_foreign(schema: Schema, value: Any) -> tuple[str, Schema, Any] | None:
    """Finds the first part of *value* that no codec can write.

    Returns:
        Its path, its schema, and the part itself; None if every part can be written.
    """
    todo, seen = [("$", schema, value)], set()
    while todo:
        path, expected, here = todo.pop()
        inside = list(_parts(here))
        if inside and id(here) not in seen:
            seen.add(id(here))  # a value may contain itself
            steps = [(path + step, part(expected, key), item) for step, key, item in inside]
            todo.extend(reversed(steps))
        elif not inside and not _is_written(here):
            return path, expected, here
    return None


def _parts(value: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yields each item of *value*: the step of the path, the key, the item."""
    if isinstance(value, Mapping):
        yield from ((f"[{shorten(key)}]", key, item) for key, item in value.items())
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from ((f"[{index}]", index, item) for index, item in enumerate(value))
    else:
        fields = record_fields(value) or {}
        yield from ((f".{name}", name, item) for name, item in fields.items())


def _is_written(value: Any) -> bool:
    kind = type(value)
    return (
        type(as_base(value)) in NATIVE_SCALARS
        or isinstance(value, (*TEXT_SCALARS, enum.Enum, Mapping, list, tuple, set, frozenset))
        or registered(kind)
        or record_fields(value) is not None
    )
