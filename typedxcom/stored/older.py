"""Reads a stored table of an older row model with the user's upcasters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from typedxcom.errors import CodecError, ValidationError
from typedxcom.pointer import is_pointer
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import Schema
from typedxcom.stored.access import Stores
from typedxcom.stored.source import StoredSource
from typedxcom.upcasters import Upcaster, UpcasterError, paths_to, upcasters_of

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.lazy import TableSource

__all__ = ["older_table", "source_of"]


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


def source_of(
    schema: Schema, stored: StoredSource, older: Callable[[], pa.Table | None]
) -> TableSource:
    """Returns what a handle reads: *stored*, or what upcasters make of it where it may be older.

    Args:
        schema: The reader's table.
        stored: The stored table.
        older: Reads all of it; returns None if the reader's row model takes it as it is.
    """
    if not upcasters_of(schema) or stored.written == fingerprint(schema):
        return stored
    return OlderSource(stored, older)


class OlderSource:
    """A `TableSource` over a table that may have an older row model.

    An upcaster takes whole tables. So the first question reads all of it.
    """

    def __init__(self, stored: StoredSource, older: Callable[[], pa.Table | None]) -> None:
        self._stored, self._older = stored, older

    @cached_property
    def found(self) -> TableSource:
        """The stored table, or in memory what upcasters made of it."""
        from typedxcom.tables.lazy import MemorySource

        table = self._older()
        return self._stored if table is None else MemorySource(table)

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema, that of the newer row model if an upcaster is asked."""
        return self.found.schema

    @property
    def rows(self) -> int:
        """The number of rows, after any upcaster."""
        return self.found.rows

    @property
    def size(self) -> int:
        """Bytes in the store."""
        return self._stored.size

    def counted(self) -> int:
        """As `StoredSource.counted`."""
        found = self.found
        return found.counted() if isinstance(found, StoredSource) else found.rows

    def open(
        self,
        *,
        columns: Sequence[str] | None = None,
        filter: Any = None,  # noqa: A002
        is_whole: bool = False,
    ) -> Any:
        """As `StoredSource.open`."""
        found = self.found
        more = {"is_whole": is_whole} if isinstance(found, StoredSource) else {}
        return found.open(columns=columns, filter=filter, **more)
