"""The value that `show` opens, for people: JSON in colours, and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from typedxcom.cli.shown.base import Grid
from typedxcom.cli.terminal import console_on, plain_table, safe

__all__ = ["draw"]


def draw(head: Sequence[str], body: Sequence[str | Grid], out: TextIO, *, is_json: bool) -> None:
    """Draws what a value is, and the value below it."""
    from rich.highlighter import JSONHighlighter

    console, highlighter = console_on(out), JSONHighlighter()
    style = "bold"
    for line in head:
        console.print(safe(line, style))
        style = ""
    console.print()
    for part in body:
        if isinstance(part, Grid):
            table = plain_table(part.heads)
            for row in part.rows:
                table.add_row(*map(safe, row))
            console.print(table)
        else:
            text = safe(part)
            if is_json:
                highlighter.highlight(text)
            console.print(text)
