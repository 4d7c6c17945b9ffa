"""Objects on a local or shared disk, which readers can map into memory."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import secrets
import stat
import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

from typing_extensions import Buffer

from typedxcom.errors import IntegrityError, PointerNotFoundError, StoreError
from typedxcom.pointer import confine
from typedxcom.stores import aside
from typedxcom.stores.base import DELETERS, Store, StoredObject
from typedxcom.stores.folders import from_os_error, in_folder, list_files, open_file, remove_empty
from typedxcom.stores.opened import OpenedFile
from typedxcom.stores.reading import Parts
from typedxcom.stores.removing import OpenFolders
from typedxcom.stores.staged import CHUNK, WRITE, Staged, chunks_of

__all__ = ["LocalStore"]

_PARTIAL = "+partial"  # no path can name it: "+" is always quoted
_MAP = 64 * 2**10  # bytes from which a map is quicker than a copy
_NEIGHBOURS = 32  # objects that one thread removes, at least
_WAITS = 3.0  # times as long as the work itself: the disk keeps us waiting
_TRIES = 100  # at naming a file in a folder that others keep removing; each takes microseconds


class LocalStore(Store):
    """Objects as files under one folder.

    A write goes to a temporary file, which gets its name when it is whole. So a killed process
    leaves nothing under a final name. Files are not forced to the disk (``fsync``) unless you ask:
    a crash of the whole machine may lose what was written in the last seconds. A reader then finds
    out by size and digest. docs/explanation/integrity.md says what ``fsync`` would cost.

    Args:
        root: The folder. It is made when the first object is written.
        name: What pointers call the store.
        mode: Permissions of new folders. Files get the same without the execute bits. With
            ``0o750``, tasks that run as other users of the group can read.
        fsync: Wait until the disk has an object before it appears.
        copies: Copy an object before it is verified, instead of mapping its file. Then somebody who
            may write to the folder cannot change it afterwards. It costs the time and memory of the
            copy.
    """

    is_local = True

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        name: str = "local",
        mode: int = 0o700,
        fsync: bool = False,
        copies: bool = False,
    ) -> None:
        super().__init__(name)
        self.root = Path(root).absolute()
        self.mode = mode
        self.fsync = fsync
        self.copies = copies

    def write(self, path: str, data: Buffer | Iterable[Buffer]) -> None:
        """Put *data* under *path*, whole or not at all."""
        confine(path)
        with self.stage() as staged:
            for chunk in chunks_of(data):
                staged.write(chunk)
            staged.commit(path)

    def stage(self) -> LocalStage:
        """A temporary file on the same disk."""
        return LocalStage(self)

    def read(self, path: str, *, size: int) -> Buffer:
        """The whole object. A large one is mapped into memory, which costs memory when touched."""
        with self.opened(path) as file:
            self.check_size(path, os.fstat(file).st_size, size)
            if size >= _MAP and not self.copies:
                return mmap.mmap(file, size, access=mmap.ACCESS_READ)
            return self._exactly(path, file, 0, size)

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """Bytes *start* up to *stop* of an object."""
        with self.opened(path) as file:
            return self._part(path, file, start, stop)

    def size(self, path: str) -> int:
        """How many bytes an object has."""
        with self.opened(path) as file:
            return os.fstat(file).st_size

    def open_local(self, path: str) -> OpenedFile | None:
        """The object's file, or None if objects are copied."""
        if self.copies:
            return None
        with self.opened(path) as file:
            return OpenedFile(os.dup(file), self.root / path, suffix=Path(path).suffix)

    def parts(self, path: str) -> Parts:
        """The file that is opened here, even if another one gets its name later."""
        with self.opened(path) as file:
            return _OpenedParts(self, os.dup(file))

    def delete(self, path: str) -> bool:
        """Remove one object and the folders that are then empty; say whether it was there."""
        *parts, name = confine(path).split("/")
        try:
            with in_folder(self.root, parts) as folder:
                os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise from_os_error(error, self.describe(path), "delete") from None
        remove_empty(self.root, parts)
        return True

    def delete_unchanged(self, stored: StoredObject) -> bool:
        """Take the file's name away, look at it once more, and only then delete it."""
        [done] = self.delete_all_unchanged([stored])
        if isinstance(done, StoreError):
            raise done
        return done

    def delete_all_unchanged(self, objects: Sequence[StoredObject]) -> Sequence[bool | StoreError]:
        """As `delete_unchanged`, each file by itself; neighbours share their open folders.

        Nobody can lead that out of the root: a folder that is swapped for a symlink is not looked
        up again, and the open one is still the folder that was inside.

        If the first ones show that the disk keeps us waiting, as one that is shared may, several
        threads do the rest. If not, threads would only wait for each other.
        """
        began, busy = time.perf_counter(), time.thread_time()
        states = self._delete_neighbours(objects[:_NEIGHBOURS])
        wall, busy = time.perf_counter() - began, time.thread_time() - busy
        rest = objects[_NEIGHBOURS:]
        if wall < _WAITS * busy:
            return [*states, *(self._delete_neighbours(rest) if rest else ())]
        size = max(_NEIGHBOURS, -(-len(rest) // DELETERS))
        parts = [rest[start : start + size] for start in range(0, len(rest), size)]
        with ThreadPoolExecutor(DELETERS, "typedxcom-store") as threads:
            for found in threads.map(self._delete_neighbours, parts):
                states += found
        return states

    def _delete_neighbours(self, objects: Sequence[StoredObject]) -> list[bool | StoreError]:
        states: list[bool | StoreError] = []
        try:
            with contextlib.closing(OpenFolders(self.root)) as folders:
                token = aside.new_token()
                states.extend(self._removed(stored, folders, token) for stored in objects)
        except OSError as error:  # the root itself
            failed = from_os_error(error, str(self.root), "delete objects from")
            states += [failed] * (len(objects) - len(states))
        return states

    def _removed(self, stored: StoredObject, folders: OpenFolders, token: str) -> bool | StoreError:
        try:
            *parts, name = confine(stored.path).split("/")
            folder = folders.enter(parts)
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(status.st_mode):
                return IntegrityError(f"`{self.describe(stored.path)}` is not a regular file")
            is_unchanged = partial(_is_as, stored)
            if not is_unchanged(status) or not aside.take(name, folder, token, is_unchanged):
                return False
            folders.lose_file()
        except FileNotFoundError:
            return False
        except StoreError as error:
            return error
        except OSError as error:
            return from_os_error(error, self.describe(stored.path), "delete")
        return True

    def list(self, prefix: str = "") -> Iterator[StoredObject]:
        """Every object under the folder *prefix*, folder by folder in the order of names.

        A file that a killed sweep has taken aside gets its name back here; see `aside`.
        """
        parts = confine(prefix).split("/") if prefix else []
        head = f"{prefix}/" if prefix else ""
        for below, status in self._files(parts):
            with contextlib.suppress(IntegrityError):  # partial, or not ours
                path = head + below
                if "+" in path:
                    path = self._brought_back(path)
                yield _stored(confine(path), status)

    def _brought_back(self, path: str) -> str:
        """The path of a file that was taken aside, once it has it again; "" if it has not."""
        *parts, name = path.split("/")
        before = aside.name_before(name)
        if before is None:
            return ""
        confine("/".join([*parts, before]))
        with contextlib.suppress(OSError), in_folder(self.root, parts) as folder:
            if aside.bring_back(name, before, folder):
                return "/".join([*parts, before])
        return ""

    def _files(self, parts: Sequence[str]) -> Iterator[tuple[str, os.stat_result]]:
        try:
            yield from list_files(self.root, [*parts])
        except OSError as error:
            folder = "/".join([*parts, error.filename or ""])
            raise from_os_error(error, self.describe(folder), "list") from None

    def describe(self, path: str) -> str:
        """The file's name."""
        return os.path.join(self.root, path)

    def partials(self) -> Iterator[StoredObject]:
        """Temporary files of writes that were killed, or are still running."""
        for name, status in self._files([_PARTIAL]):
            yield _stored(f"{_PARTIAL}/{name}", status)

    def delete_partial(self, path: str) -> bool:
        """Remove a temporary file, and say whether it was there."""
        folder_name, _, name = path.partition("/")
        if folder_name != _PARTIAL or confine(name) != name or "/" in name:
            raise IntegrityError("That is no partial object of a local store")
        try:
            with in_folder(self.root, [_PARTIAL]) as folder:
                os.unlink(name, dir_fd=folder)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise from_os_error(error, self.describe(path), "delete") from None
        return True

    @contextlib.contextmanager
    def opened(self, path: str) -> Iterator[int]:
        """A descriptor of an object, to read; no symlink is followed on the way.

        Raises:
            PointerNotFoundError, IntegrityError, StoreError: As for `read`.
        """
        confine(path)
        with self.reading(path), open_file(self.root, path) as file:
            yield file

    @contextlib.contextmanager
    def reading(self, path: str) -> Iterator[None]:
        """Turn the system's errors about reading an object into a StoreError with its address."""
        try:
            yield
        except StoreError:
            raise
        except OSError as error:
            raise from_os_error(error, self.describe(path), "read") from None

    def _part(self, path: str, file: int, start: int, stop: int) -> bytes:
        found = os.fstat(file).st_size
        if stop > found:
            self.check_size(path, found, stop)
        return self._exactly(path, file, start, stop)

    def _exactly(self, path: str, file: int, start: int, stop: int) -> bytes:
        pieces, at = [], start
        while at < stop:
            piece = os.pread(file, stop - at, at)
            if not piece:
                self.check_size(path, at, stop)
            pieces.append(piece)
            at += len(piece)
        return b"".join(pieces)


class _OpenedParts:
    """What a `StoreFile` reads from: one open file of a local store."""

    def __init__(self, store: LocalStore, descriptor: int) -> None:
        self._store, self._descriptor = store, descriptor
        weakref.finalize(self, os.close, descriptor)

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """Bytes *start* up to *stop*."""
        with self._store.reading(path):
            return self._store._part(path, self._descriptor, start, stop)

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        """Several parts in turn."""
        return [self.read_range(path, start, stop) for start, stop in ranges]


class LocalStage(Staged):
    """A temporary file that becomes an object."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self._name = secrets.token_hex(16)
        self.size = 0
        try:
            with in_folder(store.root, [_PARTIAL], make=store.mode) as folder:
                flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                self._file = os.open(self._name, flags, store.mode & 0o666, dir_fd=folder)
        except OSError as error:
            self.closed = True
            raise from_os_error(error, store.describe(_PARTIAL), "write to") from None

    def write(self, data: Buffer) -> int:
        """Add bytes, and say how many."""
        view = memoryview(data).cast("B")
        at = 0
        try:
            while at < len(view):
                at += os.write(self._file, view[at : at + WRITE])
        except OSError as error:
            raise from_os_error(error, str(self._store.root), "write an object to") from None
        self.size += at
        return at

    def commit(self, path: str) -> None:
        """Give the file its name. If an object has it already, see `_renew`."""
        *parts, name = confine(path).split("/")
        try:
            if self._store.fsync:
                os.fsync(self._file)
            self._appear(parts, name)
        except StoreError:
            raise
        except OSError as error:
            raise from_os_error(error, self._store.describe(path), "write") from None
        finally:
            self.discard()

    def _appear(self, parts: list[str], name: str) -> None:
        store = self._store
        for left in reversed(range(_TRIES)):
            try:
                with (
                    in_folder(store.root, [_PARTIAL]) as source,
                    in_folder(store.root, parts, make=store.mode) as target,
                ):
                    try:
                        self._name_it(source, target, name)
                    except FileExistsError:
                        self._renew(source, target, parts, name)
                    if store.fsync:
                        os.fsync(target)
                return
            except (FileNotFoundError, PointerNotFoundError):
                # Whoever deleted the last other object in there removed the empty folder; or the
                # object that was there is gone meanwhile.
                if not left:
                    raise

    def _renew(self, source: int, target: int, parts: list[str], name: str) -> None:
        """Give the object that is there a new date, so that no sweep takes it for an old one.

        Its path says that its bytes should be these. If they have changed, this file replaces it.
        If they are right, it stays, because another machine may have it mapped.
        """
        path = "/".join([*parts, name])
        with self._store.opened(path) as there:
            whole = os.fstat(there).st_size == self.size
            if whole and _is_same(self._file, there, self.size):
                with contextlib.suppress(PermissionError):  # another user's: replaced as well
                    os.utime(there)
                    # A sweep may have taken its name away before it saw the date: write it again.
                    os.stat(name, dir_fd=target, follow_symlinks=False)
                    return
        os.rename(self._name, name, src_dir_fd=source, dst_dir_fd=target)

    def _name_it(self, source: int, target: int, name: str) -> None:
        """Link and not rename: a rename would overwrite what is there."""
        try:
            os.link(self._name, name, src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)
        except OSError as error:
            if error.errno not in aside.NO_LINKS:
                raise
            with contextlib.suppress(FileNotFoundError):
                os.stat(name, dir_fd=target, follow_symlinks=False)
                raise FileExistsError(errno.EEXIST, "File exists") from None
            os.rename(self._name, name, src_dir_fd=source, dst_dir_fd=target)

    def discard(self) -> None:
        """Remove the temporary file's own name."""
        if self.closed:
            return
        self.closed = True
        os.close(self._file)
        with contextlib.suppress(OSError), in_folder(self._store.root, [_PARTIAL]) as folder:
            os.unlink(self._name, dir_fd=folder)


def _is_same(one: int, other: int, size: int) -> bool:
    """Whether two files of *size* bytes hold the same ones."""
    return all(
        os.pread(one, CHUNK, at) == os.pread(other, CHUNK, at) for at in range(0, size, CHUNK)
    )


def _is_as(stored: StoredObject, status: os.stat_result) -> bool:
    """Whether a file still has the size and date that a listing gave."""
    return status.st_size == stored.size and _modified(status) == stored.modified


def _stored(path: str, status: os.stat_result) -> StoredObject:
    return StoredObject(path, status.st_size, _modified(status))


def _modified(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, timezone.utc)
