"""Arrow IPC or parquet, compressed or not, and which digest: what the choice of formats rests on.

    python benchmarks/table_formats.py [--rows 2000000] [--rounds 5]

Each contender runs in a process of its own, on the same table, one after the other in each round;
the medians of all rounds are printed, and their ratios to copying the uncompressed file. Files are
on the local disk and in the page cache, so the times are those of the processor.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

FORMATS: dict[str, tuple[str, str | None]] = {
    "arrow": ("arrow", None),
    "arrow lz4": ("arrow", "lz4"),
    "arrow zstd": ("arrow", "zstd"),
    "parquet zstd": ("parquet", "zstd"),
}
DIGESTS = ["xxh3", "crc32", "sha256", "blake2b"]


def make_table(rows: int) -> Any:
    """Ids, times, amounts, categories and short texts: about 54 bytes a row."""
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(7)
    start = np.datetime64("2024-01-01", "us")
    return pa.table(
        {
            "trip_id": np.arange(rows),
            "at": start + np.cumsum(chance.integers(0, 10_000_000, rows)).astype("timedelta64[us]"),
            "km": chance.gamma(2.0, 3.0, rows),
            "fare": np.round(chance.gamma(3.0, 5.0, rows), 2),
            "passengers": chance.integers(1, 7, rows).astype("int32"),
            "kind": pa.array(chance.choice(["street", "airport", "booked"], rows)),
            "place": pa.array(np.char.add("zone ", chance.integers(0, 265, rows).astype(str))),
        }
    )


def write(name: str, table: Any, path: Path) -> None:
    """*table* as the contender *name* stores it, by the product's own functions."""
    from typedxcom.tables import write_ipc
    from typedxcom.tables.parquet import write_parquet

    form, compression = FORMATS[name]
    if form == "parquet":
        write_parquet(table, str(path))
    else:
        write_ipc(table, path, compression=compression)


def opened(name: str, path: Path) -> Any:
    from typedxcom.tables.ipc import IpcTable
    from typedxcom.tables.parquet import ParquetTable

    kind = ParquetTable if FORMATS[name][0] == "parquet" else IpcTable
    return kind(path, lambda size: None)


def touched(table: Any) -> int:
    """Read every byte, which a memory map has not done yet."""
    import pyarrow.compute as pc

    for column in table.columns:
        pc.min_max(column)
    return int(table.num_rows)


def seconds(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def run_format(name: str, folder: Path) -> dict[str, float]:
    """One contender's times, in seconds, and its size, in bytes."""
    import pyarrow as pa

    table = pa.ipc.open_file(pa.memory_map(str(folder / "table.arrow"))).read_all()
    touched(table)
    path = folder / "written"
    path.unlink(missing_ok=True)
    rows = table.num_rows
    times = {"write": seconds(lambda: write(name, table, path))}
    times["read"] = seconds(lambda: touched(opened(name, path).read()))
    times["column"] = seconds(lambda: touched(opened(name, path).read(["fare"])))
    stream = lambda: opened(name, path).stream(first=rows // 2, count=10_000)  # noqa: E731
    times["slice"] = seconds(lambda: touched(stream().read_all()))
    return {**times, "size": path.stat().st_size}


def run_copy(folder: Path) -> dict[str, float]:
    """Copy the uncompressed file, as `cp` does."""
    target = folder / "written"
    return {"write": seconds(lambda: shutil.copyfile(folder / "table.arrow", target))}


def run_digest(name: str, folder: Path) -> dict[str, float]:
    """Digest the uncompressed file's bytes."""
    import xxhash

    data = (folder / "table.arrow").read_bytes()
    makers: dict[str, Callable[[bytes], Any]] = {
        "xxh3": xxhash.xxh3_128_digest,
        "crc32": zlib.crc32,
        "sha256": lambda data: hashlib.sha256(data).digest(),
        "blake2b": lambda data: hashlib.blake2b(data).digest(),
    }
    return {"digest": seconds(lambda: makers[name](data))}


def measure(rows: int, rounds: int) -> tuple[int, dict[str, dict[str, float]]]:
    """The size of the uncompressed file in bytes, and contender to its medians."""
    import pyarrow as pa

    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = make_table(rows)
        with pa.ipc.new_file(str(folder / "table.arrow"), table.schema) as writer:
            writer.write_table(table, max_chunksize=1_000_000)
        del table
        for _ in range(rounds):
            for contender in ["cp", *FORMATS, *DIGESTS]:
                command = [sys.executable, __file__, "--run", contender, "--folder", name]
                made = subprocess.run(command, capture_output=True, text=True, check=True)
                for what, value in json.loads(made.stdout).items():
                    found.setdefault(contender, {}).setdefault(what, []).append(value)
        size = (folder / "table.arrow").stat().st_size
    return size, {
        contender: {what: statistics.median(values) for what, values in times.items()}
        for contender, times in found.items()
    }


def show(size: int, found: dict[str, dict[str, float]]) -> None:
    """Milliseconds, and how many times a copy of the file takes that."""
    copy = found["cp"]["write"]
    print(f"Table of {size / 1e6:,.0f} MB as uncompressed Arrow; cp takes {copy * 1e3:,.0f} ms\n")
    print(f"{'':<14}{'MB':>7}{'write':>16}{'read all':>16}{'one column':>16}{'10,000 rows':>16}")
    for name in FORMATS:
        times = found[name]
        cells = [
            f"{times[what] * 1e3:,.0f} ms {times[what] / copy:5.2f}"
            for what in ("write", "read", "column", "slice")
        ]
        print(f"{name:<14}{times['size'] / 1e6:>7,.0f}" + "".join(f"{cell:>16}" for cell in cells))
    print("\nDigest of the same bytes")
    for name in DIGESTS:
        taken = found[name]["digest"]
        print(f"{name:<14}{taken * 1e3:>7,.0f} ms {taken / copy:5.2f}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run is None:
        show(*measure(options.rows, options.rounds))
        return 0
    if options.run == "cp":
        times = run_copy(options.folder)
    elif options.run in FORMATS:
        times = run_format(options.run, options.folder)
    else:
        times = run_digest(options.run, options.folder)
    print(json.dumps(times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
