"""What a store does: objects appear whole or not at all, and are never changed."""

from __future__ import annotations

import bisect
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Protocol

from typing_extensions import Buffer, Self

from typedxcom.errors import IntegrityError
from typedxcom.pointer import confine
from typedxcom.stores.transfers import Observe

if TYPE_CHECKING:
    from typedxcom.stores.opened import OpenedFile

__all__ = ["CHUNK", "WRITE", "Parts", "Staged", "Store", "StoreFile", "StoredObject", "chunks_of"]

WRITE = 2**20  # bytes per write to a disk: pieces of 2 MB and more take ext4 several times as long
CHUNK = 8 * 2**20  # bytes per step of a streamed read or copy
_PAGE = 2**20  # bytes per request of a small read
_PAGES = 8  # of a file that are kept: heads and footers are read in many small steps
_AHEAD = 64 * 2**20  # bytes that are read ahead under one name
_GAP = 2**20  # bytes between two ranges that are cheaper to fetch than a further request


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object in a store.

    Attributes:
        path: Relative to the root; `Store.delete` takes it as it is.
        size: Bytes.
        modified: When it appeared, with its time zone.
    """

    path: str
    size: int
    modified: datetime


class Store(ABC):
    """Bytes under confined paths.

    A path comes from `typedxcom.pointer.object_path`, so it holds the digest of what lies there:
    what was written once under a path is only ever written again with the same bytes.

    A subclass writes the abstract methods and proves itself with `typedxcom.testing.StoreTests`.
    Every method first calls `typedxcom.pointer.confine` on its path, and raises

    * `PointerNotFoundError` where there is no such object,
    * `IntegrityError` where the object or the path is not what it should be,
    * `StoreError` for all else that a retry may mend,

    with the address and never a value, a credential or the query of a URL in the message.

    Attributes:
        name: What pointers call the store.
        reads: How often a whole read is tried when its bytes are wrong. More than once where they
            come over a network, which may have lost or flipped some on the way.
        is_local: Whether `open_local` gives files of this machine, as a rule.
        observe: Told of every object that is written or read whole; None where nobody counts.
    """

    reads: ClassVar[int] = 1
    is_local: ClassVar[bool] = False
    observe: Observe | None = None

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def write(self, path: str, data: Buffer | Iterable[Buffer]) -> None:
        """Put *data* under *path*, whole or not at all.

        An object that is there already has the same bytes, since its path holds their digest. It
        gets the date of this write, so that a sweep which counts it as old leaves it; and these
        bytes, should its own have been altered or cut off.

        Args:
            data: The bytes, or an iterator over their pieces. An exception that it raises passes
                through, and nothing is left behind.

        Raises:
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def read(self, path: str, *, size: int) -> Buffer:
        """The whole object, which is read-only.

        Args:
            size: Bytes that it must have. No more memory than that is taken for it.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: It is shorter or longer. A retry does not help.
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """Bytes *start* up to *stop* of an object.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: It ends before *stop*. A retry does not help.
            StoreError: The store refused. A retry may help.
        """

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        """Several parts of one object, each as `read_range` gives it.

        Args:
            ranges: Start and stop of each, in bytes; a store that is far away asks for them
                beside each other.
        """
        return [self.read_range(path, start, stop) for start, stop in ranges]

    @abstractmethod
    def size(self, path: str) -> int:
        """How many bytes an object has.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def delete(self, path: str) -> bool:
        """Remove one object, and say whether it was there.

        Raises:
            IntegrityError: The path leads out of the root. Nothing is removed.
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Every object under the folder *prefix*, as `coordinates_prefix` writes it.

        Only whole objects: what an unfinished write left is in `partials`. An object that appears
        or disappears meanwhile may be listed or not.

        Args:
            prefix: Whole parts of a path: ``a/b`` does not list ``a/bc/d``. The default lists all.

        Raises:
            StoreError: Some folder cannot be read. All that can be is listed before. A retry may
                help.
        """

    def delete_unchanged(self, stored: StoredObject) -> bool:
        """Remove an object if it still has the size and date that a listing gave it.

        Returns:
            Whether it was removed: not where it is gone, or was written again.

        Raises:
            IntegrityError: The path leads out of the root. Nothing is removed.
            StoreError: The store refused. A retry may help.
        """
        folder = confine(stored.path).rpartition("/")[0]
        return stored in self.list(folder) and self.delete(stored.path)

    def describe(self, path: str) -> str:
        """The address of an object, for messages: no credentials."""
        return f"{self.name}:{path}"

    def open_local(self, path: str) -> OpenedFile | None:
        """The object's file, opened once, where this machine may map it into memory; else None.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: The path leads out of the root.
            StoreError: The store refused. A retry may help.
        """
        return None

    def stage(self) -> Staged:
        """Where to write an object whose size and digest are known only at its end."""
        from typedxcom.stores.spool import SpooledStage

        return SpooledStage(self)

    def read_chunks(self, path: str, *, size: int, chunk: int = CHUNK) -> Iterator[Buffer]:
        """The whole object in pieces of *chunk* bytes, so that memory stays bounded.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: It is shorter or longer than *size*. A retry does not help.
            StoreError: The store refused. A retry may help.
        """
        self.check_size(path, self.size(path), size)
        for start in range(0, size, chunk):
            yield self.read_range(path, start, min(start + chunk, size))

    def open(self, path: str, *, size: int) -> StoreFile:
        """A seekable file over an object, for readers that want only parts of it.

        Parts cannot be verified against the digest of the whole; the size is.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: It is shorter or longer than *size*. A retry does not help.
            StoreError: The store refused. A retry may help.
        """
        self.check_size(path, self.size(path), size)
        return StoreFile(self.parts(path), path, size)

    def parts(self, path: str) -> Parts:
        """What parts of one object are read from: all of them from the same bytes, if possible."""
        return self

    def delete_prefix(self, prefix: str) -> int:
        """Remove every object under the folder *prefix*, and say how many there were.

        Raises:
            IntegrityError: The prefix is empty or leads out of the root. Nothing is removed.
            StoreError: The store refused. A retry may help.
        """
        if not prefix:
            raise IntegrityError(f"Store {self.name!r} does not delete everything at once")
        return sum(self.delete(stored.path) for stored in self.list(prefix))

    def partials(self) -> Iterator[StoredObject]:
        """What unfinished writes have left, or are writing at this moment: mind the dates."""
        return iter(())

    def delete_partial(self, path: str) -> bool:
        """Remove what an unfinished write left, and say whether it was there.

        Args:
            path: As `partials` gave it.
        """
        return False

    def check_size(self, path: str, found: int, expected: int) -> None:
        """Raise IntegrityError unless an object has the size that it should have, in bytes."""
        if found != expected:
            raise IntegrityError(
                f"`{self.describe(path)}` has {found:,} bytes where its pointer says {expected:,}. "
                "Clear the task that wrote it."
            )


class Staged(ABC):
    """An object that is being written: it appears at `commit`, or never.

    It is a writable binary file as far as Arrow and others need one, and a context manager that
    drops what was not committed.
    """

    closed = False

    @abstractmethod
    def write(self, data: Buffer) -> int:
        """Add bytes, and say how many.

        Raises:
            StoreError: The disk is full, say. A retry may help.
        """

    @abstractmethod
    def commit(self, path: str) -> None:
        """Make the object appear under *path*; raises as `Store.write` does."""

    @abstractmethod
    def discard(self) -> None:
        """Drop what was written and not committed. Calling it again does nothing."""

    def writable(self) -> bool:
        """Yes."""
        return True

    def flush(self) -> None:  # noqa: B027 (there is nothing to do)
        """Nothing: only `commit` makes anything visible."""

    def close(self) -> None:  # noqa: B027 (there is nothing to do)
        """Nothing: writers close what they are given, and the object is not committed yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()


class Parts(Protocol):
    """Where a `StoreFile` reads from: a store, or something that is read like one."""

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """As `Store.read_range`."""

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        """As `Store.read_ranges`."""


class StoreFile(io.RawIOBase):
    """A read-only file over `Store.read_range`; small reads that lie together share a request.

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
        """Fetch what will be read: near ranges as one, the others beside each other.

        Args:
            name: What was read ahead under the same name before is dropped.
            ranges: Start and stop of each, in bytes. What lies outside of the object, and what
                goes beyond 64 MB, is left to be read when it is asked for.
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
        """These bytes, where they were read ahead."""
        for parts in self._ahead.values():
            at = bisect.bisect_right(parts, start, key=itemgetter(0)) - 1
            if at >= 0 and stop - parts[at][0] <= len(parts[at][1]):
                begin, data = parts[at]
                return data[start - begin : stop - begin]
        return None

    def _holds(self, start: int, stop: int) -> bool:
        """Whether these bytes are here already, by whichever way."""
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


def chunks_of(data: Buffer | Iterable[Buffer]) -> Iterator[memoryview]:
    """*data* as flat pieces, whether it is one buffer or an iterator over some."""
    try:
        whole = memoryview(data)  # type: ignore[arg-type]  # asking is the only test on 3.10
    except TypeError:
        for piece in data:  # type: ignore[union-attr]
            yield memoryview(piece).cast("B")
    else:
        yield whole.cast("B")
