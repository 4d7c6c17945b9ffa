"""Arrow IPC files: written batch by batch, read as a memory map."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from typedxcom.errors import DecodeError

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.frames import Arrow

__all__ = ["open_ipc", "read_ipc", "write_ipc"]

Compression = Literal["zstd", "lz4"]


def write_ipc(table: Arrow, sink: Any, *, compression: Compression | None = None) -> int:
    """Write a table as one Arrow IPC file.

    Args:
        table: A Table, or a stream, of which one batch is in memory at a time.
        sink: A path, or a binary file that is open for writing.
        compression: None keeps the buffers as they are, so that a reader maps the file into
            memory and reads nothing; ``zstd`` is for stores that are far away.

    Returns:
        The number of rows.
    """
    import pyarrow as pa

    schema, rows = table.schema, 0
    options = pa.ipc.IpcWriteOptions(compression=compression, emit_dictionary_deltas=True)
    batches = table.to_batches() if isinstance(table, pa.Table) else table
    target = os.fspath(sink) if isinstance(sink, (str, os.PathLike)) else sink
    with pa.ipc.new_file(target, schema, options=options) as writer:
        for batch in _one_dictionary(batches, schema):
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _one_dictionary(batches: Iterable[Any], schema: pa.Schema) -> Iterator[Any]:
    """Batches whose dictionaries only grow: an IPC file can add to one, and not replace it."""
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
        DecodeError: It is no whole IPC file, or has no such column.
        FileNotFoundError: There is no such file.
    """
    import pyarrow as pa

    is_path = isinstance(source, (str, os.PathLike))
    opened = pa.memory_map(os.fspath(source)) if is_path else source
    if isinstance(opened, (bytes, bytearray, memoryview)):
        opened = pa.py_buffer(opened)
    try:
        if columns is None:
            return pa.ipc.open_file(opened)
        names = pa.ipc.open_file(opened).schema.names
        missing = [name for name in columns if name not in names]
        if missing:
            raise DecodeError(f"The stored table has no column {missing[0]!r}; it has {names}.")
        options = pa.ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])
        return pa.ipc.open_file(opened, options=options)
    except (pa.ArrowInvalid, OSError) as error:
        raise DecodeError(f"The stored table is no whole Arrow IPC file: {error}") from error


def read_ipc(source: Any, columns: Sequence[str] | None = None) -> pa.Table:
    """The table of one Arrow IPC file.

    Args:
        source: As for `open_ipc`. From a path no byte of an uncompressed column is read before
            it is used.
        columns: The only ones to read, in this order.

    Raises:
        DecodeError: It is no whole IPC file, or has no such column.
    """
    import pyarrow as pa

    reader = open_ipc(source, columns)
    try:
        table = reader.read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise DecodeError(f"The stored table is damaged: {error}") from error
    return table if columns is None else table.select(list(columns))
