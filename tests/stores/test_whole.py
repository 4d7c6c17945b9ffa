"""When an object is read whole instead of in parts: by what a server's answers take.

The servers here are models with a clock of their own. So a test is about seconds, and takes none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from typedxcom.errors import StoreError
from typedxcom.stores import MemoryStore
from typedxcom.stores.costs import PartCosts
from typedxcom.stores.whole import parts_or_whole

MB = 10**6
SIZE = 100 * MB
ROUND = 8  # requests at once


@dataclass
class Server:
    """What each answer of a server takes.

    Attributes:
        latency: Seconds before the first byte of any answer.
        rate: Bytes per second.
        per_part: Seconds that it works for each part, whatever its size.
        at_once: Whether it works for several parts at the same time.
        hiccups: The numbers of requests that take a second longer.
    """

    latency: float = 0.001
    rate: float = 500 * MB
    per_part: float = 0.0
    at_once: bool = False
    hiccups: Sequence[int] = ()
    now: float = 0.0
    requests: int = 0
    wholes: list[bool] = field(default_factory=list)

    def answer(self, size: int, work: float = 0.0) -> None:
        """One answer, or several that come together."""
        self.now += self.latency + size / self.rate + work + (self.requests in self.hiccups)
        self.requests += 1


class ModelStore(MemoryStore):
    """A store behind that server. Parts of an object are ones, and the whole is zeros."""

    def __init__(self, server: Server) -> None:
        super().__init__(name="model")
        self.server = server
        self.part_costs = PartCosts(lambda: server.now)

    def size(self, path: str) -> int:
        self.server.answer(0)
        return SIZE

    def read_range(self, path: str, start: int, stop: int) -> bytes:
        self.server.answer(stop - start, self.server.per_part)
        return b"\1" * (stop - start)

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Any]:
        for at in range(0, len(ranges), ROUND):
            some = ranges[at : at + ROUND]
            work = self.server.per_part * (1 if self.server.at_once else len(some))
            self.server.answer(sum(stop - start for start, stop in some), work)
        return [b"\1" * (stop - start) for start, stop in ranges]

    def fetch(self, goes_on: Callable[[int], bool], size: int = SIZE) -> Any:
        """The object, a piece at a time."""
        self.server.answer(0)
        done = 0
        while done < size:
            done = min(done + MB, size)
            self.server.now += MB / self.server.rate
            if not goes_on(done):
                self.server.wholes.append(False)
                return None
        self.server.wholes.append(True)
        return WholeFile(size)


class WholeFile:
    def __init__(self, size: int) -> None:
        self._size = size

    def data(self) -> Any:
        return bytes(self._size)


def read(store: ModelStore, *, batches: int = 8, size: int = SIZE) -> float:
    """Read two columns as a table does: its footer, the heads, then the rows. Gives seconds."""
    begun = store.server.now
    parts = parts_or_whole(store, "a/b", size, lambda goes_on: store.fetch(goes_on, size))
    assert parts is not None
    parts.read_range("a/b", size - MB, size)
    heads = [(at * 1000, at * 1000 + 500) for at in range(batches)]
    rows = [(at * 10_000, at * 10_000 + 5_000) for at in range(2 * batches)]
    for asked in (heads, *(rows[at::2] for at in range(2))):
        found = parts.read_ranges("a/b", asked)
        assert [len(one) for one in found] == [stop - start for start, stop in asked]
        assert all(set(bytes(one)) in ({0}, {1}) for one in found)
    return store.server.now - begun


def in_parts(server: Server, batches: int = 8) -> float:
    """What the same takes if nobody ever reads the whole object."""
    store = ModelStore(replace(server, wholes=[]))
    begun = store.server.now
    store.read_range("a/b", 0, MB)
    store.read_ranges("a/b", [(0, 500)] * batches)
    for _ in range(2):
        store.read_ranges("a/b", [(0, 5_000)] * batches)
    return store.server.now - begun


def test_parts_that_cost_a_copy_of_the_object_are_given_up() -> None:
    """The heads of a few batches are enough to see it, and the rest comes as one."""
    server = Server(per_part=0.1)
    seconds = read(ModelStore(server))
    assert server.wholes == [True]
    assert seconds < in_parts(Server(per_part=0.1)) / 3


QUICK = {
    "near": Server(),
    "far away": Server(latency=0.1, rate=50 * MB),
    "very far away": Server(latency=0.5, rate=50 * MB),
    "a slow network": Server(rate=2 * MB),
    "a slow network that is far away": Server(latency=0.3, rate=2 * MB),
    "a slow first byte, for many at once": Server(latency=0.02, per_part=0.05, at_once=True),
    "parts that work, on a slow network": Server(rate=2 * MB, per_part=0.03),
}


@pytest.mark.parametrize("name", QUICK)
def test_parts_of_others_are_kept(name: str) -> None:
    """A slow network and a slow answer cost the whole object as much."""
    server = QUICK[name]
    read(ModelStore(server))
    assert True not in server.wholes


@pytest.mark.parametrize("slow", range(6))
@pytest.mark.parametrize("latency", [0.001, 0.1])
def test_one_slow_answer_proves_nothing(slow: int, latency: float) -> None:
    """Whichever it is."""
    server = Server(latency=latency, hiccups=[slow])
    read(ModelStore(server))
    assert not server.wholes


def test_what_was_found_is_remembered_for_a_while() -> None:
    """The next object comes whole at once. After five minutes, it is measured again."""
    server = Server(per_part=0.1)
    store = ModelStore(server)
    read(store)
    before = server.requests
    read(store)
    assert server.requests == before + 1
    server.now += 301
    server.per_part = 0
    read(store)
    assert server.wholes == [True, True]


def test_a_server_that_has_recovered_is_not_read_whole_for_ever() -> None:
    """However often it is read: only measuring makes the memory last longer."""
    server = Server(per_part=0.1)
    store = ModelStore(server)
    read(store)
    server.per_part = 0
    for _ in range(8):
        server.now += 50
        read(store)
    assert len(server.wholes) < 8


def test_a_small_object_says_nothing_about_a_large_one() -> None:
    """Parts of it are quick even where each is a copy of all of it."""
    server = Server()
    store = ModelStore(server)
    read(store, size=10 * MB)
    server.per_part = 0.5
    read(store, size=SIZE)
    assert server.wholes == [True]


def test_a_whole_object_that_takes_longer_is_given_up_and_not_tried_again() -> None:
    """Parts are slow, but the network is slower."""
    server = Server(per_part=0.06, rate=20 * MB)
    store = ModelStore(server)
    seconds = read(store)
    assert server.wholes == [False]
    assert seconds < in_parts(Server(per_part=0.06, rate=20 * MB)) + 1
    read(store)
    assert server.wholes == [False]


def test_no_room_for_the_whole_object() -> None:
    """Then parts are slow, but they come."""
    server = Server(per_part=0.1)
    store = ModelStore(server)
    store.fetch = lambda goes_on, size: None  # type: ignore[method-assign]
    assert read(store) < in_parts(Server(per_part=0.1)) + 0.5


def test_a_damaged_whole_object_is_an_error() -> None:
    """Its parts are not taken instead."""
    store = ModelStore(Server(per_part=0.1))

    def damaged(goes_on: Any, size: int) -> Any:
        raise StoreError("damaged")

    store.fetch = damaged  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="damaged"):
        read(store)


@given(
    st.sampled_from([0.0005, 0.005, 0.05, 0.3]),
    st.sampled_from([1, 10, 100, 1000]),
    st.sampled_from([0.0, 0.01, 0.03, 0.1, 0.6]),
    st.booleans(),
    st.integers(1, 100),
    st.lists(st.integers(0, 12), max_size=2),
)
def test_it_never_costs_more_than_both(
    latency: float, rate: int, work: float, at_once: bool, batches: int, hiccups: list[int]
) -> None:
    """Whatever the server: at most the parts, the object, and a few answers to measure it."""
    server = Server(latency, rate * MB, work, at_once, hiccups)
    parts = in_parts(server, batches=batches)
    seconds = read(ModelStore(server), batches=batches)
    whole = latency + SIZE / server.rate
    measured = 6 * (latency + work) + 1 + len(hiccups) + MB / server.rate
    assert seconds <= parts + min(whole, parts) + measured
