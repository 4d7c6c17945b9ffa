"""A store in this process's memory, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone

from typing_extensions import Buffer

from typedxcom.errors import PointerNotFoundError
from typedxcom.pointer import confine
from typedxcom.stores.base import Store, StoredObject
from typedxcom.stores.staged import chunks_of

__all__ = ["MemoryStore"]


class MemoryStore(Store):
    """Objects in a dict. They are gone with the process, and no other process sees them."""

    def __init__(self, name: str = "memory") -> None:
        super().__init__(name)
        self._objects: dict[str, tuple[bytes, datetime]] = {}

    def write(self, path: str, data: Buffer | Iterable[Buffer]) -> None:
        """Put *data* under *path*, whole or not at all."""
        whole = b"".join(chunks_of(data))
        self._objects[confine(path)] = whole, datetime.now(timezone.utc)

    def read(self, path: str, *, size: int) -> Buffer:
        """The whole object."""
        found = self._get(path)
        self.check_size(path, len(found), size)
        return found

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """Bytes *start* up to *stop* of an object."""
        found = self._get(path)
        if stop > len(found):
            self.check_size(path, len(found), stop)
        return found[start:stop]

    def size(self, path: str) -> int:
        """How many bytes an object has."""
        return len(self._get(path))

    def delete(self, path: str) -> bool:
        """Remove one object, and say whether it was there."""
        return self._objects.pop(confine(path), None) is not None

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Every object under the folder *prefix*."""
        folder = f"{confine(prefix)}/" if prefix else ""
        for path, (data, modified) in list(self._objects.items()):
            if path.startswith(folder):
                yield StoredObject(path, len(data), modified)

    def _get(self, path: str) -> bytes:
        try:
            return self._objects[confine(path)][0]
        except KeyError:
            raise PointerNotFoundError(f"`{self.describe(path)}` is not there") from None
