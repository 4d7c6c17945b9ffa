"""Single lines: what is wrong, what a file has, and diffs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from typedxcom.cli.terminal import console_on, is_drawn, linked, safe

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["about_file", "diff", "found", "words"]

_STYLES = {
    "error": "bold red", "warning": "bold yellow", "allowed": "green", "note": "bold cyan",
}  # fmt: skip


def words(sentence: str, out: TextIO, *, wrong: bool = True) -> None:
    """Prints ``typedxcom: sentence``, in red if something is *wrong*."""
    if not is_drawn(out):
        print(f"typedxcom: {sentence}", file=out)
        return
    console_on(out).print(
        safe("typedxcom: ", "bold red" if wrong else "bold"), safe(sentence), sep=""
    )


def about_file(path: Path, line: int, kind: str, sentence: str, out: TextIO) -> None:
    """Prints ``path:line: kind: sentence``, with a link to the file."""
    if is_drawn(out):
        console_on(out).print(found(path, line, kind, sentence))
    else:
        print(f"{path}:{line}: {kind}: {sentence}", file=out)


def found(path: Path | str, line: int | None, kind: str, sentence: str) -> Text:
    """Returns a finding of a file, to be drawn."""
    shown = linked(path, line, "bold")
    shown.append(": ").append(f"{kind}: ", _STYLES.get(kind, ""))
    return shown.append_text(safe(sentence))


def diff(text: str, out: TextIO) -> None:
    """Prints a unified diff."""
    if not is_drawn(out):
        print(text, end="", file=out)
        return
    from rich.syntax import Syntax

    safe_text = safe(text.rstrip("\n")).plain
    syntax = Syntax(
        safe_text, "diff", theme="ansi_dark", word_wrap=True, background_color="default"
    )
    console_on(out).print(syntax)
