"""Parquet footers made by hand; run as a program, it reads them in every way and says what came.

A footer is a struct in Thrift's compact protocol. What begins with ``x15`` is a number, with
``x19`` a list, with ``xfc`` a long list of structs.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Annotated, Any

import polars as pl
import pyarrow as pa
from pydantic import BaseModel

from typedxcom.contracts import Promise
from typedxcom.errors import DecodeError
from typedxcom.exchange import load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.stored import TableSlice
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import MemoryStore
from typedxcom.tables import LazyTable, Rows, Table

DEPTHS = (100, 1_000, 20_000, 200_000)  # Arrow 18 to 25 die of the last two
ALLOWED = 99
GROUP = b"\x35\x02\x18\x01a\x15\x02\x00"  # OPTIONAL, of the name "a", with one child
OFTEN = b"\x35\x02\x18\x01a\x15\x63\x05\x0a\x02\x00"  # its children twice: -50, then 1
UNKNOWN = b"\x35\x02\x18\x01a\x15\x02\x0c\xc8\x01\x1b\x01\x88\x01b\x01c\x12\x00\x00"  # and more
COLUMN = b"\x15\x02\x25\x02\x18\x01a\x00"  # an INT32


class Row(BaseModel):
    """A row; that it has other columns does not come into it."""

    a: int


def varint(number: int) -> bytes:
    """A number of any size in groups of seven bits."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def schema(depth: int, group: bytes = GROUP) -> bytes:
    """A list of *depth* groups inside each other around one column."""
    return b"\xfc" + varint(depth + 1) + group * depth + COLUMN


def once(depth: int, group: bytes = GROUP) -> bytes:
    """A footer without rows."""
    return b"\x15\x02\x19" + schema(depth, group) + b"\x16\x00\x19\x0c\x00"


def twice(depth: int) -> bytes:
    """A footer with a harmless schema before the one that counts."""
    return b"\x15\x02\x19" + schema(1) + b"\x16\x00\x19\x0c\x09\x04" + schema(depth) + b"\x00"


FORMS: dict[str, Callable[[int], bytes]] = {
    "once": once,
    "twice": twice,
    "its children twice": lambda depth: once(depth, OFTEN),
    "fields of another version": lambda depth: once(depth, UNKNOWN),
}


def file_of(footer: bytes) -> bytes:
    """The smallest parquet file with this footer."""
    return b"PAR1" + footer + struct.pack("<I", len(footer)) + b"PAR1"


def outcomes(data: bytes) -> dict[str, str]:
    """Way of reading to the class of the error that it ends in."""
    store = MemoryStore(name="s")
    stores = Stores(lambda name: store)
    place = Placement(stores, Coordinates("d", "r", "t"), "s")
    row = place.put(data, codec="parquet", ext="parquet", about="table", rows=0)
    in_airflows_form = {
        "__classname__": "pandas.core.frame.DataFrame",
        "__version__": 1,
        "__data__": data.hex(),
    }
    ways: dict[str, tuple[Any, Any]] = {
        "table": (Table[Row], row),
        "slice": (Table[Row], TableSlice(row, 0, 0)),
        "lazy": (LazyTable[Row], row),
        "stream": (Annotated[pa.RecordBatchReader, Rows(Row)], row),
        "polars": (Annotated[pl.LazyFrame, Rows(Row)], row),
        "frame": (Table[Row], in_airflows_form),
    }
    found = {}
    for way, (annotation, given) in ways.items():
        codec = Promise(annotation, schema_of(annotation)).codec
        try:
            read = load(given, codec, stores=stores)
            found[way] = str(getattr(read, "schema", read))
        except DecodeError:
            found[way] = "refused"
        except Exception as error:
            found[way] = repr(error)
    return found


def main() -> None:
    """Print a line for each footer as soon as it is read."""
    for name, make in FORMS.items():
        for depth in DEPTHS:
            found = outcomes(file_of(make(depth)))
            print(json.dumps({"name": f"{name}, {depth:,} deep", "outcomes": found}), flush=True)


if __name__ == "__main__":
    main()
