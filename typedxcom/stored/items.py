"""A long list as one object, of which a reader may take one item: what mapped instances do.

One JSON text per line, then 16 bytes for each item: where its line ends, and the xxh3 of the line
(little-endian). So an instance of a mapped task reads two ranges, whatever the list's length, and
what it reads is proved against accidents as a whole read is.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import xxhash

from typedxcom.errors import IntegrityError
from typedxcom.stored.access import Stores

__all__ = ["CODEC", "StoredItems", "join_items"]

CODEC = "items"  # as pointers name it
_ENTRY = struct.Struct("<Q8s")
_SMALL = 2**20  # bytes that a server sends at once at least as fast as two ranges of them


def join_items(texts: Iterable[bytes]) -> bytes:
    """The object of a list: *texts* are the JSON of its items, without line breaks."""
    lines, index, end = [], [], 0
    for text in texts:
        line = text + b"\n"
        end += len(line)
        lines.append(line)
        index.append(_ENTRY.pack(end, xxhash.xxh3_64_digest(line)))
    return b"".join([*lines, *index])


class StoredItems(Sequence[Any]):
    """The items of a stored list; nothing is read until one is asked for.

    Args:
        row: The XCom row that points to it.
        stores: Where it leads.
        decode: What the JSON of one item stands for.

    Raises:
        DecodeError, IntegrityError: The pointer is not to be followed. A retry does not help.
    """

    def __init__(self, row: dict[str, Any], stores: Stores, decode: Callable[[bytes], Any]) -> None:
        self._row, self._stores, self._decode = row, stores, decode
        self._pointer, self._store = stores.open(row)
        self._count = self._pointer.rows or 0
        self._lines = self._pointer.size - _ENTRY.size * self._count  # bytes
        if self._lines < self._count:
            raise self._damaged()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        """One item, by two small requests; a slice, by one request for the whole object.

        Raises:
            StoreError: The store refused. A retry may help.
            IntegrityError: It is not what was written. A retry does not help.
        """
        if isinstance(index, slice):
            return [self._decode(line) for line in list(self._whole())[index]]
        if not -self._count <= index < self._count:
            raise IndexError("list index out of range")
        return self._decode(self._line(index % self._count))

    def __iter__(self) -> Iterator[Any]:
        return map(self._decode, self._whole())

    def __repr__(self) -> str:
        """How many; never a value."""
        return f"{self._count:,} stored items"

    def _whole(self) -> Iterator[bytes]:
        """Every line, of an object whose digest was verified."""
        data = memoryview(self._stores.read(self._row)).cast("B")
        start = 0
        for at in range(self._count):
            end, _ = _ENTRY.unpack_from(data, self._lines + at * _ENTRY.size)
            yield bytes(data[start : self._checked(start, end)])
            start = end

    def _line(self, at: int) -> bytes:
        # A signature covers the digest of the whole only, and who may write to the store could
        # write another line with its own xxh3.
        is_small = self._pointer.size <= _SMALL and not self._store.is_local
        if self._stores.keys or is_small:
            return next(line for number, line in enumerate(self._whole()) if number == at)
        first = max(at - 1, 0)
        place = self._lines + first * _ENTRY.size
        stop = self._lines + (at + 1) * _ENTRY.size
        found = self._store.read_range(self._pointer.path, place, stop)
        entries = list(_ENTRY.iter_unpack(memoryview(found).cast("B")))
        start = entries[0][0] if at else 0
        end, digest = entries[-1]
        self._stores.declares(self._pointer)(end - start)
        line = bytes(self._store.read_range(self._pointer.path, start, self._checked(start, end)))
        if xxhash.xxh3_64_digest(line) != digest:
            raise self._damaged()
        return line

    def _checked(self, start: int, end: int) -> int:
        if not start < end <= self._lines:
            raise self._damaged()
        return end

    def _damaged(self) -> IntegrityError:
        return IntegrityError(
            f"`{self._store.describe(self._pointer.path)}` is not what was written: its items are "
            "damaged. Clear the task that wrote it."
        )
