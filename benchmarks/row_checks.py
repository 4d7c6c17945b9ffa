"""What checking a table costs, against one read of its memory and against other libraries.

``python benchmarks/row_checks.py [--rows 10000000] [--rounds 3]`` writes one table of 8 columns,
then runs the contenders in turn, each in a process of its own, and prints medians and ratios.

- ``read``: one pass over all buffers, the least that any check of every value can do.
- ``simple``: range, null, length and Enum rules with typedxcom.
- ``full``: the same with a pattern and a unique column.
- ``pydantic``: the full rules row by row, on a sample of 50,000 rows, told for all rows.
- ``dataframely``, ``pandera``: the full rules, where they are installed.

All rows are good, which is the usual case; ``simple-bad`` and ``full-bad`` have one bad row in a
thousand, all of them counted and told.
"""

from __future__ import annotations

import argparse
import contextlib
import enum
import importlib.util
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field, TypeAdapter

from typedxcom.errors import ValidationError
from typedxcom.tables import Table, Unique, read_ipc, write_ipc

SAMPLE = 50_000
PATTERN = "^[A-Z]{2}-[0-9]{4}$"
CITIES = ["Amsterdam", "Rotterdam", "Utrecht", "Eindhoven"]


class City(enum.Enum):
    A = "Amsterdam"
    R = "Rotterdam"
    U = "Utrecht"
    E = "Eindhoven"


class Simple(BaseModel):
    trip_id: int
    vendor: int = Field(ge=1, le=4)
    distance: float = Field(ge=0, le=500)
    fare: Decimal = Field(ge=0, max_digits=9, decimal_places=2)
    tip: float | None = Field(ge=0)
    city: City
    code: str = Field(min_length=3, max_length=12)
    note: str | None = Field(max_length=60)


class Full(Simple):
    trip_id: Annotated[int, Unique()]
    code: str = Field(min_length=3, max_length=12, pattern=PATTERN)


def make_table(rows: int) -> pa.Table:
    """The data: about 130 bytes a row, one tip and note in ten null, 9,000 codes."""
    at = pc.indices_nonzero(pa.nulls(rows).is_null()).cast(pa.int64())
    noise = pc.random(rows, initializer=7)
    tenth = pc.less(pc.random(rows, initializer=8), 0.1)
    codes = pa.array(
        [
            f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}-{n % 10_000:04}"
            for n in range(1_000, 10_000)
        ]
    )
    notes = pa.array([f"note {n} of the driver, with some more words in it" for n in range(5_000)])
    cents = pc.cast(pc.floor(pc.multiply(noise, 9_999)), pa.decimal128(9, 0), safe=False)
    columns = {
        "trip_id": at,
        "vendor": pc.add(pc.cast(pc.floor(pc.multiply(noise, 3.999)), pa.int64()), 1),
        "distance": pc.multiply(noise, 499.0),
        "fare": pc.divide(cents, pa.scalar(Decimal("100.00"))).cast(pa.decimal128(9, 2), safe=False),
        "tip": pc.if_else(tenth, None, pc.multiply(noise, 20.0)),
        "city": pa.DictionaryArray.from_arrays(pick(noise, 4).cast(pa.int32()), pa.array(CITIES)),
        "code": codes.take(pick(noise, len(codes))),
        "note": pc.if_else(tenth, None, notes.take(pick(noise, len(notes)))),
    }  # fmt: skip
    return pa.table(columns)


def pick(noise: pa.Array, count: int) -> pa.Array:
    """A number below *count* for each row."""
    return pc.cast(pc.floor(pc.multiply(noise, count - 0.001)), pa.int64())


def spoiled(table: pa.Table) -> pa.Table:
    """One row in a thousand with a vendor, a distance and a code that break their rules."""
    noise = pc.random(table.num_rows, initializer=9)
    bad = pc.less(noise, 0.001)
    for name, value in (("vendor", 9), ("distance", -1.0), ("code", "no code at all")):
        index = table.column_names.index(name)
        table = table.set_column(index, name, pc.if_else(bad, value, table.column(name)))
    return table.combine_chunks()


def read(table: pa.Table) -> None:
    """Add up every buffer as integers."""
    for column in table.columns:
        for chunk in column.chunks:
            for buffer in chunk.buffers():
                if buffer is not None:
                    pc.sum(pa.Array.from_buffers(pa.int64(), buffer.size // 8, [None, buffer]))


def check_with(row: type) -> Callable[[pa.Table], None]:
    """Validate with typedxcom; bad rows are told, and nothing comes of it."""

    def run(table: pa.Table) -> None:
        with contextlib.suppress(ValidationError):
            Table[row].validate(table)

    return run


def dataframely(table: pa.Table) -> Callable[[], object]:
    """A dataframely schema of the same rules."""
    import dataframely as dy
    import polars as pl

    class Rows(dy.Schema):
        trip_id = dy.Int64(primary_key=True)
        vendor = dy.Int64(min=1, max=4, nullable=False)
        distance = dy.Float64(min=0, max=500, nullable=False)
        fare = dy.Decimal(9, 2, min=Decimal(0), nullable=False)
        tip = dy.Float64(min=0, nullable=True)
        city = dy.Enum(CITIES, nullable=False)
        code = dy.String(min_length=3, max_length=12, regex=PATTERN, nullable=False)
        note = dy.String(max_length=60, nullable=True)

    frame = pl.DataFrame(pl.from_arrow(table)).with_columns(
        pl.col("city").cast(pl.String).cast(pl.Enum(CITIES))
    )
    return lambda: Rows.validate(frame)


def pandera(table: pa.Table) -> Callable[[], object]:
    """A pandera schema of the same rules, over polars."""
    import pandera.polars as pap
    import polars as pl

    def column(kind: Any, *checks: pap.Check, **options: Any) -> pap.Column:
        return pap.Column(kind, list(checks), **options)

    schema = pap.DataFrameSchema(
        {
            "trip_id": column(pl.Int64, unique=True),
            "vendor": column(pl.Int64, pap.Check.in_range(1, 4)),
            "distance": column(pl.Float64, pap.Check.in_range(0, 500)),
            "fare": column(pl.Decimal(9, 2), pap.Check.ge(0)),
            "tip": column(pl.Float64, pap.Check.ge(0), nullable=True),
            "city": column(pl.String, pap.Check.isin(CITIES)),
            "code": column(pl.String, pap.Check.str_length(3, 12), pap.Check.str_matches(PATTERN)),
            "note": column(pl.String, pap.Check.str_length(max_value=60), nullable=True),
        }
    )
    frame = pl.DataFrame(pl.from_arrow(table)).with_columns(pl.col("city").cast(pl.String))
    return lambda: schema.validate(frame, lazy=True)


OURS = {"simple": Simple, "full": Full, "simple-bad": Simple, "full-bad": Full}
OTHERS = {"dataframely": dataframely, "pandera": pandera}


def measure(name: str, path: Path) -> float:
    """Seconds that one contender takes for the table at *path*, once it is in memory."""
    table = pa.ipc.open_file(pa.py_buffer(path.read_bytes())).read_all()
    if name == "pydantic":
        rows = table.slice(0, SAMPLE).to_pylist()
        adapter = TypeAdapter(list[Full])
        return timed(lambda: adapter.validate_python(rows)) * table.num_rows / len(rows)
    if name in OTHERS:
        OTHERS[name](table.slice(0, 1_000))()  # what a first run imports is not counted
        return timed(OTHERS[name](table))
    if name == "read":
        return timed(lambda: read(table))
    check_with(OURS[name])(table.slice(0, 1_000))
    return timed(lambda: check_with(OURS[name])(table))


def timed(run: Callable[[], object]) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def contenders() -> list[str]:
    """Those that can run here."""
    others = [name for name in OTHERS if importlib.util.find_spec(name) is not None]
    return ["read", *OURS, "pydantic", *others]


def main() -> None:
    """Run the contenders in turn and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(measure(options.measure[0], Path(options.measure[1])))
        return
    with tempfile.TemporaryDirectory() as folder:
        files = {"good": Path(folder) / "good.arrow", "bad": Path(folder) / "bad.arrow"}
        table = make_table(options.rows)
        write_ipc(table, files["good"])
        write_ipc(spoiled(table), files["bad"])
        assert read_ipc(files["good"]).num_rows == options.rows
        size = table.nbytes
        del table
        seconds: dict[str, list[float]] = {name: [] for name in contenders()}
        for _ in range(options.rounds):
            for name, found in seconds.items():
                found.append(run_one(name, files["bad" if name.endswith("bad") else "good"]))
    report(seconds, options.rows, size)


def run_one(name: str, path: Path) -> float:
    """One contender in a process of its own."""
    command = [sys.executable, __file__, "--measure", name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def report(seconds: dict[str, list[float]], rows: int, size: int) -> None:
    """Medians, and how many times one read of the memory and our full check each is."""
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    print(f"{rows:,} rows by 8 columns, {size / 1e9:.2f} GB")
    print(f"{'contender':<14}{'seconds':>9}{'/ read':>9}{'/ full':>9}")
    for name, median in medians.items():
        print(
            f"{name:<14}{median:>9.3f}{median / medians['read']:>9.2f}{median / medians['full']:>9.2f}"
        )


if __name__ == "__main__":
    main()
