"""A cached file that is being filled: it gets its name when it is whole, or it never exists.

The file is locked while it is filled. The lock ends with the process, so another process can begin
again at once. What a killed process left is never read: it has no name among the cached files.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable

from typing_extensions import Buffer

from typedxcom.cache.keys import CacheKey, seal
from typedxcom.stores.staged import WRITE

__all__ = ["CacheRefusedError", "Filling", "is_named", "locked_file"]

_TRIES = 100  # at a file that others keep renaming; each takes microseconds
_FILE = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class CacheRefusedError(Exception):
    """The disk refused, or there is no room: read without the cache."""


def locked_file(name: str, folder: int) -> int | None:
    """A descriptor of the file *name*, made if it is missing, that only this caller has locked.

    Returns:
        None if somebody else has locked it.

    Raises:
        OSError: The disk refuses, or others keep renaming it.
    """
    for _ in range(_TRIES):
        file = os.open(name, _FILE, 0o600, dir_fd=folder)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_named(file, name, folder):
                return file
        except BlockingIOError:
            os.close(file)
            return None
        except BaseException:
            os.close(file)
            raise
        os.close(file)  # whoever had it locked has renamed or removed it
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def is_named(file: int, name: str, folder: int) -> bool:
    """Whether *name* is still this very file."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return False


class Filling:
    """A binary file to write to. Arrow may write to it through ``pyarrow.PythonFile``.

    Args:
        key: What will be in it.
        file: From `locked_file`. It belongs to this object from now on.
        room: Bytes that it may take.
        appear: Gives the file its name. Called with bytes that were written.
        remove: Removes the file.
    """

    closed = False

    def __init__(
        self,
        key: CacheKey,
        file: int,
        room: int,
        *,
        appear: Callable[[int], None],
        remove: Callable[[], None],
    ) -> None:
        self.key, self.size = key, 0
        self._file, self._room = file, room
        self._appear, self._remove = appear, remove

    def write(self, data: Buffer) -> int:
        """Add bytes, and say how many.

        Raises:
            CacheRefusedError: The disk is full, or the object is too large.
        """
        view, at = memoryview(data).cast("B"), 0
        if self.size + len(view) > self._room:
            raise CacheRefusedError("there is no room for it")
        try:
            while at < len(view):
                at += os.write(self._file, view[at : at + WRITE])
        except OSError as error:
            raise CacheRefusedError(error.strerror or type(error).__name__) from None
        self.size += at
        return at

    def commit(self) -> None:
        """Make the file appear, whole.

        Raises:
            CacheRefusedError: It is not whole, or the disk refuses.
        """
        if self.key.size is None:
            self.write(seal(self.key, self.size))
        elif self.size != self.key.size:
            raise CacheRefusedError(f"it has {self.size} bytes instead of {self.key.size}")
        try:
            self._appear(self.size)
        except OSError as error:
            raise CacheRefusedError(error.strerror or type(error).__name__) from None
        self._end()

    def drop(self) -> None:
        """Remove what was not committed. Calling it again does nothing."""
        if not self.closed:
            with contextlib.suppress(OSError):
                self._remove()
            self._end()

    def _end(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):
            fcntl.flock(self._file, fcntl.LOCK_UN)  # a fork of this process has the file open, too
        with contextlib.suppress(OSError):
            os.close(self._file)

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Bytes written so far."""
        return self.size

    def flush(self) -> None:
        """Nothing: only `commit` makes anything visible."""

    def close(self) -> None:
        """Nothing: writers close what they are given, and the file is not committed yet."""
