"""The interface of all values that can be shown."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import IO

__all__ = ["Shown"]


class Shown(ABC):
    """A value that people look at.

    Attributes:
        suffixes: The suffixes of files that it can be written to. If empty, any suffix will do.
    """

    suffixes: Sequence[str] = ()

    @abstractmethod
    def about(self) -> str:
        """Returns one line that says what it is."""

    @abstractmethod
    def lines(self, *, rows: int, width: int) -> list[str]:
        """Returns the lines below `about`, with only characters that a terminal prints.

        Args:
            rows: How many rows of a table to show at most.
            width: How many characters a line has.
        """

    @abstractmethod
    def write(self, out: IO[bytes], suffix: str) -> None:
        """Writes all of it to *out*, in the format that *suffix* names.

        Raises:
            EncodeError: That format cannot hold the value.
        """
