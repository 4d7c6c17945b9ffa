"""Writes and reads objects by pointer: you read what was written, or get an error."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from types import TracebackType
from typing import Any, TypeAlias

import msgspec
from typing_extensions import Buffer, Self

from typedxcom.errors import (
    DecodeError,
    EncodeError,
    IntegrityError,
    PointerNotFoundError,
    StoreError,
)
from typedxcom.pointer import (
    BLOCKS,
    Coordinates,
    Digester,
    Pointer,
    coordinates_prefix,
    object_path,
    parse,
)
from typedxcom.stores.base import Store
from typedxcom.stores.limits import Limits, check_declared
from typedxcom.stores.opened import OpenedFile
from typedxcom.stores.progress import Progress
from typedxcom.stores.staged import chunks_of
from typedxcom.stores.transfers import TransferClock

__all__ = [
    "Limits",
    "ObjectWriter",
    "check_declared",
    "named",
    "open_object",
    "purge",
    "read_verified",
    "read_verified_chunks",
    "write_object",
]

Pieces: TypeAlias = Callable[[], Iterator[Buffer]]
Beside: TypeAlias = Callable[[Pointer, Pieces], AbstractContextManager[None]]


def write_object(
    store: Store,
    coordinates: Coordinates,
    data: Buffer | Iterable[Buffer],
    *,
    codec: str,
    ext: str,
    about: str,
    algorithm: str = "xxh3",
    owner: str = "",
    **fields: Any,
) -> Pointer:
    """Put *data* into *store*, whole or not at all, and return the pointer to it.

    Args:
        coordinates: Whose value it is. They and the digest make the path.
        data: The bytes, or an iterator over their pieces, which is streamed.
        codec: The stored codec's name.
        ext: The extension of the object's name, as ``arrow``.
        about: One line for people.
        algorithm: ``xxh3``, or ``sha256`` if the pointer will be signed.
        owner: Whose deployment's object it becomes; see `typedxcom.pointer.object_path`.
        fields: ``schema``, ``rows``, ``media_type``, ``compression`` of the `Pointer`.

    Raises:
        StoreError: The store refused. A retry may help.
        IntegrityError: Something else is stored under that path. A retry does not help.
    """
    writer = open_object(store, coordinates, ext=ext, algorithm=algorithm, owner=owner)
    with named(f"{coordinates}"), writer as out:
        for chunk in chunks_of(data):
            out.write(chunk)
        return out.commit(codec=codec, about=about, **fields)


def open_object(
    store: Store,
    coordinates: Coordinates,
    *,
    ext: str,
    algorithm: str = "xxh3",
    owner: str = "",
    beside: Beside | None = None,
    is_slow: bool = False,
) -> ObjectWriter:
    """Begin an object that is written piece by piece. Takes the arguments of `write_object`.

    Args:
        is_slow: Whether making the pieces takes long, so that those that are there should be sent
            meanwhile. See `Store.stage_early`.
        beside: Called with the pointer and with what gives the pieces of the object, if they are on
            this machine until it is whole. It is sent inside what that returns, which must not
            raise.
    """
    return ObjectWriter(
        store,
        coordinates,
        ext=ext,
        algorithm=algorithm,
        owner=owner,
        beside=beside,
        is_slow=is_slow,
    )


class ObjectWriter:
    """A binary file that becomes an object when it is committed.

    Arrow writes to it through ``pyarrow.PythonFile(writer, "w")`` without a copy of the columns.
    """

    def __init__(
        self,
        store: Store,
        coordinates: Coordinates,
        *,
        ext: str,
        algorithm: str = "xxh3",
        owner: str = "",
        beside: Beside | None = None,
        is_slow: bool = False,
    ) -> None:
        self._beside = beside
        self._store, self._coordinates, self._ext = store, coordinates, ext
        self._owner = owner
        self._digester = Digester(algorithm)
        self._tail: bytearray | None = None
        self._before = b""
        self._clock = TransferClock(store.observe, "write") if store.observe else None
        self._staged = store.stage_early(self._random_path()) if is_slow else store.stage()
        self._progress = Progress("Wrote", f"an object of {coordinates}, for store {store.name!r}")

    def _random_path(self) -> str:
        number = f":{secrets.token_hex(16)}"
        return object_path(self._coordinates, number, self._ext, self._owner)

    @property
    def closed(self) -> bool:
        """Whether it was committed or dropped."""
        return self._staged.closed

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._digester.size + len(self._tail or b"")

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Bytes written so far."""
        return self.size

    def write(self, data: Buffer) -> int:
        """Add bytes, and say how many.

        Raises:
            StoreError: The store refused. A retry may help.
        """
        if self._tail is not None:
            self._tail += data
            return memoryview(data).nbytes
        self._digester.update(data)
        count = self._staged.write(data)
        self._progress.add(count)
        return count

    def before_footer(self, mark: bytes = b"") -> None:
        """Announce that only the footer of a table's file is left to write.

        The digests of the blocks up to here go in between. Readers of the format skip them, because
        a footer says where everything before it is.

        Args:
            mark: What the format writes first of the rest. It stays before the digests.
        """
        if self._digester.algorithm == BLOCKS:
            self._tail, self._before = bytearray(), mark

    def _finish(self) -> int | None:
        """Write the digests of the blocks and the footer, and return where the digests are."""
        if self._tail is None:
            return None
        tail, self._tail = bytes(self._tail), None
        mark = self._before if tail.startswith(self._before) else b""
        self.write(mark)
        at = self.size
        self.write(self._digester.blocks)
        self.write(tail[len(mark) :])
        return at

    def flush(self) -> None:
        """Nothing: only `commit` makes anything visible."""

    def close(self) -> None:
        """Nothing: writers close what they are given, and the object is not committed yet."""

    def commit(self, *, codec: str, about: str, **fields: Any) -> Pointer:
        """Make the object appear, and return the pointer to it. Takes `write_object`'s arguments.

        Raises:
            StoreError: The store refused. A retry may help.
            IntegrityError: Something else is stored under that path. A retry does not help.
            EncodeError: The pointer would not be one that a reader takes. Nothing is stored.
        """
        blocks_at = self._finish()
        digest = self._digester.digest()
        path = object_path(self._coordinates, digest, self._ext, self._owner)
        pointer = Pointer(
            about=about,
            codec=codec,
            store=self._store.name,
            path=path,
            size=self.size,
            digest=digest,
            blocks_at=blocks_at,
            **fields,
        )
        try:
            parse(pointer.to_entry())
        except DecodeError as error:
            raise EncodeError(str(error)) from None
        if self._beside is not None:
            self._staged.beside = partial(self._beside, pointer)
        try:
            found = self._staged.commit(path)
        except StoreError as error:
            if self._clock:
                self._clock.failed(pointer, error)
            raise
        if found is not None and found != path:  # it was sent early
            pointer = msgspec.structs.replace(pointer, path=found)
        if self._clock:
            self._clock.done(pointer)
        return pointer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._staged.discard()


_LIMITS = Limits()
_KINDS = (StoreError, PointerNotFoundError, IntegrityError)


def read_verified(
    store: Store, pointer: Pointer, *, limits: Limits = _LIMITS, subject: str = ""
) -> Buffer:
    """The object that *pointer* names, proved by size and digest.

    Args:
        limits: What size is allowed at all.
        subject: What a message calls the value: task and key.

    Returns:
        Read-only bytes. From a local store, a memory map, which costs memory as it is touched.

    Raises:
        PointerNotFoundError: It is not there. A retry may help.
        IntegrityError: It is not what was written, or too large. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    with named(subject):
        check_declared(pointer.size, limits.size, store.describe(pointer.path))
        if store.observe is None:
            return _read(store, pointer)
        clock = TransferClock(store.observe, "read")
        try:
            data = _read(store, pointer)
        except StoreError as error:
            clock.failed(pointer, error)
            raise
        clock.done(pointer, data)
        return data


def _read(store: Store, pointer: Pointer) -> Buffer:
    for _ in range(store.reads - 1):
        with contextlib.suppress(IntegrityError):
            return _read_once(store, pointer)
    return _read_once(store, pointer)


def _read_once(store: Store, pointer: Pointer) -> Buffer:
    digester = Digester(pointer.digest.partition(":")[0])
    data = store.read_digested(pointer.path, size=pointer.size, update=digester.update)
    _check_digest(store, pointer, memoryview(data).nbytes, digester.digest())
    return data


def read_verified_chunks(
    store: Store,
    pointer: Pointer,
    *,
    limits: Limits = _LIMITS,
    subject: str = "",
    opened: OpenedFile | None = None,
) -> Iterator[Buffer]:
    """As `read_verified`, in pieces, so that memory stays bounded.

    The error comes after the last piece: act on no piece before the iterator has ended.

    Args:
        limits: As for `read_verified`.
        subject: As for `read_verified`.
        opened: The object's file, if it is open already.

    Raises:
        PointerNotFoundError: It is not there. A retry may help.
        IntegrityError: It is not what was written, or too large. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    with named(subject):
        check_declared(pointer.size, limits.size, store.describe(pointer.path))
        clock = TransferClock(store.observe, "read") if store.observe else None
        digester = Digester(pointer.digest.partition(":")[0])
        progress = Progress("Read", store.describe(pointer.path), pointer.size)
        try:
            for chunk in _chunks(store, pointer, opened):
                digester.update(chunk)
                progress.add(memoryview(chunk).nbytes)
                yield chunk
            _check_digest(store, pointer, digester.size, digester.digest())
        except StoreError as error:
            if clock:
                clock.failed(pointer, error)
            raise
        if clock:
            clock.done(pointer)


def _chunks(store: Store, pointer: Pointer, opened: OpenedFile | None) -> Iterator[Buffer]:
    if opened is None:
        return store.read_chunks(pointer.path, size=pointer.size)
    store.check_size(pointer.path, opened.size, pointer.size)
    return opened.chunks()


def _check_digest(store: Store, pointer: Pointer, size: int, digest: str) -> None:
    store.check_size(pointer.path, size, pointer.size)
    if digest != pointer.digest:
        raise IntegrityError(
            f"`{store.describe(pointer.path)}` is not what was written: its digest differs. "
            "Clear the task that wrote it."
        )


def purge(store: Store, coordinates: Coordinates) -> int:
    """Remove every object of one XCom and nothing else; say how many there were.

    Raises:
        StoreError: The store refused. A retry may help.
    """
    return store.delete_prefix(coordinates_prefix(coordinates))


@contextlib.contextmanager
def named(subject: str) -> Iterator[None]:
    """Add to the store errors that are raised inside whose value it was."""
    try:
        yield
    except StoreError as error:
        if not subject or type(error) not in _KINDS:
            raise
        raise type(error)(f"{subject}: {error}") from None
