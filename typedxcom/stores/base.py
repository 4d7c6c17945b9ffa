"""What every store does: objects appear whole or not at all, and never change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from typing_extensions import Buffer

from typedxcom.errors import IntegrityError, StoreError
from typedxcom.pointer import confine
from typedxcom.stores.costs import GoesOn, PartCosts
from typedxcom.stores.opened import OpenedFile
from typedxcom.stores.reading import Parts, StoreFile
from typedxcom.stores.spool import SpooledStage
from typedxcom.stores.staged import CHUNK, Staged
from typedxcom.stores.transfers import Observe

__all__ = ["DELETERS", "Store", "StoredObject"]

DELETERS = 8  # objects that are removed at once: remote stores and disks answer slowly, not seldom


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

    A path comes from `typedxcom.pointer.object_path` and holds the digest of its object, or what is
    as unique. So a path is only ever written again with the same bytes.

    A subclass writes the abstract methods and proves itself with `typedxcom.testing.StoreTests`.
    Every method first calls `typedxcom.pointer.confine` on its path, and raises

    * `PointerNotFoundError` if there is no such object,
    * `IntegrityError` if the object or the path is not what it should be,
    * `StoreError` for everything else that a retry may fix,

    with the address in the message, and never a value, a credential or the query of a URL.

    Attributes:
        name: What pointers call the store.
        reads: How often a whole read is tried if its bytes are wrong. More than once if they come
            over a network, which may have lost or flipped some.
        is_local: Whether `open_local` usually gives files of this machine.
        observe: Called for every object that is written or read whole, or None if nobody counts.
        part_costs: What parts of objects cost here. None if that is not measured.
    """

    reads: ClassVar[int] = 1
    is_local: ClassVar[bool] = False
    observe: Observe | None = None
    part_costs: PartCosts | None = None

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def write(self, path: str, data: Buffer | Iterable[Buffer]) -> None:
        """Put *data* under *path*, whole or not at all.

        An object that is there already has the same bytes, because its path holds their digest. It
        gets the date of this write, so that a sweep does not take it for an old one. If its own
        bytes were altered or cut off, it gets these.

        Args:
            data: The bytes, or an iterator over their pieces. An exception that it raises passes
                through, and nothing is left behind.

        Raises:
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def read(self, path: str, *, size: int) -> Buffer:
        """The whole object, as a read-only buffer.

        Args:
            size: Bytes that it must have. No more memory than that is taken for it.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: It is shorter or longer. A retry does not help.
            StoreError: The store refused. A retry may help.
        """

    def read_digested(self, path: str, *, size: int, update: Callable[[Buffer], None]) -> Buffer:
        """As `read`. *update* gets all bytes in order, if possible while others still come."""
        data = self.read(path, size=size)
        update(data)
        return data

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
            ranges: Start and stop of each, in bytes. A store that is far away asks for several at
                once.
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

        It lists only whole objects: `partials` has what unfinished writes left. An object that
        appears or disappears meanwhile may be listed or not.

        Args:
            prefix: Whole parts of a path: ``a/b`` does not list ``a/bc/d``. The default lists all.

        Raises:
            StoreError: Some folder cannot be read. All others are listed before. A retry may help.
        """

    def delete_unchanged(self, stored: StoredObject) -> bool:
        """Remove an object if it still has the size and date that a listing gave it.

        Returns:
            Whether it was removed: not if it is gone, or was written again.

        Raises:
            IntegrityError: The path leads out of the root. Nothing is removed.
            StoreError: The store refused. A retry may help.
        """
        folder = confine(stored.path).rpartition("/")[0]
        return stored in self.list(folder) and self.delete(stored.path)

    def delete_all_unchanged(self, objects: Sequence[StoredObject]) -> Sequence[bool | StoreError]:
        """`delete_unchanged` for many objects, as a sweep has them: up to 1,000, by path.

        A store that can delete many with one request does so here. It must look at each one's size
        and date right before. By default, several are under way at once.

        Returns:
            For each one, in their order, whether it was removed, or why the store refused. What one
            of them is refused for says nothing about the others.
        """

        def remove(stored: StoredObject) -> bool | StoreError:
            try:
                return self.delete_unchanged(stored)
            except StoreError as error:
                return error

        with ThreadPoolExecutor(DELETERS, "typedxcom-store") as threads:
            return list(threads.map(remove, objects))

    def describe(self, path: str) -> str:
        """The address of an object, for messages: no credentials."""
        return f"{self.name}:{path}"

    def open_local(self, path: str) -> OpenedFile | None:
        """The object's file, opened once, if this machine may map it into memory; else None.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: The path leads out of the root.
            StoreError: The store refused. A retry may help.
        """
        return None

    def stage(self) -> Staged:
        """Begin an object whose size and digest are known only at its end."""
        return SpooledStage(self)

    def stage_early(self, path: str) -> Staged:
        """As `stage`, for an object that takes long to make. A store may send parts meanwhile.

        Args:
            path: A random path of the same XCom, which nobody else has. The object may appear under
                it instead of the path that `commit` is given, which is known at its end only.
                `commit` returns which. What a killed process leaves must be among `partials`.
        """
        return self.stage()

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

    def open(self, path: str, *, size: int, parts: Parts | None = None) -> StoreFile:
        """A seekable file over an object, for readers that want only parts of it.

        The size is verified. Parts cannot be verified against the digest of the whole.

        Args:
            size: Bytes that it must have.
            parts: Where its parts come from, if not from `parts`.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
            IntegrityError: It is shorter or longer than *size*. A retry does not help.
            StoreError: The store refused. A retry may help.
        """
        self.check_size(path, self.size(path), size)
        return StoreFile(parts or self.parts(path), path, size)

    def parts(self, path: str) -> Parts:
        """The source of all parts of one object: all from the same bytes, if possible."""
        return self

    def fetched(self, path: str, *, size: int, goes_on: GoesOn) -> OpenedFile | None:
        """The whole object in a file of this machine that nobody else has, by one request.

        Args:
            size: Bytes. If the file has another size, the object was replaced.
            goes_on: Called with the bytes that are there so far. If it returns False, it is given
                up.

        Returns:
            None if it was given up, if there is no room for it, or if this store cannot do that.

        Raises:
            PointerNotFoundError: It is not there. A retry may help.
        """
        return None

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
        """What unfinished writes have left, or are writing right now: look at the dates."""
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
                f"`{self.describe(path)}` has {found:,} bytes, but its pointer says {expected:,}. "
                "Clear the task that wrote it."
            )
