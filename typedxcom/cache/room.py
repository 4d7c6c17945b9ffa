"""How much the cache may hold, and what goes when it is full: what nobody used for longest."""

from __future__ import annotations

import contextlib
import os
import struct
import time

from typedxcom.cache.filling import locked_file

__all__ = ["budget_in", "count", "remove_abandoned", "used"]

_SHARE = 10  # the cache takes at most one part of so many of what would be free without it
_TRIES, _PAUSE = 500, 0.002  # seconds: others only add a number, or sum up some files
_TOTAL, _NUMBER = "total", struct.Struct("<q")


def budget_in(folder: int, limit: int) -> int:
    """Bytes that all cached files together may take.

    Args:
        folder: The folder with the files.
        limit: What the user allows, in bytes.

    Raises:
        OSError: The disk refuses.
    """
    disk = os.statvfs(folder)
    return min(limit, (disk.f_bavail * disk.f_frsize + (_known(folder) or 0)) // _SHARE)


def count(folder: int, added: int, budget: int) -> None:
    """Note that *added* bytes are there, and remove the oldest files if they are too many.

    The sum is kept in a file, so that not every write has to look at all of them. It is summed up
    again whenever files are removed.

    Raises:
        OSError: The disk refuses.
    """
    file = locked_file(_TOTAL, folder)
    for _ in range(_TRIES):
        if file is not None:
            break
        time.sleep(_PAUSE)
        file = locked_file(_TOTAL, folder)
    if file is None:
        _shrink(folder, budget)
        return
    try:
        known = _read(file)
        total = -1 if known is None else known + added
        if not 0 <= total <= budget:
            total = _shrink(folder, budget)
        os.pwrite(file, _NUMBER.pack(total), 0)
    finally:
        os.close(file)


def _known(folder: int) -> int | None:
    try:
        file = os.open(_TOTAL, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
    except OSError:
        return None
    try:
        return _read(file)
    finally:
        os.close(file)


def _read(file: int) -> int | None:
    found = os.pread(file, _NUMBER.size, 0)
    value: int | None = _NUMBER.unpack(found)[0] if len(found) == _NUMBER.size else None
    return value if value is not None and value >= 0 else None


def used(file: int, *, last: bool = False) -> None:
    """Note that a file was used now.

    Args:
        file: Its descriptor.
        last: Instead, let it be the first that is removed.
    """
    with contextlib.suppress(OSError):
        os.utime(file, (0, 0) if last else None)


def _shrink(folder: int, budget: int) -> int:
    """Remove the files that were not used for longest, and return how many bytes are left."""
    files: list[tuple[float, str, int]] = []
    now = time.time()
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                # The clock went back since a file of the future was used: nobody knows when.
                when = status.st_mtime if status.st_mtime <= now + 1 else 0.0
                files.append((when, entry.name, status.st_size))
    total = sum(size for _, name, size in files if name != _TOTAL)
    target = budget if total <= budget else budget * 9 // 10
    for _, name, size in sorted(files):
        if total <= target:
            break
        if name != _TOTAL:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            total -= size
    return total


def remove_abandoned(folder: int) -> None:
    """Remove what killed processes left of files that they were filling.

    Raises:
        OSError: The disk refuses.
    """
    for name in os.listdir(folder):
        file = locked_file(name, folder)
        if file is not None:
            try:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)
            finally:
                os.close(file)
