"""Holds an object for stores that take only whole ones, in memory or on disk."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING

from typing_extensions import Buffer

from typedxcom.stores.opened import OpenedFile, lasting_name, set_aside, temporary_file
from typedxcom.stores.staged import WRITE, Staged

if TYPE_CHECKING:
    from typedxcom.stores.base import Store

__all__ = ["SPOOL", "SpooledStage"]

SPOOL = 32 * 2**20  # bytes kept in memory; a larger object waits in a temporary file


class SpooledStage(Staged):
    """An object that waits on this machine until it is whole."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._file: IO[bytes] = io.BytesIO()
        self.size = 0
        self.file: Path | None = None

    def write(self, data: Buffer) -> int:
        """Add bytes, and say how many."""
        view = memoryview(data).cast("B")
        with self._waiting():
            if self.file is None and self.size + len(view) > SPOOL:
                self._move_to_disk()
            for start in range(0, len(view), WRITE):
                self._file.write(view[start : start + WRITE])
        self.size += len(view)
        return len(view)

    def _move_to_disk(self) -> None:
        kept = self._file
        self._file = temporary_file()
        self.file = lasting_name(self._file.fileno()) or Path(self._file.name)
        kept.seek(0)
        while piece := kept.read(WRITE):
            self._file.write(piece)

    def _waiting(self) -> AbstractContextManager[None]:
        return set_aside(f"hold an object until it is sent to store {self._store.name!r}")

    def commit(self, path: str) -> str:
        """Send the object to the store, whole, and return its path."""
        with self._waiting():
            self._file.flush()
        with nullcontext() if self.beside is None else self.beside(self.pieces):
            path = self._send(path)
        self.discard()
        return path

    def _send(self, path: str) -> str:
        self._store.write(path, self.pieces())
        return path

    def pieces(self) -> Iterator[Buffer]:
        """What was written, from the start. Several threads may each read it, at their own pace."""
        if isinstance(self._file, io.BytesIO):
            return iter((memoryview(self._file.getvalue()),) if self.size else ())  # not a copy
        return OpenedFile(os.dup(self._file.fileno()), Path(str(self._file.name))).chunks()

    def discard(self) -> None:
        """Drop what was written."""
        self.closed = True
        self._file.close()
