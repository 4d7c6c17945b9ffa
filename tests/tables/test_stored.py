"""Stored tables of both formats: parts of them, and what they may declare of themselves."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from pydantic import BaseModel

from typedxcom.contracts import Promise
from typedxcom.errors import DecodeError, EncodeError, IntegrityError
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import Limits, MemoryStore, check_declared
from typedxcom.tables import LazyTable, Table, write_ipc
from typedxcom.tables.files import parquet as parquet_module
from typedxcom.tables.files.base import StoredTable
from typedxcom.tables.files.growth import growth
from typedxcom.tables.files.ipc import IpcTable
from typedxcom.tables.files.parquet import ParquetTable, write_parquet

ROWS = 150_000
TABLE = pa.table(
    {
        "n": pa.array(range(ROWS)),
        "text": pa.array([f"{number % 97}" for number in range(ROWS)]),
        "kind": pa.array(["a", "b", "c"] * (ROWS // 3)).dictionary_encode(),
        "items": pa.array([[1, None]] * ROWS, pa.list_(pa.int32())),
        "inner": pa.array([{"x": 1, "y": None}] * ROWS, pa.struct({"x": "int8", "y": "string"})),
        "nothing": pa.nulls(ROWS),
    }
)
FORMATS = ["arrow", "zstd", "parquet"]


class Source(io.BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def written(table: pa.Table, form: str) -> bytes:
    """*table* as a file of one format."""
    sink = io.BytesIO()
    if form == "parquet":
        write_parquet(table, sink)
    else:
        write_ipc(table, sink, compression="zstd" if form == "zstd" else None)
    return sink.getvalue()


def opened(data: Any, form: str, limit: int = 2**30) -> StoredTable:
    """The file, of which at most *limit* bytes may be declared."""
    kind = ParquetTable if form == "parquet" else IpcTable
    return kind(data, lambda size: check_declared(size, limit, "there"))


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The table in every format."""
    return {form: written(TABLE, form) for form in FORMATS}


@pytest.mark.parametrize("form", FORMATS)
def test_whole_tables_come_back(files: dict[str, bytes], form: str) -> None:
    """Rows, schema and values, by all columns and by some in another order."""
    stored = opened(files[form], form)
    assert stored.rows == ROWS
    assert stored.schema.names == TABLE.schema.names
    assert stored.read().cast(TABLE.schema).equals(TABLE)
    assert stored.read(["kind", "n"]).equals(TABLE.select(["kind", "n"]))
    assert stored.stream().read_all().cast(TABLE.schema).equals(TABLE)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("first", "count"), [(0, 1), (65_530, 10), (131_000, 200), (149_999, 1)])
def test_a_slice_is_these_rows(files: dict[str, bytes], form: str, first: int, count: int) -> None:
    """Across the borders of batches and row groups; a condition is asked of the slice only."""
    stored = opened(files[form], form)
    wanted = TABLE.slice(first, count)
    assert stored.stream(first=first, count=count).read_all().cast(TABLE.schema).equals(wanted)
    condition = pc.field("n") >= first + count - 1
    last = stored.stream(["text"], condition, first=first, count=count).read_all()
    assert last["text"].to_pylist() == [f"{(first + count - 1) % 97}"]


@pytest.mark.parametrize("form", ["zstd", "parquet"])
def test_a_part_of_a_table_is_a_part_of_the_file(files: dict[str, bytes], form: str) -> None:
    """One column, one slice, and for parquet what a condition can match, is all that is read."""
    source = Source(files[form])
    stored = opened(pa.PythonFile(source, "r"), form)
    source.taken = 0
    stored.read(["kind"])
    assert source.taken < len(files[form]) / 3
    source.taken = 0
    stored.stream(["text"], first=149_000, count=10).read_all()
    assert source.taken < len(files[form]) / 3
    if form == "parquet":
        source.taken = 0
        assert stored.stream(["n"], pc.field("n") == 140_000).read_all().num_rows == 1
        assert source.taken < len(files[form]) / 2


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_missing_or_damaged_is_told(files: dict[str, bytes], form: str) -> None:
    """A column that is not there; a file that ends early, or is none at all."""
    stored = opened(files[form], form)
    with pytest.raises(DecodeError, match="no column 'other'"):
        stored.read(["other"])
    for data in (files[form][:-50], b"", b"ARROW1", b"x" * 500):
        with pytest.raises(DecodeError, match="not a complete"):
            opened(data, form)


@pytest.mark.parametrize("form", ["arrow", "zstd"])
def test_a_column_that_is_there_twice_is_not_picked(form: str) -> None:
    """Which of the two is meant is not known."""
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2]), pa.array([3])], ["a", "a", "b"])
    stored = opened(written(table, form), form)
    assert stored.read(["b"]).to_pydict() == {"b": [3]}
    for read in (stored.read, stored.stream):
        with pytest.raises(DecodeError, match="two columns 'a'"):
            read(["a", "b"])


@pytest.mark.parametrize("columns", [None, ["b"], ["c", "a"]])
def test_what_is_mapped_is_not_copied(columns: Any, tmp_path: Path) -> None:
    """Arrow copies the columns that it is asked for, were they asked for in its reader."""
    texts = [f"text {n}" for n in range(100_000)]
    table = pa.table({"a": range(100_000), "b": [0.5] * 100_000, "c": texts})
    path = tmp_path / "x.arrow"
    path.write_bytes(written(table, "arrow"))
    before = pa.total_allocated_bytes()
    stored = opened(path, "arrow")
    found, streamed = stored.read(columns), stored.stream(columns).read_all()
    assert pa.total_allocated_bytes() - before < 100_000
    wanted = table if columns is None else table.select(columns)
    assert found.equals(wanted)
    assert streamed.equals(wanted)


def test_a_flipped_bit_in_a_page_of_parquet_is_found(files: dict[str, bytes]) -> None:
    """Each page has a checksum, so a reader of parts is protected too."""
    data = bytearray(files["parquet"])
    data[20_000] ^= 1
    with pytest.raises(DecodeError, match="parquet"):
        opened(bytes(data), "parquet").read()


@pytest.mark.parametrize("form", ["zstd", "parquet"])
@pytest.mark.parametrize("way", ["read", "stream"])
def test_a_bomb_is_refused_before_memory_is_taken(form: str, way: str) -> None:
    """A small file that becomes a large table is refused by what its head declares."""
    bomb = pa.table({"n": pa.array([0] * 3_000_000)})
    data = written(bomb, form)
    assert len(data) < bomb.nbytes / 100
    del bomb
    stored = opened(data, form, limit=200_000)
    before = pa.default_memory_pool().max_memory()
    with pytest.raises(IntegrityError, match="declares"):
        getattr(stored, way)() if way == "read" else stored.stream().read_all()
    assert pa.default_memory_pool().max_memory() == before
    assert opened(data, form).read().num_rows == 3_000_000


@pytest.mark.parametrize("size", [2**60, -5, 2**33])
def test_a_buffer_that_lies_about_its_size_is_refused(size: int) -> None:
    """The size before a compressed buffer is what Arrow would take at once."""
    table = pa.table({"n": list(range(100_000))})
    data = bytearray(written(table, "zstd"))
    place = data.index(struct.pack("<q", table.num_rows * 8))
    data[place : place + 8] = struct.pack("<q", size)
    stored = opened(bytes(data), "zstd")
    with pytest.raises((IntegrityError, DecodeError), match=r"declares|not a complete"):
        stored.read()


def test_rows_without_bytes_count_too() -> None:
    """A column of nulls has no buffers, and casting it to another type takes memory for each."""
    data = written(pa.table({"nothing": pa.nulls(10_000_000)}), "arrow")
    with pytest.raises(IntegrityError, match="declares"):
        opened(data, "arrow", limit=1_000_000).read()


def test_parquet_has_no_type_for_some_columns() -> None:
    """The error says which format has."""
    table = pa.table({"when": pa.array([(1, 2, 3)], pa.month_day_nano_interval())})
    with pytest.raises(EncodeError, match='format="arrow"'):
        write_parquet(table, io.BytesIO())


def bomb() -> pa.Table:
    """One text of a megabyte that 60,000 rows name: 60 GB once it is written out."""
    texts = pa.array(["x" * 1_000_000])
    indices = pa.array([0] * 60_000, pa.int32())
    return pa.table({"text": pa.DictionaryArray.from_arrays(indices, texts)})


@pytest.mark.parametrize(
    ("column", "size"),
    [
        (pa.array(["aa", "b", None, "aa"]).dictionary_encode(), 5),
        (pa.array([[["aa"], []], [["aa", "b"]]]), 0),
        (pa.array([1.5, 1.5, None]).dictionary_encode(), 24),
        (pa.ListArray.from_arrays([0, 2, 3], pa.array(["aa", "b", "aa"]).dictionary_encode()), 5),
        (pa.StructArray.from_arrays([pa.array(["aa", "aa"]).dictionary_encode()], ["x"]), 4),
        (pa.array([], pa.string()).dictionary_encode(), 0),
    ],
    ids=["texts", "no dictionary", "numbers", "in a list", "in a struct", "none"],
)
def test_what_a_dictionary_becomes_is_known_before_it_is_written_out(
    column: pa.Array, size: int
) -> None:
    """At any depth, of a table as of a batch."""
    assert growth(pa.table({"x": column}), ["x"]) == size
    assert growth(pa.record_batch({"x": column}), ["x"]) == size


class Said(BaseModel):
    text: str


@pytest.mark.parametrize("form", ["arrow", "zstd", "parquet"])
def test_a_dictionary_that_becomes_huge_is_refused_before_memory_is_taken(form: str) -> None:
    """By a reader whose row has plain texts, whole and in a stream; nobody else writes it out."""
    store = MemoryStore(name="s")
    stores = Stores(lambda name: store, limits=Limits(decoded=2**29))
    place = Placement(stores, Coordinates("d", "r", "t"), "s")
    data = written(bomb(), form)
    assert len(data) < 3_000_000
    codec = "parquet" if form == "parquet" else "arrow"
    row = place.put(data, codec=codec, ext=codec, about="table", rows=60_000)

    def read(annotation: Any) -> Any:
        return Promise(annotation, schema_of(annotation)).codec.read(row, stores)

    before = pa.default_memory_pool().max_memory()
    with pytest.raises(IntegrityError, match="declares 60,000,000,000 bytes"):
        read(Table[Said])
    with pytest.raises(IntegrityError, match="declares"):
        next(read(LazyTable[Said]).batches())
    assert read(Table).num_rows == 60_000
    assert pa.default_memory_pool().max_memory() < before + 2**28


def test_a_text_that_parquet_repeats_is_decoded_a_few_rows_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without Arrow's schema in the file nothing says that there is a dictionary."""
    monkeypatch.setattr(parquet_module, "_BATCH_BYTES", 2**26)
    sink = io.BytesIO()
    table = bomb()
    with parquet.ParquetWriter(
        sink, pa.schema({"text": pa.string()}), compression="zstd", store_schema=False
    ) as writer:
        writer.write_table(table.slice(0, 500).cast(pa.schema({"text": pa.string()})))
    data = sink.getvalue()
    assert len(data) < 500_000
    with pytest.raises(IntegrityError, match="declares"):
        opened(data, "parquet", limit=2**27).read()
    stream = opened(data, "parquet").stream()
    assert max(batch.nbytes for batch in stream) < 2**26 + 2**22
