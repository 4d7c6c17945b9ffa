"""Optional tables and files, and lists, tuples and dicts of them: one pointer for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from typedxcom.codecs.serde import with_length
from typedxcom.jsontypes import JsonValue
from typedxcom.schema.nodes import Schema
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.base import StoredCodec, no_table

if TYPE_CHECKING:
    from typedxcom.tables.row.nodes import TableSchema

__all__ = ["DictOfStored", "EachStored", "OptionalStored"]


class OptionalStored(StoredCodec):
    """A table or file, or None."""

    def __init__(self, schema: Schema, some: StoredCodec) -> None:
        super().__init__(schema)
        self._some = some

    def table_schemas(self) -> Iterator[TableSchema]:
        """Yields the table schemas of the value that may be there."""
        return self._some.table_schemas()

    def check(self, value: Any) -> Any:
        """Checks the value, if it is not None."""
        return None if value is None else self._some.check(value)

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Returns the entry of the value, or None."""
        return None if value is None else self._some.write(value, placement)

    def read(self, entry: Any, stores: Stores | None) -> Any:
        """Reads the value that the entry points to, or None."""
        return None if entry is None else self._some.read(entry, stores)


class EachStored(StoredCodec):
    """A list or tuple of tables or files. Its entry has a pointer for each of them."""

    def __init__(self, schema: Schema, kind: type, items: list[StoredCodec]) -> None:
        super().__init__(schema)
        self._kind = tuple if kind is tuple else list
        self._items = items

    def table_schemas(self) -> Iterator[TableSchema]:
        """Yields the table schemas of each item."""
        for item in self._items:
            yield from item.table_schemas()

    def _of(self, index: int) -> StoredCodec:
        return self._items[index] if len(self._items) > 1 else self._items[0]

    def check(self, value: Any) -> Any:
        """Checks each value."""
        parts = self._parts(value)
        return self._kind(self._of(at).check(part) for at, part in enumerate(parts))

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Returns a list of pointers, of the same length."""
        return [self._of(at).write(part, placement) for at, part in enumerate(self._parts(value))]

    def read(self, entry: Any, stores: Stores | None) -> Any:
        """Reads the values of a list, or of everything that a mapped task pushed."""
        parts = self._parts(entry)
        return self._kind(self._of(at).read(part, stores) for at, part in enumerate(parts))

    def _parts(self, value: Any) -> Sequence[Any]:
        value = with_length(value)
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            raise no_table(self.schema, type(value).__name__)
        parts = value if isinstance(value, (list, tuple)) else value[:]
        if len(self._items) > 1 and len(parts) != len(self._items):
            raise no_table(self.schema, f"{len(parts)} items")
        return parts


class DictOfStored(StoredCodec):
    """A dict of tables or files: a dict of pointers."""

    def __init__(self, schema: Schema, item: StoredCodec) -> None:
        super().__init__(schema)
        self._item = item

    def table_schemas(self) -> Iterator[TableSchema]:
        """Yields the table schemas of the values."""
        return self._item.table_schemas()

    def check(self, value: Any) -> Any:
        """Checks each value."""
        return {key: self._item.check(part) for key, part in self._parts(value).items()}

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Returns a dict of pointers with the same keys."""
        return {key: self._item.write(part, placement) for key, part in self._parts(value).items()}

    def read(self, entry: Any, stores: Stores | None) -> Any:
        """Reads the values, each under its key."""
        return {key: self._item.read(part, stores) for key, part in self._parts(entry).items()}

    def _parts(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise no_table(self.schema, type(value).__name__)
        return value
