"""Arrow IPC files: written batch by batch, read as a memory map."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

from typedxcom.tables.files.base import (
    Declares,
    Piece,
    Range,
    StoredTable,
    as_file,
    damaged,
    filtered,
    pieces,
    select,
    with_names,
)
from typedxcom.tables.files.ipc_far import FarBatches, schema_of_file
from typedxcom.tables.files.ipc_head import IpcHeads
from typedxcom.tables.files.sound import sound

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.files.ipc_head import IpcBlock
    from typedxcom.tables.libraries.convert import Arrow

__all__ = ["IpcTable", "open_ipc", "read_ipc", "write_ipc"]

Compression = Literal["zstd", "lz4"]


_END = b"\xff\xff\xff\xff\0\0\0\0"  # of the batches, for who reads the file as a stream
_FAR_ROWS = 131_072  # of a batch in a compressed file: who reads a part fetches whole batches


def write_ipc(
    table: Arrow,
    sink: Any,
    *,
    compression: Compression | None = None,
    before_footer: Callable[[bytes], None] | None = None,
) -> int:
    """Write a table as one Arrow IPC file.

    Args:
        table: A Table, or a stream, of which one batch is in memory at a time.
        sink: A path, or a binary file that is open for writing.
        compression: None keeps the buffers as they are, so that a reader maps the file into memory
            and reads nothing. ``zstd`` is for stores that are far away.
        before_footer: Called with the mark that ends the batches, before it is written.

    Returns:
        The number of rows.

    Raises:
        EncodeError: A value is not of its column's type.
    """
    import pyarrow as pa

    schema, rows = table.schema, 0
    options = pa.ipc.IpcWriteOptions(compression=compression, emit_dictionary_deltas=True)
    batches = table.to_batches() if isinstance(table, pa.Table) else table
    if compression is not None:
        batches = _shorter(batches)
    target = os.fspath(sink) if isinstance(sink, (str, os.PathLike)) else sink
    with pa.ipc.new_file(target, schema, options=options) as writer:
        for batch in _one_dictionary(sound(batches), schema):
            writer.write_batch(batch)
            rows += batch.num_rows
        if before_footer is not None:
            before_footer(_END)
    return rows


def _shorter(batches: Iterable[Any]) -> Iterator[Any]:
    for batch in batches:
        for start in range(0, batch.num_rows, _FAR_ROWS):
            yield batch.slice(start, _FAR_ROWS)


def _one_dictionary(batches: Iterable[Any], schema: pa.Schema) -> Iterator[Any]:
    """Batches whose dictionaries only grow, because an IPC file cannot replace one."""
    import pyarrow as pa

    places = [index for index, field in enumerate(schema) if pa.types.is_dictionary(field.type)]
    known: dict[int, Any] = {}
    for batch in batches:
        for index in places:
            array, known[index] = _renumbered(batch.column(index), known.get(index))
            batch = batch.set_column(index, schema.field(index), array)
        yield batch


def _renumbered(array: Any, known: Any) -> tuple[Any, Any]:
    """*array* in terms of the dictionary *known* and what must be added to it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if known is None or known.equals(array.dictionary):
        return array, array.dictionary
    further = array.dictionary.filter(pc.invert(pc.is_in(array.dictionary, known)))
    grown = pa.concat_arrays([known, further.unique()])
    numbers = pc.index_in(array.dictionary, grown).cast(array.type.index_type)
    indices = numbers.take(array.indices)
    renumbered = pa.DictionaryArray.from_arrays(indices, grown, ordered=array.type.ordered)
    return renumbered, grown


def open_ipc(source: Any, columns: Sequence[str] | None = None) -> Any:
    """A ``pyarrow.ipc.RecordBatchFileReader`` over a file that is mapped, or over a buffer.

    Args:
        source: A path, bytes, a ``pyarrow.Buffer``, or a ``pyarrow.NativeFile``.
        columns: The only ones to read, in this order.

    Raises:
        DecodeError: It is not a complete IPC file, or has no such column.
        FileNotFoundError: There is no such file.
    """
    import pyarrow as pa

    opened = as_file(source)
    with damaged("Arrow IPC"):
        if columns is None:
            return pa.ipc.open_file(opened)
        schema = pa.ipc.open_file(opened).schema
        select(schema, columns)
        included = [schema.names.index(name) for name in columns]
        return pa.ipc.open_file(opened, options=pa.ipc.IpcReadOptions(included_fields=included))


def read_ipc(source: Any, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of one Arrow IPC file.

    Args:
        source: As for `open_ipc`. With a path, no byte of an uncompressed number is read before it
            is used.
        columns: The only ones to read, in this order.

    Raises:
        DecodeError: It is not a complete IPC file, or has no such column.
    """
    return IpcTable(source, lambda size: None).read(columns)


class IpcTable(StoredTable):
    """An Arrow IPC file. With a path, nothing is read before it is used."""

    def __init__(self, source: Any, declares: Declares) -> None:
        super().__init__(source, declares)
        file = self.source if self.far_file is None else self.far_file
        with damaged("Arrow IPC"):
            self._reader = open_ipc(self.source) if self.far_file is None else None
            found = schema_of_file(file) if self._reader is None else self._reader.schema
            self._schema = with_names(found)
            self._heads = IpcHeads(file, self._schema)
        if self.read_ahead is not None:
            self.read_ahead("heads", self._heads.head_ranges())
        declares(sum(map(self._declared, self._heads.dictionaries)))

    @property
    def schema(self) -> pa.Schema:
        """The file's schema."""
        return self._schema

    @property
    def rows(self) -> int:
        """The file's rows, from the heads of its batches."""
        return sum(self._heads.rows)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """As `StoredTable.read`. With a path, no byte of an uncompressed number is read yet."""
        self.declares(sum(self._declared(one, columns) for one in self._heads.batches))
        if self._reader is None:
            return self.stream(columns).read_all()
        reader = self._open(columns)
        with damaged("Arrow IPC"):
            table = reader.read_all()
            table = table if columns is None else table.select(list(columns))
            table.validate(full=True)  # Arrow follows an offset out of its memory otherwise
        return table

    def _open(self, columns: Sequence[str] | None) -> Any:
        """A reader of at least these columns.

        If you ask Arrow for columns, it copies them. If you do not, it copies nothing that is in
        memory in its final form.
        """
        select(self.schema, columns)
        if self._reader is None:
            return FarBatches(self._heads, self.schema, columns)
        return (
            self._reader if columns is None or self._is_mapped else open_ipc(self.source, columns)
        )

    def _declared(self, block: IpcBlock, columns: Sequence[str] | None = None) -> int:
        return self._heads.declared(block, columns, is_mapped=self._is_in_memory)

    @cached_property
    def _is_in_memory(self) -> bool:
        import pyarrow as pa

        return isinstance(self.source, (pa.MemoryMappedFile, pa.BufferReader))

    @property
    def is_plain(self) -> bool:
        """As `StoredTable.is_plain`."""
        return self._is_mapped

    @cached_property
    def _is_mapped(self) -> bool:
        return self._is_in_memory and not any(
            self._heads.head(one).compressed for one in self._heads.batches
        )

    def _batches(
        self, columns: Sequence[str] | None, condition: Any, first: int, stop: int
    ) -> Iterator[pa.RecordBatch]:
        wanted, parts = self._plan(columns, condition, first, stop)
        reader = self._open(wanted)
        ranges = partial(self._ranges, wanted)
        for at, start, count in self.in_windows(parts, ranges):
            self.declares(self._declared(self._heads.batches[at], wanted))
            with damaged("Arrow IPC"):
                batch = reader.get_batch(at)
                batch = batch if wanted is None else batch.select(list(wanted))
                batch.validate(full=True)
            yield from filtered(batch.slice(start, count), columns, condition)

    def _plan(
        self, columns: Sequence[str] | None, condition: Any, first: int, stop: int
    ) -> tuple[Sequence[str] | None, list[Piece]]:
        wanted = columns if condition is None else None
        return wanted, list(pieces(self._heads.rows, first, stop))

    def _ranges(self, columns: Sequence[str] | None, part: Piece) -> Iterator[Range]:
        return self._heads.ranges(self._heads.batches[part[0]], columns)
