"""The swap of value and pointer: a large value goes to a store, and its entry gets a pointer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from typing_extensions import Buffer

from typedxcom.cache import Cache
from typedxcom.errors import IntegrityError
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import BLOCKS, Coordinates, Origin, Pointer, is_pointer, parse, sign, verify
from typedxcom.stored.cached import CachedObject
from typedxcom.stores import Store
from typedxcom.stores.costs import GoesOn
from typedxcom.stores.opened import OpenedFile, copied_file
from typedxcom.stores.verified import (
    Limits,
    ObjectWriter,
    check_declared,
    open_object,
    read_verified,
    read_verified_chunks,
)

__all__ = ["DEFAULT_FORMAT", "Placement", "SignedEntry", "Stores", "TableFormat"]

TableFormat = Literal["arrow", "parquet"]
DEFAULT_FORMAT: TableFormat = "arrow"

_LIMITS = Limits()


class SignedEntry(dict[str, Any]):
    """An entry in Airflow's form that a signed pointer led to. It has no signature of its own."""


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of a deployment, and the rules for pointers into them.

    Attributes:
        open_store: Opens the store with a name. Raises ConfigurationError if there is no such
            store.
        keys: The signing keys. The first one signs, and all verify. Without keys, pointers are
            unsigned.
        limits: How much a reader reads at most, whatever an entry says.
        literals: Whether a table that is a Python object came from code and not from an entry.
        owner_in: Returns the deployment that owns new objects, for the name of a store; None if
            objects have no owner.
        origins: The XComs that the reader asked for; None if that is not known. A signed pointer
            that was made for another XCom is rejected.
        cache: This machine's cache of objects far away; None if there is none.
    """

    open_store: Callable[[str], Store]
    keys: Sequence[bytes] = field(default=(), repr=False)
    limits: Limits = _LIMITS
    literals: bool = False
    owner_in: Callable[[str], str] | None = None
    origins: Sequence[Origin] | None = None
    cache: Cache | None = None

    def pointer(self, entry: dict[str, Any]) -> Pointer:
        """Returns the pointer in *entry*, if it may be followed.

        Raises:
            DecodeError: It is forged, damaged or newer. A retry does not help.
            IntegrityError: It is not signed as it must be. A retry does not help.
        """
        pointer = parse(entry)
        is_bound = verify(pointer, self.keys)
        if is_bound and self.origins is not None:
            self._check_origin(pointer)
        return pointer

    def _check_origin(self, pointer: Pointer) -> None:
        origins = self.origins or ()
        if not any(origin.covers(pointer.home) for origin in origins):
            asked = " or ".join(map(str, origins))
            raise IntegrityError(
                f"{asked} holds a pointer that was signed for another XCom (`{pointer.home}`). "
                "Clear the task that pushed it. A typed task that returns the handle it was given "
                "signs it for its own XCom."
            )

    def refuse_unsigned(self, value: Any) -> None:
        """Raises IntegrityError if anybody may have made *value*, a table without a pointer.

        Args:
            value: An entry in Airflow's own form, or a table of some library.
        """
        is_known = isinstance(value, SignedEntry) or (self.literals and not isinstance(value, dict))
        if self.keys and not is_known:
            raise IntegrityError(
                "The XCom holds the table itself. With a signing key, only signed pointers are "
                "read. Annotate the task that returns the table with Table[Row], so that "
                "it is stored and signed, and clear that task."
            )

    def read(
        self,
        entry: dict[str, Any],
        *,
        in_memory: bool = True,
        cached: CachedObject | None = None,
    ) -> Buffer:
        """Reads the bytes that *entry* points to, and verifies size and digest.

        Raises errors as `read_verified` does.

        Args:
            entry: The entry.
            in_memory: Whether the reader turns all bytes into something that takes at least as much
                memory. A table, for example, may stay in its file.
            cached: The object, if the caller has looked it up already.
        """
        pointer = self.pointer(entry)
        store = self.open_store(pointer.store)
        if in_memory or not store.is_local:
            check_declared(pointer.size, self.limits.decoded, store.describe(pointer.path))
        cached = cached or self.cached(pointer, store)
        if cached is not None:
            check_declared(pointer.size, self.limits.size, store.describe(pointer.path))
            return cached.data()
        return read_verified(store, pointer, limits=self.limits)

    def cached(self, pointer: Pointer, store: Store) -> CachedObject | None:
        """Returns the object for readers that may find it in the cache. None if it never can."""
        return CachedObject.of(self.cache, store, pointer, self.limits)

    def keeping(
        self, pointer: Pointer, pieces: Callable[[], Iterator[Buffer]]
    ) -> contextlib.AbstractContextManager[None]:
        """Copies an object into the cache while it is sent to its store inside the block."""
        cached = self.cached(pointer, self.open_store(pointer.store))
        return contextlib.nullcontext() if cached is None else cached.keeping(pieces)

    def file(self, entry: dict[str, Any], known: tuple[int, ...] | None = None) -> OpenedFile:
        """Opens a local file with the bytes that *entry* points to, and verifies size and digest.

        Memory stays bounded.

        Args:
            entry: The entry.
            known: The state of a file that was verified before, so that it is not read again.

        Returns:
            The object's own file, a file of the cache, or a copy without a name in the temporary
            folder.

        Raises:
            StoreError: The store refused, or there is no room for a copy. A retry may help.
            IntegrityError: It is not what was written. A retry does not help.
        """
        pointer, store = self.open(entry)
        cached = self.cached(pointer, store)
        found = None if cached is None else cached.file()
        if found is not None:
            return found.file
        opened = store.open_local(pointer.path)
        chunks = read_verified_chunks(store, pointer, limits=self.limits, opened=opened)
        if opened is None:
            return copied_file(chunks, Path(pointer.path).suffix)
        if known is None or opened.state != known:
            for _ in chunks:
                pass
        return opened

    def fetch(
        self, pointer: Pointer, store: Store, cached: CachedObject | None, goes_on: GoesOn
    ) -> OpenedFile | None:
        """Gets an object that is far away by one request, verified, into the cache if possible.

        Args:
            pointer: A pointer that may be followed.
            store: Its store.
            cached: The object, if it may be cached.
            goes_on: As for `Store.fetched`.

        Returns:
            None if it was given up, or there is no room for it.

        Raises:
            IntegrityError: It is not what was written. A retry does not help.
        """
        tried: list[OpenedFile | None] = []

        def fetched() -> OpenedFile | None:
            tried.append(store.fetched(pointer.path, size=pointer.size, goes_on=goes_on))
            return tried[-1]

        found = None if cached is None else cached.file(fetched)
        if found is not None:
            return found.file
        opened = tried[-1] if tried else fetched()
        if opened is not None:
            for _ in read_verified_chunks(store, pointer, limits=self.limits, opened=opened):
                pass
        return opened

    def declares(self, pointer: Pointer) -> Callable[[int], None]:
        """Returns a check that raises, with the object's address, for bytes beyond the limits."""
        address = self.open_store(pointer.store).describe(pointer.path)
        return lambda size: check_declared(size, self.limits.decoded, address)

    def open(self, entry: dict[str, Any]) -> tuple[Pointer, Store]:
        """Returns the pointer and its store, for readers of parts. Checks the size limit."""
        pointer = self.pointer(entry)
        store = self.open_store(pointer.store)
        check_declared(pointer.size, self.limits.size, store.describe(pointer.path))
        return pointer, store


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the large parts of one XCom go.

    Attributes:
        stores: The deployment's stores.
        coordinates: The XCom that the value belongs to.
        store: The name of the store that new objects go to.
        format: How tables are written there: ``arrow`` or ``parquet``.
        look: Called with each table before it is written, and returns the table.
    """

    stores: Stores
    coordinates: Coordinates
    store: str
    format: TableFormat = DEFAULT_FORMAT
    look: Callable[[Any], Any] | None = None

    @property
    def is_local(self) -> bool:
        """Whether readers on this machine can map an object into memory."""
        return self.stores.open_store(self.store).is_local

    def put(
        self, data: Buffer, *, codec: str, ext: str, about: str, **fields: Any
    ) -> dict[str, JsonValue]:
        """Stores *data* and returns the entry that points to it. Raises as `write_object` does."""
        with self.writer(ext) as out:
            out.write(data)
            return self.commit(out, codec=codec, about=about, **fields)

    @contextlib.contextmanager
    def writer(self, ext: str, *, is_table: bool = False) -> Iterator[ObjectWriter]:
        """Opens a binary file that becomes an object at `commit`, and leaves nothing without it.

        Args:
            ext: The extension of the object's name.
            is_table: Whether it is a table. Readers may want only parts of it, which the signature
                must also cover. And encoding it takes long, so what is encoded is sent meanwhile.
        """
        store = self.stores.open_store(self.store)
        signed = BLOCKS if is_table else "sha256"
        algorithm = signed if self.stores.keys else "xxh3"
        owner = self.stores.owner_in(self.store) if self.stores.owner_in else ""
        at = self.coordinates
        beside = self.stores.keeping if self.stores.cache else None
        writer = open_object(
            store,
            at,
            ext=ext,
            algorithm=algorithm,
            owner=owner,
            beside=beside,
            is_slow=is_table,
        )
        with writer as out:
            yield out

    def commit(
        self, out: ObjectWriter, *, codec: str, about: str, **fields: Any
    ) -> dict[str, JsonValue]:
        """Makes the object of *out* appear, and returns the entry that points to it."""
        pointer = out.commit(codec=codec, about=about, **fields)
        if self.stores.keys:
            pointer = sign(pointer, self.stores.keys[0], coordinates=self.coordinates)
        return pointer.to_entry()

    def passed_on(self, entry: Any) -> Any:
        """Prepares *entry* for this XCom to pass on. With a key, signs its pointers for this XCom.

        Args:
            entry: A pointer that was followed, or a list or dict of such pointers.

        Raises:
            IntegrityError: A pointer is not signed as it must be. A retry does not help.
        """
        if not self.stores.keys:
            return entry
        if is_pointer(entry):
            pointer = parse(entry)
            verify(pointer, self.stores.keys)
            return sign(pointer, self.stores.keys[0], coordinates=self.coordinates).to_entry()
        if isinstance(entry, dict):
            return {key: self.passed_on(part) for key, part in entry.items()}
        return [self.passed_on(part) for part in entry] if isinstance(entry, list) else entry
