"""Processes that read a table and end at once; run as a program, it prints those that ended badly.

Each one is a fork of this program, so that it costs no imports, and it ends as Python ends.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import fsspec
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset, parquet
from pydantic import BaseModel, Field

from typedxcom.contracts import Promise
from typedxcom.errors import ValidationError
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stored import TableSlice
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import MemoryStore, ObjectStore
from typedxcom.tables import LazyTable, MemorySource, Rows, Table

ROWS = 300_000
ELSEWHERE = 9  # the exit code of a process in which another thread read the store


class Point(BaseModel):
    """A row."""

    n: int = Field(ge=0)
    x: float
    kind: str


class Far(MemoryStore):
    """A store that is not local, and knows which threads read it."""

    readers: set[int]

    def read_range(self, path: str, start: int, stop: int) -> Any:
        """Some bytes."""
        self.readers.add(threading.get_ident())
        return bytes(super().read_range(path, start, stop))


def codec(annotation: Any) -> Any:
    """What a contract makes of *annotation*."""
    return Promise(annotation, schema_of(annotation)).codec


def made() -> pa.Table:
    """Three columns, one of them a dictionary, in several batches."""
    numbers = pa.array(range(ROWS))
    kinds = pa.array(["a", "b", "c"] * (ROWS // 3)).dictionary_encode()
    return pa.table({"n": numbers, "x": numbers.cast(pa.float64()), "kind": kinds})


class Reader:
    """The ways to read one stored table."""

    def __init__(self, form: Any, store: Any) -> None:
        stores = Stores(lambda name: store)
        place = Placement(stores, Coordinates("d", "r", "t"), "s", form)
        self.row = dump(made(), codec(Table[Point]), settings=Settings(), placement=place)
        self.read = lambda annotation, row=self.row: load(row, codec(annotation), stores=stores)

    def filtered(self) -> None:
        """Some columns and rows."""
        lazy = self.read(LazyTable[Point]).filter(f"n >= {ROWS - 5}").columns("x", "kind")
        assert lazy.to_arrow().num_rows == 5

    def given_up(self) -> None:
        """A stream that nobody reads to its end."""
        next(self.read(LazyTable[Point]).filter("n >= 10").columns("x").batches(100))
        self.read(LazyTable[Point]).to_reader().read_next_batch()

    def cut(self) -> None:
        """A slice."""
        assert self.read(Table[Point], TableSlice(self.row, 100_000, 50_000)).num_rows == 50_000

    def whole(self) -> None:
        """All of it, for two libraries, and as a stream."""
        assert self.read(Annotated[pl.DataFrame, Rows(Point)]).height == ROWS
        assert len(self.read(LazyTable[Point]).columns("n").to_pandas()) == ROWS
        assert self.read(Annotated[pa.RecordBatchReader, Rows(Point)]).read_all().num_rows == ROWS

    def polars_lazy(self) -> None:
        """A LazyFrame, a part of which is collected."""
        frame = self.read(Annotated[pl.LazyFrame, Rows(Point)])
        assert frame.select("n").filter(pl.col("n") > 10).head(5).collect().height == 5


def in_memory() -> None:
    """A handle on a table that is in memory."""
    lazy = LazyTable[Point](MemorySource(made()), Point)  # type: ignore[misc]
    next(lazy.filter("n > 10").columns("x").batches(100))


def refused_dataset(files: Any) -> None:
    """A dataset on a file system that is written in Python, of which the first row is wrong."""
    found = dataset.dataset(files, format="parquet", filesystem=fsspec.filesystem("memory"))
    try:
        Table[Point].validate(found)
    except ValidationError:
        return
    raise AssertionError("the rows below 0 are not refused")


def ways() -> dict[str, tuple[Callable[[], None], Any]]:
    """Name to a way of reading, and the store that it reads."""
    memory = fsspec.filesystem("memory")
    bad = made().set_column(0, "n", pc.negate(made()["n"]))
    files = [f"/bad-{number}.parquet" for number in range(4)]
    for name in files:
        with memory.open(name, "wb") as sink:
            parquet.write_table(bad, sink, row_group_size=20_000)
    found: dict[str, Any] = {
        "in_memory": (in_memory, None),
        "dataset": (partial(refused_dataset, files), None),
    }
    for form in ("arrow", "parquet"):
        stores = {"far": Far(name="s"), "bucket": ObjectStore(lambda: memory, "/xcom", name="s")}
        for kind, store in stores.items():
            reader = Reader(form, store)
            for way in ("filtered", "given_up", "cut", "whole", "polars_lazy"):
                found[f"{form} {kind} {way}"] = getattr(reader, way), store
    return found


def main(times: int) -> None:
    """Fork for each way as often as *times*, two at once; only the parent returns."""
    bad: Counter[str] = Counter()
    running: dict[int, str] = {}
    todo = [item for item in ways().items() for _ in range(times)]
    while todo or running:
        while todo and len(running) < 2:
            name, (way, store) = todo.pop()
            child = os.fork()
            if not child:
                store = store if isinstance(store, Far) else Far(name="s")
                store.readers = set()
                way()
                # A LazyFrame is read by a thread of polars, which waits for it.
                is_own = store.readers <= {threading.get_ident()} or "polars" in name
                sys.exit(0 if is_own else ELSEWHERE)
            running[child] = name
        ended, status = os.wait()
        name = running.pop(ended)
        if status:
            bad[f"{name}: {os.waitstatus_to_exitcode(status)}"] += 1
    print(json.dumps(bad))


if __name__ == "__main__":
    main(int(sys.argv[1]))
