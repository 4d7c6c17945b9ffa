"""What every kind of value that is shown can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import IO

__all__ = ["Shown"]


class Shown(ABC):
    """A value as a person looks at it.

    Attributes:
        suffixes: What a file that it is written to may end with; any where there are none.
    """

    suffixes: Sequence[str] = ()

    @abstractmethod
    def about(self) -> str:
        """One line that says what it is."""

    @abstractmethod
    def lines(self, *, rows: int, width: int) -> list[str]:
        """What is shown below that line, with only characters that a terminal prints.

        Args:
            rows: At most so many rows of a table.
            width: Characters in a line.
        """

    @abstractmethod
    def write(self, out: IO[bytes], suffix: str) -> None:
        """Write all of it to *out*, in the format that *suffix* names.

        Raises:
            EncodeError: That format cannot hold it.
        """
