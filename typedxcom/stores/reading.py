"""A file over an object in a store, for readers that want only parts of it."""

from __future__ import annotations

import bisect
import io
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Protocol

from typing_extensions import Buffer

__all__ = ["Parts", "StoreFile"]

_PAGE = 2**20  # bytes per request of a small read
_PAGES = 8  # of a file that are kept: heads and footers are read in many small steps
_AHEAD = 64 * 2**20  # bytes that are read ahead under one name
_GAP = 2**20  # bytes between two ranges that are cheaper to fetch than a further request


class Parts(Protocol):
    """Where a `StoreFile` reads from: a store, or something that is read like one."""

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """As `Store.read_range`."""

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        """As `Store.read_ranges`."""


class StoreFile(io.RawIOBase):
    """A read-only file over `Store.read_range`. Small reads that are near share a request.

    Args:
        store: Where the object lies.
        path: Where in it.
        size: Bytes.
        page: Bytes that a small read fetches.
    """

    def __init__(self, store: Parts, path: str, size: int, *, page: int = _PAGE) -> None:
        self._store, self._path, self._size, self._page_size = store, path, size, page
        self._at = 0
        self._pages: dict[int, memoryview] = {}
        self._ahead: dict[str, list[tuple[int, memoryview]]] = {}

    def read_ahead(self, name: str, ranges: Iterable[tuple[int, int]]) -> None:
        """Fetch what will be read: near ranges in one request, the others at the same time.

        Args:
            name: Replaces what was read ahead under this name before.
            ranges: Start and stop of each, in bytes. Ranges outside of the object, or beyond 64 MB,
                are not read ahead.
        """
        self._ahead.pop(name, None)
        spans = _together((one for one in ranges if not self._holds(*one)), self._size)
        found = self._store.read_ranges(self._path, spans)
        starts = (start for start, _ in spans)
        self._ahead[name] = [
            (start, memoryview(data).cast("B")) for start, data in zip(starts, found, strict=True)
        ]

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The position, in bytes from the start."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to *offset* bytes from the start, the position or the end."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("A position before the start of an object")
        self._at = base + offset
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Up to *size* bytes from the position on, or all that follow."""
        left = max(self._size - self._at, 0)
        count = left if size is None or size < 0 else min(size, left)
        data = b"".join(self._pieces(self._at, self._at + count))
        self._at += count
        return data

    def _pieces(self, start: int, stop: int) -> Iterator[Buffer]:
        known = self._known(start, stop)
        if known is not None:
            yield known
            return
        if stop - start >= self._page_size:
            yield self._store.read_range(self._path, start, stop)
            return
        while start < stop:
            number, skip = divmod(start, self._page_size)
            piece = self._page(number)[skip : skip + stop - start]
            yield piece
            start += len(piece)

    def _known(self, start: int, stop: int) -> memoryview | None:
        """These bytes, if they were read ahead."""
        for parts in self._ahead.values():
            at = bisect.bisect_right(parts, start, key=itemgetter(0)) - 1
            if at >= 0 and stop - parts[at][0] <= len(parts[at][1]):
                begin, data = parts[at]
                return data[start - begin : stop - begin]
        return None

    def _holds(self, start: int, stop: int) -> bool:
        """Whether these bytes are here already."""
        numbers = range(start // self._page_size, -(-stop // self._page_size))
        in_pages = len(numbers) <= _PAGES and all(number in self._pages for number in numbers)
        return in_pages or self._known(start, stop) is not None

    def _page(self, number: int) -> memoryview:
        page = self._pages.pop(number, None)
        if page is None:
            start = number * self._page_size
            stop = min(start + self._page_size, self._size)
            page = memoryview(self._store.read_range(self._path, start, stop)).cast("B")
        self._pages[number] = page
        while len(self._pages) > _PAGES:
            del self._pages[next(iter(self._pages))]
        return page

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill *buffer* as far as the object goes."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)


def _together(ranges: Iterable[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """The ranges in order, those with a small gap between them as one, up to `_AHEAD` bytes."""
    spans: list[tuple[int, int]] = []
    taken = 0
    for start, stop in sorted(ranges):
        if not 0 <= start < stop <= size:
            continue
        is_near = bool(spans) and start - spans[-1][1] <= _GAP
        first, last = spans[-1] if is_near else (start, start)
        taken += max(stop - last, 0)
        if taken > _AHEAD:
            break
        if is_near:
            spans.pop()
        spans.append((first, max(stop, last)))
    return spans
