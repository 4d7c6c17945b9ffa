"""The interface of all values that can be shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO

from typedxcom.cli.shown.text import fitted, width_of

__all__ = ["GAP", "Grid", "Shown", "lines_of"]

GAP = "  "  # between two columns


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts that a terminal prints."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def lines(self) -> list[str]:
        """Returns lines of text with aligned columns."""
        columns = list(zip(self.heads, *self.rows, strict=True))
        widths = [max(map(width_of, column)) for column in columns]
        lines = zip(*columns, strict=True)
        return [GAP.join(map(fitted, line, widths)).rstrip() for line in lines]


def lines_of(parts: Iterable[str | Grid]) -> list[str]:
    """Returns lines and tables as lines of text."""
    found: list[str] = []
    for part in parts:
        found.extend([part] if isinstance(part, str) else part.lines())
    return found


class Shown(ABC):
    """A value that people look at.

    Attributes:
        suffixes: The suffixes of files that it can be written to. If empty, any suffix will do.
        is_json: Whether it shows as JSON.
    """

    suffixes: Sequence[str] = ()
    is_json: bool = False

    @abstractmethod
    def about(self) -> str:
        """Returns one line that says what it is."""

    @abstractmethod
    def parts(self, *, rows: int, width: int) -> list[str | Grid]:
        """Returns the lines and tables below `about`, of characters that a terminal prints.

        Args:
            rows: How many rows of a table to show at most.
            width: How many characters a line has.
        """

    def lines(self, *, rows: int, width: int) -> list[str]:
        """Returns the same as `parts`, as lines of text."""
        return lines_of(self.parts(rows=rows, width=width))

    @abstractmethod
    def write(self, out: IO[bytes], suffix: str) -> None:
        """Writes all of it to *out*, in the format that *suffix* names.

        Raises:
            EncodeError: That format cannot hold the value.
        """
