"""What is written can be read, or is refused where it is written; errors are our own."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.tables.arrows import COLUMNS
from typedxcom import Table
from typedxcom.contracts import Promise
from typedxcom.errors import ContractError, DecodeError, EncodeError, TypedXComError
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored import read_any_table, write_any_table
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.table import TableCodec
from typedxcom.stores import MemoryStore
from typedxcom.tables import write_ipc
from typedxcom.tables.files.ipc import IpcTable
from typedxcom.tables.files.parquet import ParquetTable, write_parquet
from typedxcom.tables.files.sound import library_errors

HUGE = "select 170141183460469231731687303715884105727::hugeint as h"
UNSOUND = {
    "a number of 39 digits": lambda: duckdb.sql(HUGE),
    "a date64 within a day": lambda: pa.table({"h": pa.array([1], pa.date64())}),
    "texts that are none": lambda: pa.table(
        {"h": pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"]).buffers())}
    ),
    "such inside a list": lambda: pa.table({"h": pa.array([[1]], pa.list_(pa.date64()))}),
}


def place(form: Any = "arrow") -> Placement:
    """A store in memory."""
    store = MemoryStore(name="s")
    return Placement(Stores(lambda name: store), Coordinates("d", "r", "t"), "s", form)


def codec(annotation: Any) -> TableCodec:
    """What a contract makes of *annotation*."""
    made = Promise(annotation, schema_of(annotation)).codec
    assert isinstance(made, TableCodec)
    return made


def written(table: pa.Table) -> Any:
    """*table* as a parquet file, opened."""
    sink = io.BytesIO()
    write_parquet(table, sink)
    return ParquetTable(io.BytesIO(sink.getvalue()), lambda size: None)


@pytest.mark.parametrize("form", ["arrow", "parquet"])
@pytest.mark.parametrize("name", UNSOUND)
def test_values_that_arrow_refuses_are_not_written(name: str, form: str) -> None:
    """With the column and its type, by tasks with a contract and without one."""
    words = "Column `h` has values that its type .* cannot hold"
    with pytest.raises(EncodeError, match=words):
        codec(Table).write(UNSOUND[name](), place(form))
    with pytest.raises(EncodeError, match=words):
        write_any_table(UNSOUND[name](), place(form))


@pytest.mark.parametrize("name", COLUMNS)
def test_parquet_gives_back_the_type_or_refuses_it(name: str) -> None:
    """Alone and inside a list: seconds, date64 and dictionaries of numbers, too."""
    for array in (COLUMNS[name], pa.array([[None]], pa.list_(COLUMNS[name].type))):
        table = pa.table({"c": array, "n": pa.array([1] * len(array))})
        if pa.types.is_interval(COLUMNS[name].type):
            with pytest.raises(EncodeError, match='Use format="arrow"'):
                written(table)
            continue
        stored = written(table)
        for found in (stored.read(), stored.read(["c", "n"]), stored.stream().read_all()):
            assert found.schema.types == table.schema.types
            assert found.to_pydict() == table.to_pydict()
        assert stored.stream(["c"], pc.field("n") == 1).read_all()["c"].equals(table["c"])


def test_a_condition_on_a_type_that_parquet_has_not() -> None:
    """Which row groups can match is asked of what is stored, which rows do of what was written."""
    table = pa.table({"d": pa.array([0, 86_400_000], pa.date64()), "n": [1, 2]})
    found = written(table).stream(["n"], pc.field("d") > pa.scalar(0, pa.date64())).read_all()
    assert found.to_pydict() == {"n": [2]}


def test_parquet_has_no_rows_without_columns() -> None:
    """A table of nothing at all is one."""
    with pytest.raises(EncodeError, match="rows without columns"):
        written(pa.table({"a": [1, 2]}).select([]))
    assert written(pa.table({})).read().num_columns == 0


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_two_columns_of_one_name_come_back(form: str) -> None:
    """For a reader of Arrow; polars is told, and no one of them can be asked for."""
    table = pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"])
    where = place(form)
    row = codec(Table).write(table, where)
    assert codec(Table).read(row, where.stores).equals(table)
    with pytest.raises(DecodeError, match="`a` appears twice"):
        codec(pl.DataFrame).read(row, where.stores)


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_a_filter_that_makes_no_sense_is_ours(form: str) -> None:
    """In words that name it."""
    sink = io.BytesIO()
    table = pa.table({"n": [1], "s": ["a"]})
    if form == "parquet":
        stored: Any = written(table)
    else:
        write_ipc(table, sink)
        stored = IpcTable(io.BytesIO(sink.getvalue()), lambda size: None)
    for condition in (pc.field("s") > 1, pc.field("other") > 1, pc.field("n")):
        with pytest.raises(ContractError, match=r"The filter .* cannot be evaluated"):
            stored.stream(None, condition).read_all()


class Raising:
    """A table that fails as a library does."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        raise self.error


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: pa.ArrowInvalid("value 5"), EncodeError),
        (lambda: pa.ArrowKeyError("x"), EncodeError),
        (lambda: pl.exceptions.ComputeError("value 5"), EncodeError),
        (lambda: pl.exceptions.PanicException("value 5"), EncodeError),
        (lambda: duckdb.ConversionException("value 5"), EncodeError),
        (lambda: duckdb.IOException("no network"), duckdb.IOException),
        (lambda: OSError("no network"), OSError),
        (lambda: ConnectionError("no network"), ConnectionError),
        (lambda: ValueError("the task's own"), ValueError),
        (lambda: KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_what_a_library_raises_is_ours_where_it_lasts(make: Any, kind: type) -> None:
    """Without its text, which may hold values; what may pass is retried, so it stays."""
    with pytest.raises(kind) as raised:
        codec(Table).write(Raising(make()), place())
    assert isinstance(raised.value, TypedXComError) == (kind is EncodeError)
    assert kind is not EncodeError or "value 5" not in str(raised.value)


def test_an_error_of_a_stream_is_the_tasks_own() -> None:
    """A task whose generator fails sees its own error, and Airflow retries it."""

    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"n": [1]})
        raise ConnectionError("no network")

    reader = pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), batches())
    with pytest.raises(ConnectionError):
        codec(Table).write(reader, place())
    with (
        pytest.raises(DecodeError, match="pyarrow raised ArrowTypeError"),
        library_errors(DecodeError),
    ):
        pa.array([1], pa.string()).cast(pa.null())


def test_untyped_tasks_store_polars_frames_as_typed_ones_do() -> None:
    """A lazy frame too; what Arrow has not is refused."""
    where = place()
    row: Any = write_any_table(pl.LazyFrame({"a": [1]}), where)
    assert read_any_table(row, where.stores).to_pydict() == {"a": [1]}
    with pytest.raises(EncodeError, match="`o`"):
        write_any_table(pl.DataFrame({"o": pl.Series([{1}], dtype=pl.Object)}), where)
