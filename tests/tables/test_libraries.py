"""pandas, polars and DuckDB, both ways; streams; and what a reader's annotation picks."""

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, Field

from typedxcom.errors import UnsupportedTypeError, ValidationError
from typedxcom.tables import LazyTable, Rows, Table, checked, from_table, is_table, to_table


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"


class Point(BaseModel):
    x: int
    y: int | None


class Row(BaseModel):
    n: int
    maybe: int | None
    ratio: float
    name: str | None
    level: Level
    kind: Literal["a", "b"] | None
    price: Decimal = Field(max_digits=9, decimal_places=2)
    at: AwareDatetime
    day: dt.date
    clock: dt.time
    span: dt.timedelta
    ok: bool | None
    raw: bytes
    tags: list[str]
    point: Point


rows = st.lists(
    st.fixed_dictionaries(
        {
            "n": st.integers(-(2**63), 2**63 - 1),
            "maybe": st.none() | st.integers(-(2**63), 2**63 - 1),
            "ratio": st.floats(allow_nan=False),
            "name": st.none() | st.text(max_size=3),
            "level": st.sampled_from(["low", "high"]),
            "kind": st.sampled_from(["a", "b", None]),
            "price": st.integers(-999_999_999, 999_999_999).map(lambda n: Decimal(n).scaleb(-2)),
            "at": st.datetimes(dt.datetime(1900, 1, 1), timezones=st.just(dt.timezone.utc)),
            "day": st.dates(dt.date(1900, 1, 1)),
            "clock": st.times(),
            "span": st.timedeltas(dt.timedelta(-100), dt.timedelta(100)),
            "ok": st.none() | st.booleans(),
            "raw": st.binary(max_size=3),
            "tags": st.lists(st.text(max_size=2), max_size=2),
            "point": st.fixed_dictionaries({"x": st.integers(0, 9), "y": st.none() | st.integers(0, 9)}),
        }
    ),
    max_size=5,
)  # fmt: skip


def table_of(values):
    return to_table(pa.Table.from_pylist(values, schema=Table[Row].sample(0).schema), Row)


LIBRARIES = [
    pa.Table,
    pa.RecordBatchReader,
    pd.DataFrame,
    pl.DataFrame,
    pl.LazyFrame,
    duckdb.DuckDBPyRelation,
]


@pytest.mark.parametrize("library", LIBRARIES)
@settings(max_examples=40, deadline=None)
@given(rows)
def test_round_trip(library, values):
    """A table that a reader got comes back the same when that reader returns it."""
    table = table_of(values)
    annotation = Annotated[library, Rows(Row)]
    given_to_reader = from_table(table, annotation)
    assert isinstance(given_to_reader, library)
    assert is_table(given_to_reader)
    again = checked(given_to_reader, annotation).read_all()
    assert again.to_pylist() == table.to_pylist()
    fixed = [name for name in table.column_names if name != "at"]
    assert again.select(fixed).schema == table.select(fixed).schema


def test_a_reader_without_rows_gets_arrow():
    """`Table[Row]` gives a pyarrow.Table, also of a stream; a batch is one batch."""
    table = table_of([])
    assert from_table(table.to_reader(), Table[Row]).equals(table)
    assert from_table(table, Annotated[pa.RecordBatch, Rows(Row)]).num_rows == 0
    assert isinstance(from_table(table, LazyTable[Row]), LazyTable)


def test_an_unknown_library_is_refused():
    """Only table libraries can be asked for."""
    with pytest.raises(UnsupportedTypeError, match="not a table class"):
        from_table(table_of([]), Annotated[dict, Rows(Row)])


@pytest.mark.parametrize("value", [[{"n": 1}], {"n": [1]}, 3, None, object()])
def test_what_is_no_table_is_refused(value):
    """A list of dicts is no table, and the error says what is."""
    assert not is_table(value)
    with pytest.raises(ValidationError, match="__arrow_c_stream__"):
        to_table(value, Row)


class Stream:
    """Some other library's table."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


class Small(BaseModel):
    n: int = Field(ge=0)


@pytest.mark.parametrize("make", [Stream, lambda t: t.to_reader(), pa.dataset.dataset], ids=str)
def test_streams_stay_streams(make):
    """An object with __arrow_c_stream__, a reader and a dataset are read as they come."""
    reader = to_table(make(pa.table({"n": pa.array([1, 2], pa.int16())})), Small)
    assert isinstance(reader, pa.RecordBatchReader)
    assert reader.read_all().to_pylist() == [{"n": 1}, {"n": 2}]


def test_a_record_batch_is_a_table():
    """A single batch is taken too."""
    assert to_table(pa.record_batch({"n": [1]}), Small).num_rows == 1


class Loose(BaseModel):
    maybe: int | None = None
    ratio: float = 0.0
    price: Decimal | None = Field(None, max_digits=5, decimal_places=2)
    level: Level | None = None
    id: uuid.UUID | None = None
    day: dt.date | None = None


def test_pandas_floats_that_are_integers_with_nulls():
    """pandas turns integers with nulls into floats: they come back as integers."""
    frame = pd.DataFrame({"maybe": [1, None, 3]})
    assert frame["maybe"].dtype == "float64"
    assert Table[Loose].validate(frame).column("maybe").to_pylist() == [1, None, 3]
    with pytest.raises(ValidationError, match=r"`int64` cannot hold \(row 0: 1.5\)"):
        Table[Loose].validate(pd.DataFrame({"maybe": [1.5, None]}))
    with pytest.raises(ValidationError, match="`double`, expected `int64`"):
        Table[Loose].validate(pa.table({"maybe": [1.0]}))


def test_pandas_nan():
    """A NaN is null where the row allows null, and a number where it does not."""
    table = Table[Loose].validate(pd.DataFrame({"ratio": [float("nan"), 1.0]}))
    assert str(table.column("ratio").to_pylist()) == "[nan, 1.0]"


def test_pandas_objects():
    """Decimals, members, UUIDs and dates in object columns are understood."""
    one = uuid.uuid4()
    frame = pd.DataFrame(
        {
            "price": [Decimal("1.50"), None],
            "level": [Level.LOW, None],
            "id": [one, None],
            "day": [dt.date(2024, 1, 1), None],
        }
    )
    table = Table[Loose].validate(frame)
    assert table.to_pylist()[0] == {
        "maybe": None, "ratio": 0.0, "price": Decimal("1.50"), "level": "low", "id": str(one),
        "day": dt.date(2024, 1, 1),
    }  # fmt: skip
    assert table.to_pylist()[1]["level"] is None


def test_pandas_midnights_are_dates():
    """pandas has no dates: a midnight is one, another time is not."""
    frame = pd.DataFrame({"day": pd.to_datetime(["2024-01-01", None])})
    assert Table[Loose].validate(frame).column("day").to_pylist() == [dt.date(2024, 1, 1), None]
    with pytest.raises(ValidationError, match=r"`date32\[day\]` cannot hold"):
        Table[Loose].validate(pd.DataFrame({"day": pd.to_datetime(["2024-01-01 05:00"])}))


def test_pandas_index():
    """An index is a column where the row names it, and is dropped where not."""
    frame = pd.DataFrame({"x": [1, 2]}, index=pd.Index([5, 6], name="n"))
    assert Table[Small].validate(frame).column("n").to_pylist() == [5, 6]
    assert Table[Small].validate(pd.DataFrame({"n": [1]}, index=["a"])).column_names == ["n"]


def test_pandas_integers_with_nulls_go_out_whole():
    """A reader's pandas frame keeps integers and booleans that have nulls as such."""
    frame = from_table(table_of([]).select(["n"]), Annotated[pd.DataFrame, Rows(Small)])
    assert frame["n"].dtype == "int64"
    big = 2**60 + 1
    table = to_table(pa.table({"maybe": [big, None]}), Loose)
    frame = from_table(table, Annotated[pd.DataFrame, Rows(Loose)])
    assert frame["maybe"].dtype == "Int64"
    assert frame["maybe"][0] == big


def test_polars_categories_and_enums():
    """polars' Categorical and Enum columns are dictionaries of the row's values."""
    for kind in (pl.Categorical, pl.Enum(["high", "low", "unused"]), pl.String):
        frame = pl.DataFrame({"level": pl.Series(["low", None, "high"], dtype=kind)})
        assert Table[Loose].validate(frame).column("level").to_pylist() == ["low", None, "high"]
    bad = pl.DataFrame({"level": pl.Series(["low", "odd"], dtype=pl.Categorical)})
    with pytest.raises(ValidationError, match=r"not in \['low', 'high'\] \(row 1: 'odd'\)"):
        Table[Loose].validate(bad)


def test_duckdb_types():
    """DuckDB's small integers, decimals, enums, lists and structs fit."""

    class Wide(BaseModel):
        i: int
        d: Decimal = Field(max_digits=20, decimal_places=2)
        grade: Level
        tags: list[int]
        point: Point
        counts: dict[str, int]
        moment: AwareDatetime

    relation = duckdb.sql(
        "select 1::utinyint i, 1.5::decimal(38, 3) d, 'low'::enum('low', 'x') grade, [1, 2] tags, "
        "{'x': 1, 'y': null} point, map {'a': 1} counts, timestamptz '2024-01-01 00:00:00+00' moment"
    )
    (row,) = Table[Wide].validate(relation).to_pylist()
    assert (row["i"], row["d"], row["grade"], row["tags"]) == (1, Decimal("1.50"), "low", [1, 2])
    assert (row["point"], row["counts"]) == ({"x": 1, "y": None}, [("a", 1)])


def test_duckdb_is_free_again_after_a_refusal():
    """A relation that is refused, or whose rows are bad, leaves its connection usable."""
    connection = duckdb.connect()
    with pytest.raises(ValidationError, match="missing column `n`"):
        checked(connection.sql("select 1 as other"), Small)
    with pytest.raises(ValidationError, match="below 0"):
        checked(connection.sql("select -1 as n from range(10000000)"), Small).read_all()
    assert connection.sql("select 1").fetchall() == [(1,)]


def test_intervals_are_durations():
    """An interval of days and seconds is a duration; one of months is not."""

    class Spans(BaseModel):
        span: dt.timedelta | None

    table = Table[Spans].validate(
        duckdb.sql("select * from (values (interval '26 hours'), (null)) t(span)")
    )
    assert table.column("span").to_pylist() == [dt.timedelta(hours=26), None]
    with pytest.raises(
        ValidationError, match=r"1 value with months, which no duration has \(row 0"
    ):
        Table[Spans].validate(duckdb.sql("select interval '2 months' span"))


def test_the_zone_of_a_column_is_kept():
    """An aware column comes back in the zone it had, so that it equals itself."""

    class Aware(BaseModel):
        at: AwareDatetime

    stamps = (
        pd.to_datetime(["2024-01-01", "2024-07-01"]).tz_localize("Europe/Amsterdam").as_unit("us")
    )
    frame = pd.DataFrame({"at": stamps})
    again = from_table(to_table(frame, Aware), Annotated[pd.DataFrame, Rows(Aware)])
    pd.testing.assert_frame_equal(again, frame)
