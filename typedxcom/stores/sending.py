"""Objects that wait on this machine until an object store has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import Buffer

from typedxcom.stores.spool import SpooledStage

if TYPE_CHECKING:
    from typedxcom.stores.early import EarlyUpload
    from typedxcom.stores.object import ObjectStore

__all__ = ["EarlyStage", "ObjectStage"]


class ObjectStage(SpooledStage):
    """Sends the object when it is whole."""

    def __init__(self, store: ObjectStore) -> None:
        super().__init__(store)
        self._objects = store

    def _send(self, path: str) -> str:
        if self.file is None:
            self._objects.write(path, b"".join(self.pieces()))
        else:
            self._objects.put_file(path, self.file)
        return path


class EarlyStage(ObjectStage):
    """Sends what is in the temporary file while more comes. A small object has no such file.

    Args:
        store: Where to.
        early: As for `Store.stage_early`.
        part: Bytes after which there is something to send.
    """

    def __init__(self, store: ObjectStore, early: str, *, part: int) -> None:
        super().__init__(store)
        self._early, self._part, self._announced = early, part, 0
        self._is_begun = False
        self._upload: EarlyUpload | None = None

    def write(self, data: Buffer) -> int:
        """Add bytes, and say how many."""
        count = super().write(data)
        if self.file is not None and self.size - self._announced >= self._part:
            self._announce()
        return count

    def _announce(self) -> None:
        with self._waiting():
            self._file.flush()
            if not self._is_begun:
                self._is_begun = True
                self._upload = self._objects.send_early(self._early, self._file.fileno())
        self._announced = self.size
        if self._upload is not None:
            self._upload.grown(self.size)

    def _send(self, path: str) -> str:
        if self._upload is not None and self._upload.finish(self.size):
            return self._early
        return super()._send(path)

    def discard(self) -> None:
        """Drop what was written, and abort what was sent of it and not committed."""
        if self._upload is not None:
            self._upload.drop()
        super().discard()
