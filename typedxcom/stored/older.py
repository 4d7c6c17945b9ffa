"""Reads a stored table of an older row model with the user's upcasters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.errors import CodecError, ValidationError
from typedxcom.pointer import is_pointer
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import Schema
from typedxcom.stored.access import Stores
from typedxcom.upcasters import Upcaster, UpcasterError, paths_to, upcasters_of

__all__ = ["older_table"]


def older_table(schema: Schema, entry: Any, stores: Stores | None) -> tuple[Any] | None:
    """Returns what upcasters make of a table that its reader refused, in a tuple.

    Args:
        schema: The reader's table.
        entry: The entry, or the table itself.
        stores: The stores that pointers lead to.

    Returns:
        None if there is no upcaster, or if no older row model reads the table.

    Raises:
        UpcasterError: An upcaster failed, or returned something else. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    for way in _ways(schema, entry):
        codec: Any = way[0].old.codec
        try:
            table = codec.read(entry, stores)
        except UpcasterError:
            raise
        except (ValidationError, CodecError):
            continue
        for upcaster in way:
            table = upcaster(table, "$")
        return (table,)
    return None


def _ways(schema: Schema, entry: Any) -> Iterator[tuple[Upcaster, ...]]:
    """Yields the upcasters to try: first those that lead from what the pointer says was written."""
    direct = [(one,) for one in upcasters_of(schema)]
    named: list[tuple[Upcaster, ...]] = []
    if direct and is_pointer(entry):
        written = entry.get("schema")
        named = [way for way in paths_to(schema) if fingerprint(way[0].old.schema) == written]
    yield from named
    yield from (way for way in direct if way not in named)  # none reads the store twice
