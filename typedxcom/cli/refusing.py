"""What a command prints about a wrong path or a wrong setting, instead of a traceback."""

from __future__ import annotations

import sys

from typedxcom.cli.terminal.lines import words

__all__ = ["refused"]

_USAGE = 2  # the exit code


def refused(error: Exception) -> int:
    """Prints what is wrong with the usage. Returns the exit code."""
    missing = "no such file or folder: " if isinstance(error, FileNotFoundError) else ""
    words(f"{missing}{error}", sys.stderr)
    return _USAGE
