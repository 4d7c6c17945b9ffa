"""The folder of the cache, which nobody but its owner may open.

Every use opens it again, part by part, and looks at what was opened. So it does not matter what
happens to its name meanwhile, and a folder that was deleted is made again.

The files of one boot of the machine are in a folder of their own. They are never forced to the disk
(``fsync``), because that takes longer than a download. So after a crash of the machine, a file
might have its size but not its bytes. No file of an earlier boot is read.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["UnsafeFolderError", "boot_folder", "opened_folder"]

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_BOOT_FOLDER = re.compile(r"boot-[0-9a-f]{0,32}")


class UnsafeFolderError(OSError):
    """Somebody else could read or change what is in a folder."""


@functools.cache
def boot_folder() -> str:
    """The name of the folder for this boot of the machine."""
    with contextlib.suppress(OSError):
        return f"boot-{_BOOT.read_text().strip().replace('-', '')}"
    return "boot-"


@contextlib.contextmanager
def opened_folder(root: Path, part: str, *, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder *part* of this boot's folder below *root*.

    Args:
        root: The folder of the cache.
        part: The name of the inner folder.
        make: Whether to make what is missing.

    Raises:
        UnsafeFolderError: It is a symlink, or somebody else owns it or may open it.
        OSError: It is missing, or the disk refuses.
    """
    if make:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = _checked(root, None)
    try:
        for name in (boot_folder(), part):
            if make and _made(name, folder) and name != part:
                _remove_older(folder)
            inner = _checked(Path(name), folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _made(name: str, folder: int) -> bool:
    try:
        os.mkdir(name, 0o700, dir_fd=folder)
    except FileExistsError:
        return False
    return True


def _checked(path: Path, within: int | None) -> int:
    try:
        folder = os.open(path, _FOLDER, dir_fd=within)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise UnsafeFolderError("is a symlink or not a folder") from None
        raise
    try:
        _check(os.fstat(folder))
    except BaseException:
        os.close(folder)
        raise
    return folder


def _check(status: os.stat_result) -> None:
    if status.st_uid != os.geteuid():
        raise UnsafeFolderError("belongs to another user")
    if stat.S_IMODE(status.st_mode) & 0o077:
        mode = f"{stat.S_IMODE(status.st_mode):o}"
        raise UnsafeFolderError(f"is open to other users (mode {mode})")


def _remove_older(folder: int) -> None:
    """Remove the files of earlier boots, by descriptors. Nothing else in there is touched."""
    for name in os.listdir(folder):
        if _BOOT_FOLDER.fullmatch(name) and name != boot_folder():
            with contextlib.suppress(OSError, UnsafeFolderError):
                _empty(name, folder)
                os.rmdir(name, dir_fd=folder)


def _empty(name: str, within: int) -> None:
    folder = _checked(Path(name), within)
    try:
        for inner in os.listdir(folder):
            try:
                os.unlink(inner, dir_fd=folder)
            except (IsADirectoryError, PermissionError):  # the second on macOS
                _empty(inner, folder)
                os.rmdir(inner, dir_fd=folder)
    finally:
        os.close(folder)
