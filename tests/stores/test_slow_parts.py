"""Two columns of a table on real servers whose parts are slow, and on others that seem so.

The servers wait on purpose. What is asserted is what they were asked for, not how long it took.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import BaseModel

from tests.stores.far import through
from tests.stores.faultys3 import FaultyS3, Handler, store_on
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import ObjectStore, Patience
from typedxcom.tables import LazyTable, Table

ROWS = 800_000  # seven batches, of two megabytes each
PATIENT = Patience(timeout=60, deadline=300, tries=3, backoff=0)


class Wide(BaseModel):
    n: int
    noise: float
    more: float


class Narrow(BaseModel):
    n: int


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """Random columns, so that the object is large, and one that is small."""
    noise = {name: pc.random(ROWS, initializer=at) for at, name in enumerate(("noise", "more"))}
    return pa.table({"n": pa.array(range(ROWS)), **noise})


class Slowed:
    """A server that waits before it answers, and counts what it is asked for.

    Args:
        alone: Seconds of work for a part, of which it does one at a time.
        latency: Seconds before every answer.
        rate: Bytes per second.
    """

    def __init__(
        self,
        faulty: FaultyS3,
        *,
        alone: float = 0.0,
        latency: float = 0.0,
        rate: float = 1e12,
    ) -> None:
        self.parts = self.wholes = 0
        self._faulty, self._alone = faulty, alone
        self._latency, self._rate = latency, rate
        self._lock = threading.Lock()
        self.also: Callable[[Handler], bool] = lambda handler: False
        faulty.fault = self._wait

    def _wait(self, handler: Handler) -> bool:
        is_part = "Range" in handler.headers
        size = len(self._faulty.objects.get(handler.name, b""))
        if is_part:
            start, _, stop = handler.headers["Range"].removeprefix("bytes=").partition("-")
            size = int(stop) + 1 - int(start)
        if handler.command == "GET":
            self.parts += is_part
            self.wholes += not is_part
            time.sleep(size / self._rate)
        time.sleep(self._latency)
        if is_part:
            with self._lock:
                time.sleep(self._alone)
        return self.also(handler)


def written(table: pa.Table, store: ObjectStore, **options: Any) -> Any:
    """The entry of *table*."""
    codec = Promise(Table[Wide], schema_of(Table[Wide])).codec
    stores = Stores(lambda name: store, **options)
    return codec.write(table, Placement(stores, Coordinates("d", "r", "t"), "s3"))


def narrowed(entry: Any, stores: Stores) -> Any:
    """A handle on one column."""
    return Promise(LazyTable[Narrow], schema_of(LazyTable[Narrow])).codec.read(entry, stores)


@pytest.mark.parametrize("keys", [(), (b"k" * 32,)])
@pytest.mark.parametrize("cached", [False, True])
def test_slow_parts_become_one_whole_object(
    faulty: FaultyS3, table: pa.Table, tmp_path: Path, keys: Any, cached: bool
) -> None:
    """One request, and what is read is right, also of the same handle once more."""
    store = store_on(faulty, PATIENT)
    entry = written(table, store, keys=keys)
    server = Slowed(faulty, alone=0.08)
    stores = through(store, tmp_path / "cache" if cached else None, keys=keys)
    handle = narrowed(entry, stores)
    assert handle.to_arrow()["n"].equals(table["n"])
    assert server.wholes == 1
    assert server.parts <= 6  # its end, twice to measure, and the first heads
    before = server.parts
    assert handle.filter("n > 799990").to_arrow().num_rows == 9
    assert narrowed(entry, stores).to_arrow()["n"].equals(table["n"])
    assert server.parts == before
    assert server.wholes == (1 if cached else 2)


@pytest.mark.parametrize("slowed", [{"latency": 0.05}, {"rate": 20e6}])
def test_a_slow_network_is_asked_for_parts(
    faulty: FaultyS3, table: pa.Table, slowed: dict[str, float]
) -> None:
    """Each answer takes long, or each byte: the whole object would, too."""
    store = store_on(faulty, PATIENT)
    entry = written(table, store)
    server = Slowed(faulty, **slowed)
    found = narrowed(entry, Stores(lambda name: store)).to_arrow()
    assert found["n"].equals(table["n"])
    assert (server.wholes, server.parts > 7) == (0, True)


def test_a_whole_object_is_proved(faulty: FaultyS3, table: pa.Table) -> None:
    """One flipped bit of it is an error, though nobody wanted the column that it is in."""
    store = store_on(faulty, PATIENT)
    entry = written(table, store)
    server = Slowed(faulty, alone=0.08)
    [name] = [name for name in faulty.objects if name.endswith(".arrow")]
    good = faulty.objects[name]
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 1
    server.also = lambda handler: (
        "Range" not in handler.headers
        and handler.command == "GET"
        and handler.answer(200, bytes(flipped))
    )
    with pytest.raises(IntegrityError, match="digest differs"):
        narrowed(entry, Stores(lambda name: store)).to_arrow()
    assert server.wholes == 1


def test_without_room_for_it_parts_are_read(
    faulty: FaultyS3, table: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow they are."""
    from typedxcom.stores import opened

    store = store_on(faulty, PATIENT)
    entry = written(table, store)
    server = Slowed(faulty, alone=0.08)
    monkeypatch.setattr(opened, "_SPARE", 2**60)
    found = narrowed(entry, Stores(lambda name: store)).to_arrow()
    assert found["n"].equals(table["n"])
    assert (server.wholes, server.parts > 7) == (0, True)


def test_a_whole_table_is_one_request_where_parts_are_slow(
    faulty: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for who wants all of it, in memory or in pieces. Elsewhere, it comes in parts."""
    from typedxcom.stores import object as object_module

    monkeypatch.setattr(object_module, "_UNSEEN", 1_000_000)
    monkeypatch.setattr(object_module, "PART", 1_000_000)
    data = bytes(range(256)) * 20_000
    store = store_on(faulty, PATIENT)
    store.write("a/b", data)
    server = Slowed(faulty, latency=0.03)
    assert bytes(store.read("a/b", size=len(data))) == data
    assert (server.wholes, server.parts) == (0, 7)  # one of them to measure
    store = store_on(faulty, PATIENT)
    server = Slowed(faulty, alone=0.08)
    assert bytes(store.read("a/b", size=len(data))) == data
    assert b"".join(map(bytes, store.read_chunks("a/b", size=len(data)))) == data
    assert (server.wholes, server.parts) == (2, 2)
