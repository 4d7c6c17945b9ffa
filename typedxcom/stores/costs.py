"""What parts of objects cost at a server, as this process has measured it.

Most servers answer a request for a part about as soon as one for nothing. Some read the whole
object for each part: test servers, gateways, stores that decompress or decrypt. Then one request
for all of it is quicker than a few for parts. Nothing here knows any server by its name.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["GoesOn", "PartCosts"]

GoesOn: TypeAlias = Callable[[int], bool]
"""Whether to go on with a transfer of which so many bytes are there."""

_TIMES = 2  # a part may take so many times as long as an answer without bytes ...
_SLACK = 0.015  # ... and so many seconds more
_MANY, _FEW = 256 * 2**10, 1000  # bytes
_LASTS = 300.0  # seconds after which it is measured again: servers recover, and noise passes
_LARGER = 4  # what is quick for one object may be slow for one that is so many times as large


class PartCosts:
    """What is known about one store. All of it is forgotten after five minutes.

    Args:
        clock: Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.clock = clock
        # Bytes of an object, or bytes per second of a whole read, each with the time when it ends.
        self._quick = self._slow = self._better = self._rate = (0.0, clock())

    def are_quick(self, size: int) -> bool:
        """Whether parts of such an object are known to be quick."""
        return size <= self._known(self._quick) * _LARGER

    def is_whole_better(self, size: int) -> bool:
        """Whether it is known to be quicker to read such an object whole than some parts of it."""
        return 0 < self._known(self._better) <= size * 2

    def seconds_whole(self, size: int) -> float:
        """How long it takes to read an object of *size* bytes whole. 0 if that is not known."""
        rate = self._known(self._rate)
        return size / rate if rate else 0.0

    def note_parts(self, size: int, seconds: float) -> None:
        """A part of an object of *size* bytes took *seconds*."""
        if seconds <= _SLACK:
            self._quick = self._for_now(max(size, self._known(self._quick)))

    def note_whole(self, rate: float) -> None:
        """A whole object came at *rate* bytes per second, even if nobody waited for its end."""
        self._rate = self._for_now(rate)

    def prefer_whole(self, size: int) -> None:
        """From an object of *size* bytes on, whole objects are quicker than parts. 0 for none."""
        self._better = self._for_now(size)

    def are_slow(
        self,
        size: int,
        nothing: Callable[[], object],
        part: Callable[[int], object],
        seen: float | None = None,
    ) -> bool:
        """Whether the server takes far longer for a part of an object than for an empty answer.

        One slow answer proves nothing: two must be, one with many bytes and one with few. What the
        network costs is in the empty answer, too, or in that with many bytes. Ceph takes 45 ms for
        one byte, but not for a thousand (Nagle's algorithm and a delayed acknowledgement).

        Args:
            size: Bytes of the object.
            nothing: Asks for something about the object that has no bytes.
            part: Asks for so many bytes at its end.
            seen: Seconds that the quickest request for a part of it took so far.
        """
        if self.are_quick(size):
            return False
        if not 0 < self._known(self._slow) <= size * 2:
            limit = _TIMES * self.seconds(nothing) + _SLACK
            first = self.seconds(lambda: part(_MANY)) if seen is None else seen
            if first <= limit or self.seconds(lambda: part(_FEW)) <= limit:
                self._quick = self._for_now(size)
                return False
            self._slow = self._for_now(size)
        return True

    def seconds(self, call: Callable[[], object]) -> float:
        """How long *call* takes."""
        begun = self.clock()
        call()
        return self.clock() - begun

    def _for_now(self, what: float) -> tuple[float, float]:
        return what, self.clock() + _LASTS

    def _known(self, what: tuple[float, float]) -> float:
        return what[0] if self.clock() < what[1] else 0.0
