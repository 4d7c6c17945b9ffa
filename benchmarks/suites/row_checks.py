"""Check a table that is in memory, compared with one read of that memory and other libraries.

"full" has range, length, Enum, null, pattern and unique rules. "simple" has all but the last two.
In "bad rows", one row in a thousand breaks three rules, and all of them are counted and reported.
"read" adds up every buffer: no check of every value can do less. We measure wall time. pydantic
checks 50,000 rows, and its time is scaled up to all rows.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks import trips
from benchmarks.running import Case, Found, Services
from typedxcom.errors import ValidationError
from typedxcom.tables import Table, write_ipc

TITLE = "Row checks"
METRICS = [{"key": "seconds", "title": "time", "unit": "s", "beside": "typedxcom"}]
FRESH = True
_SAMPLE = 50_000
_OTHERS = ("dataframely", "pandera, polars", "pandera, pyarrow", "pydantic")


def cases(size: str) -> list[Case]:
    """Good rows with few and with all rules, and bad rows."""
    rows = {"full": 10_000_000, "quick": 500_000, "tiny": 2_000}[size]
    rounds = {"full": 3, "quick": 1, "tiny": 1}[size]
    table = f"{rows:,} rows by 8 columns"
    plan = {
        "simple": ("typedxcom", "read"),
        "full": ("typedxcom", "read", *_OTHERS),
        "full, bad rows": ("typedxcom", "read"),
    }
    return [
        Case(f"{table}, {rules}", {"rules": rules}, names, rounds=rounds, least=0, warm=False)
        for rules, names in plan.items()
    ]


@contextlib.contextmanager
def services(size: str) -> Iterator[Services]:
    """The tables as files."""
    rows = {"full": 10_000_000, "quick": 500_000, "tiny": 2_000}[size]
    with tempfile.TemporaryDirectory() as folder:
        table = trips.make_table(rows)
        write_ipc(table, Path(folder) / "good.arrow")
        write_ipc(trips.spoiled(table), Path(folder) / "bad.arrow")
        del table
        yield Services({"BENCH_TRIPS": folder})


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Found]:
    """One check of the whole table."""
    name = "bad.arrow" if "bad" in params["rules"] else "good.arrow"
    data = (Path(os.environ["BENCH_TRIPS"]) / name).read_bytes()
    table = pa.ipc.open_file(pa.py_buffer(data)).read_all()
    row = trips.Simple if params["rules"] == "simple" else trips.Full
    if contender == "pydantic":
        return _pydantic(table)
    make = {
        "typedxcom": lambda part: _ours(row, part),
        "read": lambda part: lambda: _read(part),
        "dataframely": trips.dataframely,
        "pandera, polars": trips.pandera_polars,
        "pandera, pyarrow": trips.pandera_pyarrow,
    }[contender]
    make(table.slice(0, 1_000))()  # what a first run imports is not counted
    check = make(table)
    return lambda: _timed(check)


def _timed(check: Callable[[], Any], times: float = 1) -> Found:
    start = time.perf_counter()
    check()
    return Found(seconds=(time.perf_counter() - start) * times)


def _ours(row: Any, table: pa.Table) -> Callable[[], None]:
    """Bad rows are told, and nothing comes of it."""

    def check() -> None:
        with contextlib.suppress(ValidationError):
            Table[row].validate(table)

    return check


def _read(table: pa.Table) -> None:
    """Add up every buffer as integers."""
    for column in table.columns:
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                if buffer is not None:
                    pc.sum(pa.Array.from_buffers(pa.int64(), buffer.size // 8, [None, buffer]))


def _pydantic(table: pa.Table) -> Callable[[], Found]:
    from pydantic import TypeAdapter

    rows = table.slice(0, _SAMPLE).to_pylist()
    adapter = TypeAdapter(list[trips.Full])
    return lambda: _timed(lambda: adapter.validate_python(rows), table.num_rows / len(rows))
