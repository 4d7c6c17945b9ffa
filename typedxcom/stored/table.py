"""Tables and their rows: written as they are checked, read whole, in a stream or in slices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_origin

from typedxcom.codecs.serde import frame_bytes
from typedxcom.errors import ConfigurationError, DecodeError, EncodeError, IntegrityError
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import Pointer, is_pointer
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import Schema
from typedxcom.stored.access import Placement, Stores, amount
from typedxcom.stored.base import NO_STORE, ObjectCodec, no_table
from typedxcom.stores.proved import is_provable, open_proved
from typedxcom.stores.verified import Limits, check_declared
from typedxcom.tables.files.sound import library_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.stores.opened import OpenedFile
    from typedxcom.tables.files.base import StoredTable

__all__ = [
    "CODECS",
    "StoredSource",
    "TableCodec",
    "TableSlice",
    "read_any_table",
    "slices",
    "write_any_table",
]

CODECS = frozenset({"arrow", "parquet"})  # as pointers name them


@dataclass(frozen=True, slots=True)
class TableSlice:
    """Some rows of a stored table: what one instance of a mapped task reads.

    Attributes:
        row: The XCom row that points to the table.
        first: The first row.
        count: The number of rows.
    """

    __typedxcom_slice__ = True

    row: dict[str, Any]
    first: int
    count: int

    def serialize(self) -> str:
        """What Airflow shows of it among rendered fields; nothing is read."""
        return repr(self)

    def __repr__(self) -> str:
        """Which rows; never a value."""
        return f"rows {self.first:,} to {self.first + self.count - 1:,} of a table"


class _Slices(Sequence[TableSlice]):
    """The slices of one stored table, each made when it is taken."""

    def __init__(self, row: dict[str, Any], total: int, rows: int) -> None:
        self._row, self._total, self._firsts = row, total, range(0, total, rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        first = self._firsts[index]
        return TableSlice(self._row, first, min(self._firsts.step, self._total - first))

    def __len__(self) -> int:
        return len(self._firsts)


def slices(
    row: Any, rows: int, stores: Stores, *, is_counted: bool = False
) -> Sequence[TableSlice]:
    """A stored table in slices of *rows* rows, the last one perhaps shorter.

    Args:
        row: The row that points to the table, or a list of such rows.
        rows: The rows of a slice.
        stores: Where the pointers lead.
        is_counted: Whether the table's head was read before. Without it, it is read now: what a
            pointer says of its rows is not believed.

    Raises:
        ValidationError: It is no table. A retry does not help.
        DecodeError, IntegrityError: The pointer is not to be followed, or the table has another
            number of rows. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    if not is_pointer(row):
        if isinstance(row, Sequence) and not isinstance(row, (str, bytes)):
            each = (slices(one, rows, stores, is_counted=is_counted) for one in row[:])
            return [part for parts in each for part in parts]
        raise no_table("Table", type(row).__name__)
    pointer = stores.pointer(row)
    if pointer.codec not in CODECS:
        raise no_table("Table", pointer.about)
    if not is_counted:
        stores.declares(pointer)(StoredSource(row, stores).counted())
    return _Slices(row, pointer.rows or 0, rows)


class TableCodec(ObjectCodec):
    """A table of any library, as one object in the store."""

    def __init__(self, annotation: Any, schema: Schema) -> None:
        super().__init__(schema)
        from typedxcom.tables import schema_for
        from typedxcom.tables.libraries.convert import refuse_class

        refuse_class(annotation)
        self.annotation = annotation
        self.row = schema_for(annotation)

    def check(self, value: Any) -> Any:
        """The table as Arrow, cast and checked; a stream is checked as it is read."""
        from typedxcom.tables import validate

        with library_errors(self._unwritten):
            return validate(value, self.row)

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Write the table as it is checked; a handle that came in is passed on as its pointer."""
        passed_on = _row_of_handle(value)
        if passed_on is not None:
            return passed_on if placement is None else placement.passed_on(passed_on)
        if placement is None:
            raise ConfigurationError(NO_STORE)
        checked = self.check(value)
        with library_errors(self._unwritten):
            return _write_table(checked, placement, self.schema)

    def _unwritten(self, told: str) -> EncodeError:
        return EncodeError(
            f"A table cannot be stored as `{self.schema}`: {told}. Make a pyarrow.Table of it in the "
            "task, which shows the column that is at fault."
        )

    def _unread(self, told: str) -> DecodeError:
        return DecodeError(
            f"A table cannot be read as `{self.schema}`: {told}. Read it as a pyarrow.Table and "
            "convert it in the task, which shows the column that is at fault."
        )

    def read(self, row: Any, stores: Stores | None) -> Any:
        """The table as the reader's annotation asks for it, with only the columns it needs."""
        with library_errors(self._unread):
            return self._read(row, stores)

    def _read(self, row: Any, stores: Stores | None) -> Any:
        from typedxcom.tables import LazyTable, from_table
        from typedxcom.tables.libraries.convert import is_streamed

        is_slice = isinstance(row, TableSlice)
        if stores is None or not (is_slice or is_pointer(row)):
            table = self._literal(row, stores)
            return from_table(self.check(table), self.annotation)
        pointer = stores.pointer(row.row if is_slice else row)
        if pointer.codec not in CODECS:
            raise no_table(self.schema, pointer.about)
        if LazyTable in (self.annotation, get_origin(self.annotation)):
            return LazyTable(StoredSource(row, stores), self.row)
        if is_streamed(self.annotation):
            source = StoredSource(row, stores, verified=not is_slice)
            return self._streamed(LazyTable(source, self.row))
        return from_table(self.check(self._whole(row, stores, pointer)), self.annotation)

    def _whole(self, row: Any, stores: Stores, pointer: Pointer) -> pa.Table:
        """All rows of a verified object, or those of a slice; with the columns that are needed."""
        from typedxcom.tables import columns_of
        from typedxcom.tables.files.growth import growth

        if isinstance(row, TableSlice):
            source = StoredSource(row, stores)
            columns = columns_of(self.row, source.schema.names)
            return source.open(columns=columns, is_whole=True).read_all()
        stored = _open(stores.read(row, in_memory=False), pointer, stores)
        table = stored.read(columns_of(self.row, stored.schema.names))
        stored.declares(growth(table, self._written_out(table.schema)))
        return table

    def _written_out(self, stored: pa.Schema) -> list[str]:
        """The columns that the reader, or a library that it asks for, may lay out otherwise."""
        import pyarrow as pa

        from typedxcom.tables.libraries.convert import stays_arrow

        kept = {name: one.node.type for one in self.row for name in (one.name, *one.aliases)}
        stays = stays_arrow(self.annotation)
        return [
            field.name
            for field in stored
            if not pa.types.is_dictionary(kept.get(field.name, field.type))
            and not (stays and kept.get(field.name, field.type) == field.type)
        ]

    def _streamed(self, table: Any) -> Any:
        """A reader of batches, or a frame of polars that reads them when it is collected."""
        from typedxcom.tables.libraries.convert import from_lazy

        return from_lazy(table, self.annotation)

    def _literal(self, value: Any, stores: Stores | None) -> Any:
        """A table that stands in the DAG file, or came from a task without a contract."""
        from typedxcom.tables import is_table

        table = _without_airflow(value, stores)
        if not is_table(table):
            raise no_table(self.schema, type(table).__name__)
        return table


def _without_airflow(row: Any, stores: Stores | None) -> Any:
    """*row*, or the pandas frame that it is in Airflow's own form; with a key it must be signed."""
    from typedxcom.tables import is_table

    data = frame_bytes(row)
    if stores is not None and (data is not None or is_table(row)):
        stores.refuse_unsigned(row)
    if data is None:
        return row
    from typedxcom.tables.files.base import damaged
    from typedxcom.tables.files.parquet import ParquetTable

    limit = Limits().decoded if stores is None else stores.limits.decoded
    stored = ParquetTable(data, lambda size: check_declared(size, limit, "a pandas frame"))
    with damaged("parquet"):
        table = stored.read()
        return table.to_pandas()


def _open(source: Any, pointer: Pointer, stores: Stores) -> StoredTable:
    """The table that lies in *source*, whose head says no other number of rows than its pointer."""
    from typedxcom.tables.files.ipc import IpcTable
    from typedxcom.tables.files.parquet import ParquetTable

    kind = IpcTable if pointer.codec == "arrow" else ParquetTable
    stored = kind(source, stores.declares(pointer))
    if pointer.rows is not None and stored.rows != pointer.rows:
        raise IntegrityError(
            f"A stored table has {stored.rows:,} rows where its pointer says {pointer.rows:,}. "
            "Clear the task that wrote it."
        )
    return stored


class StoredSource:
    """A `TableSource` over an object in a store: only what is asked for is fetched.

    Args:
        row: The XCom row that points here, or a slice.
        stores: Where it leads.
        verified: Prove what is read: by the digests of its blocks where the object has some, else
            by that of the whole object, which is fetched to a local file first.

    Attributes:
        row: The row, None for a slice.
    """

    def __init__(
        self, row: dict[str, Any] | TableSlice, stores: Stores, *, verified: bool = False
    ) -> None:
        cut = row if isinstance(row, TableSlice) else None
        whole: dict[str, Any] = row.row if isinstance(row, TableSlice) else row
        self.row = None if cut else whole
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
            return _open(open_proved(store, pointer), pointer, self._stores)
        opened = self._verify() if self._verify else store.open_local(pointer.path)
        if opened is None:
            return _open(store.open(pointer.path, size=pointer.size), pointer, self._stores)
        store.check_size(pointer.path, opened.size, pointer.size)
        return _open(opened.data(), pointer, self._stores)  # mapped: it need not stay open


def read_any_table(row: Any, stores: Stores) -> pa.Table:
    """The table of a pointer or slice as a reader without a contract gets it."""
    if isinstance(row, TableSlice):
        return StoredSource(row, stores).open().read_all()
    pointer = stores.pointer(row)
    return _open(stores.read(row, in_memory=False), pointer, stores).read()


def write_any_table(value: Any, placement: Placement) -> JsonValue:
    """Store a table that no contract speaks of; None where *value* is none.

    A pandas frame is left to Airflow's own serialization, which gives its reader pandas again.
    """
    from typedxcom.tables import schema_for
    from typedxcom.tables.libraries.convert import is_from_pandas, is_table, to_arrow

    if not is_table(value) or is_from_pandas(value):
        return None
    import pyarrow as pa

    with library_errors(lambda told: EncodeError(f"A table cannot be stored: {told}.")):
        return _write_table(to_arrow(value, schema_for(pa.Table)), placement, None)


def _write_table(table: Any, placement: Placement, schema: Schema | None) -> JsonValue:
    """One object: Arrow IPC, uncompressed where readers map it and else in zstd; or parquet."""
    import pyarrow as pa

    from typedxcom.tables import write_ipc
    from typedxcom.tables.files.parquet import write_parquet

    is_parquet = placement.format == "parquet"
    compression: Any = None if placement.is_local and not is_parquet else "zstd"
    with placement.writer(placement.format, in_parts=True) as out:
        sink = pa.PythonFile(out, "w")
        if is_parquet:
            rows = write_parquet(table, sink, before_footer=out.before_footer)
        else:
            end = out.before_footer
            rows = write_ipc(table, sink, compression=compression, before_footer=end)
        return placement.commit(
            out,
            codec=placement.format,
            about=f"table {rows:,} x {len(table.schema)}, {amount(out.size)}",
            rows=rows,
            schema=None if schema is None else fingerprint(schema),
            compression=compression,
        )


def _row_of_handle(value: Any) -> JsonValue:
    """The row of a stored table that a task returns as it got it; None for anything else."""
    source = getattr(value, "whole_source", None)
    return source.row if isinstance(source, StoredSource) else None
