"""A file of this machine that is opened once, so that exactly what was checked is read.

Between two looks at a name, somebody who may write to its folder can put another file there. A
descriptor stays with the file on which it was opened. So everything here goes through one
descriptor: checking, mapping, reading, and handing out a path.
"""

from __future__ import annotations

import contextlib
import errno
import io
import mmap
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import IO

from typing_extensions import Buffer

from typedxcom.errors import StoreError
from typedxcom.stores.staged import CHUNK

__all__ = [
    "OpenedFile",
    "copied_file",
    "lasting_name",
    "set_aside",
    "temporary_file",
    "unnamed_file",
]

_SPARE = 256 * 2**20  # bytes of the temporary folder that are left to others


class OpenedFile:
    """One open file. It is closed with this object.

    Args:
        descriptor: Open for reading. It belongs to this object from now on.
        named: Its name, which `path` gives on systems that have no path to an open file.
        suffix: The extension of what `path` gives elsewhere, as ``.csv``.
        is_copy: Whether it stays as it is: a copy that nobody else can open, or a cached file.
    """

    def __init__(
        self, descriptor: int, named: Path, *, suffix: str = "", is_copy: bool = False
    ) -> None:
        self._descriptor, self._named, self._suffix = descriptor, named, suffix
        self.is_copy = is_copy
        self._close = weakref.finalize(self, os.close, descriptor)

    @property
    def size(self) -> int:
        """Bytes."""
        return os.fstat(self._descriptor).st_size

    @property
    def state(self) -> tuple[int, ...]:
        """Which file this is and when it last changed. While this is the same, it did not."""
        found = os.fstat(self._descriptor)
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def data(self) -> Buffer:
        """All of it, mapped into memory. It costs memory as it is touched."""
        size = self.size
        return mmap.mmap(self._descriptor, size, access=mmap.ACCESS_READ) if size else b""

    def chunks(self) -> Iterator[bytes]:
        """All of it in pieces."""
        at = 0
        while piece := os.pread(self._descriptor, CHUNK, at):
            at += len(piece)
            yield piece

    def open(self) -> IO[bytes]:
        """A file object over it, with a position of its own."""
        through = lasting_name(self._descriptor)
        if through is not None:
            return through.open("rb")
        return io.BufferedReader(_Positioned(os.dup(self._descriptor)))

    @cached_property
    def path(self) -> Path:
        """A path that leads to this very file, whatever happens to its name meanwhile.

        It lives as long as this object, for child processes too. It is a symbolic link in a folder
        of its own. So it keeps the extension, and no data stays in the temporary folder if this
        process is killed.

        Raises:
            StoreError: There is no room in the temporary folder. A retry may help.
        """
        through = lasting_name(self._descriptor)
        if through is None:
            return self._named
        with set_aside("give a file a name"):
            folder = Path(tempfile.mkdtemp(prefix="typedxcom-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            link = folder / f"file{self._suffix}"
            link.symlink_to(through)
        return link

    def close(self) -> None:
        """Close it. What is mapped stays."""
        self._close()


class _Positioned(io.RawIOBase):
    """A descriptor read from a position of its own, for systems without ``/proc``."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor, self._at = descriptor, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        size = os.fstat(self._descriptor).st_size
        at = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: size}[whence] + offset
        if at < 0:
            raise ValueError("A position before the start of a file")
        self._at = at
        return at

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer).cast("B")
        data = os.pread(self._descriptor, len(view), self._at)
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def lasting_name(descriptor: int) -> Path | None:
    """A path to *descriptor*'s file for any process of this user, while it is open here."""
    path = Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    return path if path.exists() else None


def temporary_file() -> IO[bytes]:
    """A temporary file without a name, so that ``kill -9`` leaves nothing behind.

    Systems that have no path to an open file get one with a name, since senders ask for a path.

    Raises:
        OSError: There is no such folder, or no room in it. See `set_aside`.
    """
    if Path("/proc/self/fd").exists():
        return tempfile.TemporaryFile(prefix="typedxcom-")
    return tempfile.NamedTemporaryFile(prefix="typedxcom-")


def copied_file(chunks: Iterable[Buffer], suffix: str) -> OpenedFile:
    """Writes *chunks* into a temporary file that has no name.

    Raises:
        StoreError: There is no room in the temporary folder. A retry may help.
    """
    with _for_an_object():
        opened, copy = _unnamed(suffix)
        for chunk in chunks:
            copy.write(chunk)
        copy.flush()
        return opened


def unnamed_file(size: int, suffix: str) -> tuple[OpenedFile, Path]:
    """An empty temporary file without a name, and a path to write *size* bytes to it.

    Raises:
        StoreError: There is no room in the temporary folder. A retry may help.
    """
    with _for_an_object():
        opened, file = _unnamed(suffix)
        if shutil.disk_usage(tempfile.gettempdir()).free < size + _SPARE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return opened, lasting_name(file.fileno()) or Path(str(file.name))


def _unnamed(suffix: str) -> tuple[OpenedFile, IO[bytes]]:
    file = temporary_file()
    opened = OpenedFile(os.dup(file.fileno()), Path(str(file.name)), suffix=suffix, is_copy=True)
    weakref.finalize(opened, file.close)
    return opened, file


def _for_an_object() -> contextlib.AbstractContextManager[None]:
    return set_aside("read an object from a store that is far away")


@contextlib.contextmanager
def set_aside(doing: str) -> Iterator[None]:
    """Turn errors about the temporary folder into a StoreError with the cure.

    Args:
        doing: What it was needed for, as in "to give a file a name".
    """
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(
            f"The temporary folder is needed to {doing}, but it cannot be used: "
            f"{error.strerror or type(error).__name__}. It may be full or missing. Free space in "
            "it, or set TMPDIR to a folder that has space."
        ) from None
