"""Shows a file or bytes: media type and size, and the content on demand."""

from __future__ import annotations

from typing import IO, Any

from typedxcom.cli.shown.base import Grid, Shown
from typedxcom.cli.shown.text import printable
from typedxcom.sizes import amount
from typedxcom.stored.access import Stores
from typedxcom.stores.staged import CHUNK

__all__ = ["ShownFile"]


class ShownFile(Shown):
    """Bytes in a store. Their size is checked at once, their digest when they are written.

    Args:
        entry: The entry, a pointer.
        stores: The stores that it may point into.

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
        """Returns media type and size."""
        kind = self._pointer.media_type or "bytes"
        return (
            f"file: {printable(kind)}, {amount(self._pointer.size)} ({self._pointer.size:,} bytes)"
        )

    def parts(self, *, rows: int, width: int) -> list[str | Grid]:
        """Returns how to get the content."""
        return ["--to FILE writes its content."]

    def write(self, out: IO[bytes], suffix: str) -> None:
        """Writes the content. Its digest is verified before the first byte is written."""
        with self._stores.file(self._entry).open() as source:
            while chunk := source.read(CHUNK):
                out.write(chunk)
