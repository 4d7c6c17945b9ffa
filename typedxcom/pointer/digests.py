"""Digests of stored bytes: xxh3 against accidents, SHA-256 where a signature must hold.

xxh3 costs a small part of what copying the bytes does, SHA-256 more than that. Without a signing
key the row that names the digest is as untrusted as the object, so the digest guards against
faults, not attackers, and the quick one does that. A signature is worth no more than the digest it
covers: with a key the digest must resist someone who may write to the store, and xxh3 does not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, Protocol

import xxhash
from typing_extensions import Buffer

__all__ = ["ALGORITHMS", "Digester", "digest_of"]


class _Hash(Protocol):
    def update(self, data: Buffer, /) -> None: ...

    def hexdigest(self) -> str: ...


ALGORITHMS: Final[dict[str, Callable[[], _Hash]]] = {
    "xxh3": xxhash.xxh3_128,
    "sha256": hashlib.sha256,
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

    def digest(self) -> str:
        """``<algorithm>:<hex>`` of all pieces so far."""
        return f"{self.algorithm}:{self._hash.hexdigest()}"


def digest_of(data: Buffer, algorithm: str = "xxh3") -> str:
    """``<algorithm>:<hex>`` of *data*."""
    digester = Digester(algorithm)
    digester.update(data)
    return digester.digest()
