"""A file, or bytes: their media type and size, and their content on demand."""

from __future__ import annotations

from typing import IO, Any

from typedxcom.cli.shown.base import Shown
from typedxcom.cli.shown.text import printable
from typedxcom.sizes import amount
from typedxcom.stored.access import Stores
from typedxcom.stores.staged import CHUNK

__all__ = ["ShownFile"]


class ShownFile(Shown):
    """Bytes in a store; that they are there is known at once, what they are when they are written.

    Args:
        entry: The entry, a pointer.
        stores: Where it leads.

    Raises:
        StoreError: The store refused, or there is no such object.
        IntegrityError: The object has another size.
    """

    def __init__(self, entry: dict[str, Any], stores: Stores) -> None:
        self._entry, self._stores = entry, stores
        self._pointer, store = stores.open(entry)
        path, size = self._pointer.path, self._pointer.size
        store.check_size(path, store.size(path), size)

    def about(self) -> str:
        """Media type and size."""
        kind = self._pointer.media_type or "bytes"
        return (
            f"file: {printable(kind)}, {amount(self._pointer.size)} ({self._pointer.size:,} bytes)"
        )

    def lines(self, *, rows: int, width: int) -> list[str]:
        """How to get at the content."""
        return ["--to FILE writes its content."]

    def write(self, out: IO[bytes], suffix: str) -> None:
        """The content, proved before the first byte is written."""
        with self._stores.file(self._entry).open() as source:
            while chunk := source.read(CHUNK):
                out.write(chunk)
