"""What people see: colours, tables, links to files and a bar, drawn by rich.

Programs read the same commands through a pipe, and get plain text. rich takes time to import, so
nothing here imports it before something is drawn. It comes with Airflow's core, as rich-argparse
does: where only the task SDK is installed, people get the plain text too.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from typedxcom.cli.shown.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

__all__ = ["columns", "console_on", "is_drawn", "is_live", "linked", "plain_table", "safe"]

_WIDTH = 120  # characters of a line that nothing limits


def is_drawn(out: TextIO) -> bool:
    """Returns whether *out* gets drawings: it is a terminal, or FORCE_COLOR says so."""
    forced = bool(os.environ.get("FORCE_COLOR")) and not os.environ.get("NO_COLOR")
    is_wanted = is_live(out) or (forced and not _is_dumb())
    return is_wanted and _has_letters(out) and importlib.util.find_spec("rich") is not None


def is_live(out: TextIO) -> bool:
    """Returns whether what stands on *out* can be drawn again."""
    return out.isatty() and not _is_dumb()


def _is_dumb() -> bool:
    return os.environ.get("TERM", "") in ("dumb", "unknown")


def _has_letters(out: TextIO) -> bool:
    """Returns whether *out* can have lines, arrows and dots, which ASCII has not."""
    return (getattr(out, "encoding", None) or "utf-8").lower().startswith("utf")


def columns(out: TextIO) -> int:
    """Returns how many characters a line of *out* has: COLUMNS, or as wide as the terminal is."""
    with contextlib.suppress(ValueError):
        if (given := int(os.environ.get("COLUMNS", ""))) > 0:
            return given
    with contextlib.suppress(OSError, ValueError):  # a StringIO has no file
        if (found := os.get_terminal_size(out.fileno()).columns) > 0:
            return found
    return _WIDTH


def console_on(out: TextIO) -> Console:
    """Returns what draws on *out*. Square brackets and colons in a text mean nothing to it."""
    from rich.console import Console

    return Console(
        file=out,
        force_terminal=True,
        force_jupyter=False,
        width=columns(out),
        markup=False,
        emoji=False,
        highlight=False,
    )


def safe(words: str, style: str = "") -> Text:
    """Returns *words* to be drawn, with only characters that a terminal prints."""
    from rich.text import Text

    text = Text("\n".join(map(printable, words.split("\n"))))
    text.stylize(style)  # of these words, and not of what is appended
    return text


def linked(path: Path | str, line: int | None = None, style: str = "") -> Text:
    """Returns ``path:line``. A click on it opens the file, if the terminal can do that."""
    from rich.style import Style

    file = Path(path).absolute()
    words = safe(str(path) if line is None else f"{path}:{line}", style)
    if file.exists():
        words.stylize(Style(link=file.as_uri()))
    return words


def plain_table(heads: Iterable[str] = ()) -> Table:
    """Returns an empty table without lines, as wide as its cells."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=bool(heads), header_style="bold")
    for head in heads:
        table.add_column(safe(head), overflow="fold")
    return table
