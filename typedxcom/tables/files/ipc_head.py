"""Reads what an Arrow IPC file declares about itself, before Arrow takes memory for it.

Arrow gives no public view of the heads of record batches. A head says how many rows its batch has,
so a slice of a table is found without reading what comes before it. Each compressed buffer says how
large it becomes, so a small file that becomes a huge table is refused. The layout is that of
Message.fbs and File.fbs in the Arrow format, read as flatbuffers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from typedxcom.errors import DecodeError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MAGIC", "IpcBlock", "IpcHead", "IpcHeads", "footer_of"]

MAGIC = b"ARROW1"
_START = 8  # bytes: the magic, filled up
_TAIL = 10  # bytes: the footer's length and the magic
_MAX_HEAD = 64 * 2**20  # bytes of a footer, or of the head of one batch: far above any real one
_DICTIONARY = 2  # MessageHeader.DictionaryBatch


@dataclass(frozen=True, slots=True)
class IpcBlock:
    """Where one batch is in the file, in bytes."""

    offset: int
    head: int
    body: int


@dataclass(frozen=True, slots=True)
class IpcHead:
    """What one batch declares about itself.

    Attributes:
        rows: How many.
        buffers: Offset in the body and length, in bytes, of each buffer.
        compressed: Whether each buffer begins with its size when decompressed.
    """

    rows: int
    buffers: tuple[tuple[int, int], ...]
    compressed: bool


class IpcHeads:
    """The heads of one IPC file.

    Args:
        file: A seekable binary file.
        schema: The file's Arrow schema.

    Raises:
        DecodeError: It is not a complete IPC file. Every method raises it, too.
    """

    def __init__(self, file: Any, schema: pa.Schema) -> None:
        self._file = file
        self._schema = schema
        self._heads: dict[IpcBlock, IpcHead] = {}
        self._size = file.seek(0, 2)
        footer = FlatbufferTable.root(footer_of(file))
        self.dictionaries = list(_blocks(footer, 2))
        self.batches = list(_blocks(footer, 3))

    @cached_property
    def rows(self) -> list[int]:
        """How many rows each batch has."""
        return [self.head(block).rows for block in self.batches]

    def head(self, block: IpcBlock) -> IpcHead:
        """The head of one batch, of rows or of a dictionary."""
        if block not in self._heads:
            if block.offset + block.head + block.body > self._size:
                raise _damaged()
            self._heads[block] = _head(self._at(block.offset, block.head), block.body)
        return self._heads[block]

    def declared(
        self, block: IpcBlock, columns: Sequence[str] | None = None, *, is_mapped: bool = False
    ) -> int:
        """Bytes that one batch takes in memory, as it declares. At least one for each row.

        Args:
            block: Where the batch is.
            columns: The only ones that will be read.
            is_mapped: Whether the file is in memory, or mapped. Then buffers in their final form
                take no further memory.
        """
        head = self.head(block)
        if not head.compressed:  # the buffers are parts of the file
            in_file = 0 if is_mapped else sum(length for _, length in head.buffers)
            return max(head.rows, in_file)
        start = block.offset + block.head
        found = (self._becomes(start + at, length) for at, length in self._wanted(head, columns))
        return max(head.rows, sum(found))

    def head_ranges(self) -> Iterator[tuple[int, int]]:
        """Start and stop in the file of each head, and of all that is read before any batch."""
        yield _START, self._first
        for block in self.batches:
            yield block.offset, block.offset + block.head
        for block in self.dictionaries:
            yield block.offset, block.offset + block.head + block.body

    def ranges(
        self, block: IpcBlock, columns: Sequence[str] | None = None
    ) -> Iterator[tuple[int, int]]:
        """Start and stop in the file of what is read of one batch. See `declared`."""
        start, end = block.offset + block.head, block.offset + block.head + block.body
        for at, length in self._wanted(self.head(block), columns):
            yield min(start + at, end), min(start + at + length, end)

    def schema_message(self) -> bytes:
        """The message with which the file begins, as a stream does."""
        return self._at(_START, self._first - _START)

    def message(
        self, block: IpcBlock, columns: Sequence[str] | None = None
    ) -> tuple[bytes, bytes | bytearray]:
        """Head and body of one batch, of rows or of a dictionary.

        Args:
            columns: The only ones whose bytes are fetched. The others are zeros.
        """
        head, start = self._at(block.offset, block.head), block.offset + block.head
        if columns is None:
            return head, self._bytes(start, block.body)
        body = bytearray(block.body)
        for begin, end in self.ranges(block, columns):
            body[begin - start : end - start] = self._bytes(begin, end - begin)
        return head, body

    @property
    def _first(self) -> int:
        """Where the first batch begins."""
        return min((one.offset for one in (*self.dictionaries, *self.batches)), default=_START)

    def _becomes(self, at: int, length: int) -> int:
        """The size of one buffer, from the 8 bytes before it. -1 means not compressed."""
        if not length:
            return 0
        (size,) = struct.unpack("<q", self._at(at, 8))
        if size < -1:
            raise _damaged()
        return length if size == -1 else int(size)

    def _wanted(self, head: IpcHead, columns: Sequence[str] | None) -> Iterator[tuple[int, int]]:
        counts = [_buffers(field.type) for field in self._schema]
        if columns is None or sum(counts) != len(head.buffers):
            yield from head.buffers
            return
        start = 0
        for field, count in zip(self._schema, counts, strict=True):
            if field.name in columns:
                yield from head.buffers[start : start + count]
            start += count

    def _at(self, offset: int, length: int) -> bytes:
        if length > _MAX_HEAD:
            raise _damaged()
        return self._bytes(offset, length)

    def _bytes(self, offset: int, length: int) -> bytes:
        if not (offset >= 0 and 0 <= length <= self._size - offset):
            raise _damaged()
        return _exactly(self._file, offset, length)


def footer_of(file: Any) -> bytes:
    """The footer of an IPC file. Raises DecodeError if it has none."""
    end = file.seek(0, 2) - _TAIL
    if end < _START:
        raise _damaged()
    (length,) = struct.unpack("<i", _exactly(file, end, 4))
    if not 0 < length <= min(end - _START, _MAX_HEAD):
        raise _damaged()
    return _exactly(file, end - length, length)


def _exactly(file: Any, offset: int, length: int) -> bytes:
    file.seek(offset)
    found = bytes(file.read(length))
    if len(found) != length:
        raise _damaged()
    return found


def _buffers(kind: pa.DataType) -> int:
    """How many buffers a column of a type has, or more than any if that differs by batch."""
    import pyarrow as pa

    if pa.types.is_null(kind):
        return 0
    if pa.types.is_dictionary(kind):
        return 2
    if pa.types.is_struct(kind):
        return 1 + sum(_buffers(field.type) for field in kind)
    if pa.types.is_map(kind):
        return 3 + _buffers(kind.key_type) + _buffers(kind.item_type)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return 2 + _buffers(kind.value_type)
    if pa.types.is_fixed_size_list(kind):
        return 1 + _buffers(kind.value_type)
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if is_text or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return 3
    is_fixed = pa.types.is_decimal(kind) or pa.types.is_fixed_size_binary(kind)
    return 2 if is_fixed or pa.types.is_primitive(kind) else 10**9


def _damaged() -> DecodeError:
    return DecodeError(
        "The stored table is not a complete Arrow IPC file: its headers are not valid"
    )


def _blocks(footer: FlatbufferTable, field: int) -> Iterator[IpcBlock]:
    for raw in footer.structs(field, 24):
        offset, head, body = struct.unpack("<qi4xq", raw)
        yield IpcBlock(offset, head, body)


def _head(raw: bytes, body: int) -> IpcHead:
    start = 8 if raw[:4] == b"\xff\xff\xff\xff" else 4  # old files have no continuation mark
    message = FlatbufferTable.root(raw[start:])
    if message.scalar(3, "<q") != body:  # Arrow may take memory for what the head says
        raise _damaged()
    batch = message.table(2)
    if message.scalar(1, "<B") == _DICTIONARY:
        batch = None if batch is None else batch.table(1)
    if batch is None:
        raise _damaged()
    buffers = tuple(struct.unpack("<qq", part) for part in batch.structs(2, 16))
    rows = batch.scalar(0, "<q")
    if rows < 0 or any(at < 0 or length < 0 for at, length in buffers):
        raise _damaged()
    return IpcHead(rows, buffers, batch.table(3) is not None)


class FlatbufferTable:
    """One flatbuffer table: fields by number, of which no value is trusted."""

    def __init__(self, data: bytes, at: int) -> None:
        self._data, self._start = data, at
        vtable = at - self._unpack("<i", at)
        size = self._unpack("<H", vtable)
        self._offsets = [self._unpack("<H", vtable + 4 + 2 * n) for n in range((size - 4) // 2)]

    @classmethod
    def root(cls, data: bytes) -> FlatbufferTable:
        """The table that a flatbuffer begins with."""
        if len(data) < 4:
            raise _damaged()
        return cls(data, struct.unpack_from("<I", data)[0])

    def scalar(self, field: int, form: str) -> int:
        """A number, or 0 if it is left out."""
        at = self._place(field)
        return 0 if at is None else self._unpack(form, at)

    def table(self, field: int) -> FlatbufferTable | None:
        """A table inside this one."""
        at = self._place(field)
        return None if at is None else FlatbufferTable(self._data, at + self._unpack("<I", at))

    def structs(self, field: int, size: int) -> Iterator[bytes]:
        """The items of a vector of structs of *size* bytes."""
        at = self._place(field)
        if at is None:
            return
        at += self._unpack("<I", at)
        count = self._unpack("<I", at)
        if at + 4 + count * size > len(self._data):
            raise _damaged()
        for n in range(count):
            yield self._data[at + 4 + n * size : at + 4 + (n + 1) * size]

    def _place(self, field: int) -> int | None:
        offset = self._offsets[field] if field < len(self._offsets) else 0
        return self._start + offset if offset else None

    def _unpack(self, form: str, at: int) -> int:
        if not 0 <= at <= len(self._data) - struct.calcsize(form):
            raise _damaged()
        found: int = struct.unpack_from(form, self._data, at)[0]
        return found
