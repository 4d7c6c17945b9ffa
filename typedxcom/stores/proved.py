"""Reads parts of an object, and proves each before anybody sees it.

The digest in the pointer is a digest of digests, one for each block of the object. They are stored
before the object's footer. So one read of its end gives them all, proves them, and brings the
footer that a reader needs first anyway. Then every part is read in whole blocks, and each block is
compared with its own digest. What was compared is a copy, which nobody else can change.
"""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Buffer

from typedxcom.errors import IntegrityError
from typedxcom.pointer import BLOCK, BLOCKS, Pointer, block_digest, digest_of
from typedxcom.stores.base import Store
from typedxcom.stores.reading import Parts, StoreFile

__all__ = ["is_provable", "open_proved"]

_DIGEST = 32  # bytes
_MAX_FOOTER = 128 * 2**20  # bytes that are read on trust, to be proved: far above any real footer


def is_provable(pointer: Pointer) -> bool:
    """Whether parts of *pointer*'s object can be proved without the whole."""
    return pointer.blocks_at is not None and pointer.digest.startswith(f"{BLOCKS}:")


def open_proved(store: Store, pointer: Pointer, parts: Parts | None = None) -> StoreFile:
    """A seekable file over an object that gives only proved bytes.

    Args:
        store: Where it lies.
        pointer: A pointer that `is_provable`.
        parts: Where its parts come from, if not from the store's own.

    Raises:
        PointerNotFoundError: It is not there. A retry may help.
        IntegrityError: It is not what was written. A retry does not help. Every read of the file
            raises it, too.
        StoreError: The store refused. A retry may help.
    """
    proved = _ProvedParts(store, pointer, parts or store.parts(pointer.path))
    # Far away a request costs more than the bytes of it; here it is the digest that costs.
    page = {"page": BLOCK} if store.is_local else {}
    return StoreFile(proved, pointer.path, pointer.size, **page)


class _ProvedParts:
    """What a `StoreFile` reads from."""

    def __init__(self, store: Store, pointer: Pointer, parts: Parts) -> None:
        self._store, self._pointer, self._parts = store, pointer, parts
        at = pointer.blocks_at or 0
        listed = at // BLOCK  # blocks whose digests are in the list
        self._end = listed * BLOCK
        if not at + listed * _DIGEST <= pointer.size <= at + listed * _DIGEST + _MAX_FOOTER:
            raise self._differs()
        self._tail = memoryview(self._parts.read_range(pointer.path, self._end, pointer.size)).cast(
            "B"
        )
        start = at - self._end
        digests = bytes(self._tail[start : start + listed * _DIGEST])
        self._digests = digests + b"".join(map(block_digest, _blocks(self._tail)))
        if f"{BLOCKS}:{digest_of(self._digests, 'sha256').partition(':')[2]}" != pointer.digest:
            raise self._differs()

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """Bytes *start* up to *stop*, proved."""
        if start >= self._end:
            return self._tail[start - self._end : stop - self._end]
        begin, end = self._around(start, stop)
        return self._proved(begin, self._parts.read_range(path, begin, end))[
            start - begin : stop - begin
        ]

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        """Several parts, each proved."""
        around = [self._around(*one) for one in ranges]
        found = self._parts.read_ranges(path, around)
        return [
            self._proved(begin, data)[start - begin : stop - begin]
            for (start, stop), (begin, _), data in zip(ranges, around, found, strict=True)
        ]

    def _around(self, start: int, stop: int) -> tuple[int, int]:
        """The whole blocks that hold a range."""
        return start // BLOCK * BLOCK, min(-(-stop // BLOCK) * BLOCK, self._pointer.size)

    def _proved(self, begin: int, data: Buffer) -> memoryview:
        view = memoryview(data).cast("B")
        first = begin // BLOCK * _DIGEST
        found = b"".join(map(block_digest, _blocks(view)))
        if found != self._digests[first : first + len(found)]:
            raise self._differs()
        return view

    def _differs(self) -> IntegrityError:
        return IntegrityError(
            f"`{self._store.describe(self._pointer.path)}` is not what was written: the digest of "
            "a part of it differs. Clear the task that wrote it."
        )


def _blocks(view: memoryview) -> list[memoryview]:
    return [view[at : at + BLOCK] for at in range(0, len(view), BLOCK)]
