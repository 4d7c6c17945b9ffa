"""A small file may stand for gigabytes: what it grows to is counted before memory is taken."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Annotated, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from pydantic import BaseModel

from tests.hostile.layouts import arrays, written_out
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError, TypedXComError, ValidationError
from typedxcom.exchange import load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored import slices
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import Limits, LocalStore, MemoryStore
from typedxcom.stores.limits import _cgroup_limits, usable_memory
from typedxcom.tables import LazyTable, Rows, Table
from typedxcom.tables.files.growth import grows, growth

MANY, TEXT = 3000, "a" * 100_000
LIMIT = 50 * 2**20


class Texts(BaseModel):
    s: str


class Lists(BaseModel):
    s: list[str]


class Maps(BaseModel):
    s: dict[str, str]


class Numbers(BaseModel):
    s: list[int]


def views() -> Any:
    """Many views of one text."""
    view = struct.pack("<iiii", len(TEXT), int.from_bytes(b"aaaa", "little"), 0, 0)
    buffers = [None, pa.py_buffer(view * MANY), pa.py_buffer(TEXT.encode())]
    return pa.Array.from_buffers(pa.string_view(), MANY, buffers)


def named() -> Any:
    """Many names of one text."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * MANY, pa.int8()), pa.array([TEXT]))


def listed(child: Any, count: int = MANY) -> Any:
    """A list around each value."""
    return pa.ListArray.from_arrays(pa.array(range(count + 1), pa.int32()), child)


def overlapping() -> Any:
    """Many lists over the same numbers."""
    starts, sizes = pa.array([0] * MANY, pa.int32()), pa.array([100_000] * MANY, pa.int32())
    return pa.ListViewArray.from_arrays(starts, sizes, pa.array([0] * 100_000, pa.int64()))


BOMBS: dict[str, tuple[Callable[[], Any], type[BaseModel]]] = {
    "dictionary": (named, Texts),
    "text views": (views, Texts),
    "list views": (overlapping, Numbers),
    "dictionary in a list": (lambda: listed(named()), Lists),
    "views in a list": (lambda: listed(views()), Lists),
    "dictionary in a map": (
        lambda: pa.MapArray.from_arrays(range(MANY + 1), pa.array(["k"] * MANY), named()),
        Maps,
    ),
    "runs": (lambda: pa.RunEndEncodedArray.from_arrays([MANY], pa.array([TEXT])), Texts),
}


def stored(table: pa.Table, store: Any, batches: int = 1) -> tuple[dict[str, Any], Stores]:
    """The row of a table in a store whose readers have a limit."""
    sink = io.BytesIO()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        for _ in range(batches):
            writer.write_table(table)
    stores = Stores(lambda name: store, limits=Limits(decoded=LIMIT))
    place = Placement(stores, Coordinates("d", "r", "t"), "s")
    rows = table.num_rows * batches
    data = sink.getvalue()
    return place.put(data, codec="arrow", ext="arrow", about="table", rows=rows), stores


def whole(found: Any) -> Any:
    """Every row of what a reader gets."""
    return found.to_arrow() if isinstance(found, LazyTable) else found.read_all()


@pytest.mark.parametrize("bomb", BOMBS)
def test_what_grows_beyond_the_limit_is_refused_by_every_reader(bomb: str) -> None:
    """Whole, in a stream, lazily, as pandas and as polars, with and without a row."""
    make, model = BOMBS[bomb]
    row, stores = stored(pa.table({"s": make()}), MemoryStore(name="s"))
    assert row["size"] < LIMIT / 20
    readers: list[Any] = [
        Table[model],
        Annotated[pd.DataFrame, Rows(model)],
        Annotated[pl.DataFrame, Rows(model)],
        Annotated[pa.RecordBatchReader, Rows(model)],
        LazyTable[model],
    ]
    if bomb not in ("dictionary", "runs"):  # a category stays one, and pandas knows no runs
        readers += [pd.DataFrame, pl.DataFrame]
    before = pa.default_memory_pool().max_memory()
    for annotation in readers:
        codec = Promise(annotation, schema_of(annotation)).codec
        with pytest.raises(TypedXComError):
            whole(load(row, codec, stores=stores))
    assert pa.default_memory_pool().max_memory() < before + 2 * LIMIT


def test_batches_that_grow_together_are_counted_together() -> None:
    """Each batch is within the limit; all of them at once are not, and one by one they are."""
    table = pa.table({"s": named().slice(0, 300)})  # 30 MB
    row, stores = stored(table, MemoryStore(name="s"), batches=4)
    codec = Promise(LazyTable[Texts], schema_of(LazyTable[Texts])).codec
    with pytest.raises(IntegrityError, match="read_limit"):
        load(row, codec, stores=stores).to_arrow()
    assert sum(one.num_rows for one in load(row, codec, stores=stores).batches()) == 1200


@given(arrays())
def test_growth_is_never_counted_too_small(array: Any) -> None:
    """Of any layout, at any depth, of a slice too."""
    counted = growth(pa.table({"s": array}), ["s"])
    if grows(array.type):
        assert counted >= written_out(array.to_pylist())
    else:
        assert counted == 0


def test_a_pointer_is_not_believed_about_its_rows() -> None:
    """The table's head is read first, and slices are made when they are taken."""
    row, stores = stored(pa.table({"s": ["a", "b", "c"]}), MemoryStore(name="s"))
    parts = slices(row, 2, stores)
    assert [(part.first, part.count) for part in parts] == [(0, 2), (2, 1)]
    assert (parts[-1].first, len(parts[0:2])) == (2, 2)
    with pytest.raises(IntegrityError, match="but its pointer says"):
        slices({**row, "rows": 2**50}, 10, stores)
    assert len(slices({**row, "rows": 2**50}, 10, stores, is_counted=True)) > 10**13


def test_a_table_of_endless_empty_rows_is_refused() -> None:
    """A column of nothing takes no bytes in the file, and a byte a row in the count."""
    row, stores = stored(pa.table({"s": pa.nulls(2**27)}), MemoryStore(name="s"))
    with pytest.raises(IntegrityError, match="read_limit"):
        slices(row, 10, stores)


@pytest.mark.parametrize("codec", ["json", "bytes", "file"])
def test_a_large_object_is_refused_before_it_is_in_memory(codec: str, tmp_path: Any) -> None:
    """JSON and bytes count as much as tables do."""
    store = LocalStore(tmp_path / "store", name="s")
    stores = Stores(lambda name: store, limits=Limits(decoded=1000))
    place = Placement(stores, Coordinates("d", "r", "t"), "s")
    row = place.put(b'"' + b"a" * 2000 + b'"', codec=codec, ext="json", about="text")
    for annotation in (str, bytes, Any):
        reader = Promise(annotation, schema_of(annotation)).codec
        with pytest.raises(TypedXComError, match=r"read_limit|is not JSON"):
            load(row, reader, stores=stores)


def test_the_default_limit_follows_the_control_group(tmp_path: Any) -> None:
    """The smallest limit of the process's groups and of those around them, version 1 and 2."""
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "cgroup").write_text("4:memory:/a/b\n3:cpu:/c\n0::/a/b\n")
    groups = tmp_path / "cgroup"
    for path, name, limit in (
        ("a", "memory.max", "7000"),
        ("a/b", "memory.max", "max"),
        ("memory/a/b", "memory.limit_in_bytes", "9000"),
        ("memory", "memory.limit_in_bytes", "90000"),
    ):
        (groups / path).mkdir(parents=True, exist_ok=True)
        (groups / path / name).write_text(limit)
    assert sorted(_cgroup_limits(tmp_path, groups)) == [7000, 9000, 90000]
    assert list(_cgroup_limits(tmp_path / "nowhere", groups)) == []
    assert 0 < Limits().decoded == usable_memory() // 2


def test_an_empty_table_of_any_layout_ends_no_process() -> None:
    """Arrow aborts where pandas asks it for a list view column without a chunk."""
    for kind in (pa.list_view(pa.string()), pa.string_view(), pa.map_(pa.string(), pa.int8())):
        table = pa.table([pa.chunked_array([], kind)], names=["s"])
        row, stores = stored(table, MemoryStore(name="s"))
        codec = Promise(pd.DataFrame, schema_of(pd.DataFrame)).codec
        assert list(load(row, codec, stores=stores).columns) == ["s"]


def test_an_empty_column_of_lists_in_a_dictionary_is_read() -> None:
    """Arrow gives an empty list array that has no offsets."""
    none = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([["a"]]))
    row, stores = stored(pa.table({"s": none}), MemoryStore(name="s"))
    codec = Promise(Table[Lists], schema_of(Table[Lists])).codec
    assert load(row, codec, stores=stores).num_rows == 0


def test_views_out_of_order_are_read_in_their_order() -> None:
    """Arrow's own cast of list views gives offsets out of order."""
    texts = pa.array(["a", "b", "c"], pa.string_view())
    starts, sizes = pa.array([2, 0, 1], pa.int32()), pa.array([1, 2, 0], pa.int32())
    views = pa.ListViewArray.from_arrays(starts, sizes, texts)
    row, stores = stored(pa.table({"s": views}), MemoryStore(name="s"))
    codec = Promise(Table[Lists], schema_of(Table[Lists])).codec
    assert load(row, codec, stores=stores)["s"].to_pylist() == [["c"], ["a", "b"], []]


@pytest.mark.parametrize("kind", [pa.list_(pa.int64()), pa.list_view(pa.int64())], ids=str)
@pytest.mark.parametrize("values", [[], [[1]]], ids=["empty", "filled"])
def test_lists_of_another_type_are_refused_also_where_they_are_empty(
    kind: Any, values: list[Any]
) -> None:
    """The types decide, and the message is ours."""
    with pytest.raises(ValidationError, match="no safe cast"):
        Table[Lists].validate(pa.table({"s": pa.array(values, kind)}))
