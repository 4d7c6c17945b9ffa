"""`items`: a long list as one object, from which each mapped instance reads one item.

The object has one JSON text per line, then 16 bytes for each item: where its line ends, and the
xxh3 of the line (little-endian). So an instance of a mapped task reads two ranges, whatever the
list's length. It can verify them against accidents, just like a read of the whole object.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import xxhash
from typing_extensions import Buffer

from typedxcom.codecs.text import read_text
from typedxcom.errors import IntegrityError
from typedxcom.jsontypes import JsonValue
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.base import StoredFormat

__all__ = ["ITEMS", "StoredItems"]

_MARK = struct.Struct("<Q8s")
_SMALL = 2**20  # bytes that a server sends in one piece at least as fast as two ranges of them


def _joined(texts: Iterable[bytes]) -> bytes:
    """Yields the object of a list; *texts* are the JSON of its items, without line breaks."""
    lines, index, end = [], [], 0
    for text in texts:
        line = text + b"\n"
        end += len(line)
        lines.append(line)
        index.append(_MARK.pack(end, xxhash.xxh3_64_digest(line)))
    return b"".join([*lines, *index])


class StoredItems(Sequence[Any]):
    """The items of a stored list. They are read only when somebody takes one.

    Args:
        entry: The XCom's entry, which points to the list.
        stores: The stores that it leads to.
        decode: Decodes the JSON of one item.

    Raises:
        DecodeError, IntegrityError: The pointer must not be followed. A retry does not help.
    """

    def __init__(
        self, entry: dict[str, Any], stores: Stores, decode: Callable[[bytes], Any]
    ) -> None:
        self._entry, self._stores, self._decode = entry, stores, decode
        self._pointer, self._store = stores.open(entry)
        self._count = self._pointer.rows or 0
        self._lines = self._pointer.size - _MARK.size * self._count  # bytes
        if self._lines < self._count:
            raise self._damaged()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: Any) -> Any:
        """Reads one item with two small requests, or a slice with one request for the whole object.

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
        """The number of items, but no values."""
        return f"{self._count:,} stored items"

    def _whole(self) -> Iterator[bytes]:
        """Yields every line of the object, after its digest was verified."""
        data = memoryview(self._stores.read(self._entry)).cast("B")
        start = 0
        for at in range(self._count):
            end, _ = _MARK.unpack_from(data, self._lines + at * _MARK.size)
            yield bytes(data[start : self._checked(start, end)])
            start = end

    def _line(self, at: int) -> bytes:
        # A signature covers only the digest of the whole object. Somebody who may write to the
        # store could write another line with its own xxh3.
        is_small = self._pointer.size <= _SMALL and not self._store.is_local
        if self._stores.keys or is_small:
            return next(line for number, line in enumerate(self._whole()) if number == at)
        first = max(at - 1, 0)
        place = self._lines + first * _MARK.size
        stop = self._lines + (at + 1) * _MARK.size
        part = self._parts()
        found = part(place, stop)
        marks = list(_MARK.iter_unpack(memoryview(found).cast("B")))
        start = marks[0][0] if at else 0
        end, digest = marks[-1]
        self._stores.declares(self._pointer)(end - start)
        line = bytes(part(start, self._checked(start, end)))
        if xxhash.xxh3_64_digest(line) != digest:
            raise self._damaged()
        return line

    def _parts(self) -> Callable[[int, int], Buffer]:
        """Returns what reads a range: from the cache, if the list is there, else from its store."""
        cached = self._stores.cached(self._pointer, self._store)
        found = None if cached is None else cached.found()
        if found is None:
            return partial(self._store.read_range, self._pointer.path)
        data = memoryview(found.data())
        return lambda start, stop: data[start:stop]

    def _checked(self, start: int, end: int) -> int:
        if not start < end <= self._lines:
            raise self._damaged()
        return end

    def _damaged(self) -> IntegrityError:
        return IntegrityError(
            f"`{self._store.describe(self._pointer.path)}` is not what was written: its items are "
            "damaged. Clear the task that wrote it."
        )


class ItemsFormat(StoredFormat):
    """The entries of a list. Only our XCom backend writes it, and only the backend reads it."""

    name = "items"

    def write(self, texts: Sequence[bytes], placement: Placement, *, about: str) -> JsonValue:
        """Stores a list; *texts* are the JSON of its items, without line breaks."""
        data, count = _joined(texts), len(texts)
        return placement.put(data, codec=self.name, ext="items", about=about, rows=count)

    def unfolded(self, entry: dict[str, Any], stores: Stores, read: Callable[[Any], Any]) -> Any:
        """Returns the items, each as the backend reads an entry."""
        return StoredItems(entry, stores, lambda text: read(read_text(text)))


ITEMS = ItemsFormat()
