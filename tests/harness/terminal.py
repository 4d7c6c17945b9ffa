"""A terminal of a given size, on which a command runs in a process of its own."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Seen", "on_terminal"]

_LINK = re.compile("\x1b]8;[^;]*;([^\x1b]*)\x1b\\\\")
_STYLE = re.compile("\x1b\\[[0-9;]*m")
_MOVE = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")


@dataclass
class Seen:
    """What a command has written to its terminal.

    Attributes:
        code: Its exit code.
        raw: All of it, with what the terminal obeys.
    """

    code: int
    raw: str

    @property
    def text(self) -> str:
        """What a person reads, without colours and links."""
        return _MOVE.sub("", _STYLE.sub("", _LINK.sub("", self.raw))).replace("\r\n", "\n")

    @property
    def links(self) -> set[str]:
        """Where a click leads."""
        return {found for found in _LINK.findall(self.raw) if found}

    @property
    def is_coloured(self) -> bool:
        """Whether some style has a colour."""
        codes = [code for one in _STYLE.findall(self.raw) for code in one[2:-1].split(";")]
        return any(code in {str(n) for n in (*range(30, 38), 38, *range(90, 98))} for code in codes)


def on_terminal(
    *args: str, cwd: Path, columns: int = 100, keep: Sequence[str] = (), **environ: str
) -> Seen:
    """Run ``python -m typedxcom`` with *args* on a terminal of *columns*.

    Args:
        args: The command line.
        cwd: Where it runs.
        columns: How wide the terminal is.
        keep: Which outputs are files instead: ``stdout``, ``stderr``.
        environ: Further variables of its environment.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    unset = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "COLORTERM")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    root = str(Path(__file__).resolve().parents[2])
    outputs = {
        name: subprocess.DEVNULL if name in keep else theirs for name in ("stdout", "stderr")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "typedxcom", *args],
        cwd=cwd,
        env={**kept, "PYTHONPATH": root, "TERM": "xterm-256color", **environ},
        stdin=theirs,
        **outputs,
    )
    os.close(theirs)
    found = bytearray()

    def read() -> None:
        with contextlib.suppress(OSError):  # the last process at the other end is gone
            while data := os.read(ours, 65536):
                found.extend(data)

    reader = threading.Thread(target=read)
    reader.start()
    code = process.wait(120)
    reader.join(30)
    os.close(ours)
    return Seen(code, found.decode(errors="replace"))
