"""Files that are far away: the same values as near ones, of every Arrow type and any columns."""

from __future__ import annotations

import io
import itertools
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.tables.arrows import COLUMNS
from typedxcom.errors import DecodeError
from typedxcom.tables import write_ipc
from typedxcom.tables.checks.expressions import mentioned
from typedxcom.tables.files.ipc import IpcTable
from typedxcom.tables.files.ipc_head import IpcHeads
from typedxcom.tables.files.parquet import ParquetTable, write_parquet

TABLE = pa.table(COLUMNS)


def far(table: pa.Table, form: str) -> Any:
    """*table* as a file that only Python can read."""
    sink = io.BytesIO()
    if form == "parquet":
        write_parquet(table, sink)
        return ParquetTable(io.BytesIO(sink.getvalue()), lambda size: None)
    write_ipc(table, sink, compression="zstd" if form == "zstd" else None)
    return IpcTable(io.BytesIO(sink.getvalue()), lambda size: None)


@pytest.mark.parametrize("form", ["arrow", "zstd"])
def test_every_type_comes_from_afar(form: str) -> None:
    """Alone, beside each neighbour, and all together."""
    stored = far(TABLE, form)
    assert stored.schema.equals(TABLE.schema, check_metadata=True)
    assert stored.read().equals(TABLE)
    for names in [*itertools.pairwise(TABLE.column_names), *zip(TABLE.column_names)]:
        assert stored.stream(list(names)).read_all().equals(TABLE.select(names)), names


def test_dictionaries_that_grow_come_from_afar() -> None:
    """Every batch has its values, whichever batch is read first."""
    parts = [pa.array(values).dictionary_encode() for values in (["a", "b"], ["b", "c"], ["d"])]
    table = pa.table({"k": pa.chunked_array(parts, parts[0].type), "n": range(5)})
    stored = far(table, "zstd")
    values = table["k"].cast(pa.string())
    assert stored.read(["k"])["k"].cast(pa.string()).equals(values)
    last = stored.stream(["k"], first=4, count=1).read_all()["k"]
    assert last.cast(pa.string()).to_pylist() == ["d"]


def test_a_file_of_two_schemas_is_refused() -> None:
    """The one at its start is what a stream has, the one in its footer what a file has."""
    sink = io.BytesIO()
    write_ipc(pa.table({"first": [1]}), sink)
    data = sink.getvalue()
    at = data.index(b"first")
    stored = IpcTable(io.BytesIO(data[:at] + b"other" + data[at + 5 :]), lambda size: None)
    with pytest.raises(DecodeError, match="not a complete"):
        stored.stream().read_all()


@pytest.mark.parametrize("name", ["n", "a b", 'q"\n', "", "ü"])
@pytest.mark.parametrize("form", ["zstd", "parquet"])
def test_a_condition_may_ask_about_another_column(form: str, name: str) -> None:
    """By its name, whatever that is, or by its place."""
    table = pa.table({name: range(300_000), "m": pa.array(range(300_000)).cast(pa.float64())})
    stored = far(table, form)
    for condition in (pc.field(name) >= 299_990, pc.field(0) >= 299_990):
        found = stored.stream(["m"], condition).read_all()
        assert found.equals(table.select(["m"]).slice(299_990))
        assert stored.stream(None, condition, first=299_995, count=2).read_all().num_rows == 2


def test_what_a_condition_mentions() -> None:
    """No column that it needs is left out."""
    names = ["a", "b", "c"]
    assert mentioned((pc.field("a") > 1) & (pc.field("b", "x") > 2), names) == ["a", "b"]
    assert mentioned(pc.field(1) > 1, names) == names


def test_a_head_that_reaches_out_of_the_file_is_refused() -> None:
    """The bytes of a batch are those of the file, or it is damaged."""
    sink = io.BytesIO()
    write_ipc(pa.table({"n": [1, 2]}), sink)
    data = sink.getvalue()
    heads = IpcHeads(io.BytesIO(data), pa.schema({"n": pa.int64()}))
    assert b"".join(heads.message(heads.batches[0])) in data
    for cut in (b"", b"ARROW1", data[:-30], data[:8] + data[-10:]):
        with pytest.raises(DecodeError, match="not a complete"):
            IpcTable(io.BytesIO(cut), lambda size: None)
