"""Deletes a file only if it is still as it was listed, though nobody holds a lock meanwhile.

The file gets another name in its own folder, is looked at once more, and is then deleted or gets
its name back. Whoever writes the same object again does two things in this order: sets the date of
the file that is there, then looks whether it still has its name; see `LocalStage._renew`.

* If the writer finds the name, the file lost it later. So the date was set before the last look,
  which sees it, and the file comes back.
* If the writer does not find the name, it writes the object again, as a file of its own.

So one of the two always sees the other. Nobody else takes the new name: it holds 16 characters
that are new for each call, and a "+", which no path has. Two sweeps at once never take each other's
file for their own.

If the process is killed in between, the file stays under that name, which says what it was called
before. The next listing, of whichever process, gives it back; it is then an object as any other.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from collections.abc import Callable

__all__ = ["NO_LINKS", "bring_back", "name_before", "new_token", "take"]

NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_ASIDE = re.compile(r"\+[0-9a-f]{16}\+([^+]+)")


def new_token() -> str:
    """What makes the names of one call its own."""
    return secrets.token_hex(8)


def name_before(name: str) -> str | None:
    """The name of a file before it was taken aside; None if it never was."""
    found = _ASIDE.fullmatch(name)
    return found and found[1]


def take(
    name: str, folder: int, token: str, is_unchanged: Callable[[os.stat_result], bool]
) -> bool:
    """Delete a file of an open folder if *is_unchanged* says so of its last status.

    Raises:
        FileNotFoundError: It is gone, or somebody has given it its name back.
        OSError: The system refused.
    """
    aside = f"+{token}+{name}"
    os.rename(name, aside, src_dir_fd=folder, dst_dir_fd=folder)
    if is_unchanged(os.stat(aside, dir_fd=folder, follow_symlinks=False)):
        os.unlink(aside, dir_fd=folder)
        return True
    bring_back(aside, name, folder)
    return False


def bring_back(aside: str, name: str, folder: int) -> bool:
    """Give a file its name back, and say whether it has it: not if there is another one by now.

    That one was written later, so it has the same bytes and a later date.

    Raises:
        OSError: It is gone, or the system refused.
    """
    try:
        os.link(aside, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        is_back = False
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        is_back = not _is_there(name, folder)
        if is_back:
            os.rename(aside, name, src_dir_fd=folder, dst_dir_fd=folder)
            return True
    else:
        is_back = True
    with contextlib.suppress(FileNotFoundError):  # another listing was as quick
        os.unlink(aside, dir_fd=folder)
    return is_back


def _is_there(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
