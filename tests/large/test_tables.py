"""Tables and large JSON through a store, without Airflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import BaseModel, Field

from typedxcom.contracts import Promise
from typedxcom.errors import ConfigurationError, DecodeError, IntegrityError, ValidationError
from typedxcom.exchange import dump, load, opened
from typedxcom.objects import Objects, Placement
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stores import LocalStore, MemoryStore, Store
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
    return Placement(Objects(lambda name: store), Coordinates("d", "r", "t"), "s")


def through(written: Any, read: Any, value: Any, place: Placement) -> Any:
    """*value* of one annotation, read as another."""
    row = dump(value, promise(written).codec, settings=SETTINGS, placement=place)
    return load(row, promise(read).codec, objects=place.objects)


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
    assert list(place.objects.open_store("s").list()) == []


def test_lists_and_dicts_of_tables_keep_their_shape(place: Placement) -> None:
    """A list of tables is a list of pointers of its length, which can be mapped over."""
    rows = dump([TRIPS] * 2, promise(list[Table[Trip]]).codec, settings=SETTINGS, placement=place)
    assert isinstance(rows, list)
    assert len(rows) == 2
    assert load(rows[1], promise(Table[Trip]).codec, objects=place.objects).num_rows == 3
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
    lazy = load(row, codec, objects=place.objects)
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
    assert load(row, codec, objects=place.objects) == trips
    assert load([row, row], promise(list[list[Trip]]).codec, objects=place.objects) == [trips] * 2
    assert isinstance(dump(trips[:2], codec, settings=SETTINGS, placement=place), list)
    assert opened(row, place.objects)[0] == {"trip_id": 0, "km": 1.0, "city": "x" * 20}


def test_large_bytes_are_stored_raw(place: Placement) -> None:
    """No base64 in the store; small bytes stay in the row."""
    codec = promise(bytes).codec
    row = dump(b"\xff" * 5000, codec, settings=SETTINGS, placement=place)
    assert isinstance(row, dict)
    assert (row["codec"], row["size"]) == ("bytes", 5000)
    assert load(row, codec, objects=place.objects) == b"\xff" * 5000
    assert dump(b"\xff", codec, settings=SETTINGS, placement=place) == "/w=="


def test_a_pointer_of_another_kind_is_refused(place: Placement) -> None:
    """A table where JSON is wanted, and JSON where a table is wanted, name what came."""
    table = dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS, placement=place)
    with pytest.raises(DecodeError, match="table 3 x 3"):
        load(table, promise(list[int]).codec, objects=place.objects)
    blob = place.put(b"[1]", codec="json", ext="json", about="list of 1, 3 bytes")
    with pytest.raises(ValidationError, match="expected `Table"):
        load(blob, promise(Table[Trip]).codec, objects=place.objects)


def test_signed_pointers_are_the_only_ones_followed(tmp_path: Path) -> None:
    """With a key an unsigned or altered pointer is refused, and the old key still verifies."""
    store = LocalStore(tmp_path / "store", name="s")
    old, new = b"k" * 32, b"n" * 32
    codec = promise(Table[Trip]).codec

    def place(*keys: bytes) -> Placement:
        return Placement(Objects(lambda name: store, keys=keys), Coordinates("d", "r", "t"), "s")

    unsigned = dump(TRIPS, codec, settings=SETTINGS, placement=place())
    signed = dump(TRIPS, codec, settings=SETTINGS, placement=place(old))
    assert load(signed, codec, objects=place(new, old).objects).num_rows == 3
    with pytest.raises(IntegrityError, match="not signed"):
        load(unsigned, codec, objects=place(new).objects)
    assert isinstance(signed, dict)
    with pytest.raises(IntegrityError, match="altered"):
        load({**signed, "rows": 4}, codec, objects=place(old).objects)


def test_a_table_needs_a_store() -> None:
    """Without a store that every worker reaches the error says what to set."""
    with pytest.raises(ConfigurationError, match=r"\[typedxcom\] store"):
        dump(TRIPS, promise(Table[Trip]).codec, settings=SETTINGS)
