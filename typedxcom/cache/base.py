"""The cache of one user on one machine, shared by all of that user's processes."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final, Literal

from typing_extensions import Buffer

from typedxcom.cache.filling import CacheRefusedError, Filling, is_named, locked_file
from typedxcom.cache.folder import UnsafeFolderError, boot_folder, opened_folder
from typedxcom.cache.keys import CacheKey
from typedxcom.cache.room import budget_in, count, remove_abandoned, used
from typedxcom.pointer import Pointer
from typedxcom.stores.opened import OpenedFile, copied_file

__all__ = ["Cache", "CacheUse", "Found"]

_log = logging.getLogger(__name__)
_FILES, _FILLING = "files", "filling"
_LOCKED: Final = "locked"
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_PAUSES = 0.002, 0.02  # seconds between two looks at whether somebody else has filled a file


@dataclass(frozen=True, slots=True)
class CacheUse:
    """One read of an object that may be in the cache.

    Attributes:
        pointer: The object.
        hit: Whether it was there, and the store was not asked.
    """

    pointer: Pointer
    hit: bool


class CachedFile(OpenedFile):
    """A file of the cache, open for reading. It stays, even if it is removed from the cache."""

    @cached_property
    def path(self) -> Path:
        """A path to a copy. Who opens a path might open it to write, and the cache is shared."""
        self._apart = copied_file(self.chunks(), self._suffix)
        return self._apart.path


@dataclass(frozen=True, slots=True)
class Found:
    """A cached file.

    Attributes:
        file: The file.
        size: Bytes of it that are the object.
    """

    file: CachedFile
    size: int

    def data(self) -> Buffer:
        """All of the object, mapped into memory. All processes of the machine share its pages."""
        return memoryview(self.file.data())[: self.size]


class Cache:
    """Files under one folder. It never raises: if the disk refuses, nothing is found or kept.

    Args:
        root: The folder. It is made when the first file is kept.
        limit: Bytes that all files together take at most. It takes no more than a tenth of the
            space that would be free without it, either.
        observe: Called for every use, or None if nobody counts.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        limit: int,
        observe: Callable[[CacheUse], None] | None = None,
    ) -> None:
        self.root, self.limit, self.observe = Path(root).absolute(), limit, observe
        self.is_off = False

    def find(self, key: CacheKey, suffix: str = "") -> Found | None:
        """The file of *key*, if it is there and whole. A file that is not whole is removed.

        Args:
            key: What is wanted.
            suffix: The extension of the paths that the file gives, as ``.csv``.
        """
        found = None
        with self._folder(_FILES) as folder:
            if folder is not None:
                found = self._found(key, folder, suffix)
        return found

    def _found(self, key: CacheKey, folder: int, suffix: str) -> Found | None:
        try:
            file = os.open(key.name, _FILE, dir_fd=folder)
        except FileNotFoundError:
            return None
        name = self.root / boot_folder() / _FILES / key.name
        opened = CachedFile(file, name, suffix=suffix, is_copy=True)
        size = key.size_in(file)
        if size is None:
            _log.debug("The cached file %s is damaged, and is removed", key.name)
            os.unlink(key.name, dir_fd=folder)
            return None
        used(file)
        return Found(opened, size)

    @contextlib.contextmanager
    def filling(self, key: CacheKey, *, seconds: float) -> Iterator[Filling | None]:
        """The right to fill the file of *key*, which only one process at a time has.

        Args:
            key: What is not there.
            seconds: How long to wait for another process that fills it right now.

        Yields:
            None if another process has filled it meanwhile, so that `find` may find it, and also if
            it may not be kept, or the other process took too long.
        """
        filling = self._begin(key, seconds)
        try:
            yield filling
        finally:
            if filling is not None:
                filling.drop()

    def keep(self, filling: Filling, data: Buffer) -> Found | None:
        """Fill a file with *data*, which is verified, and return it if that worked."""
        with self.refusals(filling.key):
            filling.write(data)
            filling.commit()
        return self.find(filling.key)

    @contextlib.contextmanager
    def refusals(self, key: CacheKey) -> Iterator[None]:
        """Log, and swallow, that *key* cannot be kept."""
        try:
            yield
        except CacheRefusedError as error:
            _log.debug("%s is not cached: %s", key.name, error)

    def superseded(self, key: CacheKey) -> None:
        """Let the file of *key* be the first that is removed if room is needed."""
        with self._folder(_FILES) as folder:
            if folder is not None:
                with contextlib.suppress(FileNotFoundError):
                    file = os.open(key.name, _FILE, dir_fd=folder)
                    used(file, last=True)
                    os.close(file)

    def note(self, pointer: Pointer, *, hit: bool) -> None:
        """Report one read to whoever counts."""
        if self.observe is not None:
            self.observe(CacheUse(pointer, hit))

    def _begin(self, key: CacheKey, seconds: float) -> Filling | None:
        until = time.monotonic() + seconds
        pause, longest = _PAUSES
        while (begun := self._attempt(key)) is _LOCKED and time.monotonic() < until:
            time.sleep(pause)
            pause = min(pause * 1.5, longest)
        return begun if isinstance(begun, Filling) else None

    def _attempt(self, key: CacheKey) -> Filling | Literal["locked"] | None:
        with self._folder(_FILLING, make=True) as filling, self._folder(_FILES, make=True) as files:
            if filling is None or files is None:
                return None
            room = budget_in(files, self.limit) // 2  # one object does not push out all others
            if (key.size or 0) > room or _exists(key, files):
                return None
            file = locked_file(key.name, filling)
            if file is None:
                return _LOCKED
            with contextlib.ExitStack() as stack:
                begun = self._filling(key, file, room)
                stack.callback(begun.drop)
                if not _exists(key, files):  # else it was filled just before the lock was free
                    os.ftruncate(file, 0)  # what a killed process left
                    stack.pop_all()
                    return begun
        return None

    def _filling(self, key: CacheKey, file: int, room: int) -> Filling:
        def appear(size: int) -> None:
            with (
                opened_folder(self.root, _FILLING) as filling,
                opened_folder(self.root, _FILES) as files,
            ):
                if not is_named(file, key.name, filling):
                    raise FileNotFoundError(errno.ENOENT, "its folder was removed")
                os.rename(key.name, key.name, src_dir_fd=filling, dst_dir_fd=files)
                count(files, size, budget_in(files, self.limit))
                remove_abandoned(filling)

        def remove() -> None:
            with opened_folder(self.root, _FILLING) as filling:
                if is_named(file, key.name, filling):
                    os.unlink(key.name, dir_fd=filling)

        return Filling(key, file, room, appear=appear, remove=remove)

    @contextlib.contextmanager
    def _folder(self, name: str, *, make: bool = False) -> Iterator[int | None]:
        """One of the two folders, or None. What the disk refuses inside ends the block quietly."""
        if self.is_off:
            yield None
            return
        with contextlib.ExitStack() as stack:
            try:
                folder = stack.enter_context(opened_folder(self.root, name, make=make))
            except UnsafeFolderError as error:
                self.is_off = True
                _log.warning(
                    "The cache is off, because its folder %s %s. Set [typedxcom] cache to a folder "
                    "that only this user may open: chmod 700",
                    self.root,
                    error,
                )
                yield None
                return
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    _log.debug("The cache in %s cannot be used: %s", self.root, error.strerror)
                yield None
                return
            try:
                yield folder
            except OSError as error:
                _log.debug("The cache in %s cannot be used: %s", self.root, error.strerror)


def _exists(key: CacheKey, folder: int) -> bool:
    try:
        os.stat(key.name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
