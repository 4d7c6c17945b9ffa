"""The report of `sweep` for people: a table for each store."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from typedxcom.cli.terminal import console_on, plain_table, safe

if TYPE_CHECKING:
    from rich.table import Table

    from typedxcom.cli.sweep import Line

__all__ = ["draw"]

_STYLES = {"orphans": "bold yellow", "deleted": "bold green", "failed": "bold red"}


def draw(stores: list[list[Line]], before: str, after: list[str], out: TextIO) -> None:
    """Draws the lines of each of the *stores*, with the texts *before* and *after* them."""
    console = console_on(out)
    console.print(safe(before))
    for lines in stores:
        console.print()
        console.print(_table(lines))
    console.print()
    for line in after:
        kind, mark, sentence = line.partition(": ")
        style = {"warning": "bold yellow", "error": "bold red"}.get(kind)
        if style and mark:
            console.print(safe(f"{kind}: ", style).append_text(safe(sentence)))
        else:
            console.print(safe(line))


def _table(lines: list[Line]) -> Table:
    table = plain_table(["", "objects", "size"])
    for column in table.columns[1:]:
        column.justify = "right"
        column.no_wrap = True
    for line in lines:
        label = safe(
            "  " * line.depth + line.name, "bold" if line.depth == 0 else _STYLES.get(line.name, "")
        )
        cells = ("", "") if line.amount is None else line.amount
        table.add_row(label, *map(safe, cells))
    return table
