"""Upcasters where a table is read piece by piece: the same rows as where it is read whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import BaseModel, Field

from typedxcom import LazyTable, Rows, Table, ValidationError, upcast
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates
from typedxcom.promises import promise_of
from typedxcom.settings import Settings
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.slices import slices
from typedxcom.stores import LocalStore, MemoryStore


class Before(BaseModel):
    km: float
    note: str = ""


class Trip(BaseModel):
    metres: float
    note: str = ""


class Short(BaseModel):
    km: Annotated[float, Field(lt=100)]


class Other(BaseModel):
    miles: float


CALLED: list[int] = []


@upcast
def in_metres(old: Table[Before]) -> Table[Trip]:
    table: Any = old
    CALLED.append(len(table))
    return pa.table({"metres": pc.multiply(table["km"], 1000), "note": table["note"]})


@upcast
def shortened(old: Table[Before]) -> Table[Short]:
    table: Any = old
    return pa.table({"km": pc.min_element_wise(table["km"], 99.0)})


@pytest.fixture(params=["local", "memory"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Stores:
    store = LocalStore(tmp_path) if request.param == "local" else MemoryStore()
    return Stores(lambda name: store)


def written(stores: Stores, annotation: Any, columns: dict[str, Any]) -> Any:
    place = Placement(stores, Coordinates("d", "r", "t"), "s")
    codec = promise_of(annotation).codec
    return dump(pa.table(columns), codec, settings=Settings(), placement=place)


def read(annotation: Any, entry: Any, stores: Stores) -> Any:
    return load(entry, promise_of(annotation).codec, stores=stores)


def test_a_handle_gives_what_a_whole_read_gives(stores: Stores) -> None:
    """Columns, filters, numbers of rows and streams are those of the newer table."""
    entry = written(stores, Table[Before], {"km": [1.0, 2.0, 3.0], "note": ["a", "b", "c"]})
    whole = read(Table[Trip], entry, stores)
    CALLED.clear()
    handle = read(LazyTable[Trip], entry, stores)
    assert CALLED == [], "nothing is read before somebody asks"
    assert handle.to_arrow() == whole
    assert handle.columns("metres").to_arrow() == whole.select(["metres"])
    assert handle.filter("metres > 1500").to_arrow() == whole.slice(1)
    assert (handle.schema, len(handle), handle.size) == (whole.schema, 3, entry["size"])
    assert [one.num_rows for one in handle.batches(2)] == [2, 1]
    assert CALLED == [3], "the store is read once, whatever is asked of the handle"


def test_streams_and_lazy_frames_use_them(stores: Stores) -> None:
    """A RecordBatchReader, a polars LazyFrame and a slice of a table have the newer columns."""
    entry = written(stores, Table[Before], {"km": [1.0, 2.0], "note": ["a", "b"]})
    stream = read(Annotated[pa.RecordBatchReader, Rows(Trip)], entry, stores)
    assert stream.read_all()["metres"].to_pylist() == [1000.0, 2000.0]
    frame = read(Annotated[pl.LazyFrame, Rows(Trip)], entry, stores)
    assert frame.select("metres").collect().to_dicts() == [{"metres": 1000.0}, {"metres": 2000.0}]
    parts = slices(entry, 1, stores)
    found = [read(LazyTable[Trip], one, stores).to_arrow().to_pylist() for one in parts]
    assert found == [[{"metres": 1000.0, "note": "a"}], [{"metres": 2000.0, "note": "b"}]]


def test_a_table_of_now_is_read_piece_by_piece(stores: Stores) -> None:
    """Its pointer names the row model of the reader: no column is read that nobody asked for."""
    bad = written(stores, Table[Other], {"miles": [1.0]})
    good = written(stores, Table[Trip], {"metres": [1.0], "note": ["a"]})
    CALLED.clear()
    assert read(LazyTable[Trip], good, stores).columns("metres").to_arrow().num_columns == 1
    assert CALLED == []
    with pytest.raises(ValidationError, match="missing column `metres`"):
        read(LazyTable[Trip], bad, stores).to_arrow()


def test_values_that_the_newer_rows_refuse_are_upcast(stores: Stores) -> None:
    """The columns are the same and only one value breaks a rule, in the last row."""
    entry = written(stores, Table[Before], {"km": [1.0, 200.0], "note": ["", ""]})
    assert read(LazyTable[Short], entry, stores).to_arrow()["km"].to_pylist() == [1.0, 99.0]
    fits = written(stores, Table[Before], {"km": [1.0, 2.0], "note": ["x", ""]})
    kept = read(LazyTable[Short], fits, stores).filter("note == 'x'")
    assert kept.to_arrow()["km"].to_pylist() == [1.0], "any stored column, where none is asked"


def test_a_handle_that_is_passed_on_is_written_anew(stores: Stores) -> None:
    """The entry of the next task says what it holds, so no reader of it needs the upcaster."""
    old = written(stores, Table[Before], {"km": [1.0], "note": ["a"]})
    new = written(stores, Table[Trip], {"metres": [1.0], "note": ["a"]})
    codec = promise_of(LazyTable[Trip]).codec
    for entry, is_same in ((old, False), (new, True)):
        place = Placement(stores, Coordinates("d", "r", "next"), "s")
        handle = read(LazyTable[Trip], entry, stores)
        passed = dump(handle, codec, settings=Settings(), placement=place)
        assert isinstance(passed, dict)
        assert (passed["path"] == entry["path"]) is is_same
        CALLED.clear()
        assert read(Table[Trip], passed, stores).column_names == ["metres", "note"]
        assert CALLED == []


FRESH = """
import json, sys
from typedxcom import LazyTable
from typedxcom.exchange import load
from typedxcom.promises import promise_of
from typedxcom.stored.access import Stores
from typedxcom.stores import LocalStore
from tests.tables.test_lazy_upcasters import Trip

store = LocalStore(sys.argv[1])
codec = promise_of(LazyTable[Trip]).codec
handle = load(json.loads(sys.argv[2]), codec, stores=Stores(lambda name: store))
print(handle.columns("metres").to_arrow().to_pylist())
"""


def test_another_process_reads_it(tmp_path: Path) -> None:
    """A worker that knows only the entry and the store reads the newer columns."""
    stores = Stores(lambda name: LocalStore(tmp_path))
    entry = written(stores, Table[Before], {"km": [1.5], "note": ["a"]})
    call = [sys.executable, "-c", FRESH, str(tmp_path), json.dumps(entry)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[{'metres': 1500.0}]", done.stderr
