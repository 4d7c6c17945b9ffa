"""What a command prints about a wrong path or a wrong setting, instead of a traceback."""

from __future__ import annotations

import sys

__all__ = ["refused"]

_USAGE = 2  # the exit code


def refused(error: Exception) -> int:
    """Prints what is wrong with the usage. Returns the exit code."""
    missing = "no such file or folder: " if isinstance(error, FileNotFoundError) else ""
    print(f"typedxcom: {missing}{error}", file=sys.stderr)
    return _USAGE
