"""Arrow IPC files and lazy tables: only what is asked for is read, in bounded memory."""

import io
import subprocess
import sys
from decimal import Decimal
from typing import Annotated, Literal

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import BaseModel, Field

from typedxcom.errors import ContractError, DecodeError, ValidationError
from typedxcom.tables import (
    ArrowType,
    FileSource,
    LazyTable,
    MemorySource,
    Table,
    TableSource,
    columns_of,
    read_ipc,
    write_ipc,
)


class Trip(BaseModel):
    trip_id: int
    fare: Decimal = Field(ge=0, max_digits=9, decimal_places=2)
    kind: Literal["a", "b"]
    city: str | None = None


class Fares(BaseModel):
    fare: Decimal = Field(ge=0, max_digits=9, decimal_places=2)
    trip_id: int


@pytest.fixture
def table():
    return Table[Trip].sample(100)


@pytest.fixture
def path(table, tmp_path):
    write_ipc(table, tmp_path / "t.arrow")
    return tmp_path / "t.arrow"


def test_a_file_is_mapped(table, path):
    """Reading a path takes no memory for the columns."""
    before = pa.total_allocated_bytes()
    again = read_ipc(path)
    assert again.equals(table)
    assert pa.total_allocated_bytes() - before < 1_000


def test_a_subset_of_columns(table, path):
    """Only the columns asked for are read, in that order."""
    assert read_ipc(path, columns=["kind", "trip_id"]).equals(table.select(["kind", "trip_id"]))
    with pytest.raises(DecodeError, match="no column 'nope'"):
        read_ipc(path, columns=["nope"])


def test_columns_of_a_reader():
    """A reader's row names the columns it needs; one that keeps or forbids others needs all."""

    class All(BaseModel, extra="allow"):
        n: int

    assert columns_of(Fares) == ["fare", "trip_id"]
    assert columns_of(Table[Trip], ["trip_id", "x"]) == ["trip_id"]
    assert columns_of(All) is None


@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
@pytest.mark.parametrize("as_stream", [True, False])
def test_buffers(table, compression, as_stream):
    """A table or a stream is written to any file, and read from bytes or a buffer."""
    file = io.BytesIO()
    assert (
        write_ipc(table.to_reader() if as_stream else table, file, compression=compression) == 100
    )
    assert read_ipc(file.getvalue()).equals(table)
    assert read_ipc(pa.py_buffer(file.getvalue())).equals(table)


@pytest.mark.parametrize("cut", [0, 4, 20, -1, -200])
def test_a_damaged_file(path, cut):
    """A short file is a DecodeError, not a crash."""
    with pytest.raises(DecodeError):
        read_ipc(path.read_bytes()[:cut])


def test_dictionaries_that_differ_by_batch():
    """A stream whose batches number their values differently can be written: they only grow."""

    class Row(BaseModel):
        s: Annotated[str | None, ArrowType(pa.dictionary(pa.int32(), pa.string()))]

    parts = [["a", "b", None], ["c", "b"], ["a"], ["d", "d"], []]
    batches = [
        pa.record_batch({"s": pa.array(part, pa.string()).dictionary_encode()}) for part in parts
    ]
    reader = pa.RecordBatchReader.from_batches(batches[0].schema, iter(batches))
    file = io.BytesIO()
    write_ipc(reader, file)
    values = read_ipc(file.getvalue()).column("s").to_pylist()
    assert values == [one for part in parts for one in part]
    chunked = Table[Row].validate(pa.table({"s": pa.chunked_array([["x"], ["y", "x"]])}))
    file = io.BytesIO()
    write_ipc(chunked, file)
    assert read_ipc(file.getvalue()).column("s").to_pylist() == ["x", "y", "x"]


SOURCES = ["memory", "file"]


@pytest.fixture(params=SOURCES)
def source(request, table, path) -> TableSource:
    return MemorySource(table) if request.param == "memory" else FileSource(path)


def test_a_lazy_table_knows_itself(source, table):
    """Schema, rows and size are there without reading; its repr shows no value."""
    lazy = LazyTable(source, Trip)
    assert (lazy.rows, len(lazy), lazy.schema) == (100, 100, table.schema)
    assert lazy.size > 1_000
    assert repr(lazy) == lazy.serialize() == "LazyTable[Trip]"


def test_a_lazy_table_reads_what_its_row_names(source, table):
    """A row of fewer columns reads only those, in its own order."""
    lazy = LazyTable(source, Fares)
    assert lazy.to_arrow().equals(table.select(["fare", "trip_id"]))
    assert lazy.columns("trip_id").to_arrow().column_names == ["trip_id"]
    assert LazyTable(source, Trip).columns("city", "fare").schema.names == ["city", "fare"]


def test_a_lazy_table_filters(source, table):
    """Filters may name any stored column, and add up."""
    lazy = LazyTable(source, Fares).filter("kind == 'a'").filter(pc.field("trip_id") > 10)
    expected = [
        {"fare": one["fare"], "trip_id": one["trip_id"]}
        for one in table.to_pylist()
        if one["kind"] == "a" and one["trip_id"] > 10
    ]
    assert lazy.to_arrow().to_pylist() == expected
    with pytest.raises(ContractError, match="no column `nope`"):
        lazy.filter("nope > 1")


def test_a_lazy_table_goes_to_any_library(source, table):
    """pandas, polars, DuckDB, and any library that takes a stream."""
    lazy = LazyTable(source, Fares)
    assert isinstance(lazy.to_pandas(), pd.DataFrame)
    assert lazy.to_polars().height == len(lazy.to_duckdb()) == 100
    assert pl.DataFrame(lazy).columns == ["fare", "trip_id"]
    batches = list(lazy.batches(rows=30))
    assert [batch.num_rows for batch in batches] == [30, 30, 30, 10]


def test_a_lazy_table_checks_what_it_reads(table):
    """The reader's contract counts for what is read."""

    class Cheap(BaseModel):
        trip_id: int = Field(lt=50)
        city: str | None

    lazy = LazyTable(MemorySource(Table[Trip].validate(table)), Cheap)
    with pytest.raises(ValidationError, match="`trip_id` has"):
        lazy.to_arrow()
    assert lazy.filter("trip_id < 50").to_arrow().num_rows < 100
    assert lazy.columns("city").to_arrow().num_rows == 100


PEAK = r"""
import re, sys, pyarrow as pa
from pydantic import BaseModel, Field
from typing import Annotated, Literal
from typedxcom.tables import Table, checked, read_ipc, write_ipc, check
class Row(BaseModel):
    n: int = Field(ge=0)
    x: float = Field(ge=0, le=1e9)
    s: str = Field(min_length=1, max_length=20, pattern="^[a-z]+$")
    k: Literal["a", "b"]
rows, batches, way = 100_000, 60, sys.argv[1]
def batch(i):
    return pa.record_batch({
        "n": pa.array(range(rows), pa.int64()), "x": pa.array([1.5] * rows),
        "s": pa.array(["abcdefghij"] * rows), "k": pa.array(["a"] * rows)})
one = batch(0)
stream = lambda: pa.RecordBatchReader.from_batches(one.schema, (pa.record_batch(
    [pa.concat_arrays([c, c.slice(0, 0)]) for c in one.columns], names=one.schema.names) for _ in range(batches)))
if way == "write":
    write_ipc(checked(stream(), Row), sys.argv[2])
if way == "check":
    check(pa.Table.from_batches([one] * batches), Row)
peak = re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]
print(pa.default_memory_pool().max_memory() // 1000, peak)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("way", ["write", "check"])
def test_memory_stays_bounded(way, tmp_path):
    """200 MB of rows are checked and written in the memory of a few batches of 3 MB."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, way, str(tmp_path / "t.arrow")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    arrow, whole = map(int, done.stdout.split())  # kB; the kernel's own count of the process
    assert arrow < 40_000
    assert whole < 250_000  # the libraries alone take 130 MB
