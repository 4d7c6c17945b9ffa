"""Reads objects of stores far away through this machine's cache.

Who reads a whole object keeps it, and others who want the same object meanwhile wait for that. Who
reads a part of it asks the store for that part, and keeps nothing. A table is kept uncompressed
too, so that all processes map the same pages. If the cache cannot be used, everything is read from
the store.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import Buffer

from typedxcom.cache import Cache, CacheKey, CacheRefusedError, Filling, Found, beside
from typedxcom.errors import CodecError, StoreError
from typedxcom.pointer import Digester, Pointer
from typedxcom.stores import Patience, Store
from typedxcom.stores.verified import Limits, read_verified, read_verified_chunks

if TYPE_CHECKING:
    from typedxcom.stores.opened import OpenedFile
    from typedxcom.tables.files.base import Declares, StoredTable

__all__ = ["CachedObject"]

_log = logging.getLogger(__name__)
_LEAST = 64 * 2**10  # bytes: a smaller object is not worth a file
_LEAST_TABLE = 2**20  # bytes: a smaller table is decompressed in no time
_IN_MEMORY = 256 * 2**20  # bytes that a reader of a stream takes at once, because that is quicker


class CachedObject:
    """One object of a store far away, for readers that may find it in the cache.

    Args:
        cache: This machine's cache.
        store: Where the object is.
        pointer: A pointer that may be followed.
        limits: How much is read at most.
    """

    def __init__(self, cache: Cache, store: Store, pointer: Pointer, limits: Limits) -> None:
        self._cache, self._store, self._pointer, self._limits = cache, store, pointer, limits
        self._raw, self._plain = CacheKey.raw(pointer), CacheKey.plain(pointer)
        self._is_noted = False

    @classmethod
    def of(
        cls, cache: Cache | None, store: Store, pointer: Pointer, limits: Limits
    ) -> CachedObject | None:
        """The object, or None if objects like it are not cached."""
        if cache is None or cache.is_off or store.is_local or pointer.size < _LEAST:
            return None
        return cls(cache, store, pointer, limits)

    def found(self) -> Found | None:
        """The file of the object, if it is in the cache."""
        found = self._cache.find(self._raw, Path(self._pointer.path).suffix)
        if found is not None:
            self._note(hit=True)
        return found

    def data(self) -> Buffer:
        """All bytes of the object. Raises errors as `read_verified` does."""
        data = self._kept_data()
        if data is None:
            self._miss()
            data = read_verified(self._store, self._pointer, limits=self._limits)
        return data

    def _kept_data(self) -> Buffer | None:
        """All bytes, or None if they are not in the cache and cannot be put there."""
        found = self.found()
        if found is None:
            with self._filling(self._raw) as filling:
                if filling is not None:
                    self._miss()
                    data = read_verified(self._store, self._pointer, limits=self._limits)
                    self._cache.keep(filling, data)
                    return data
            found = self.found()
        return None if found is None else found.data()

    def file(self, fetch: Callable[[], OpenedFile | None] | None = None) -> Found | None:
        """The file of the object, which is filled in bounded memory if it is not in the cache.

        Args:
            fetch: Gets the object, if not piece by piece. None of it is verified yet.

        Returns:
            None if it cannot be kept, or if *fetch* gives None.

        Raises:
            PointerNotFoundError, IntegrityError, StoreError: As for `read_verified`.
        """
        found = self.found()
        if found is None:
            with self._filling(self._raw) as filling:
                if filling is not None:
                    self._miss()
                    opened = None if fetch is None else fetch()
                    if opened is None and fetch is not None:
                        return None
                    chunks = read_verified_chunks(
                        self._store, self._pointer, limits=self._limits, opened=opened
                    )
                    with self._cache.refusals(self._raw):
                        for chunk in chunks:
                            filling.write(chunk)
                        filling.commit()
            found = self.found()
        return found

    def keeping(self, pieces: Callable[[], Iterator[Buffer]]) -> AbstractContextManager[None]:
        """Copy the object into the cache while it is sent inside the block, unless it is there.

        The copy is digested once more. So it is what the pointer says, even if the temporary file
        has lost something, or if a thread of the task altered the value while it was written. The
        task does not wait for that: it waits for the network meanwhile.

        Args:
            pieces: Gives the object, for another thread.
        """
        try:
            begun = pieces()
        except OSError as error:
            _log.debug("%s is not cached: %s", self._raw.name, error.strerror)
            return contextlib.nullcontext()
        return beside(lambda sent: self._keep(begun, sent))

    def _keep(self, pieces: Iterator[Buffer], sent: Future[bool]) -> None:
        digester = Digester(self._pointer.digest.partition(":")[0])
        with (
            self._cache.filling(self._raw, seconds=0) as filling,
            self._cache.refusals(self._raw),
        ):
            if filling is not None:
                for piece in pieces:
                    if sent.done() and not sent.result():
                        return
                    digester.update(piece)
                    filling.write(piece)
                if digester.digest() == self._pointer.digest and sent.result():
                    filling.commit()

    def plain(self, declares: Declares) -> StoredTable | None:
        """The table of the object, if the cache has it uncompressed."""
        return self._opened(self._cache.find(self._plain), declares)

    def kept(self, table: StoredTable, declares: Declares, wanted: int) -> StoredTable:
        """*table*, uncompressed in the cache, if whoever reads it has use for that.

        Args:
            table: The table of the object, in memory or in the cache as it was stored.
            declares: As for `StoredTable`.
            wanted: Bytes of the object that the reader wants. For less than half of them, not all
                is decompressed.
        """
        if table.is_plain or wanted * 2 < self._pointer.size or self._pointer.size < _LEAST_TABLE:
            return table
        import pyarrow as pa

        from typedxcom.tables.files.ipc import write_ipc

        with self._filling(self._plain) as filling:
            if filling is not None:
                with _problems_of(self._plain):
                    write_ipc(table.stream(), pa.PythonFile(filling, "w"))
                    filling.commit()
                    self._cache.superseded(self._raw)
        return self._opened(self._cache.find(self._plain), declares) or table

    def source(self) -> Buffer | None:
        """All bytes, for a reader of a stream, or None if they cannot be kept.

        Raises:
            PointerNotFoundError, IntegrityError, StoreError: As for `read_verified`.
        """
        if self._pointer.size <= min(_IN_MEMORY, self._limits.decoded):
            return self._kept_data()
        found = self.file()
        return None if found is None else found.data()

    def _opened(self, found: Found | None, declares: Declares) -> StoredTable | None:
        from typedxcom.tables.files.ipc import IpcTable

        table = None
        if found is not None:
            with _problems_of(self._plain):
                table = IpcTable(found.data(), declares)
                self._note(hit=True)
        return table

    def _filling(self, key: CacheKey) -> AbstractContextManager[Filling | None]:
        """The right to fill a file. Waits as long as a read of the object may take."""
        patience: Patience = getattr(self._store, "patience", Patience())
        seconds = patience.deadline + self._pointer.size / patience.rate
        return self._cache.filling(key, seconds=seconds)

    def _miss(self) -> None:
        self._note(hit=False)

    def _note(self, *, hit: bool) -> None:
        """Count this read once: what was read from the store is a miss, though it is kept then."""
        if not self._is_noted:
            self._is_noted = True
            self._cache.note(self._pointer, hit=hit)


@contextlib.contextmanager
def _problems_of(key: CacheKey) -> Iterator[None]:
    """Log, and swallow, what goes wrong with a cached table: without the cache, it is read again.

    Then whoever reads it gets the error, if it was not the cache's.
    """
    import pyarrow as pa

    try:
        yield
    except (CacheRefusedError, CodecError, StoreError, pa.ArrowException) as error:
        _log.debug("%s is not cached: %s", key.name, error)
