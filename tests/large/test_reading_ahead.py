"""A part of a table that lies far away: all of it right, in few requests, in bounded memory."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from pydantic import BaseModel

from typedxcom.contracts import Promise
from typedxcom.errors import StoreError
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stored import TableSlice
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import MemoryStore, ObjectStore, StoreFile
from typedxcom.stores.deadline import Patience
from typedxcom.tables import LazyTable, Table

SETTINGS = Settings(store_threshold=1_000)
ROWS = 700_000  # six batches, or row groups
FORMATS: Any = pytest.mark.parametrize("form", ["arrow", "parquet"])


class Wide(BaseModel):
    """What is stored: the fourth column is random, so that compression leaves it as it is."""

    a: int
    b: int
    noise: float
    c: str


class Narrow(BaseModel):
    """What is read."""

    a: int
    c: str


class Counted(MemoryStore):
    """Far away: each call of `read_ranges` or `read_range` is a round trip."""

    def __init__(self) -> None:
        super().__init__(name="s")
        self.trips: list[list[tuple[int, int]]] = []

    def open(self, path: str, *, size: int) -> StoreFile:
        """The file, kept to look into."""
        self.file = super().open(path, size=size)
        return self.file

    def read_range(self, path: str, start: int, stop: int) -> Any:
        """One trip."""
        self.trips.append([(start, stop)])
        return super().read_range(path, start, stop)

    def read_ranges(self, path: str, ranges: Sequence[tuple[int, int]]) -> list[Any]:
        """One trip for all."""
        self.trips.append(list(ranges))
        return [super(Counted, self).read_range(path, *one) for one in ranges]


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """Three columns that compress well, around one that does not."""
    import pyarrow.compute as pc

    numbers = pa.array(range(ROWS))
    texts = pa.array([f"place {n % 97}" for n in range(ROWS)])
    noise = pc.random(ROWS, initializer=1)
    columns = {"a": numbers, "b": numbers, "noise": noise, "c": texts}
    fields = [pa.field(name, values.type, nullable=False) for name, values in columns.items()]
    return pa.table(columns, schema=pa.schema(fields))


def codec(annotation: Any) -> Any:
    """What a contract makes of *annotation*."""
    return Promise(annotation, schema_of(annotation)).codec


def stored(table: pa.Table, store: Any, form: Any = "arrow") -> tuple[Any, Stores]:
    """The row of *table*, and where it leads."""
    place = Placement(Stores(lambda name: store), Coordinates("d", "r", "t"), "s", format=form)
    row = dump(table, codec(Table[Wide]), settings=SETTINGS, placement=place)
    return row, place.stores


@FORMATS
def test_two_columns_take_few_round_trips(table: pa.Table, form: str) -> None:
    """The heads come in one, then batches in groups that grow, not one after the other."""
    store = Counted()
    row, stores = stored(table, store, form)
    lazy = load(row, codec(LazyTable[Narrow]), stores=stores)
    assert not store.trips
    assert lazy.to_arrow().equals(table.select(["a", "c"]))
    assert len(store.trips) <= 6
    assert not store.file._ahead["rows"]  # the handle that lives on keeps none
    fetched = sum(stop - start for trip in store.trips for start, stop in trip)
    assert fetched < row["size"] * 0.7  # of which the noise is the most


@FORMATS
def test_a_small_table_is_one_request(table: pa.Table, form: str) -> None:
    """What came with its footer is not fetched again."""
    store = Counted()
    row, stores = stored(table.slice(0, 5_000), store, form)
    lazy = load(row, codec(LazyTable[Narrow]), stores=stores)
    assert lazy.to_arrow().num_rows == 5_000
    assert sum(map(len, store.trips)) == 1


@FORMATS
@pytest.mark.parametrize(("first", "count"), [(0, 10), (131_000, 200), (300_000, 300_000)])
def test_a_slice_fetches_its_own_batches(
    table: pa.Table, form: str, first: int, count: int
) -> None:
    """Its rows, and not much more than the batches that they lie in."""
    store = Counted()
    row, stores = stored(table, store, form)
    cut = TableSlice(row, first, count)
    found = load(cut, codec(Table[Narrow]), stores=stores)
    assert found.equals(table.select(["a", "c"]).slice(first, count))
    fetched = sum(stop - start for trip in store.trips for start, stop in trip)
    assert fetched < row["size"] * (0.5 if count < 1_000 else 0.9)


@FORMATS
def test_a_filter_reads_what_it_asks_for(table: pa.Table, form: str) -> None:
    """Its own column, too, which the result has not."""
    row, stores = stored(table, Counted(), form)
    lazy = load(row, codec(LazyTable[Narrow]), stores=stores).filter("b >= 699_990")
    assert lazy.to_arrow().equals(table.select(["a", "c"]).slice(ROWS - 10))


def test_ranges_that_lie_are_left_out() -> None:
    """What is read ahead is inside the object, and bounded, whatever its heads say."""
    size = 200 * 2**20
    store = MemoryStore(name="s")
    asked: list[tuple[int, int]] = []
    store.size = lambda path: size  # type: ignore[method-assign]

    def read_ranges(path: str, ranges: Any) -> list[bytes]:
        asked.extend(ranges)
        return [bytes(stop - start) for start, stop in ranges]

    store.read_ranges = read_ranges  # type: ignore[method-assign, assignment]
    file = store.open("a/b", size=size)
    mega = 2**20
    lies = [(-5, 10), (50, 40), (size - 1, size + 1), (2**70, 2**71)]
    near = [(0, 10), (10, 30), (5, 20), (100, 200)]
    file.read_ahead("x", [*lies, *near, (10 * mega, 20 * mega), (30 * mega, 150 * mega)])
    assert asked == [(0, 200), (10 * mega, 20 * mega)]
    file.seek(10 * mega + 5)
    assert len(file.read(mega)) == mega
    assert asked == [(0, 200), (10 * mega, 20 * mega)]


def test_a_hundred_thousand_heads_are_put_together_at_once() -> None:
    """In time that grows with their number, not with its square."""
    store = MemoryStore(name="s")
    store.size = lambda path: 2**50  # type: ignore[method-assign]
    asked: list[int] = []

    def read_ranges(path: str, ranges: Any) -> list[bytes]:
        asked.append(len(ranges))
        return [b""] * len(ranges)

    store.read_ranges = read_ranges  # type: ignore[method-assign, assignment]
    far = [(number * 2**22, number * 2**22 + 100) for number in range(300_000)]
    store.open("a/b", size=2**50).read_ahead("heads", far)
    assert asked == [300_000]


def test_what_is_read_ahead_is_exact() -> None:
    """A read inside it, across its ends, and after it was replaced."""
    store = MemoryStore(name="s")
    data = struct.pack("<1000000I", *range(1_000_000))
    store.write("a/b", data)
    file = store.open("a/b", size=len(data))
    for ranges in ([(1_000, 9_000), (3_000_000, 3_500_000)], [(0, 4_000_000)], []):
        file.read_ahead("rows", ranges)
        for start, count in ((1_000, 8_000), (999, 5), (8_999, 5), (3_499_990, 20), (0, 4_000_000)):
            file.seek(start)
            assert file.read(count) == data[start : start + count]


def test_one_range_that_fails_is_the_stores_error(tmp_path: Any) -> None:
    """An object store asks for several at once; the first trouble is told, and nothing hangs."""
    import fsspec

    class Broken(fsspec.get_filesystem_class("file")):  # type: ignore[misc]
        """A disk that cannot read one place."""

        def cat_file(self, path: str, start: int = 0, end: int = 0, **options: Any) -> bytes:
            if start == 500:
                raise OSError("no such sector")
            return bytes(super().cat_file(path, start, end, **options))

    patience = Patience(tries=1)
    store = ObjectStore(lambda: Broken(), str(tmp_path), name="s", patience=patience)
    (tmp_path / "a").mkdir()
    data = bytes(range(250)) * 4
    (tmp_path / "a" / "b").write_bytes(data)
    ranges = [(at, at + 10) for at in range(0, 1_000, 20)]
    with pytest.raises(StoreError, match="no such sector"):
        store.read_ranges("a/b", ranges)
    ranges.remove((500, 510))
    assert store.read_ranges("a/b", ranges) == [data[start:stop] for start, stop in ranges]
