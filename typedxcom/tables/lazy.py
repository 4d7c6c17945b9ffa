"""`LazyTable[Row]`: a table that is read when it is asked for, and then only what is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from typedxcom.tables.annotations import TableAlias

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["FileSource", "LazyTable", "MemorySource", "TableSource", "scan"]

Row = TypeVar("Row", covariant=True)
Self = TypeVar("Self", bound="LazyTable[Any]")


class TableSource(Protocol):
    """Where a lazy table comes from: memory, a file, an object in a store."""

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of what is stored, without reading rows."""

    @property
    def rows(self) -> int:
        """The number of rows, without reading them."""

    @property
    def size(self) -> int:
        """Bytes that are stored."""

    def open(self, *, columns: Sequence[str] | None = None, filter: Any = None) -> Any:  # noqa: A002
        """Begin to read.

        Args:
            columns: The only ones, in this order; None for all.
            filter: A ``pyarrow.compute.Expression`` over stored columns that rows must fulfil.

        Returns:
            A ``pyarrow.RecordBatchReader``.

        Raises:
            StoreError: The store refused; a retry may help.
            DecodeError: What is stored is no table, or has no such column.
        """


class MemorySource:
    """A `TableSource` over a ``pyarrow.Table``."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    @property
    def schema(self) -> pa.Schema:
        """The table's schema."""
        return self._table.schema

    @property
    def rows(self) -> int:
        """The table's rows."""
        return int(self._table.num_rows)

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return int(self._table.nbytes)

    def open(self, *, columns: Sequence[str] | None = None, filter: Any = None) -> Any:  # noqa: A002
        """A stream over the table's own memory."""
        return scan(self._table.to_reader(), columns, filter)


class FileSource:
    """A `TableSource` over an Arrow IPC file on a local disk, mapped into memory."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)

    @property
    def schema(self) -> pa.Schema:
        """The file's schema."""
        return self._table.schema

    @property
    def rows(self) -> int:
        """The file's rows, from the heads of its batches."""
        return int(self._table.rows)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return os.stat(self._path).st_size

    def open(self, *, columns: Sequence[str] | None = None, filter: Any = None) -> Any:  # noqa: A002
        """A stream over the mapped file; only the pages of the columns asked for are touched."""
        return self._table.stream(columns, filter)

    @property
    def _table(self) -> Any:
        from typedxcom.tables.files.ipc import IpcTable

        return IpcTable(self._path, lambda size: None)


def scan(reader: pa.RecordBatchReader, columns: Sequence[str] | None, condition: Any) -> Any:
    """*reader* with only these columns, and only the rows that fulfil *condition*."""
    import pyarrow as pa

    from typedxcom.tables.files.base import filtered, select

    schema = select(reader.schema, columns)
    found = (one for batch in reader for one in filtered(batch, columns, condition))
    return pa.RecordBatchReader.from_batches(schema, found)


class LazyTable(Generic[Row]):
    """A handle on a stored table: its schema, rows and size are known, nothing is read.

    ``.columns(...)`` and ``.filter(...)`` narrow it and give another handle; ``.to_arrow()`` and
    its like read. What is read is cast to the row's types and checked, as far as the columns
    that are read allow; rules of the whole table are checked where all their columns are read.
    """

    __typedxcom_table__ = True

    def __init__(
        self,
        source: TableSource,
        row: Any,
        *,
        columns: Sequence[str] | None = None,
        filter: Any = None,  # noqa: A002
    ) -> None:
        self._source = source
        self._row = row
        self._columns = None if columns is None else tuple(columns)
        self._filter = filter

    if not TYPE_CHECKING:

        def __class_getitem__(cls, row: Any) -> TableAlias:
            """Name the row."""
            from typedxcom.tables.annotations import Table

            return TableAlias(cls, Table[row].__args__)

    @property
    def whole_source(self) -> TableSource | None:
        """The source, if this handle has not been narrowed to some of its columns or rows."""
        is_whole = self._columns is None and self._filter is None
        return self._source if is_whole else None

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of what would be read."""
        import pyarrow as pa

        stored = self._source.schema
        return pa.schema([stored.field(name) for name in self._names()])

    @property
    def rows(self) -> int:
        """The number of stored rows, whatever the filter."""
        return self._source.rows

    @property
    def size(self) -> int:
        """Bytes that are stored, whatever the columns."""
        return self._source.size

    def columns(self, *names: str) -> LazyTable[Row]:
        """Only these columns, in this order."""
        return LazyTable(self._source, self._row, columns=names, filter=self._filter)

    def filter(self, condition: Any) -> LazyTable[Row]:
        """Only the rows that fulfil *condition*, too.

        Args:
            condition: A text (``"fare > 10 and city == 'Utrecht'"``) or a
                ``pyarrow.compute.Expression``, over any stored column.
        """
        from typedxcom.tables.checks.expressions import to_expression

        types = {field.name: field.type for field in self._source.schema}
        made = to_expression(condition, "filter", types)
        both = made if self._filter is None else self._filter & made
        return LazyTable(self._source, self._row, columns=self._columns, filter=both)

    def to_reader(self) -> pa.RecordBatchReader:
        """A stream of batches; memory is one batch."""
        return self._read()

    def _read(self, **options: Any) -> pa.RecordBatchReader:
        from typedxcom.tables.checks.verify import checked

        reader = self._source.open(columns=self._names(), filter=self._filter, **options)
        return checked(reader, self._narrowed())

    def batches(self, rows: int = 100_000) -> Iterator[pa.RecordBatch]:
        """Batches of at most *rows* rows."""
        for batch in self.to_reader():
            for start in range(0, batch.num_rows, rows):
                yield batch.slice(start, rows)

    def to_arrow(self) -> pa.Table:
        """All of it as a ``pyarrow.Table``."""
        # A store's source counts what all batches take together.
        options = {"is_whole": True} if hasattr(self._source, "counted") else {}
        return self._read(**options).read_all()

    def to_pandas(self) -> pd.DataFrame:
        """All of it as a pandas DataFrame."""
        import pandas as pd

        frame: pd.DataFrame = self._to(pd.DataFrame)
        return frame

    def to_polars(self) -> pl.DataFrame:
        """All of it as a polars DataFrame."""
        import polars as pl

        frame: pl.DataFrame = self._to(pl.DataFrame)
        return frame

    def to_duckdb(self) -> duckdb.DuckDBPyRelation:
        """All of it as a DuckDB relation."""
        import duckdb

        relation: duckdb.DuckDBPyRelation = self._to(duckdb.DuckDBPyRelation)
        return relation

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The stream, for any library that takes one."""
        return self.to_reader().__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        """The number of stored rows."""
        return self.rows

    def serialize(self) -> str:
        """What Airflow shows of it among rendered fields; nothing is read."""
        return repr(self)

    def __repr__(self) -> str:
        """Return the row's name; never a value."""
        from typedxcom.tables.checks.verify import schema_for

        return f"Lazy{schema_for(self._row).name}"

    def _to(self, wanted: Any) -> Any:
        from typedxcom.tables.libraries.convert import from_arrow

        return from_arrow(self.to_arrow(), wanted, self._narrowed())

    def _names(self) -> list[str]:
        """The columns that are read: those asked for, else those that the row names."""
        from typedxcom.tables.checks.verify import schema_for

        if self._columns is not None:
            return list(self._columns)
        schema = schema_for(self._row)
        stored: list[str] = self._source.schema.names
        if schema.extra == "allow":
            return stored
        wanted = [name for column in schema for name in (column.name, *column.aliases)]
        return [name for name in wanted if name in stored]

    def _narrowed(self) -> Any:
        """The row's table with the columns that are read."""
        from typedxcom.tables.checks.verify import narrowed, schema_for

        schema = schema_for(self._row)
        return schema if self._columns is None else narrowed(schema, self._columns)
