"""Reads stored tables: whole, as a stream, or only some rows.

A table's format (`arrow`, `parquet`) decides how its bytes are read. Each format is a subclass of
`StoredTableFormat`. Everything else about stored tables is the same for all formats.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from typedxcom.errors import IntegrityError
from typedxcom.pointer import Pointer
from typedxcom.stored.access import Stores
from typedxcom.stored.base import StoredFormat, format_of
from typedxcom.stores.proved import is_provable, open_proved
from typedxcom.stores.whole import parts_or_whole

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.stores.opened import OpenedFile
    from typedxcom.stores.reading import Parts
    from typedxcom.stores.verified import ObjectWriter
    from typedxcom.tables.files.base import Declares, StoredTable

__all__ = [
    "StoredSource",
    "StoredTableFormat",
    "TableSlice",
    "is_table_pointer",
    "open_table",
    "read_any_table",
]


class StoredTableFormat(StoredFormat, ABC):
    """The format of a stored table."""

    is_passed_on: ClassVar[bool] = True

    @abstractmethod
    def open(self, source: Any, declares: Declares) -> StoredTable:
        """Opens the table in *source*. The arguments are those of `StoredTable`."""

    @abstractmethod
    def write(self, table: Any, out: ObjectWriter, *, is_local: bool) -> tuple[int, str | None]:
        """Writes *table*, and returns its number of rows and its compression.

        Args:
            table: An Arrow table, or a stream of batches.
            out: The file to write to.
            is_local: Whether readers can map the object into memory.
        """

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        """Returns a ``pyarrow.Table``."""
        return whole_table(entry, stores).read()


@dataclass(frozen=True, slots=True)
class TableSlice:
    """Some rows of a stored table, which one instance of a mapped task reads.

    Attributes:
        entry: The XCom's entry, which points to the table.
        first: The first row.
        count: The number of rows.
    """

    __typedxcom_slice__ = True

    entry: dict[str, Any]
    first: int
    count: int

    def serialize(self) -> str:
        """Returns what Airflow shows in the rendered fields. Reads nothing."""
        return repr(self)

    def __repr__(self) -> str:
        """The numbers of the rows, but no values."""
        return f"rows {self.first:,} to {self.first + self.count - 1:,} of a table"


def is_table_pointer(pointer: Pointer) -> bool:
    """Whether *pointer* leads to a table."""
    return isinstance(format_of(pointer), StoredTableFormat)


def open_table(source: Any, pointer: Pointer, stores: Stores) -> StoredTable:
    """Opens the table in *source*. Its head must have the same number of rows as the pointer."""
    known = format_of(pointer)
    assert isinstance(known, StoredTableFormat)
    return _of_right_length(known.open(source, stores.declares(pointer)), pointer)


def _of_right_length(stored: StoredTable, pointer: Pointer) -> StoredTable:
    if pointer.rows is not None and stored.rows != pointer.rows:
        raise IntegrityError(
            f"A stored table has {stored.rows:,} rows, but its pointer says {pointer.rows:,}. "
            "Clear the task that wrote it."
        )
    return stored


def whole_table(
    entry: dict[str, Any],
    stores: Stores,
    choose: Callable[[list[str]], Sequence[str] | None] = lambda names: None,
) -> StoredTable:
    """Opens a table whose object is read whole. The cache may have it uncompressed.

    Args:
        entry: The entry that points to it.
        stores: The stores that it leads to.
        choose: Picks those of the stored columns that will be read. None means all.
    """
    pointer, store = stores.open(entry)
    cached = stores.cached(pointer, store)
    kept = None if cached is None else cached.plain(stores.declares(pointer))
    if kept is not None:
        return _of_right_length(kept, pointer)
    data = stores.read(entry, in_memory=False, cached=cached)
    stored = open_table(data, pointer, stores)
    if cached is None:
        return stored
    wanted = stored.wanted(choose(stored.schema.names))
    return _of_right_length(cached.kept(stored, stores.declares(pointer), wanted), pointer)


def read_any_table(entry: Any, stores: Stores) -> pa.Table:
    """Reads the table of a pointer or slice, for a reader without a contract."""
    if isinstance(entry, TableSlice):
        return StoredSource(entry, stores).open().read_all()
    return format_of(stores.pointer(entry)).value(entry, stores)


class StoredSource:
    """A `TableSource` over an object in a store. It fetches only the parts that are needed.

    Args:
        entry: The XCom's entry, which points to the object, or a slice.
        stores: The stores that it leads to.
        verified: Verify the parts that are read, by the digests of the object's blocks. If it has
            no such digests, fetch the whole object to a local file and verify that first.

    Attributes:
        entry: The entry; None for a slice.
        pointer: The pointer in it.
    """

    def __init__(
        self, entry: dict[str, Any] | TableSlice, stores: Stores, *, verified: bool = False
    ) -> None:
        cut = entry if isinstance(entry, TableSlice) else None
        whole: dict[str, Any] = entry.entry if isinstance(entry, TableSlice) else entry
        self.entry = None if cut else whole
        self._first = cut.first if cut else 0
        self._count = cut.count if cut else None
        self.pointer, self._store = stores.open(whole)
        # With a key, all is verified: an object without digests of its parts is verified whole.
        is_whole = (verified or bool(stores.keys)) and not is_provable(self.pointer)
        self._verify: Callable[[], OpenedFile] | None = (
            (lambda: stores.file(whole)) if is_whole else None
        )
        self._stores = stores
        self._cached = stores.cached(self.pointer, self._store)

    @property
    def written(self) -> str | None:
        """The fingerprint of the row model that the table was written with, if one is known."""
        return self.pointer.schema

    @property
    def schema(self) -> pa.Schema:
        """The stored Arrow schema, from the head of the file."""
        return self._table.schema

    @property
    def rows(self) -> int:
        """The number of rows in the pointer."""
        return (self.pointer.rows or 0) if self._count is None else self._count

    @property
    def size(self) -> int:
        """Bytes in the store."""
        return self.pointer.size

    def counted(self) -> int:
        """The number of rows in the stored table. Raises if the pointer has another number."""
        return self._table.rows

    def open(
        self,
        *,
        columns: Sequence[str] | None = None,
        filter: Any = None,  # noqa: A002
        is_whole: bool = False,
    ) -> Any:
        """Opens a stream of the batches, with only these columns and rows.

        Args:
            columns: As for `TableSource.open`.
            filter: As for `TableSource.open`.
            is_whole: Whether all batches will be in memory at once. Then all of them together must
                stay within the limit; otherwise each batch counts alone.
        """
        import pyarrow as pa

        first, count = self._first, self._count
        if self._cached is not None and not self._table.is_plain:
            self._fetch(self._table.wanted(columns, filter, first=first, count=count))
        stream = self._table.stream(columns, filter, first=first, count=count)
        return pa.RecordBatchReader.from_batches(stream.schema, self._measured(stream, is_whole))

    def _measured(self, batches: Iterable[Any], is_whole: bool) -> Iterator[pa.RecordBatch]:
        """Yields *batches*, and checks their size as if each value were written out."""
        from typedxcom.tables.files.growth import growth

        total = 0
        for batch in batches:
            grown = growth(batch, batch.schema.names)
            total = total + grown if is_whole else grown
            self._table.declares(total)
            yield batch

    def _fetch(self, wanted: int) -> None:
        """Reads from the cache from now on, if *wanted* is at least half of the object's bytes.

        Who wants less asks the store for just that, and the cache does not fill up with the rest.
        """
        if wanted * 2 < self.size or self._cached is None:
            return
        cached, self._cached = self._cached, None
        data = cached.source()
        if data is not None:
            stored = open_table(data, self.pointer, self._stores)
            kept = cached.kept(stored, self._stores.declares(self.pointer), wanted)
            self._table = _of_right_length(kept, self.pointer)

    @cached_property
    def _table(self) -> StoredTable:
        pointer, store = self.pointer, self._store
        if self._cached is not None:
            declares = self._stores.declares(pointer)
            kept = self._cached.plain(declares)
            if kept is not None:
                return _of_right_length(kept, pointer)
            found = self._cached.found()
            if found is not None:
                return open_table(found.data(), pointer, self._stores)
        if is_provable(pointer):
            proved = open_proved(store, pointer, self._parts())
            return open_table(proved, pointer, self._stores)
        opened = self._verify() if self._verify else store.open_local(pointer.path)
        if opened is None:
            parts = self._parts()
            given = {"parts": parts} if parts else {}  # a store may have an `open` of its own
            file = store.open(pointer.path, size=pointer.size, **given)
            return open_table(file, pointer, self._stores)
        store.check_size(pointer.path, opened.size, pointer.size)
        return open_table(opened.data(), pointer, self._stores)  # mapped, so it can be closed

    def _parts(self) -> Parts | None:
        """Where the parts of the object come from, if they may turn out to be slow."""
        pointer, store, stores, cached = self.pointer, self._store, self._stores, self._cached
        fetch = partial(stores.fetch, pointer, store, cached)
        return parts_or_whole(store, pointer.path, pointer.size, fetch)
