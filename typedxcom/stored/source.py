"""Stored tables as they are read: whole, in a stream, or some rows of one.

How a table's bytes are read is decided by its format (`arrow`, `parquet`), a subclass of
`StoredTableFormat`; everything else about stored tables is the same for all formats.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from typedxcom.errors import IntegrityError
from typedxcom.pointer import Pointer
from typedxcom.stored.access import Stores
from typedxcom.stored.base import StoredFormat, format_of
from typedxcom.stores.proved import is_provable, open_proved

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.stores.opened import OpenedFile
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
    """A name that a pointer to a table can have."""

    is_passed_on: ClassVar[bool] = True

    @abstractmethod
    def open(self, source: Any, declares: Declares) -> StoredTable:
        """The table in *source*; arguments as for `StoredTable`."""

    @abstractmethod
    def write(self, table: Any, out: ObjectWriter, *, is_local: bool) -> tuple[int, str | None]:
        """Write *table*, Arrow or a stream of it, and give its rows and how it is compressed.

        Args:
            table: The table.
            out: Where to.
            is_local: Whether readers can map the object into memory.
        """

    def value(self, entry: dict[str, Any], stores: Stores) -> Any:
        """A ``pyarrow.Table``."""
        pointer = stores.pointer(entry)
        return open_table(stores.read(entry, in_memory=False), pointer, stores).read()


@dataclass(frozen=True, slots=True)
class TableSlice:
    """Some rows of a stored table: what one instance of a mapped task reads.

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
        """What Airflow shows of it among rendered fields; nothing is read."""
        return repr(self)

    def __repr__(self) -> str:
        """Which rows; never a value."""
        return f"rows {self.first:,} to {self.first + self.count - 1:,} of a table"


def is_table_pointer(pointer: Pointer) -> bool:
    """Whether *pointer* leads to a table."""
    return isinstance(format_of(pointer), StoredTableFormat)


def open_table(source: Any, pointer: Pointer, stores: Stores) -> StoredTable:
    """The table in *source*, whose head says no other number of rows than its pointer."""
    known = format_of(pointer)
    assert isinstance(known, StoredTableFormat)
    stored = known.open(source, stores.declares(pointer))
    if pointer.rows is not None and stored.rows != pointer.rows:
        raise IntegrityError(
            f"A stored table has {stored.rows:,} rows where its pointer says {pointer.rows:,}. "
            "Clear the task that wrote it."
        )
    return stored


def read_any_table(entry: Any, stores: Stores) -> pa.Table:
    """The table of a pointer or slice as a reader without a contract gets it."""
    if isinstance(entry, TableSlice):
        return StoredSource(entry, stores).open().read_all()
    return format_of(stores.pointer(entry)).value(entry, stores)


class StoredSource:
    """A `TableSource` over an object in a store: only what is asked for is fetched.

    Args:
        entry: The XCom's entry, which points here, or a slice.
        stores: Where it leads.
        verified: Prove what is read: by the digests of its blocks where the object has some, else
            by that of the whole object, which is fetched to a local file first.

    Attributes:
        entry: The entry, None for a slice.
    """

    def __init__(
        self, entry: dict[str, Any] | TableSlice, stores: Stores, *, verified: bool = False
    ) -> None:
        cut = entry if isinstance(entry, TableSlice) else None
        whole: dict[str, Any] = entry.entry if isinstance(entry, TableSlice) else entry
        self.entry = None if cut else whole
        self._first = cut.first if cut else 0
        self._count = cut.count if cut else None
        self._pointer, self._store = stores.open(whole)
        # With a key nothing is read unproved: what has no digests of its parts is proved whole.
        is_whole = (verified or bool(stores.keys)) and not is_provable(self._pointer)
        self._verify: Callable[[], OpenedFile] | None = (
            (lambda: stores.file(whole)) if is_whole else None
        )
        self._stores = stores

    @property
    def schema(self) -> pa.Schema:
        """The stored Arrow schema, from the head of the file."""
        return self._table.schema

    @property
    def rows(self) -> int:
        """The number of rows, as the pointer says."""
        return (self._pointer.rows or 0) if self._count is None else self._count

    @property
    def size(self) -> int:
        """Bytes in the store."""
        return self._pointer.size

    def counted(self) -> int:
        """The number of rows, as the stored table says; raises where its pointer says another."""
        return self._table.rows

    def open(
        self,
        *,
        columns: Sequence[str] | None = None,
        filter: Any = None,  # noqa: A002
        is_whole: bool = False,
    ) -> Any:
        """A stream of the batches, with only these columns and rows.

        Args:
            columns: As for `TableSource.open`.
            filter: As for `TableSource.open`.
            is_whole: Whether all batches will be in memory at once: together they must stay within
                the limit. Otherwise each batch counts alone.
        """
        import pyarrow as pa

        stream = self._table.stream(columns, filter, first=self._first, count=self._count)
        return pa.RecordBatchReader.from_batches(stream.schema, self._measured(stream, is_whole))

    def _measured(self, batches: Iterable[Any], is_whole: bool) -> Iterator[pa.RecordBatch]:
        """*batches*, which the reader may cast to a layout where each value stands by itself."""
        from typedxcom.tables.files.growth import growth

        total = 0
        for batch in batches:
            grown = growth(batch, batch.schema.names)
            total = total + grown if is_whole else grown
            self._table.declares(total)
            yield batch

    @cached_property
    def _table(self) -> StoredTable:
        pointer, store = self._pointer, self._store
        if is_provable(pointer):
            return open_table(open_proved(store, pointer), pointer, self._stores)
        opened = self._verify() if self._verify else store.open_local(pointer.path)
        if opened is None:
            return open_table(store.open(pointer.path, size=pointer.size), pointer, self._stores)
        store.check_size(pointer.path, opened.size, pointer.size)
        return open_table(opened.data(), pointer, self._stores)  # mapped: it need not stay open
