"""Limits on what a reader loads, whatever an entry or an object says about itself."""

from __future__ import annotations

import contextlib
import functools
import os
import resource
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from typedxcom.errors import IntegrityError

__all__ = ["Limits", "check_declared", "usable_memory"]

_PROC, _CGROUPS = Path("/proc"), Path("/sys/fs/cgroup")
_FALLBACK = 8 * 2**30  # bytes, where nobody says how much memory there is


def _default_limit() -> int:
    return usable_memory() // 2


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on what a reader loads.

    Attributes:
        size: Bytes of one object.
        decoded: Bytes of memory that reading one value may take, as far as that is known before. By
            default half of the memory that this process may use.
    """

    size: int = 64 * 2**30
    decoded: int = field(default_factory=_default_limit)


@functools.cache
def usable_memory() -> int:
    """Bytes of memory that this process may use: the machine's, or less by cgroup or ulimit."""
    found = list(_cgroup_limits(_PROC, _CGROUPS))
    with contextlib.suppress(ValueError, OSError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        found.append(soft)
    return min((one for one in found if one > 0), default=_FALLBACK)


def _cgroup_limits(proc: Path, cgroups: Path) -> Iterator[int]:
    """The limits of this process's control groups, of version 1 and 2, and of those around them."""
    try:
        lines = (proc / "self" / "cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base, name = cgroups, "memory.max"
        elif "memory" in controllers.split(","):
            base, name = cgroups / "memory", "memory.limit_in_bytes"
        else:
            continue
        # A container may see its own group as the root, whatever the path says.
        here = base / path.lstrip("/")
        for folder in {here, *here.parents}:
            if folder == base or base in folder.parents:
                with contextlib.suppress(OSError, ValueError):
                    yield int((folder / name).read_text())


def check_declared(size: int, limit: int, address: str) -> None:
    """Refuse what an object declares about its size, before memory is taken for it.

    Args:
        size: Bytes that a pointer, or the header of an IPC, parquet or zstd stream, declares.
        limit: Bytes; of `Limits`.
        address: What the message names.

    Raises:
        IntegrityError: It is negative or above the limit. A retry does not help.
    """
    if not 0 <= size <= limit:
        raise IntegrityError(
            f"`{address}` declares {size:,} bytes, but at most {limit:,} may be read. If the "
            "value is right, raise [typedxcom] read_limit."
        )
