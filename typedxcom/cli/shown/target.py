"""The file that a value is written to: whole or not at all, and never over another one unasked."""

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
    """A file that takes its name *path* when the block ends well.

    Args:
        path: Its name.
        force: Take the place of a file that has the name.

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
