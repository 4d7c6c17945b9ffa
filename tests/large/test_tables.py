"""Tables and large JSON through a store, without Airflow."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import BaseModel, Field

from typedxcom.contracts import Contract
from typedxcom.errors import ConfigurationError, DecodeError, IntegrityError, ValidationError
from typedxcom.exchange import dump, load, opened
from typedxcom.exchange.arguments import Promise, load_arguments
from typedxcom.exchange.unwrap import for_reader
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stored import slices
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import Limits, LocalStore, MemoryStore, Store
from typedxcom.tables import LazyTable, Rows, Table

SETTINGS = Settings(store_threshold=1_000)


class Trip(BaseModel):
    """One row."""

    trip_id: int
    km: float = Field(ge=0)
    city: str | None = None


class Small(BaseModel):
    """A reader's fewer columns."""

    trip_id: int


TRIPS = pa.table({"trip_id": [1, 2, 3], "km": [0.5, 1.0, 2.5], "city": ["a", None, "b"]})


def promise(annotation: Any) -> Promise:
    """What a contract makes of *annotation*."""
    return Promise(annotation, schema_of(annotation))


@pytest.fixture(params=["local", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Placement:
    """A store that maps into memory, and one that does not."""
    store: Store = LocalStore(tmp_path / "store", name="s")
    if request.param == "memory":
        store = MemoryStore(name="s")
    return Placement(Stores(lambda name: store), Coordinates("d", "r", "t"), "s")


def through(written: Any, read: Any, value: Any, place: Placement) -> Any:
    """*value* of one annotation, read as another."""
    row = dump(value, promise(written).codec, settings=SETTINGS, placement=place)
    return load(row, promise(read).codec, stores=place.stores)


@pytest.mark.parametrize(
    "make",
    [
        lambda: TRIPS,
        lambda: TRIPS.to_reader(),
        lambda: TRIPS.to_pandas(),
        lambda: pl.DataFrame(TRIPS),
        lambda: pl.DataFrame(TRIPS).lazy(),
    ],
    ids=["arrow", "stream", "pandas", "polars", "lazy"],
)
def test_any_library_writes_and_arrow_reads(place: Placement, make: Callable[[], Any]) -> None:
    """What a task returns is the same table for its reader."""
    got = through(Table[Trip], Table[Trip], make(), place)
    assert got.to_pylist() == TRIPS.to_pylist()


def test_the_reader_picks_the_library(place: Placement) -> None:
    """pandas, polars and a lazy handle come as the annotation asks."""
    pandas = through(Table[Trip], Annotated[pd.DataFrame, Rows(Trip)], TRIPS, place)
    polars = through(Table[Trip], Annotated[pl.DataFrame, Rows(Trip)], TRIPS, place)
    lazy = through(Table[Trip], LazyTable[Trip], TRIPS, place)
    assert list(pandas["trip_id"]) == [1, 2, 3]
    assert polars["km"].to_list() == [0.5, 1.0, 2.5]
    assert lazy.rows == 3
    assert lazy.columns("km").filter("km > 1").to_arrow().to_pylist() == [{"km": 2.5}]


def test_a_reader_of_fewer_columns_reads_only_those(place: Placement) -> None:
    """The row of the reader decides which columns there are."""
    assert through(Table[Trip], Table[Small], TRIPS, place).schema.names == ["trip_id"]


def test_a_bad_row_is_never_stored(place: Placement) -> None:
    """A value below its bound fails the writer, also in a stream, and leaves no object."""
    bad = TRIPS.set_column(1, "km", pa.array([0.5, -1.0, 2.0]))
    for value in (bad, bad.to_reader()):
        with pytest.raises(ValidationError, match="km"):
            dump(value, promise(Table[Trip]).codec, settings=SETTINGS, placement=place)
    assert list(place.stores.open_store("s").list()) == []


def test_lists_and_dicts_of_tables_keep_their_shape(place: Placement) -> None:
    """A list of tables is a list of pointers of its length, which can be mapped over."""
    rows = dump([TRIPS] * 2, promise(list[Table[Trip]]).codec, settings=SETTINGS, placement=place)
    assert isinstance(rows, list)
    assert len(rows) == 2
    assert load(rows[1], promise(Table[Trip]).codec, stores=place.stores).num_rows == 3
    by_name = through(dict[str, Table[Trip]], dict[str, Table[Trip]], {"a": TRIPS}, place)
    pair = through(
        tuple[Table[Trip], Table[Small]], tuple[Table[Trip], Table[Small]], (TRIPS, TRIPS), place
    )
    assert by_name["a"].num_rows == 3
    assert pair[1].schema.names == ["trip_id"]


def test_a_handle_is_passed_on(place: Placement) -> None:
    """Returning the lazy table that came in moves no byte; a narrowed one is written anew."""
    codec = promise(LazyTable[Trip]).codec
    row = dump(TRIPS, codec, settings=SETTINGS, placement=place)
    lazy = load(row, codec, stores=place.stores)
    assert dump(lazy, codec, settings=SETTINGS, placement=place) == row
    narrowed = dump(
        lazy.columns("trip_id"), promise(Table[Small]).codec, settings=SETTINGS, placement=place
    )
    assert narrowed != row


def test_large_json_goes_to_the_store_and_small_json_stays(place: Placement) -> None:
    """Above the store's threshold the row is a pointer; the value is the same."""
    codec = promise(list[Trip]).codec
    trips = [Trip(trip_id=i, km=1, city="x" * 20) for i in range(100)]
    row = dump(trips, codec, settings=SETTINGS, placement=place)
    assert isinstance(row, dict)
    assert row["codec"] == "json"
    assert load(row, codec, stores=place.stores) == trips
    assert load([row, row], promise(list[list[Trip]]).codec, stores=place.stores) == [trips] * 2
    assert isinstance(dump(trips[:2], codec, settings=SETTINGS, placement=place), list)
    assert opened(row, place.stores)[0] == {"trip_id": 0, "km": 1.0, "city": "x" * 20}


def test_large_bytes_are_stored_raw(place: Placement) -> None:
    """No base64 in the store; small bytes stay in the row."""
    codec = promise(bytes).codec
    row = dump(b"\xff" * 5000, codec, settings=SETTINGS, placement=place)
    assert isinstance(row, dict)
    assert (row["codec"], row["size"]) == ("bytes", 5000)
    assert load(row, codec, stores=place.stores) == b"\xff" * 5000
    assert dump(b"\xff", codec, settings=SETTINGS, placement=place) == "/w=="


def test_a_pointer_of_another_kind_is_refused(place: Placement) -> None:
    """A table where JSON is wanted, and JSON where a table is wanted, name what came."""
    table = dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS, placement=place)
    with pytest.raises(DecodeError, match=r"Table\[Trip\]: 3 rows x 3 columns"):
        load(table, promise(list[int]).codec, stores=place.stores)
    blob = place.put(b"[1]", codec="json", ext="json", about="list of 1, 3 bytes")
    with pytest.raises(ValidationError, match="expected `Table"):
        load(blob, promise(Table[Trip]).codec, stores=place.stores)


def test_signed_pointers_are_the_only_ones_followed(tmp_path: Path) -> None:
    """With a key an unsigned or altered pointer is refused, and the old key still verifies."""
    store = LocalStore(tmp_path / "store", name="s")
    old, new = b"k" * 32, b"n" * 32
    codec = promise(Table[Trip]).codec

    def place(*keys: bytes) -> Placement:
        return Placement(Stores(lambda name: store, keys=keys), Coordinates("d", "r", "t"), "s")

    unsigned = dump(TRIPS, codec, settings=SETTINGS, placement=place())
    signed = dump(TRIPS, codec, settings=SETTINGS, placement=place(old))
    assert load(signed, codec, stores=place(new, old).stores).num_rows == 3
    with pytest.raises(IntegrityError, match="not signed"):
        load(unsigned, codec, stores=place(new).stores)
    assert isinstance(signed, dict)
    with pytest.raises(IntegrityError, match="altered"):
        load({**signed, "rows": 4}, codec, stores=place(old).stores)


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_each_format_serves_every_reader(place: Placement, form: Any) -> None:
    """Whole, lazily, in a stream and in slices, a table stored in either format is the same."""
    there = dataclasses.replace(place, format=form)
    row: Any = dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS, placement=there)
    assert (row["codec"], row["rows"]) == (form, 3)

    def read(annotation: Any, value: Any = row) -> Any:
        return load(value, promise(annotation).codec, stores=place.stores)

    assert read(Table[Trip]).to_pylist() == TRIPS.to_pylist()
    assert read(Table[Small]).to_pylist() == [{"trip_id": n} for n in (1, 2, 3)]
    assert read(LazyTable[Trip]).filter("km > 1").columns("trip_id").to_arrow().num_rows == 1
    stream = read(Annotated[pa.RecordBatchReader, Rows(Trip)])
    assert isinstance(stream, pa.RecordBatchReader)
    assert stream.read_all().to_pylist() == TRIPS.to_pylist()
    frame = read(Annotated[pl.LazyFrame, Rows(Trip)])
    assert frame.filter(pl.col("km") < 2).select("city").collect()["city"].to_list() == ["a", None]
    assert frame.head(1).collect().height == 1
    cut = slices(row, 2, place.stores)
    assert [part.count for part in cut] == [2, 1]
    assert read(Table[Trip], cut[1]).to_pylist() == TRIPS.to_pylist()[2:]
    assert read(LazyTable[Trip], cut[0]).rows == 2
    assert read(list[Table[Small]], cut)[1].to_pylist() == [{"trip_id": 3}]
    assert opened(row, place.stores).num_rows == 3
    assert for_reader(cut, place.stores)[1].num_rows == 1


def test_a_slice_is_not_passed_on_as_the_whole(place: Placement) -> None:
    """A task that returns its batch writes these rows, and not a pointer to all of them."""
    codec = promise(LazyTable[Trip]).codec
    row = dump(TRIPS, codec, settings=SETTINGS, placement=place)
    part = load(slices(row, 2, place.stores)[1], codec, stores=place.stores)
    again: Any = dump(part, codec, settings=SETTINGS, placement=place)
    assert (again["rows"], row["rows"]) == (1, 3)


def test_only_a_table_is_cut(place: Placement) -> None:
    """JSON and files have no rows; the error says what came."""
    blob = place.put(b"[1]", codec="json", ext="json", about="list of 1, 3 bytes")
    for value in (blob, 3, "text"):
        with pytest.raises(ValidationError, match="expected `Table`, got `"):
            slices(value, 2, place.stores)


def test_a_head_that_contradicts_the_pointer_is_refused(place: Placement) -> None:
    """The number of rows stands in both."""
    row: Any = dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS, placement=place)
    with pytest.raises(IntegrityError, match="has 3 rows, but its pointer says 4"):
        load({**row, "rows": 4}, promise(Table[Trip]).codec, stores=place.stores)


def test_more_than_the_limit_is_not_read(place: Placement) -> None:
    """What the head declares is compared with the limit that the settings give."""
    small = dataclasses.replace(place.stores, limits=Limits(decoded=20))
    row: Any = dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS, placement=place)
    for annotation in (Table[Trip], Annotated[pl.DataFrame, Rows(Small)]):
        codec = promise(annotation).codec
        if place.is_local:  # the file is mapped, and takes no memory
            assert len(load(row, codec, stores=small)) == 3
            continue
        with pytest.raises(IntegrityError, match="read_limit"):
            load(row, codec, stores=small)


def test_a_parameter_without_a_type_gets_the_value(place: Placement) -> None:
    """Not our pointer or text; what stands in the DAG file is left as it is."""

    def body(table, text, mine): ...

    row = dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS, placement=place)
    text = {"$typedxcom": 1, "about": "text", "json": "[1, NaN]"}
    mine = collections.OrderedDict(a=1)
    arguments = {"table": row, "text": text, "mine": mine}
    sources = {"table": "extract", "text": "extract"}
    _, loaded = load_arguments(
        Contract(body), (), arguments, task_id="t", sources=sources, stores=place.stores
    )
    assert loaded["table"].to_pylist() == TRIPS.to_pylist()
    assert loaded["text"][0] == 1
    assert loaded["mine"] is mine


def test_a_table_needs_a_store() -> None:
    """Without a store that every worker reaches the error says what to set."""
    with pytest.raises(ConfigurationError, match=r"\[typedxcom\] store"):
        dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS)
