"""A coverage-guided fuzzer over `load`, pointers, paths and Arrow files.

::

    python -m tests.hostile.fuzz -runs=100000 -seed=7 <new folder> tests/hostile/corpus

takes libFuzzer's options. The first byte of an input says what the rest is: a row, the text of a
text row, changes to a good pointer, a path, the bytes of a table, or what an Arrow array of some
layout is drawn from; the second, who reads it. What comes out is one of our errors, or a value that
can be written and read again as it was. A crash is anything else, and so is more memory than the
limits allow.
"""

from __future__ import annotations

import enum
import json
import posixpath
import sys
from typing import Any, NamedTuple
from urllib.parse import unquote

import atheris
import msgspec
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

with atheris.instrument_imports(include=["typedxcom"]):
    import typedxcom.codecs.json_native
    import typedxcom.codecs.json_pydantic
    import typedxcom.tables
    from typedxcom.contracts import Promise
    from typedxcom.errors import EncodeError, IntegrityError, TypedXComError
    from typedxcom.exchange import dump, load, opened
    from typedxcom.pointer import Coordinates, Pointer, confine, parse
    from typedxcom.schema import schema_of
    from typedxcom.settings import Settings
    from typedxcom.stored.access import Placement, Stores
    from typedxcom.stores import Limits, MemoryStore

import datetime as dt
import decimal
import fractions
import uuid

import pandas
import polars
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.hostile.layouts import arrays
from tests.property.same import same

__all__ = ["fuzz"]


class Colour(enum.Enum):
    RED = "red"
    BLUE = 2


class Item(BaseModel):
    id: int
    name: str | None = None
    price: decimal.Decimal = decimal.Decimal(0)
    at: dt.datetime | None = None
    inner: list[Item] = []


class Tick(msgspec.Struct):
    symbol: str
    price: float
    tags: dict[str, int] = {}


class Left(msgspec.Struct, tag="left"):
    below: Left | Right | None = None
    x: int = 0


class Right(msgspec.Struct, tag="right"):
    below: Left | Right | None = None
    x: int = 0


class Plus(BaseModel):
    below: Plus | Minus | None = None
    x: int = 0


class Minus(BaseModel):
    below: Plus | Minus | None = None
    ratio: fractions.Fraction = fractions.Fraction(0)


class Pair(NamedTuple):
    left: int
    right: bytes


class Total(TypedDict):
    mean: float
    colour: Colour


class Columns(BaseModel):
    c0: str | None
    c1: int | None = None


class Nested(BaseModel):
    c0: list[str | None] | None
    c1: dict[str, str | None] | None = None


class Line(BaseModel):
    id: int
    text: str | None


STORE = MemoryStore(name="default")
LIMIT = 50 * 2**20
OBJECTS = Stores(lambda name: STORE, limits=Limits(decoded=LIMIT))
PLACEMENT = Placement(OBJECTS, Coordinates("dag", "run", "task"), "default")
SETTINGS = Settings(threshold=200, store_threshold=10**9)
GOOD = PLACEMENT.put(b'{"id": 1}', codec="json", ext="json", about="an object")
READERS = [
    Promise(annotation, schema_of(annotation)).codec
    for annotation in (
        Item, Tick, Pair, Total, Any, int, float, str, bytes, bool, list[Item], dict[str, float],
        dict[int, str], set[int], tuple[int, ...], int | str | None, uuid.UUID, dt.timedelta,
        list[Any], dict[str, Any], Colour, Left | Right, Plus | Minus, fractions.Fraction,
    )
]  # fmt: skip
TABLE = Promise(typedxcom.tables.Table[Line], schema_of(typedxcom.tables.Table[Line])).codec
TABLES = [
    Promise(annotation, schema_of(annotation)).codec
    for annotation in (
        typedxcom.tables.Table[Columns], typedxcom.tables.Table[Nested], pa.Table,
        pandas.DataFrame, polars.DataFrame,
    )
]  # fmt: skip


def _again(value: Any, codec: Any) -> None:
    """What was read can be written, and is read again as it was."""
    try:
        row = dump(value, codec, settings=SETTINGS)
    except EncodeError:
        return  # it would not come back, and that is said
    found = load(json.loads(json.dumps(row)), codec)
    assert same(value, found, ordered=True), (codec.schema, value, found)


def _read(row: Any, codec: Any) -> None:
    try:
        value = load(row, codec, stores=OBJECTS)
    except TypedXComError:
        return
    _again(value, codec)


def _row(data: bytes, codec: Any) -> None:
    try:
        row = json.loads(data)
    except (ValueError, RecursionError):
        return
    _read(row, codec)
    try:
        opened(row, OBJECTS)
    except TypedXComError:
        return


def _text(data: bytes, codec: Any) -> None:
    _read({"$typedxcom": 1, "about": "text", "json": data.decode("utf-8", "surrogatepass")}, codec)


def _pointer(data: bytes, codec: Any) -> None:
    try:
        changes = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(changes, dict):
        return
    row = {**GOOD, **changes}
    try:
        pointer = parse(row)
    except TypedXComError:
        return
    assert isinstance(pointer, Pointer)
    assert parse(pointer.to_entry()) == pointer
    _path(pointer.path.encode(), codec)
    _read(row, codec)


def _path(data: bytes, codec: Any) -> None:
    path = data.decode("utf-8", "surrogatepass")
    try:
        confine(path)
    except IntegrityError:
        return
    for text in (path, unquote(path), unquote(unquote(path))):
        assert not text.startswith(("/", "~/"))
        assert not posixpath.normpath(f"/root/{text}").partition("/root/")[0]
        assert ".." not in text.split("/")
        assert "\\" not in text
        assert text.isprintable()


def _table(data: bytes, codec: Any) -> None:
    row = PLACEMENT.put(data, codec="arrow", ext="arrow", about="a table")
    try:
        TABLE.read(row, OBJECTS)
    except TypedXComError:
        return
    finally:
        STORE.delete(row["path"])


@settings(database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(arrays(), min_size=1, max_size=2), st.sampled_from([None, "zstd"]), st.data())
def _layouts(columns: list[Any], compression: Any, data: st.DataObject) -> None:
    """A table with arrays of any layout, read by a row of Python's own types and by libraries."""
    length = min(map(len, columns))
    table = pa.table({f"c{at}": one.slice(0, length) for at, one in enumerate(columns)})
    sink = pa.BufferOutputStream()
    try:
        with pa.ipc.new_file(
            sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)
        ) as writer:
            writer.write_table(table)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return  # Arrow has no such file
    row = PLACEMENT.put(
        sink.getvalue(), codec="arrow", ext="arrow", about="a table", rows=table.num_rows
    )
    before = pa.default_memory_pool().bytes_allocated()
    try:
        found = load(row, data.draw(st.sampled_from(TABLES)), stores=OBJECTS)
        assert isinstance(found, (pa.Table, pandas.DataFrame, polars.DataFrame))
    except TypedXComError:
        return
    finally:
        STORE.delete(row["path"])
    assert pa.default_memory_pool().bytes_allocated() - before < LIMIT


def _drawn(data: bytes, codec: Any) -> None:
    _layouts.hypothesis.fuzz_one_input(data)


KINDS = {
    "r": _row, "t": _text, "p": _pointer, "f": _path, "a": _table, "l": _drawn,
}  # fmt: skip


def fuzz(data: bytes) -> None:
    """Read one input."""
    if len(data) < 2:
        return
    kind = KINDS.get(chr(data[0]))
    if kind is None:
        return
    try:
        kind(data[2:], READERS[data[1] % len(READERS)])
    except UnicodeDecodeError:
        if kind not in (_text, _path, _row, _pointer):
            raise


if __name__ == "__main__":
    atheris.Setup(sys.argv, fuzz)
    atheris.Fuzz()
