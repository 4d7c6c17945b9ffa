"""Keeps the folders open that lead to one file after the other, where many are removed.

Files come in the order of their paths, so most share nearly all of the way. On a shared disk, each
opening of a folder may be a request to a server. Each folder is still opened in the one before it,
and no symlink is followed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from typedxcom.stores.folders import open_folder, open_root

__all__ = ["OpenFolders"]


class OpenFolders:
    """The folders on the way to the last file; those that are left empty are removed.

    Close it in the end, as with ``contextlib.closing``.

    Args:
        root: The folder above all of them, which stays.

    Raises:
        OSError: There is no such folder.
    """

    def __init__(self, root: Path) -> None:
        self._open = [open_root(root)]
        self._names: list[str] = []
        self._lost_files = [False]

    def enter(self, parts: Sequence[str]) -> int:
        """A descriptor of the folder *parts* below the root, until the next one is entered.

        Raises:
            OSError: One is missing, or is no folder but a symlink, for example.
        """
        shared = 0
        for name, part in zip(self._names, parts, strict=False):
            if name != part:
                break
            shared += 1
        while len(self._names) > shared:
            self._leave()
        for part in parts[shared:]:
            self._open.append(open_folder(part, self._open[-1]))
            self._names.append(part)
            self._lost_files.append(False)
        return self._open[-1]

    def lose_file(self) -> None:
        """Note that the folder entered last has lost a file, and may be empty now."""
        self._lost_files[-1] = True

    def _leave(self) -> None:
        os.close(self._open.pop())
        name = self._names.pop()
        if self._lost_files.pop():
            try:
                os.rmdir(name, dir_fd=self._open[-1])
            except OSError:  # not empty: someone else's object is there, or is just being written
                return
            self._lost_files[-1] = True

    def close(self) -> None:
        """Leave all of them."""
        while self._names:
            self._leave()
        os.close(self._open.pop())
