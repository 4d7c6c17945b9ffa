"""Opens files below one folder part by part, so that no symlink is followed.

If you resolve a path and compare it with the root, time passes between the check and the use. Here
each part is opened in the folder that was opened before, and the kernel refuses symlinks.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from typedxcom.errors import IntegrityError, PointerNotFoundError, StoreError

__all__ = [
    "from_os_error",
    "in_folder",
    "list_files",
    "open_file",
    "open_folder",
    "open_root",
    "remove_empty",
    "warn_of_others",
]

_log = logging.getLogger(__name__)
_DEEPEST = 16  # folders one in the other: an object is in five
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO that someone put there must not wait for a writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


@contextlib.contextmanager
def in_folder(root: Path, parts: list[str], *, make: int | None = None) -> Iterator[int]:
    """A descriptor of the folder *parts* below *root*.

    Args:
        make: The mode of folders that are missing, root included; None makes none.

    Raises:
        OSError: One is missing, or is no folder but a symlink, for example. See `from_os_error`.
    """
    if make is not None:
        root.mkdir(mode=make, parents=True, exist_ok=True)
    folder = open_root(root)
    try:
        for part in parts:
            if make is not None:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(part, make, dir_fd=folder)
            inner = open_folder(part, folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def open_root(root: Path) -> int:
    """A descriptor of *root* itself, which may be a symlink: whoever runs the deployment chose it.

    Raises:
        OSError: It is missing, or no folder.
    """
    return os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def open_folder(name: str, folder: int) -> int:
    """A descriptor of the folder *name* in an open one.

    Raises:
        OSError: It is missing, or is no folder but a symlink, for example. See `from_os_error`.
    """
    return os.open(name, _FOLDER, dir_fd=folder)


@contextlib.contextmanager
def open_file(root: Path, path: str) -> Iterator[int]:
    """A descriptor of the file *path* below *root*, to read.

    Raises:
        OSError: It is missing, or a symlink is on the way. See `from_os_error`.
        IntegrityError: It is no regular file.
    """
    *parts, name = path.split("/")
    with in_folder(root, parts) as folder:
        file = os.open(name, _FILE, dir_fd=folder)
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise IntegrityError(f"`{root / path}` is not a regular file")
        yield file
    finally:
        os.close(file)


def list_files(root: Path, parts: list[str]) -> Iterator[tuple[str, os.stat_result]]:
    """The path below *parts* and the status of every regular file there, without symlinks.

    Folders that are too deep for an object are left out too.

    Raises:
        OSError: Some folder cannot be read: the first such error, once all others were listed.
    """
    failed: list[OSError] = []
    with contextlib.suppress(FileNotFoundError, NotADirectoryError), in_folder(root, parts) as top:
        yield from _files(os.dup(top), _DEEPEST - len(parts), failed)
    if failed:
        raise failed[0]


def _files(top: int, levels: int, failed: list[OSError]) -> Iterator[tuple[str, os.stat_result]]:
    """The files of an open folder, then those of the folders in it; both by name.

    An object is alone in several folders, so this is a loop and not a generator in a generator:
    each of those would pass on each file.
    """
    above: list[tuple[int, str, list[str]]] = []  # open folders, and what is still to do in them
    folder, below = top, ""
    try:
        while True:
            files: list[tuple[str, os.stat_result]] = []
            folders: list[str] = []
            try:
                _sort_out(folder, files, folders)
            except OSError as error:
                failed.append(OSError(error.errno, error.strerror, below))
            for name, status in sorted(files) if len(files) > 1 else files:
                yield below + name, status
            above.append((folder, below, _last_first(folders) if len(above) < levels else []))
            folder = -1
            while folder < 0:
                outer, below, left = above[-1]
                if not left:
                    os.close(above.pop()[0])
                    if not above:
                        return
                    continue
                name = left.pop()
                folder = _inner(outer, below, name, failed)
            below = f"{below}{name}/"
    finally:
        for one in [folder, *(outer for outer, _, _ in above)]:
            if one >= 0:
                os.close(one)


def _last_first(names: list[str]) -> list[str]:
    return sorted(names, reverse=True) if len(names) > 1 else names


def _inner(outer: int, below: str, name: str, failed: list[OSError]) -> int:
    """A descriptor of a folder in an open one, or -1."""
    try:
        return open_folder(name, outer)
    except (FileNotFoundError, NotADirectoryError):
        pass  # deleted meanwhile, or a symlink by now
    except OSError as error:
        failed.append(OSError(error.errno, error.strerror, f"{below}{name}"))
    return -1


def _sort_out(folder: int, files: list[tuple[str, os.stat_result]], folders: list[str]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):
                    files.append((entry.name, entry.stat(follow_symlinks=False)))


def remove_empty(root: Path, parts: list[str]) -> None:
    """Remove the folder *parts* and the empty ones above it, up to the root."""
    for depth in range(len(parts), 0, -1):
        try:
            with in_folder(root, parts[: depth - 1]) as folder:
                os.rmdir(parts[depth - 1], dir_fd=folder)
        except OSError:  # not empty: someone else's object is there, or is just being written
            return


def warn_of_others(root: Path, name: str) -> None:
    """Log a warning if a store's folder is open to everyone on the machine.

    Args:
        root: The folder; it need not be there.
        name: What the store is called.
    """
    try:
        mode = root.stat().st_mode
    except OSError:
        return
    may = [word for bit, word in ((stat.S_IROTH, "read"), (stat.S_IWOTH, "write to")) if mode & bit]
    if may:
        _log.warning(
            "Every user of this machine may %s the folder %s of store %r (mode %s). "
            "Allow only the users that your workers run as: chmod o-rwx %s",
            " and ".join(may),
            root,
            name,
            oct(stat.S_IMODE(mode))[2:],
            root,
        )


def from_os_error(error: OSError, address: str, doing: str) -> StoreError:
    """What an operating system's error means for the object at *address*."""
    if isinstance(error, FileNotFoundError):
        return PointerNotFoundError(
            f"`{address}` is not there. If it was deleted, clear the task that wrote it; if this "
            "machine does not share the store's folder, configure a store that it can reach."
        )
    if error.errno in {errno.ELOOP, errno.ENOTDIR, errno.EISDIR}:
        return IntegrityError(
            f"The path to `{address}` contains a symlink, or something that is not a folder"
        )
    return StoreError(f"Could not {doing} `{address}`: {error.strerror or type(error).__name__}")
