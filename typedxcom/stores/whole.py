"""Reads parts of an object, or all of it once if the server takes too long for each part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from typing_extensions import Buffer

from typedxcom.stores.costs import GoesOn, PartCosts
from typedxcom.stores.opened import OpenedFile
from typedxcom.stores.reading import Parts

if TYPE_CHECKING:
    from typedxcom.stores.base import Store

__all__ = ["Fetch", "parts_or_whole"]

Fetch: TypeAlias = Callable[[GoesOn], "OpenedFile | None"]

_LEAST = 8 * 2**20  # bytes: parts of a smaller object never cost much
_FIRST = 2  # requests at once, until it is known what they cost
_ALONE = 8  # requests one by one after which nobody expects several at once
_MATTERS = 0.25  # seconds that parts must cost before anything else is considered
_GRACE = 0.3  # seconds after its first bytes in which a whole object is not judged yet


def parts_or_whole(store: Store, path: str, size: int, fetch: Fetch) -> Parts | None:
    """The source of all parts of one object, or of the object itself if parts are slow.

    Args:
        store: Where it lies.
        path: Where in it.
        size: Bytes.
        fetch: Gives a file with the whole object, verified, or None if there is no room for it. It
            also gives up if what it is called with says so, for the bytes that are there so far.

    Returns:
        None if parts of this object cannot be slow.
    """
    if store.part_costs is None or size < _LEAST:
        return None
    return _PartsOrWhole(store, store.part_costs, path, size, fetch)


class _PartsOrWhole:
    """What a `StoreFile` reads from.

    It counts the requests and how long each takes, several at once. As many more are expected as
    there were so far, because a reader who has looked at the heads of a table then wants its rows.
    """

    def __init__(self, store: Store, costs: PartCosts, path: str, size: int, fetch: Fetch) -> None:
        self._store, self._parts, self._costs = store, store.parts(path), costs
        self._path, self._size, self._fetch = path, size, fetch
        self._whole: memoryview | None = None
        self._requests, self._each = 0, 0.0
        self._is_alone = True  # until several requests were under way at the same time
        self._is_open = True  # whether to consider the whole object
        self._least = _MATTERS

    def read_range(self, path: str, start: int, stop: int) -> Buffer:
        """Bytes *start* up to *stop*."""
        return self.read_ranges(path, [(start, stop)])[0]

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        """Several parts."""
        found: list[Buffer] = []
        while len(found) < len(ranges):
            left = ranges[len(found) :]
            if self._is_open and self._is_too_slow(len(left)):
                self._try_whole(len(left))
            if self._whole is not None:
                return found + [self._whole[start:stop] for start, stop in left]
            is_first = self._is_open and self._is_alone and not self._costs.are_quick(self._size)
            found += self._asked(path, left[:_FIRST] if is_first else left)
        return found

    def _asked(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Buffer]:
        found: list[Buffer] = []
        seconds = self._costs.seconds(lambda: found.extend(self._parts.read_ranges(path, ranges)))
        each = seconds / len(ranges)
        self._each = min(self._each, each) if self._requests else each
        self._requests += len(ranges)
        self._is_alone = self._is_alone and len(ranges) == 1
        self._costs.note_parts(self._size, seconds)
        return found

    def _seconds(self, further: int) -> float:
        """How long *further* requests take, and as many as there were."""
        return (further + self._requests) * self._each

    def _is_too_slow(self, further: int) -> bool:
        costs, size = self._costs, self._size
        if not self._requests:
            return costs.is_whole_better(size)
        if self._is_alone and self._requests < _ALONE:
            return False  # several at once may take no longer than one
        if self._seconds(further) < max(self._least, costs.seconds_whole(size)):
            return False
        self._is_open = costs.are_slow(
            size,
            lambda: self._store.size(self._path),
            lambda count: self._parts.read_range(self._path, size - count, size),
            self._each,
        )
        return self._is_open

    def _try_whole(self, further: int) -> None:
        """Read the whole object, unless it turns out to take longer than its parts."""
        longest = self._seconds(further) if self._requests else float("inf")
        race = _Race(self._size, longest, self._costs.clock)
        opened = self._fetch(race.goes_on)
        self._is_open = race.is_lost
        if opened is not None:
            self._whole = memoryview(opened.data()).cast("B")
        elif race.is_lost:
            self._least = 2 * longest  # not again before there is twice as much to win
        if race.seconds:
            self._costs.note_whole(self._size / race.seconds)
        if race.seconds and self._requests:  # else nobody has measured what parts cost by now
            self._costs.prefer_whole(0 if race.is_lost else self._size)


class _Race:
    """A read of a whole object, which is lost if it would take longer than its parts.

    Args:
        size: Bytes of the object.
        longest: Seconds that it may take.
        clock: Gives seconds.

    Attributes:
        is_lost: Whether it was given up.
        seconds: How long it takes in all, as far as that is seen. 0 if nothing has come.
    """

    def __init__(self, size: int, longest: float, clock: Callable[[], float]) -> None:
        self._size, self._longest, self._clock = size, longest, clock
        self._begun = self._first = clock()
        self._got = 0
        self.is_lost, self.seconds = False, 0.0

    def goes_on(self, count: int) -> bool:
        """Whether to go on after *count* bytes. A server may begin late: that is no sign."""
        now = self._clock()
        if not self._got:
            self._first, self._got = now, count
        took, came = now - self._first, count - self._got
        rest = (self._size - count) * took / came if came else 0.0
        self.seconds = now - self._begun + rest
        self.is_lost = took > _GRACE and self.seconds > self._longest
        return not self.is_lost
