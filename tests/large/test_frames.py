"""A library's own class without a row beside it: any columns, which come back as they were."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pydantic import BaseModel, Field, field_validator

from typedxcom import File, LazyTable, Rows, Table
from typedxcom.contracts import Contract, Promise
from typedxcom.errors import ContractError, UnsupportedTypeError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore, MemoryStore, Store

KINDS = [
    pa.Table,
    pa.RecordBatch,
    pa.RecordBatchReader,
    pd.DataFrame,
    pl.DataFrame,
    pl.LazyFrame,
    duckdb.DuckDBPyRelation,
]


class Trip(BaseModel):
    km: float = Field(ge=0)


class Tidied(BaseModel):
    """A row with a validator that whole columns cannot run."""

    km: float

    @field_validator("km")
    @classmethod
    def tidy(cls, km: float) -> float:
        return round(km)


@pytest.fixture(params=["arrow", "zstd", "parquet"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Placement:
    """Each form in which a table lies in a store."""
    form = "parquet" if request.param == "parquet" else "arrow"
    is_far = request.param == "zstd"
    store: Store = MemoryStore(name="s") if is_far else LocalStore(tmp_path, name="s")
    return Placement(Stores(lambda name: store), Coordinates("d", "r", "t"), "s", form)


def through(value: Any, up: Any, down: Any, place: Placement) -> Any:
    """What a reader with *down* gets of what a task with *up* returned."""
    codecs = [Promise(one, schema_of(one)).codec for one in (up, down)]
    row = dump(value, codecs[0], settings=Settings(), placement=place)
    return load(row, codecs[1], stores=place.stores)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(
            {
                "text": ["x", None],
                "category": pd.Categorical(["u", "v"]),
                "moment": pd.to_datetime(["2024-01-01", "2024-07-02"]).tz_localize("Europe/Oslo"),
                "float": [1.5, float("nan")],
                "nullable": pd.array([1, None], dtype="Int64"),
                "decimal": [Decimal("1.0"), None],
                "items": [[1, 2], [3]],
            },
            index=pd.Index([5, 7], name="number"),
        ),
        pd.DataFrame({1: [1], 2: ["x"]}),
        pd.DataFrame(),
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, "x")], names=["p", "q"])),
    ],
    ids=["types", "numbered columns", "empty", "levels"],
)
def test_a_pandas_frame_comes_back_with_its_index_and_types(
    place: Placement, frame: pd.DataFrame
) -> None:
    """Equal to the last dtype."""
    pd.testing.assert_frame_equal(through(frame, pd.DataFrame, pd.DataFrame, place), frame)


def test_a_polars_frame_comes_back(place: Placement) -> None:
    """With categories, an Enum, structs and a column of nothing."""
    frame = pl.DataFrame(
        {
            "n": pl.Series([1, 2], dtype=pl.UInt8),
            "category": pl.Series(["u", "v"], dtype=pl.Categorical),
            "enum": pl.Series(["u", "v"], dtype=pl.Enum(["u", "v"])),
            "items": [[1], [2, 3]],
            "inner": [{"x": 1}, {"x": 2}],
            "time": [dt.time(1, 2), None],
            "nothing": [None, None],
        }
    )
    back = through(frame, pl.DataFrame, pl.DataFrame, place)
    assert back.schema == frame.schema
    assert back.equals(frame)
    assert through(frame.lazy(), pl.LazyFrame, pl.LazyFrame, place).collect().equals(frame)


def test_an_arrow_table_comes_back_with_its_metadata(place: Placement) -> None:
    """Every type, also one that Arrow has another layout of."""
    table = pa.table(
        {
            "small": pa.array([1, 2], pa.int8()),
            "view": pa.array(["x", "a text that is longer than a view"], pa.string_view()),
            "large": pa.array(["x", "y"], pa.large_string()),
            "category": pa.array(["x", "y"]).dictionary_encode(),
            "nano": pa.array([1, 2], pa.timestamp("ns", "UTC")),
        }
    ).replace_schema_metadata({"made": "by hand"})
    if place.format == "parquet":  # not every pyarrow writes views there
        table = table.drop_columns(["view"])
    back = through(table, pa.Table, pa.Table, place)
    assert back.schema.metadata[b"made"] == b"by hand"
    assert back.equals(table)


@pytest.mark.parametrize("kind", KINDS)
def test_the_reader_picks_the_library(place: Placement, kind: Any) -> None:
    """Whatever the writer's was, with a row or without one."""
    table = pa.table({"km": [1.0, 2.5], "city": ["a", None]})
    for up in (pa.Table, Table[Trip]):
        back = through(table, up, kind, place)
        assert isinstance(back, kind)
        whole = through(back, kind, pa.Table, place)
        assert whole["km"].to_pylist() == [1.0, 2.5]


def test_a_row_on_one_side_is_checked(place: Placement) -> None:
    """The other side says nothing: the reader's row decides."""
    good, bad = pa.table({"km": [1.0], "more": [1]}), pa.table({"km": [-1.0]})
    assert through(good, pa.Table, Table[Trip], place).column_names == ["km"]
    assert through(good, Table, LazyTable, place).to_arrow().equals(good)
    with pytest.raises(ValidationError, match="below 0"):
        through(bad, pa.Table, Table[Trip], place)
    with pytest.raises(ValidationError, match="expected a table"):
        through([1], pa.Table, pa.Table, place)


def test_a_table_or_file_may_be_missing(place: Placement) -> None:
    """None is a value of an optional one, also in a list."""
    table = pa.table({"km": [1.0]})
    optional = Table[Trip] | None
    assert through(None, optional, optional, place) is None
    assert through(table, optional, Table[Trip], place).num_rows == 1
    found = through([table, None], list[optional], list[optional], place)
    assert [one if one is None else one.num_rows for one in found] == [1, None]
    with tempfile.NamedTemporaryFile(suffix=".txt") as source:
        source.write(b"text")
        source.flush()
        files = {"one": File(source.name), "none": None}
        back = through(files, dict[str, File | None], dict[str, File | None], place)
    assert (back["one"].read_bytes(), back["none"]) == (b"text", None)


class Holder(BaseModel):
    """A model with a table inside."""

    model_config = {"arbitrary_types_allowed": True}
    trips: Table[Trip]


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        (Table[Tidied], r"validators that whole columns cannot run: `Tidied.tidy"),
        (Annotated[pl.DataFrame, Rows(Tidied)], r'mode="python"'),
        (Table[int], "needs a row of named fields"),
        (Annotated[pa.Table, Rows(Trip, rules={"far": "miles > 1"})], "no column `miles`"),
        (Annotated[pd.Series, Rows(Trip)], "`Series` is not a table class"),
        (tuple[Table[Trip], int], r"`Table\[Trip\]` - at `\$\[0\]` - is next to"),
        (Table[Trip] | Trip, "is next to other values"),
        (list[File | str], "`File` - at"),
        (Holder, r"at `\$.trips` - is next to"),
    ],
)
def test_what_cannot_be_a_table_is_refused_when_the_task_is_declared(
    annotation: Any, told: str
) -> None:
    """On the return value and on a parameter, with what to write instead."""

    def task(value: Any) -> Any: ...

    for name in ("value", "return"):
        task.__annotations__ = {name: annotation}
        with pytest.raises(ContractError, match=told) as refused:
            Contract(task).refuse_unsupported()
        assert "Task function 'task'" in str(refused.value)


def test_inputs_hold_no_table() -> None:
    """One model over all parameters is checked as a whole, and a table is not inside a model."""

    def task(trips: Any) -> None: ...

    with pytest.raises(UnsupportedTypeError, match="the inputs"):
        Contract(task, inputs=Holder).refuse_unsupported()
