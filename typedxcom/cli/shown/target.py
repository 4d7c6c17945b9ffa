"""Writes the file of a value whole or not at all, and over another one only if you ask for it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["new_file"]


@contextlib.contextmanager
def new_file(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """Yields a file to write. It gets the name *path* if the block ends without an error.

    Args:
        path: Its name.
        force: Replace a file that has the name already.

    Raises:
        FileExistsError: There is a file of that name.
        OSError: It cannot be written there.
    """
    if not force:
        path.open("xb").close()  # the name is ours from here on
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=".typedxcom-", delete=False
        ) as out:
            written = Path(out.name)
            try:
                yield out
                out.flush()
                written.chmod(0o666 & ~_umask())
                os.replace(written, path)
            except BaseException:
                written.unlink(missing_ok=True)
                raise
    except BaseException:
        if not force:
            path.unlink(missing_ok=True)
        raise


def _umask() -> int:
    found = os.umask(0o077)
    os.umask(found)
    return found
