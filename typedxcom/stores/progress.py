"""Logs how far a long transfer is, so that you need not wonder whether it hangs."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

__all__ = ["EVERY_BYTES", "EVERY_SECONDS", "Progress"]

EVERY_SECONDS = 10.0
EVERY_BYTES = 256 * 2**20
_log = logging.getLogger(__name__)


class Progress:
    """Writes a line after every ten seconds or 256 MB of a transfer.

    A short transfer writes no line, and none is written at the end.

    Args:
        done: The first word of the line: ``Read``.
        what: The object, without credentials.
        size: Bytes of the whole object, if that is known.
        clock: Gives seconds.
    """

    def __init__(
        self,
        done: str,
        what: str,
        size: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._done, self._what, self._size, self._clock = done, what, size, clock
        self._began = self._logged_at = clock()
        self._bytes = self._logged = 0

    def add(self, count: int) -> None:
        """*count* bytes more have come through."""
        self._bytes += count
        now = self._clock()
        is_due = now - self._logged_at >= EVERY_SECONDS or self._bytes - self._logged >= EVERY_BYTES
        if is_due and self._bytes != self._size:
            self._logged_at, self._logged = now, self._bytes
            of = "" if self._size is None else f" of {self._size:,}"
            seconds = now - self._began
            line = "%s %s%s bytes in %d s: %s"
            _log.info(line, self._done, f"{self._bytes:,}", of, seconds, self._what)

    def callback(self, look: Callable[[int], None] = lambda count: None) -> Any:
        """The same as fsspec calls it while it sends or gets a file.

        Args:
            look: Called with all bytes so far. What it raises ends the transfer.
        """
        from fsspec.callbacks import Callback

        progress = self

        class ProgressCallback(Callback):  # type: ignore[misc]  # fsspec has no types
            def relative_update(self, inc: int = 1) -> None:
                progress.add(inc)
                look(progress._bytes)

        return ProgressCallback()
