"""Tables, files and lists from the cache: the same values, from the same pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, get_args

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import BaseModel

from tests.stores.far import FarStore, placed, through
from typedxcom import File, Table
from typedxcom.cache import CacheUse
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError
from typedxcom.schema import schema_of
from typedxcom.stored import ITEMS, TableSlice, read_any_table, write_any_table
from typedxcom.stored.access import TableFormat
from typedxcom.stores import Limits
from typedxcom.tables import LazyTable, Rows

ROOT = Path(__file__).parents[2]
NUMBERS = 150_000


class Wide(BaseModel):
    id: int
    a: float
    b: float
    c: str


class Narrow(BaseModel):
    id: int


def codec(annotation: Any) -> Any:
    return Promise(annotation, schema_of(annotation)).codec


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """Several megabytes, also when they are compressed."""
    rows = range(NUMBERS)
    return pa.table(
        {
            "id": pa.array(rows),
            "a": pc.random(NUMBERS, initializer=1),
            "b": pc.random(NUMBERS, initializer=2),
            "c": pa.array([f"city {number % 977}" for number in rows]),
        }
    )


@pytest.fixture
def store(tmp_path: Path) -> FarStore:
    return FarStore(tmp_path / "far")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder of the cache."""
    return tmp_path / "cache"


@pytest.fixture(params=get_args(TableFormat))
def entry(request: pytest.FixtureRequest, store: FarStore, table: pa.Table) -> Any:
    """The entry of the table, which another worker wrote."""
    return write_any_table(table, placed(through(store, None), format=request.param))


def plain(kept: Path) -> list[Path]:
    return list(kept.glob("boot-*/files/*-plain1"))


@pytest.mark.parametrize(
    "annotation",
    [
        Table[Wide],
        pa.Table,
        LazyTable[Wide],
        Annotated[pa.RecordBatchReader, Rows(Wide)],
        Annotated[pl.LazyFrame, Rows(Wide)],
    ],
    ids=str,
)
def test_every_reader_of_a_whole_table_keeps_it(
    annotation: Any, entry: Any, store: FarStore, kept: Path, table: pa.Table
) -> None:
    """The first reader fetches the object once, and the others map what it left uncompressed."""
    reader = codec(annotation)
    assert is_same(reader.read(entry, through(store, kept)), table)
    first = sum(store.fetched)
    assert entry["size"] <= first < entry["size"] * 1.5  # a stream looks at the head first
    assert len(plain(kept)) == 1
    store.forget()
    for _ in range(2):
        assert is_same(reader.read(entry, through(store, kept)), table)
    assert store.fetched == []


def is_same(value: Any, table: pa.Table) -> bool:
    """Compared without pytest, which would explain every row."""
    return bool(arrow_of(value).cast(table.schema).equals(table))


def arrow_of(value: Any) -> pa.Table:
    if isinstance(value, pl.LazyFrame):
        found = value.collect().to_arrow()
        return found.set_column(3, "c", found["c"].cast(pa.string()))
    if isinstance(value, pa.RecordBatchReader):
        return value.read_all()
    return value if isinstance(value, pa.Table) else value.to_arrow()


def test_a_cached_table_is_mapped(entry: Any, store: FarStore, kept: Path) -> None:
    """A hit takes no memory for the values: all processes share the pages of the file."""
    read_any_table(entry, through(store, kept))
    before = pa.total_allocated_bytes()
    found = read_any_table(entry, through(store, kept))
    assert found["a"].nbytes > 1_000_000
    assert pa.total_allocated_bytes() - before < 200_000


def test_some_columns_do_not_fill_the_cache(entry: Any, store: FarStore, kept: Path) -> None:
    """Who wants a small part of a table asks the store for that part, as without a cache."""
    lazy = codec(LazyTable[Wide]).read(entry, through(store, kept))
    assert lazy.columns("id").to_arrow().num_rows == NUMBERS
    assert sum(store.fetched) < entry["size"] / 2
    assert plain(kept) == []
    store.forget()
    part = codec(Table[Narrow]).read(TableSlice(entry, 1_000, 1_000), through(store, kept))
    assert part["id"].to_pylist() == list(range(1_000, 2_000))
    assert sum(store.fetched) < entry["size"]
    assert not kept.exists()


def test_columns_and_filters_are_served_from_it(
    entry: Any, store: FarStore, kept: Path, table: pa.Table
) -> None:
    """When the table is there, any part of it comes from there."""
    read_any_table(entry, through(store, kept))
    store.forget()
    lazy = codec(LazyTable[Wide]).read(entry, through(store, kept))
    found = lazy.columns("c", "id").filter("a > 0.9 and id < 1000").to_arrow()
    wanted = table.filter((pc.field("a") > 0.9) & (pc.field("id") < 1000)).select(["c", "id"])
    assert is_same(found, wanted)
    part = codec(Table[Narrow]).read(TableSlice(entry, 1_000, 1_000), through(store, kept))
    assert part["id"].to_pylist() == list(range(1_000, 2_000))
    assert store.fetched == []


def test_a_reader_of_few_columns_decompresses_only_those(
    entry: Any, store: FarStore, kept: Path
) -> None:
    """The object is fetched whole, to verify it, and kept as it is."""
    for _ in range(2):
        assert codec(Table[Narrow]).read(entry, through(store, kept)).num_rows == NUMBERS
    assert store.fetched == [entry["size"]]
    assert plain(kept) == []
    assert read_any_table(entry, through(store, kept)).num_rows == NUMBERS
    assert store.fetched == [entry["size"]]
    assert len(plain(kept)) == 1


def test_the_writers_worker_need_not_fetch(store: FarStore, kept: Path, table: pa.Table) -> None:
    """What a task has written, the next one on its worker reads without the store."""
    stores = through(store, kept)
    entry: Any = write_any_table(table, placed(stores))
    assert is_same(read_any_table(entry, stores), table)
    assert store.fetched == []


@pytest.mark.parametrize("cut", [1, 100, 4_096, 2_000_000])
def test_a_damaged_table_is_made_again(
    cut: int, entry: Any, store: FarStore, kept: Path, table: pa.Table
) -> None:
    """A file that lost its end is never read, however it was cut off."""
    read_any_table(entry, through(store, kept))
    (file,) = plain(kept)
    os.truncate(file, file.stat().st_size - cut)
    assert is_same(read_any_table(entry, through(store, kept)), table)
    assert plain(kept) == [file]


def test_the_end_of_another_file_does_not_fit(
    entry: Any, store: FarStore, kept: Path, table: pa.Table
) -> None:
    """The file of one table under the name of another one is not read."""
    other: Any = write_any_table(table.slice(1), placed(through(store, None)))
    for one in (entry, other):
        read_any_table(one, through(store, kept))
    first, second = sorted(plain(kept), key=lambda file: entry["digest"][5:] in file.name)
    os.replace(first, second)
    assert is_same(read_any_table(entry, through(store, kept)), table)


def test_a_signed_table_is_verified_when_it_is_kept(
    store: FarStore, kept: Path, table: pa.Table
) -> None:
    """With a signing key, a table in the store that was altered never gets into the cache."""
    keys = (b"k" * 32,)
    entry: Any = write_any_table(table, placed(through(store, None, keys=keys)))
    file = store.inner.root / entry["path"]
    right = file.read_bytes()
    file.write_bytes(right[:-1_000_000] + bytes(1_000_000))
    for annotation in (Table[Wide], LazyTable[Wide]):
        with pytest.raises(IntegrityError):
            arrow_of(codec(annotation).read(entry, through(store, kept, keys=keys)))
    file.write_bytes(right)
    for annotation in (Table[Wide], LazyTable[Wide]):
        found = codec(annotation).read(entry, through(store, kept, keys=keys))
        assert is_same(found, table)
    forged = {**entry, "rows": 5}
    with pytest.raises(IntegrityError):
        read_any_table(forged, through(store, kept, keys=keys))


def test_another_number_of_rows_is_refused_from_the_cache_too(
    entry: Any, store: FarStore, kept: Path
) -> None:
    """A pointer that says something else about a cached table is as wrong as about a stored one."""
    read_any_table(entry, through(store, kept))
    for read in (read_any_table, codec(Table[Wide]).read):
        with pytest.raises(IntegrityError, match="but its pointer says"):
            read({**entry, "rows": 5}, through(store, kept))


def test_a_table_that_grows_beyond_its_room_is_read_past_it(store: FarStore, kept: Path) -> None:
    """A small object that becomes a huge table does not fill the disk."""
    zeros = pa.table({"id": pa.nulls(4_000_000, pa.int64()).fill_null(0), "a": range(4_000_000)})
    entry: Any = write_any_table(zeros, placed(through(store, None)))
    assert entry["size"] > 2**20
    assert is_same(read_any_table(entry, through(store, kept, limit=20_000_000)), zeros)
    assert plain(kept) == []
    assert list(kept.glob("boot-*/filling/*")) == []


def test_limits_hold_for_what_is_cached(entry: Any, store: FarStore, kept: Path) -> None:
    """A reader that may take less memory than a column of text needs is refused, from anywhere."""
    read_any_table(entry, through(store, kept))
    stores = through(store, kept, limits=Limits(size=entry["size"] - 1))
    with pytest.raises(IntegrityError, match="may be read"):
        read_any_table(entry, stores)


def test_a_file_is_served_from_it(store: FarStore, kept: Path, tmp_path: Path) -> None:
    """A `File` opens the cached file. Its path is a copy, so writing there alters nobody else's."""
    data = os.urandom(500_000)
    source = tmp_path / "plot.png"
    source.write_bytes(data)
    files = codec(File)
    entry = files.write(File(source), placed(through(store, None)))
    first, second = (files.read(entry, through(store, kept)) for _ in range(2))
    assert first.read_bytes() == second.read_bytes() == data
    assert second.path.suffix == ".png"
    with second.path.open("r+b") as opened:
        opened.write(b"!" * 10)
    again = files.read(entry, through(store, kept))
    assert again.read_bytes() == again.path.read_bytes() == data
    assert store.fetched == [len(data)]
    with again.open() as reading:
        assert not reading.writable()


def test_items_of_a_list_are_served_from_it(store: FarStore, kept: Path) -> None:
    """Each instance of a mapped task reads its item of a short list from one download."""
    texts = [json.dumps({"n": number, "text": "x" * 1_000}).encode() for number in range(300)]
    entry = ITEMS.write(texts, placed(through(store, None)), about="")
    for at in range(5):
        items = ITEMS.unfolded(entry, through(store, kept), lambda value: value)
        assert items[at]["n"] == at
    assert store.fetched == [entry["size"]]


def test_hits_and_misses_are_reported_once_each(entry: Any, store: FarStore, kept: Path) -> None:
    """The first read is a miss and the others are hits, however many files they look at."""
    seen: list[CacheUse] = []
    for annotation in (pa.Table, Table[Wide], LazyTable[Wide]):
        stores = through(store, kept, observe=seen.append)
        arrow_of(codec(annotation).read(entry, stores))
    assert [use.hit for use in seen] == [False, True, True]
    assert {use.pointer.path for use in seen} == {entry["path"]}


READER = """
import json, sys
from pathlib import Path
from tests.stores.far import FarStore, through
from typedxcom.stored import read_any_table
place, entry = Path(sys.argv[1]), json.loads(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
table = read_any_table(entry, through(FarStore(place / "far"), place / "cache"))
print(sum(table["id"].to_numpy()), flush=True)
"""


def test_processes_that_start_at_once_fetch_it_once(
    entry: Any, store: FarStore, kept: Path, tmp_path: Path
) -> None:
    """Of many processes that want the same table at the same time, one fetches it."""
    command = [sys.executable, "-c", READER, str(tmp_path), json.dumps(entry)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    readers = [subprocess.Popen(command, **pipes) for _ in range(4)]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        answers = [reader.communicate(timeout=100)[0] for reader in _started(readers)]
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()
    assert answers == [f"{sum(range(NUMBERS))}\n"] * 4
    assert store.fetched == [entry["size"]]
    assert len(plain(kept)) == 1


def _started(readers: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    """Let all of them go."""
    for reader in readers:
        assert reader.stdin is not None
        reader.stdin.write("go\n")
        reader.stdin.flush()
    return readers
