"""An Arrow IPC file that is far away, read on the thread that asks for its rows.

Arrow reads the footer of a file on a thread of its own, which holds a reference to the file a
moment longer than the read takes. If that is the last reference, and Python is ending, the process
aborts. A stream is only read on the caller's thread. So Arrow gets the schema, the dictionaries and
the batches that are needed as a stream.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from typedxcom.errors import DecodeError
from typedxcom.tables.files.ipc_head import MAGIC, IpcBlock, IpcHeads, footer_of

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["FarBatches", "schema_of_file"]


def schema_of_file(file: Any) -> pa.Schema:
    """The Arrow schema of the IPC file *file*, from a copy of its footer.

    Raises:
        DecodeError: It is not a complete IPC file.
    """
    import pyarrow as pa

    footer = footer_of(file)
    whole = b"".join([MAGIC, b"\0\0", footer, struct.pack("<i", len(footer)), MAGIC])
    return pa.ipc.open_file(pa.BufferReader(whole)).schema


class FarBatches:
    """Reads batches by their number, as a ``pyarrow.RecordBatchFileReader`` does.

    Args:
        heads: Of the file.
        schema: The file's schema.
        columns: The only ones to fetch; the batches have them in the file's order.
    """

    def __init__(self, heads: IpcHeads, schema: pa.Schema, columns: Sequence[str] | None) -> None:
        self._heads, self._columns = heads, columns
        wanted = schema.names if columns is None else columns
        self._places = [at for at, name in enumerate(schema.names) if name in wanted]
        self._schema = schema
        self._feed = BatchFeed()

    def get_batch(self, at: int) -> pa.RecordBatch:
        """Batch number *at*.

        Raises:
            DecodeError: The file is damaged.
        """
        reader = self._reader
        self._add(self._heads.batches[at], self._columns)
        return reader.read_next_batch()

    @cached_property
    def _reader(self) -> Any:
        import pyarrow as pa

        self._feed.add(self._heads.schema_message())
        options = pa.ipc.IpcReadOptions(included_fields=self._places)
        reader = pa.ipc.open_stream(pa.PythonFile(self._feed, "r"), options=options)
        if reader.schema != pa.schema([self._schema.field(at) for at in self._places]):
            raise DecodeError(
                "The stored table is not a complete Arrow IPC file: it has two schemas"
            )
        for block in self._heads.dictionaries:
            self._add(block, None)
        return reader

    def _add(self, block: IpcBlock, columns: Sequence[str] | None) -> None:
        """Put one message at the end of the stream. Parts that nobody reads are zeros."""
        head, body = self._heads.message(block, columns)
        self._feed.add(head)
        self._feed.add(body)


class BatchFeed:
    """A binary file of the pieces that were added, each gone when it is read."""

    closed = False

    def __init__(self) -> None:
        self._pieces: deque[memoryview] = deque()

    def add(self, piece: Any) -> None:
        """Put *piece* at the end."""
        if len(piece):
            self._pieces.append(memoryview(piece))

    def read(self, size: int = -1) -> memoryview | bytes:
        """Up to *size* bytes, from one piece."""
        if not self._pieces or not size:
            return b""
        piece = self._pieces.popleft()
        if 0 <= size < len(piece):
            self._pieces.appendleft(piece[size:])
            piece = piece[:size]
        return piece

    def readable(self) -> bool:
        """Yes."""
        return True

    def close(self) -> None:
        """Drop what nobody has read."""
        self._pieces.clear()
