"""A stream of batches takes the memory of some batches, on its way out and on its way in."""

from __future__ import annotations

import subprocess
import sys

import pytest

ROWS = 12_000_000
SIZE = ROWS * 16  # bytes of its two columns

PROGRAM = """
import resource
from typing import Annotated, Any
import pyarrow as pa, pyarrow.compute as pc, pyarrow.dataset, pyarrow.parquet
from pydantic import BaseModel, Field
from typedxcom.contracts import Promise
from typedxcom.exchange import dump, load
from typedxcom.stored.access import Placement, Stores
from typedxcom.pointer import Coordinates
from typedxcom.schema import schema_of
from typedxcom.settings import Settings
from typedxcom.stores import LocalStore
from typedxcom.tables import LazyTable, Rows, Table

class Point(BaseModel):
    n: int = Field(ge=0)
    x: float

class Far(LocalStore):  # as a bucket: nothing to map, and compressed
    is_local = False
    def open_local(self, path): return None

store = {store}({root!r}, name="s")
place = Placement(Stores(lambda name: store), Coordinates("d", "r", "t"), "s", {form!r})

def batches():
    for start in range(0, {rows}, 100_000):
        n = pc.add(pa.array(range(100_000)), start)
        yield pa.record_batch([n, n.cast(pa.float64())], ["n", "x"])

def codec(annotation):
    return Promise(annotation, schema_of(annotation)).codec

def write():
    schema = pa.schema([("n", pa.int64()), ("x", pa.float64())])
    reader = pa.RecordBatchReader.from_batches(schema, batches())
    annotation = Annotated[pa.RecordBatchReader, Rows(Point)]
    return dump(reader, codec(annotation), settings=Settings(), placement=place)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

before = peak()
"""
STEPS = {
    "write": "write()",
    "read": (
        "row = write()\n"
        "stream = load(row, codec(Annotated[pa.RecordBatchReader, Rows(Point)]),"
        " stores=place.stores)\n"
        "assert sum(batch.num_rows for batch in stream) == {rows}"
    ),
    "lazy": (
        "row = write()\n"
        "table = load(row, codec(LazyTable[Point]), stores=place.stores)\n"
        "assert table.filter('n >= {rows} - 5').columns('x').to_arrow().num_rows == 5"
    ),
}


@pytest.mark.parametrize(
    ("step", "store", "form"),
    [
        ("write", "LocalStore", "arrow"),
        ("write", "Far", "parquet"),
        ("read", "LocalStore", "arrow"),
        ("read", "Far", "arrow"),
        ("lazy", "Far", "parquet"),
    ],
)
def test_a_stream_of_batches_is_never_whole_in_memory(
    tmp_path: object, step: str, store: str, form: str
) -> None:
    """190 MB of rows pass through less than a fifth of that, in a process of its own.

    Of a local file the pages are mapped, which the system takes back when it needs them: there
    only what Arrow allocates is counted.
    """
    program = PROGRAM.format(root=str(tmp_path), store=store, form=form, rows=ROWS)
    told = "print(pa.default_memory_pool().max_memory(), peak() - before)"
    code = f"{program}\n{STEPS[step].format(rows=ROWS)}\n{told}"
    # A child's peak starts at its parent's: the step runs in the child of a small process.
    spawn = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', sys.argv[1]]))"
    process = subprocess.run(
        [sys.executable, "-c", spawn, code], capture_output=True, text=True, check=False
    )
    assert process.returncode == 0, process.stderr
    allocated, resident = map(int, process.stdout.split())
    assert allocated < SIZE / 5
    if (step, store) != ("read", "LocalStore"):
        assert resident < SIZE / 2
