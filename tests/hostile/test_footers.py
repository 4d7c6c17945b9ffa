"""A parquet footer whose schema is too deep for Arrow is refused; none ends the process."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tests.hostile.footers import ALLOWED, DEPTHS, FORMS, file_of, once
from typedxcom.errors import DecodeError, EncodeError
from typedxcom.tables.files.parquet import ParquetTable, write_parquet
from typedxcom.tables.files.parquet_head import refuse_deep

ROOT = Path(__file__).parents[2]


def test_a_deep_parquet_footer_is_refused_by_every_reader() -> None:
    """A signal would end the process: the reader, not the test, dies of one."""
    command = [sys.executable, "-m", "tests.hostile.footers"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    told = {one["name"]: one["outcomes"] for one in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0, (list(told)[-1:], done.stderr[-3000:])
    assert len(told) == len(FORMS) * len(DEPTHS)
    assert all(set(ways.values()) == {"refused"} for ways in told.values()), told


@pytest.mark.parametrize("form", FORMS)
def test_our_own_look_refuses_what_arrow_26_refuses(form: str) -> None:
    """Whatever Arrow is installed, and not one group earlier."""
    make = FORMS[form]
    refuse_deep(make(ALLOWED))
    assert ParquetTable(file_of(make(ALLOWED)), lambda size: None).rows == 0
    for depth in DEPTHS:
        with pytest.raises(DecodeError, match="99 groups inside each other"):
            refuse_deep(make(depth))


def test_groups_beside_each_other_are_not_deep() -> None:
    """A wide table has many groups, and few of them around a column."""
    pairs = pa.struct([("x", pa.list_(pa.int64())), ("y", pa.map_(pa.string(), pa.bool_()))])
    table = pa.table({f"c{number}": pa.nulls(3, pairs) for number in range(500)})
    assert refuse_deep(footer_of(table)) is None


def footer_of(table: pa.Table) -> bytes:
    """The footer that Arrow writes for a table, one row group for each row."""
    sink = io.BytesIO()
    parquet.write_table(table, sink, row_group_size=1, write_page_index=True)
    data = sink.getvalue()
    (length,) = struct.unpack("<I", data[-8:-4])
    return data[-8 - length : -8]


REAL = footer_of(
    pa.table(
        {
            "number": pa.array([1, None, 3]),
            "time": pa.array([0, 1, 2], pa.timestamp("us", "UTC")),
            "texts": [["a" * 200], [], None],
            "pair": [{"x": True, "y": 1.5}] * 3,
            "price": pa.array([1, 2, 3], pa.decimal128(20, 2)),
        },
    ).replace_schema_metadata({"key": "value" * 50})
)


def test_every_footer_that_is_cut_is_refused() -> None:
    """Wherever it ends, it ends in an error of ours; whole, it passes."""
    refuse_deep(REAL)
    for length in range(len(REAL)):
        with pytest.raises(DecodeError):
            refuse_deep(REAL[:length])


def verdict(footer: bytes) -> DecodeError | None:
    """What our look says; anything but a DecodeError escapes."""
    try:
        refuse_deep(footer)
    except DecodeError as error:
        return error
    return None


@given(st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, len(REAL) - 1), st.binary())))
def test_bytes_that_are_no_footer_end_in_an_error_of_ours(drawn: object) -> None:
    """Random bytes, and a real footer in which some are overwritten."""
    if isinstance(drawn, tuple):
        at, by = drawn
        footer = REAL[:at] + by + REAL[at + len(by) :]
    else:
        assert isinstance(drawn, bytes)
        footer = drawn
    found = verdict(footer)
    assert found is None or str(found).startswith(
        "The stored table is not a complete parquet file: "
    )


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"PAR1\0\0\0\0PAR1", file_of(once(1))[:-1], b"PAR1\xff\0\0\0PAR1"]
)
def test_a_file_without_a_footer_is_refused(data: bytes) -> None:
    """It is too short, has another ending, or declares more than there is."""
    with pytest.raises(DecodeError, match="not a complete parquet file"):
        ParquetTable(data, lambda size: None)


def test_a_table_that_is_too_deep_for_parquet_is_refused_when_it_is_written() -> None:
    """A list is two groups, so that 49 lists inside each other come back and 50 do not."""
    kind = pa.int64()
    for _ in range(49):
        kind = pa.list_(kind)
    sink = io.BytesIO()
    assert write_parquet(pa.table({"a": pa.nulls(2, kind)}), sink) == 2
    assert ParquetTable(sink.getvalue(), lambda size: None).schema.field("a").type == kind
    with pytest.raises(EncodeError, match=r'nested too deep\. Use format="arrow"'):
        write_parquet(pa.table({"a": pa.nulls(2, pa.list_(kind))}), io.BytesIO())
