"""Makes text safe for a terminal: without control characters and bidi tricks, and bounded."""

from __future__ import annotations

import unicodedata

__all__ = ["cut", "fitted", "printable", "width_of"]


def printable(text: str) -> str:
    r"""Returns *text* with all characters that a terminal cannot print as ``\uXXXX``.

    These are control characters, marks that turn the direction of text, invisible characters,
    blanks other than the space, lone surrogates and unassigned characters. JSON stays JSON.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def cut(text: str, size: int) -> str:
    """Returns *text* cut to *size* characters, with a mark at its end if it was longer."""
    return text if len(text) <= size else text[: size - 1] + "…"


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """Returns *text* filled with blanks to *width* columns of a terminal."""
    blanks = " " * max(width - width_of(text), 0)
    return blanks + text if right else text + blanks


def width_of(text: str) -> int:
    """Returns how many columns *text* takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
