"""With a signing key nothing is read that no signature reaches."""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet
from pydantic import BaseModel

from typedxcom import Table
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError
from typedxcom.exchange import load
from typedxcom.pointer import BLOCK, Coordinates, block_digest
from typedxcom.schema import schema_of
from typedxcom.stored import TableSlice
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore, MemoryStore, Store
from typedxcom.tables import LazyTable, Rows

KEY = b"k" * 32
FRAME = pd.DataFrame({"id": [6, 6, 6]})


class Row(BaseModel):
    id: int


def codec(annotation: Any) -> Any:
    return Promise(annotation, schema_of(annotation)).codec


def deployment(*keys: bytes) -> Stores:
    store = MemoryStore("default")
    return Stores(lambda name: store, keys=keys)


# Tables that stand in the row


@pytest.fixture
def frame_row() -> Any:
    """A pandas frame as a task without a contract pushes it."""
    from airflow.sdk.bases.xcom import BaseXCom

    return json.loads(json.dumps(BaseXCom.serialize_value(FRAME)))


@pytest.mark.airflow
@pytest.mark.parametrize("annotation", [Table[Row], list[Table[Row]], Table[Row] | None], ids=str)
def test_a_table_in_the_row_is_refused_where_pointers_are_signed(
    frame_row: Any, annotation: Any
) -> None:
    """Anybody who may write rows could write one; without a key it is read as ever."""
    forms: list[Any] = [frame_row, FRAME, pa.table({"id": [6]})]
    for form in forms:
        value = [form] if annotation == list[Table[Row]] else form
        assert load(value, codec(annotation), stores=deployment())
        with pytest.raises(IntegrityError, match=r"signed pointer.*Annotate the task that returns"):
            load(value, codec(annotation), stores=deployment(KEY))


@pytest.mark.airflow
def test_a_table_that_code_made_is_no_row(frame_row: Any) -> None:
    """A typed task pulls rows as they lie, so a table that is an object stands in the DAG file."""
    stores = replace(deployment(KEY), literals=True)
    assert load(FRAME, codec(Table[Row]), stores=stores).num_rows == 3
    with pytest.raises(IntegrityError):
        load(frame_row, codec(Table[Row]), stores=stores)


@pytest.mark.airflow
@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("rows", [3, 100_000])
def test_the_backend_signs_an_untyped_frame_of_any_size(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: int
) -> None:
    """So that a typed task reads what an untyped one returned, with a key too."""
    from typedxcom.airflow.raw import keep_entries, raw_entries
    from typedxcom.airflow.running.stores import stores
    from typedxcom.backend import XComBackend
    from typedxcom.pointer import is_pointer

    keep_entries()
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SIGNING_KEY", KEY.decode())
    frame = pd.DataFrame({"id": range(rows)})
    where = {"key": "return_value", "task_id": "t", "dag_id": "d", "run_id": "r"}
    row = XComBackend.serialize_value(frame, **where)
    assert is_pointer(row)
    assert XComBackend.deserialize_value(SimpleNamespace(value=row)).equals(frame)
    with raw_entries():
        pulled = XComBackend.deserialize_value(SimpleNamespace(value=row))
    assert load(pulled, codec(Table[Row]), stores=stores()).num_rows == rows
    assert load(pulled, codec(pd.DataFrame), stores=stores()) is not None


# Parts of a table


ROWS = 150_000
NOISE = random.Random(7)
TABLE = pa.Table.from_batches(
    pa.table(
        {
            "id": pa.array(range(ROWS)),
            "x": pa.array([NOISE.random() for _ in range(ROWS)]),
            "y": pa.array([NOISE.random() for _ in range(ROWS)]),
            "word": pa.array([f"{at % 100}" for at in range(ROWS)]).dictionary_encode(),
        }
    ).to_batches(max_chunksize=20_000)
)


class Wide(BaseModel):
    id: int
    x: float
    y: float
    word: str


STREAM: Any = Annotated[pa.RecordBatchReader, Rows(Wide)]
FRAMES: Any = Annotated[pl.LazyFrame, Rows(Wide)]
PARTS: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "LazyTable": (LazyTable[Wide], lambda value: value.to_arrow()["id"].to_pylist()),
    "one column": (LazyTable[Wide], lambda value: value.columns("id").to_arrow()["id"].to_pylist()),
    "filtered": (
        LazyTable[Wide],
        lambda value: value.filter("word == '7'").to_arrow()["id"].to_pylist(),
    ),
    "RecordBatchReader": (STREAM, lambda value: value.read_all()["id"].to_pylist()),
    "LazyFrame": (FRAMES, lambda value: value.collect()["id"].to_list()),
    "batches": (Table[Wide], lambda value: value["id"].to_pylist()),
}
EVERY = range(ROWS)
RIGHT = {name: list(EVERY) for name in PARTS} | {
    "filtered": list(EVERY[7::100]),
    "batches": list(EVERY[50_000:60_000]),
}


@pytest.fixture(scope="module", params=["local", "far"])
def placed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Placement:
    """A deployment that signs."""
    store: Store = MemoryStore("default")
    if request.param == "local":
        store = LocalStore(tmp_path_factory.mktemp("store"), name="default")
    stores = Stores(lambda name: store, keys=[KEY])
    return Placement(stores, Coordinates("d", "r", "t"), "default")


@pytest.fixture(scope="module", params=["arrow", "parquet"])
def row(request: pytest.FixtureRequest, placed: Placement) -> Any:
    """The row of a signed table of several blocks."""
    made = codec(Table[Wide]).write(TABLE, replace(placed, format=request.param))
    assert made["size"] > 5 * BLOCK
    return made


def read(name: str, row: Any, stores: Stores) -> Any:
    annotation, values = PARTS[name]
    row = TableSlice(row, 50_000, 10_000) if name == "batches" else row
    return values(load(row, codec(annotation), stores=stores))


def put(placed: Placement, path: str, data: bytes) -> None:
    store = placed.stores.open_store("default")
    store.delete(path)
    store.write(path, data)


@contextlib.contextmanager
def altered(placed: Placement, row: Any, change: Callable[[bytearray], Any]) -> Iterator[None]:
    """The object of *row* as somebody else left it, and mended afterwards."""
    whole = bytes(placed.stores.open_store("default").read(row["path"], size=row["size"]))
    data = bytearray(whole)
    change(data)
    put(placed, row["path"], bytes(data))
    try:
        yield
    finally:
        put(placed, row["path"], whole)


@pytest.mark.parametrize("name", PARTS)
def test_a_part_is_what_was_signed(placed: Placement, row: Any, name: str) -> None:
    """Every way to read some rows or columns gives them, with the key and without one."""
    assert read(name, row, placed.stores) == RIGHT[name]
    assert read(name, row, replace(placed.stores, keys=())) == RIGHT[name]


def flipped(at: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        data[at] ^= 1

    return change


@pytest.mark.parametrize("name", PARTS)
def test_no_altered_byte_is_read(placed: Placement, row: Any, name: str) -> None:
    """Wherever one bit differs, what is read is right or refused; in each block some are."""
    size, refused = row["size"], 0
    places = {0, size - 1, size - 11, row["blocks_at"], *range(BLOCK // 3, size, 5 * BLOCK)}
    for at in places:
        with altered(placed, row, flipped(at)):
            try:
                assert read(name, row, placed.stores) == RIGHT[name]
            except IntegrityError:
                refused += 1
    reads_all = name in {"LazyTable", "RecordBatchReader"}
    assert refused == len(places) or (refused and not reads_all)


def _swapped(data: bytearray) -> None:
    data[:BLOCK], data[BLOCK : 2 * BLOCK] = data[BLOCK : 2 * BLOCK], data[:BLOCK]


@pytest.mark.parametrize(
    "change",
    [
        _swapped,
        lambda data: data.__delitem__(slice(-1, None)),
        lambda data: data.__delitem__(slice(BLOCK, 2 * BLOCK)),
        lambda data: data.clear(),
    ],
    ids=["swapped blocks", "cut", "a block less", "empty"],
)
@pytest.mark.parametrize("name", ["LazyTable", "RecordBatchReader"])
def test_another_object_in_its_place_is_refused(
    placed: Placement, row: Any, name: str, change: Any
) -> None:
    """Blocks in another order, a shorter file, an empty one."""
    with altered(placed, row, change), pytest.raises(IntegrityError):
        read(name, row, placed.stores)


def test_a_signed_file_is_one_that_every_tool_reads(placed: Placement, row: Any) -> None:
    """The digests of its blocks lie where readers of the format pass them by."""
    data = bytes(placed.stores.open_store("default").read(row["path"], size=row["size"]))
    if row["codec"] == "arrow":
        for opened in (pa.ipc.open_file(data), pa.ipc.open_stream(io.BytesIO(data[8:]))):
            assert opened.read_all()["id"].to_pylist() == list(EVERY)
        assert pl.read_ipc(io.BytesIO(data))["id"].to_list() == list(EVERY)
    else:
        assert parquet.read_table(io.BytesIO(data))["id"].to_pylist() == list(EVERY)
        assert pl.read_parquet(io.BytesIO(data))["id"].to_list() == list(EVERY)


@pytest.mark.parametrize("rows", [0, 1, 3000])
@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_a_small_signed_table_is_read_in_parts_too(form: Any, rows: int) -> None:
    """One block, and the list of digests is empty."""
    placed = replace(Placement(deployment(KEY), Coordinates("d", "r", "t"), "default"), format=form)
    made: Any = codec(Table[Wide]).write(TABLE.slice(0, rows), placed)
    assert load(made, codec(LazyTable[Wide]), stores=placed.stores).to_arrow().num_rows == rows


def test_a_part_fetches_and_proves_a_part(
    placed: Placement, row: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slice takes some blocks; all rows take the digest of little more than all bytes."""
    proved: list[int] = []

    def watched(data: Any) -> bytes:
        proved.append(len(data))
        return block_digest(data)

    monkeypatch.setattr("typedxcom.stores.proved.block_digest", watched)
    read("batches", row, placed.stores)
    some = sum(proved)
    proved.clear()
    read("LazyTable", row, placed.stores)
    assert sum(proved) < 2 * row["size"]
    assert some < sum(proved)


def test_a_table_that_was_signed_before_is_proved_whole(
    placed: Placement, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pointer without digests of blocks stays readable, and no part of it is read unproved."""
    monkeypatch.setattr("typedxcom.stored.access.BLOCKS", "sha256")
    old: Any = codec(Table[Wide]).write(TABLE, placed)
    assert old["digest"].startswith("sha256:")
    assert "blocks_at" not in old
    for name in PARTS:
        assert read(name, old, placed.stores) == RIGHT[name]
        with altered(placed, old, flipped(70_000)), pytest.raises(IntegrityError):
            read(name, old, placed.stores)


def test_without_a_key_a_table_is_written_as_ever(placed: Placement) -> None:
    """No digests of blocks: they would prove nothing that the row itself does not claim."""
    unsigned = replace(placed, stores=replace(placed.stores, keys=()))
    made: Any = codec(Table[Wide]).write(TABLE, unsigned)
    assert made["digest"].startswith("xxh3:")
    assert "blocks_at" not in made
    assert "mac" not in made


@pytest.mark.parametrize("at", [0, 1, BLOCK, 2**50])
def test_a_forged_place_of_the_digests_is_refused(placed: Placement, row: Any, at: int) -> None:
    """With the key by the MAC; without one the digest decides, before much memory is taken."""
    forged = {**row, "blocks_at": at}
    with pytest.raises(IntegrityError, match="altered"):
        read("LazyTable", forged, placed.stores)
    with contextlib.suppress(IntegrityError):
        read_right = read("LazyTable", forged, replace(placed.stores, keys=()))
        assert read_right == RIGHT["LazyTable"]
