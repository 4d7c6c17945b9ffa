"""Digests of stored bytes: xxh3 against accidents, SHA-256 where a signature must hold.

xxh3 costs a small part of what copying the bytes does, SHA-256 more than that. Without a signing
key the entry that names the digest is as untrusted as the object, so the digest guards against
faults, not attackers, and the quick one does that. A signature is worth no more than the digest it
covers: with a key the digest must resist someone who may write to the store, and xxh3 does not.

A signed table is digested by blocks, so that who reads some of its rows proves what they read: the
digest is the SHA-256 of the digests of its blocks, which stand in the object before its footer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, Protocol

import xxhash
from typing_extensions import Buffer

__all__ = ["ALGORITHMS", "BLOCK", "BLOCKS", "Digester", "block_digest", "digest_of"]

BLOCK: Final = 256 * 2**10  # bytes that are proved together, and fetched where a part is read
BLOCKS: Final = "sha256-256k"


class _Hash(Protocol):
    def update(self, data: Buffer, /) -> None: ...

    def hexdigest(self) -> str: ...


class _BlockHash:
    """The SHA-256 of the SHA-256 of each block of 256 KiB; the last one may be shorter."""

    def __init__(self) -> None:
        self.whole = bytearray()  # the digests of the blocks that are complete
        self._open, self._left = hashlib.sha256(), BLOCK

    def update(self, data: Buffer, /) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            piece, rest = rest[: self._left], rest[self._left :]
            self._open.update(piece)
            self._left -= len(piece)
            if not self._left:
                self.whole += self._open.digest()
                self._open, self._left = hashlib.sha256(), BLOCK

    def hexdigest(self) -> str:
        last = b"" if self._left == BLOCK else self._open.digest()
        return hashlib.sha256(bytes(self.whole) + last).hexdigest()


def block_digest(data: Buffer) -> bytes:
    """The digest of one block, 32 bytes."""
    return hashlib.sha256(data).digest()


ALGORITHMS: Final[dict[str, Callable[[], _Hash]]] = {
    "xxh3": xxhash.xxh3_128,
    "sha256": hashlib.sha256,
    BLOCKS: _BlockHash,
}


class Digester:
    """The digest of bytes that come in pieces.

    Attributes:
        size: Bytes seen so far.
    """

    def __init__(self, algorithm: str = "xxh3") -> None:
        self.algorithm = algorithm
        self.size = 0
        self._hash = ALGORITHMS[algorithm]()

    def update(self, data: Buffer) -> None:
        """Take in the next piece."""
        view = memoryview(data)
        self._hash.update(view)
        self.size += view.nbytes

    @property
    def blocks(self) -> bytes:
        """The digest of each complete block so far, of an algorithm that works by blocks."""
        return bytes(self._hash.whole) if isinstance(self._hash, _BlockHash) else b""

    def digest(self) -> str:
        """``<algorithm>:<hex>`` of all pieces so far."""
        return f"{self.algorithm}:{self._hash.hexdigest()}"


def digest_of(data: Buffer, algorithm: str = "xxh3") -> str:
    """``<algorithm>:<hex>`` of *data*."""
    digester = Digester(algorithm)
    digester.update(data)
    return digester.digest()
