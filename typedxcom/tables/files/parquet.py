"""Parquet files, for tasks whose stored tables other tools read.

They are smaller than Arrow IPC, and columns and row groups that a reader does not need are not
fetched. But every value is encoded and decoded, while a memory map costs nothing.
benchmarks/table_formats.py measures it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from typedxcom.errors import DecodeError, EncodeError
from typedxcom.tables.checks.casting import Lossy, Unfit, cast_array
from typedxcom.tables.files.base import (
    Declares,
    Piece,
    Range,
    StoredTable,
    damaged,
    filtered,
    pieces,
    select,
    with_names,
)
from typedxcom.tables.files.parquet_head import checked_footer
from typedxcom.tables.files.sound import sound

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.libraries.convert import Arrow

__all__ = ["ParquetTable", "write_parquet"]

_GROUP_ROWS = 131_072  # of a row group: what is fetched, filtered and skipped as one
_BATCH_ROWS = 65_536  # that are decoded at one time
_BATCH_BYTES = 2**30  # of texts that are decoded at one time
_WIDTHS = {"BOOLEAN": 1, "INT64": 8, "INT96": 12, "DOUBLE": 8, "FIXED_LEN_BYTE_ARRAY": 16}  # bytes


def write_parquet(
    table: Arrow, sink: Any, *, before_footer: Callable[[], None] | None = None
) -> int:
    """Write a table as one parquet file, with a checksum for each page.

    Args:
        table: A Table, or a stream, of which one row group is in memory at a time.
        sink: A path, or a binary file that is open for writing.
        before_footer: Called when all rows are written.

    Returns:
        The number of rows.

    Raises:
        EncodeError: Parquet has no type for a column, or a value is not of its column's type.
    """
    import pyarrow as pa
    from pyarrow import parquet

    schema, rows = table.schema, 0
    batches = table.to_batches() if isinstance(table, pa.Table) else table
    _refuse_columns(schema)
    try:
        with parquet.ParquetWriter(
            sink, schema, compression="zstd", write_page_checksum=True
        ) as writer:
            for group in _groups(sound(batches)):
                writer.write_table(pa.Table.from_batches(group, schema), _GROUP_ROWS)
                rows += sum(batch.num_rows for batch in group)
            if before_footer is not None:
                before_footer()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as error:
        raise EncodeError(
            f'Parquet cannot hold this table: {error}. Use format="arrow".'
        ) from error
    if rows and not schema.names:
        raise EncodeError('Parquet cannot hold rows without columns. Use format="arrow".')
    return rows


def _refuse_columns(schema: pa.Schema) -> None:
    """Refuse columns that a reader would get as others, by a file of them without rows."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    try:
        parquet.write_table(schema.empty_table(), sink)
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return  # raised when it is written
    try:
        back = ParquetTable(sink.getvalue(), lambda size: None).schema
    except DecodeError as error:
        raise EncodeError(
            'Parquet would not give this table back: its types are nested too deep. Use format="arrow".'
        ) from error
    for field, found in zip(schema, back, strict=True):
        if (field.name, field.type) != (found.name, found.type):
            raise EncodeError(
                f"Parquet would give column `{field.name}` (`{field.type}`) back as `{found.type}`. "
                'Use format="arrow".'
            )


def _groups(batches: Iterable[Any]) -> Iterator[list[Any]]:
    """Batches that make one row group together."""
    group: list[Any] = []
    left = _GROUP_ROWS
    for batch in batches:
        start = 0
        while start < batch.num_rows:
            piece = batch.slice(start, left)
            group.append(piece)
            start, left = start + piece.num_rows, left - piece.num_rows
            if not left:
                yield group
                group, left = [], _GROUP_ROWS
    if group:
        yield group


class ParquetTable(StoredTable):
    """A parquet file; row groups and columns that nobody asks for are not read."""

    def __init__(self, source: Any, declares: Declares) -> None:
        super().__init__(source, declares)
        from pyarrow import parquet

        with damaged("parquet"):
            # With pre_buffer, Arrow would read on threads of its own, which may outlive the read.
            self._file = parquet.ParquetFile(
                self.source,
                metadata=checked_footer(self.source),
                page_checksum_verification=True,
                pre_buffer=False,
            )
            with_names(self._file.schema_arrow)
        self._head = self._file.metadata
        self._schema = _written(self._file.schema_arrow, self._head.metadata or {})

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of the table that was written."""
        return self._schema

    @property
    def rows(self) -> int:
        """The file's rows, from its footer."""
        return int(self._head.num_rows)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """As `StoredTable.read`."""
        import pyarrow as pa

        self.declares(sum(self._declared(group, columns) for group in self._groups()))
        reader = self.stream(columns)
        taken, batches = 0, []
        for batch in reader:  # a footer may lie: what is taken counts, too
            taken += batch.nbytes
            self.declares(taken)
            batches.append(batch)
        return pa.Table.from_batches(batches, reader.schema)

    def _batches(
        self, columns: Sequence[str] | None, condition: Any, first: int, stop: int
    ) -> Iterator[pa.RecordBatch]:
        lengths = self._lengths()
        needed, parts = self._plan(columns, condition, first, stop)
        for group, start, count in self.in_windows(parts, partial(self._ranges, needed)):
            if start == 0 and count == lengths[group]:
                found = self._group(group, needed)
            else:
                found = self._part(group, needed, start, start + count)
            for batch in found:
                yield from filtered(batch, columns, condition)

    def _plan(
        self, columns: Sequence[str] | None, condition: Any, first: int, stop: int
    ) -> tuple[Sequence[str] | None, list[Piece]]:
        parts = list(pieces(self._lengths(), first, stop))
        if condition is None:
            return columns, parts
        able = self._able(condition)
        return self._needed(columns, condition), [part for part in parts if part[0] in able]

    def _lengths(self) -> list[int]:
        return [self._head.row_group(group).num_rows for group in self._groups()]

    def _able(self, condition: Any) -> set[int]:
        """The row groups in which a row may fulfil *condition*, by their statistics."""
        import pyarrow as pa
        from pyarrow import dataset

        copy = pa.BufferOutputStream()  # Arrow may read it on any thread
        try:
            self._head.write_metadata_file(copy)
            fragment = dataset.ParquetFileFormat().make_fragment(pa.BufferReader(copy.getvalue()))
            found = fragment.split_by_row_group(condition, schema=self._file.schema_arrow)
        except (pa.ArrowException, ValueError, TypeError, KeyError):
            return set(self._groups())  # the rows will tell
        return {group.id for part in found for group in part.row_groups}

    def _needed(self, columns: Sequence[str] | None, condition: Any) -> list[str] | None:
        """*columns*, and those that *condition* asks about."""
        from typedxcom.tables.checks.expressions import mentioned

        if columns is None:
            return None
        return list(dict.fromkeys([*columns, *mentioned(condition, self.schema.names)]))

    def _ranges(self, columns: Sequence[str] | None, part: Piece) -> Iterator[Range]:
        """Where the columns of one row group are in the file."""
        for one in self._parts(part[0], columns):
            start = min(one.data_page_offset, one.dictionary_page_offset or one.data_page_offset)
            yield start, start + one.total_compressed_size

    def _groups(self) -> range:
        return range(self._head.num_row_groups)

    def _group(self, group: int, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        self.declares(self._declared(group, columns))
        names = None if columns is None else list(columns)
        schema = select(self.schema, columns)
        is_written = schema.types == select(self._file.schema_arrow, columns).types
        with damaged("parquet"):
            for batch in self._file.iter_batches(
                self._rows_at_once(group, columns),
                row_groups=[group],
                columns=names,
                use_threads=False,
            ):
                batch = batch if names is None else batch.select(names)
                yield batch if is_written else _as_written(batch, schema)

    def _part(
        self, group: int, columns: Sequence[str] | None, first: int, stop: int
    ) -> Iterator[pa.RecordBatch]:
        """Rows *first* up to *stop* of one row group."""
        start = 0
        for batch in self._group(group, columns):
            begin, end = max(first - start, 0), min(stop - start, batch.num_rows)
            if begin < end:
                yield batch.slice(begin, end - begin)
            start += batch.num_rows

    def _rows_at_once(self, group: int, columns: Sequence[str] | None) -> int:
        """Rows of a batch that stays within `_BATCH_BYTES`, were each row the longest text.

        A text that many rows hold is in the file once, so what a row group becomes is not
        known before it is decoded; its longest text is no longer than what the group holds.
        """
        longest = sum(
            part.total_uncompressed_size
            for part in self._parts(group, columns)
            if part.physical_type == "BYTE_ARRAY"
        )
        return max(min(_BATCH_ROWS, _BATCH_BYTES // max(int(longest), 1)), 1)

    def _parts(self, group: int, columns: Sequence[str] | None) -> Iterator[Any]:
        """What the footer says of each column of one row group."""
        head = self._head.row_group(group)
        for at in range(head.num_columns):
            part = head.column(at)
            if columns is None or part.path_in_schema.partition(".")[0] in columns:
                yield part

    def _declared(self, group: int, columns: Sequence[str] | None) -> int:
        """Bytes that one row group takes, as its footer says itself; at least one for each row."""
        total = self._head.row_group(group).num_rows
        for part in self._parts(group, columns):
            # Equal values are stored once, so the values may take more than the file does.
            values = part.num_values * _WIDTHS.get(part.physical_type, 4)
            total += max(part.total_uncompressed_size, values)
        return int(total)


def _written(found: pa.Schema, metadata: Mapping[bytes, bytes]) -> pa.Schema:
    """*found* with the types that were written, of which parquet has some only in other units."""
    import pyarrow as pa

    try:
        written = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(metadata[b"ARROW:schema"])))
    except (KeyError, ValueError, pa.ArrowException, OSError):
        return found
    if written.names != found.names:
        return found
    fields = [
        have.with_type(want.type) if _fits(have.type, want.type) else have
        for have, want in zip(found, written, strict=True)
    ]
    return pa.schema(fields, found.metadata)


def _fits(have: pa.DataType, want: pa.DataType) -> bool:
    import pyarrow as pa

    try:
        return have != want and bool(cast_array(pa.nulls(0, have), want).type == want)
    except (Unfit, Lossy, pa.ArrowException):
        return False


def _as_written(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """*batch* with the types of *schema*."""
    import pyarrow as pa

    pairs = zip(batch.columns, schema.types, strict=True)
    try:
        arrays = [cast_array(column, kind) for column, kind in pairs]
    except (Unfit, Lossy) as error:
        raise DecodeError(
            "The stored table is not a complete parquet file: it has two schemas"
        ) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
