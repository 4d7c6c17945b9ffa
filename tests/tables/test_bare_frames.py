"""Frames without a row: each comes back as it was, or is refused where it is written."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from typedxcom.errors import DecodeError, EncodeError
from typedxcom.tables import from_table, schema_for, validate
from typedxcom.tables.libraries.polars_frames import to_polars

NAN = float("nan")
BIG = 2**60 + 1
DAY, MOMENT = dt.date(2020, 1, 2), dt.datetime(2020, 1, 2, 3, 4, 5)
AWARE = MOMENT.replace(tzinfo=dt.timezone.utc)
Kind = enum.Enum("Kind", ["A"])

KEPT = {
    "texts": ["a", "", "ü\n"], "texts and None": ["a", None], "texts and NaN": ["a", NAN],
    "texts and NA": ["a", pd.NA], "integers": [1, BIG], "integers and None": [1, BIG, None],
    "integers and NaN": [1, NAN], "floats": [1.5, NAN], "bools": [True, False],
    "bools and None": [True, None], "bytes": [b"a", b""], "dates": [DAY, None], "moments": [MOMENT],
    "aware": [AWARE], "times": [dt.time(1, 2), None], "spans": [dt.timedelta(1)],
    "Decimals": [Decimal("1.10"), Decimal("2.25")], "lists": [[1, 2], [], None],
    "lists with None": [[BIG, None], [1]], "lists of texts": [["a"], []],
    "dicts": [{"a": 1, "b": None}, {"a": None, "b": "x"}], "dicts of lists": [{"a": [1, None]}],
    "nothing": [None, None], "only NaN": [NAN, NAN], "only NaT": [pd.NaT], "none at all": [],
    "numpy integers": [np.int64(1), np.int64(2)], "numpy bools": [np.True_, None],
    "arrays": [np.array([1, 2]), np.array([3])], "arrays of floats": [np.array([1.5, NAN])],
}  # fmt: skip
REFUSED = {
    "dates and moments": [DAY, MOMENT], "aware and naive": [AWARE, MOMENT],
    "zones": [AWARE, MOMENT.replace(tzinfo=ZoneInfo("Asia/Tokyo"))],
    "Decimal NaN": [Decimal("1.1"), Decimal("NaN")], "Decimal infinity": [Decimal("Infinity")],
    "bytes and texts": [b"a", "b"], "other keys": [{"a": 1}, {"b": 2}], "sets": [{1}, {2}],
    "frozensets": [frozenset({1})], "tuples": [(1, 2)], "integers and floats": [1, 2.5],
    "integers and bools": [1, True], "texts and integers": ["a", 1], "over 64 bits": [2**70],
    "nested dates and moments": [[DAY, MOMENT]], "NaN in lists": [[1.5, NAN]],
    "None and NaN": ["a", None, NAN], "members": [Kind.A],
    "Timestamps": [pd.Timestamp("2020-01-01")], "objects": [object()], "complex": [1j],
    "lone surrogates": ["\udcff"], "numpy of two widths": [np.int8(1), np.int64(2)],
    "arrays of two types": [np.array([1]), np.array([1.5])], "keys that are numbers": [{1: 2}],
}  # fmt: skip
COLUMNS = {
    "Int64": pd.array([1, BIG, None], dtype="Int64"),
    "boolean": pd.array([True, None], dtype="boolean"),
    "string": pd.array(["a", None], dtype="string"),
    "category": pd.Categorical(["b", "a", None], categories=["b", "a", "c"], ordered=True),
    "category of numbers": pd.Categorical([3, 1]),
    "naive": pd.to_datetime(["2020-01-01", None]),
    "zone": pd.to_datetime(["2020-01-01"]).tz_localize("Europe/Oslo"),
    "offset": pd.to_datetime(["2020-01-01 00:00+05:30"]),
    "span": pd.to_timedelta(["1 day", None]),
    "period": pd.period_range("2020-01", periods=2, freq="M"),
    "interval": pd.interval_range(0, 2),
    "float32": np.array([1.5, NAN], dtype="float32"),
    "arrow integers": pd.array([1, None], dtype=pd.ArrowDtype(pa.int32())),
    "arrow lists": pd.array([[1, None], None], dtype=pd.ArrowDtype(pa.list_(pa.int64()))),
    "arrow rows": pd.array(
        [{"a": ["x"]}, None], dtype=pd.ArrowDtype(pa.struct([("a", pa.list_(pa.string()))]))
    ),
    "arrow maps": pd.array([[("a", 1)]], dtype=pd.ArrowDtype(pa.map_(pa.string(), pa.int64()))),
}


def through(frame: Any, kind: type) -> Any:
    """What a reader of the same library gets of what was written without a row."""
    return from_table(validate(frame, schema_for(kind)), kind)


def objects(values: list[Any]) -> pd.DataFrame:
    """A column of Python objects."""
    return pd.DataFrame({"o": pd.Series(values, dtype=object)})


def listed(values: Any) -> list[Any]:
    """Values with their types, all the way down, so that a NaN equals itself."""
    found = []
    for value in values:
        if isinstance(value, dict):
            found.append((dict, list(value), listed(value.values())))
        elif isinstance(value, (list, np.ndarray)):
            found.append((type(value), getattr(value, "dtype", None), listed(list(value))))
        else:
            found.append((type(value), repr(value)))
    return found


@pytest.mark.parametrize("name", KEPT)
def test_objects_come_back(name: str) -> None:
    """The same objects of the same types, and the same kind of missing value."""
    frame = objects(KEPT[name])
    back = through(frame, pd.DataFrame)
    assert back["o"].dtype == frame["o"].dtype
    assert listed(back["o"]) == listed(frame["o"])


@pytest.mark.parametrize("name", REFUSED)
def test_objects_that_would_change_are_refused(name: str) -> None:
    """Where they are written, with the column and what to do."""
    with pytest.raises(EncodeError, match="column `o`"):
        through(objects(REFUSED[name]), pd.DataFrame)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_every_dtype_come_back(name: str) -> None:
    """Values and dtype, also beside a column of objects."""
    frame = pd.DataFrame(
        {"c": COLUMNS[name], "o": pd.Series([1] * len(COLUMNS[name]), dtype=object)}
    )
    pd.testing.assert_frame_equal(through(frame, pd.DataFrame), frame)


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(), st.binary(),
    st.decimals(), st.dates(), st.datetimes(), st.timedeltas(), st.just(pd.NA), st.just(pd.NaT),
)  # fmt: skip
nested = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=2), inner, max_size=2),
        st.tuples(inner), st.sets(st.integers(0, 3), max_size=2),
    ),
    max_leaves=4,
)  # fmt: skip


@given(st.one_of(st.lists(nested, max_size=4), st.lists(scalars, max_size=4)))
def test_any_objects_come_back_or_are_refused(values: list[Any]) -> None:
    """No third thing: no other value, and no error of another library."""
    frame = objects(values)
    try:
        back = through(frame, pd.DataFrame)
    except EncodeError:
        return
    for was, becomes in zip(frame["o"], back["o"], strict=True):
        is_decimal = isinstance(was, Decimal)  # 1.1 and 1.10 are equal
        assert type(was) is type(becomes)
        assert was == becomes if is_decimal else listed([was]) == listed([becomes])


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns 'a'"),
        (pd.DataFrame({0: ["x"], "a": [2]}), "labels"),
        (pd.DataFrame({("a", 1): [1], "b": [2]}), "labels"),
        (pd.DataFrame({"s": pd.arrays.SparseArray([0, 1])}), "to_dense"),
        (pd.DataFrame({"c": [1j]}), "`c`"),
        (pd.DataFrame({"a": [1, 2]}, index=pd.Index([1, "x"])), "index|Arrow"),
    ],
)
def test_frames_that_would_change_are_refused(frame: pd.DataFrame, words: str) -> None:
    """Labels, dtypes and an index that Arrow does not keep."""
    with pytest.raises(EncodeError, match=words):
        through(frame, pd.DataFrame)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({0: ["x"], 1: [2]}),
        pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="label")),
        pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(4, 8, 2)),
        pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2020", periods=2, tz="UTC")),
        pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])),
        pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, "x")], names=["p", None])),
    ],
)
def test_index_and_labels_come_back(frame: pd.DataFrame) -> None:
    """Whatever pandas keeps in its metadata."""
    pd.testing.assert_frame_equal(through(frame, pd.DataFrame), frame, check_freq=False)


POLARS = {
    "enum": pl.DataFrame({"c": ["a", None]}, schema={"c": pl.Enum(["b", "a"])}),
    "category": pl.DataFrame({"c": ["a", None]}, schema={"c": pl.Categorical}),
    "lists": pl.DataFrame({"c": [[[BIG, None]], None]}),
    "arrays": pl.DataFrame({"c": [[1, 2]]}, schema={"c": pl.Array(pl.Int8, 2)}),
    "rows": pl.DataFrame({"c": [{"a": 1, "b": [None, "x"]}]}),
    "zone": pl.DataFrame({"c": [MOMENT]}, schema={"c": pl.Datetime("ns", "Europe/Oslo")}),
    "decimal": pl.DataFrame({"c": [Decimal("1.50")]}, schema={"c": pl.Decimal(10, 2)}),
    "nothing": pl.DataFrame({"c": [None]}),
    "no name": pl.DataFrame({"": [2], "b": [1]}),
    "no columns": pl.DataFrame(height=5),
    "bytes": pl.DataFrame({"c": [b"a", None]}),
    "time": pl.DataFrame({"c": [dt.time(1)], "d": [dt.timedelta(1)], "e": [DAY]}),
}


@pytest.mark.parametrize("name", POLARS)
def test_polars_frames_come_back(name: str) -> None:
    """Schema, height and values."""
    back = through(POLARS[name], pl.DataFrame)
    assert (back.schema, back.height) == (POLARS[name].schema, POLARS[name].height)
    assert back.equals(POLARS[name])


@pytest.mark.parametrize(
    "kind",
    [pl.Object, pl.Int128, pl.Array(pl.Int8, 0), pl.List(pl.Int128), pl.Struct({"x": pl.Int128})],
)
def test_polars_columns_that_arrow_has_not_are_refused(kind: Any) -> None:
    """Also inside lists and rows."""
    frame = pl.DataFrame({"fine": [1], "c": pl.Series([None], dtype=kind)})
    with pytest.raises(EncodeError, match=r"polars column `c` .* Cast it first"):
        through(frame, pl.DataFrame)


def test_fixed_offsets_are_utc_for_polars() -> None:
    """polars has named zones only: the instants stay, inside lists and rows too."""
    kind = pa.timestamp("us", "+05:30")
    table = pa.table(
        {
            "t": pa.array([MOMENT], kind),
            "l": pa.array([[MOMENT]], pa.list_(kind)),
            "s": pa.array([{"t": MOMENT}], pa.struct([("t", kind)])),
        }
    )
    frame = to_polars(table)
    instant = table["t"][0].as_py()
    assert frame.rows() == [(instant, [instant], {"t": instant})]
    assert frame.schema["t"] == pl.Datetime("us", "UTC")


@pytest.mark.parametrize(
    ("column", "library"),
    [
        (
            pa.array([Decimal("1.5")], pa.decimal256(60, 40)).cast(pa.decimal256(76, 40)),
            pl.DataFrame,
        ),
        (pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]), pl.DataFrame),
        (pa.array([(1, 2, 3)], pa.month_day_nano_interval()), pl.DataFrame),
        (pa.array([[]], pa.list_(pa.int8(), 0)), pl.DataFrame),
        (pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]), pd.DataFrame),
    ],
)
def test_what_a_library_has_not_is_told_with_its_column(column: Any, library: Any) -> None:
    """In our own words, not by a panic."""
    with pytest.raises(DecodeError, match=r"Column `c` .* Read it as a pyarrow.Table"):
        from_table(pa.table({"a": [1], "c": column}), library)


def test_what_another_type_holds_is_converted() -> None:
    """Wide Decimals that polars can hold, categories that pandas cannot."""
    wide = pa.table({"d": pa.array([Decimal("1.50")], pa.decimal256(60, 2))})
    assert to_polars(wide).rows() == [(Decimal("1.50"),)]
    with pytest.raises(DecodeError, match="`d`"):
        to_polars(pa.table({"d": pa.array([Decimal(10**40)], pa.decimal256(60, 0))}))
    for values in (["a", None], ["a", "a"]):
        category = pa.DictionaryArray.from_arrays(pa.array([0, 1]), pa.array(values))
        found = from_table(pa.table({"c": category}), pd.DataFrame)["c"]
        assert found.astype(object).where(found.notna(), None).tolist() == values
