"""What an object is called in the cache, and how the file proves that it is all there."""

from __future__ import annotations

import hashlib
import os
import struct
from dataclasses import dataclass

from typedxcom.pointer import Pointer

__all__ = ["CacheKey", "seal"]

_SEAL = struct.Struct("<8s16sQ")
_MARK = b"TXCACHE1"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The name of one cached file.

    Attributes:
        name: The file's name: the object's digest and size, and the form of the file.
        size: Bytes that the file has. None if only the end of the file says it: `seal`.
    """

    name: str
    size: int | None

    @classmethod
    def raw(cls, pointer: Pointer) -> CacheKey:
        """The object byte for byte, as it is in the store."""
        return cls(f"{_object(pointer)}.raw", pointer.size)

    @classmethod
    def plain(cls, pointer: Pointer) -> CacheKey:
        """The table as an uncompressed Arrow IPC file, in the form that this version writes."""
        return cls(f"{_object(pointer)}.{pointer.codec}-plain1", None)

    def size_in(self, descriptor: int) -> int | None:
        """How many bytes of an open file are the object, or None if the file is not whole."""
        found = os.fstat(descriptor).st_size
        if self.size is not None:
            return self.size if found == self.size else None
        body = found - _SEAL.size
        if body < 0 or os.pread(descriptor, _SEAL.size, body) != seal(self, body):
            return None
        return body


def seal(key: CacheKey, size: int) -> bytes:
    """What the file of a key without a size ends with, after *size* bytes."""
    return _SEAL.pack(_MARK, hashlib.sha256(key.name.encode()).digest()[:16], size)


def _object(pointer: Pointer) -> str:
    return f"{pointer.digest.replace(':', '-')}-{pointer.size}"
