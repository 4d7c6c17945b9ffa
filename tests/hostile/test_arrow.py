"""Arrow files whose metadata lies: offsets out of their memory, text that is none, huge buffers."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from pydantic import BaseModel

from typedxcom import Table
from typedxcom.contracts import Promise
from typedxcom.errors import TypedXComError
from typedxcom.exchange.unwrap import opened
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import MemoryStore
from typedxcom.tables import LazyTable

TEXTS = ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"]


class Row(BaseModel):
    text: str


def replaced(find: bytes, by: bytes, compression: str | None = None) -> bytes:
    """A small table's file in which some bytes lie."""
    sink = pa.BufferOutputStream()
    table = pa.table({"text": TEXTS})
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    data = bytes(sink.getvalue().to_pybytes())
    assert find in data
    return data.replace(find, by)


OFFSETS = struct.pack("<iiii", 0, 10, 20, 30)
LIES = {
    "an offset out of the memory": (OFFSETS, struct.pack("<iiii", 0, 10, 2**31 - 1, 30)),
    "the last offset out of the memory": (OFFSETS, struct.pack("<iiii", 0, 10, 20, 2**30)),
    "an offset before the start": (OFFSETS, struct.pack("<iiii", 0, -5, 20, 30)),
    "offsets that go back": (OFFSETS, struct.pack("<iiii", 0, 20, 10, 30)),
    "text that is no UTF-8": (b"bbbbbbbbbb", b"\xff" * 10),
}


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("way", ["table", "stream", "untyped"])
def test_a_table_that_lies_is_refused_before_it_is_used(lie: str, way: str) -> None:
    """Its digest is right: only a look at every offset keeps a reader inside its memory."""
    store = MemoryStore(name="default")
    stores = Stores(lambda name: store)
    placement = Placement(stores, Coordinates("d", "r", "t"), "default")
    row = placement.put(replaced(*LIES[lie]), codec="arrow", ext="arrow", about="table", rows=3)

    def read(annotation: Any) -> Any:
        return Promise(annotation, schema_of(annotation)).codec.read(row, stores)

    ways: dict[str, Callable[[], Any]] = {
        "table": lambda: read(Table[Row]),
        "stream": lambda: list(read(LazyTable[Row]).batches()),
        "untyped": lambda: opened(row, stores),
    }
    with pytest.raises(TypedXComError):
        ways[way]()
