"""Digests of stored bytes: xxh3 against accidents, SHA-256 if pointers are signed.

xxh3 takes a small part of the time that copying the bytes takes; SHA-256 takes longer than the
copy. Without a signing key, the entry that names the digest is as untrusted as the object. Then the
digest guards against faults, not attackers, and the quick one is enough. With a key, the digest
must resist somebody who may write to the store, because a signature is worth no more than the
digest that it covers. xxh3 does not resist.

A signed table is digested by blocks, so that a reader of some rows can verify just those. Its
digest is the SHA-256 of the digests of its blocks. The object stores these before its footer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, Protocol

import xxhash
from typing_extensions import Buffer

__all__ = ["ALGORITHMS", "BLOCK", "BLOCKS", "Digester", "block_digest", "digest_of"]

BLOCK: Final = 256 * 2**10  # bytes that are verified together, and so fetched together
BLOCKS: Final = "sha256-256k"


class _Hash(Protocol):
    def update(self, data: Buffer, /) -> None: ...

    def hexdigest(self) -> str: ...


class _BlockHash:
    """The SHA-256 over the SHA-256 of each block of 256 KiB. The last block may be shorter."""

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
    """Returns the digest of one block, 32 bytes."""
    return hashlib.sha256(data).digest()


ALGORITHMS: Final[dict[str, Callable[[], _Hash]]] = {
    "xxh3": xxhash.xxh3_128,
    "sha256": hashlib.sha256,
    BLOCKS: _BlockHash,
}


class Digester:
    """Computes the digest of bytes that come in pieces.

    Attributes:
        size: How many bytes came so far.
    """

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        self.size = 0
        self._hash = ALGORITHMS[algorithm]()

    def update(self, data: Buffer) -> None:
        """Adds the next piece."""
        view = memoryview(data)
        self._hash.update(view)
        self.size += view.nbytes

    @property
    def blocks(self) -> bytes:
        """The digests of all complete blocks so far, if the algorithm works by blocks."""
        return bytes(self._hash.whole) if isinstance(self._hash, _BlockHash) else b""

    def digest(self) -> str:
        """Returns ``<algorithm>:<hex>`` for all pieces so far."""
        return f"{self.algorithm}:{self._hash.hexdigest()}"


def digest_of(data: Buffer, algorithm: str = "xxh3") -> str:
    """Returns ``<algorithm>:<hex>`` for *data*."""
    digester = Digester(algorithm)
    digester.update(data)
    return digester.digest()
