"""An object that is being written, and the sizes in which bytes are moved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType

from typing_extensions import Buffer, Self

__all__ = ["CHUNK", "WRITE", "Staged", "chunks_of"]

WRITE = 2**20  # bytes per write to a disk: pieces of 2 MB and more take ext4 several times as long
CHUNK = 8 * 2**20  # bytes per step of a streamed read or copy


class Staged(ABC):
    """An object that is being written: it appears at `commit`, or never.

    It is enough of a writable binary file for Arrow and others. As a context manager, it drops what
    was not committed.

    Attributes:
        closed: Whether it was committed or dropped.
        beside: Called with what gives the pieces of the object, if this stage has them all before
            it sends them. It sends them inside what that returns, which must not raise.
    """

    closed = False
    beside: Callable[[Callable[[], Iterator[Buffer]]], AbstractContextManager[None]] | None = None

    @abstractmethod
    def write(self, data: Buffer) -> int:
        """Add bytes, and say how many.

        Raises:
            StoreError: The disk is full, for example. A retry may help.
        """

    @abstractmethod
    def commit(self, path: str) -> str | None:
        """Make the object appear under *path*. Raises the errors of `Store.write`.

        Returns:
            Where it appeared: None or *path*, unless it comes from `Store.stage_early`.
        """

    @abstractmethod
    def discard(self) -> None:
        """Drop what was written and not committed. Calling it again does nothing."""

    def writable(self) -> bool:
        """Yes."""
        return True

    def flush(self) -> None:  # noqa: B027 (there is nothing to do)
        """Nothing: only `commit` makes anything visible."""

    def close(self) -> None:  # noqa: B027 (there is nothing to do)
        """Nothing: writers close what they are given, and the object is not committed yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.discard()


def chunks_of(data: Buffer | Iterable[Buffer]) -> Iterator[memoryview]:
    """*data* as flat pieces, whether it is one buffer or an iterator over some."""
    try:
        whole = memoryview(data)  # type: ignore[arg-type]  # asking is the only test on 3.10
    except TypeError:
        for piece in data:  # type: ignore[union-attr]
            yield memoryview(piece).cast("B")
    else:
        yield whole.cast("B")
