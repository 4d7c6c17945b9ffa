"""Writes a table to a file as parquet, CSV, JSON or Arrow IPC, in a stream."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

import msgspec

from typedxcom.errors import EncodeError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["SUFFIXES", "write_table"]


def write_table(stream: pa.RecordBatchReader, out: IO[bytes], suffix: str) -> None:
    """Writes every batch of *stream* to *out*, in the format that *suffix* names.

    Raises:
        EncodeError: The format cannot hold one of the columns.
    """
    import pyarrow as pa

    try:
        _WRITERS[suffix](stream, out)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, TypeError) as error:
        raise EncodeError(
            f"A column cannot be written as {suffix}: {str(error)[:200]}. Write .parquet or .arrow."
        ) from error


def _parquet(stream: Any, out: IO[bytes]) -> None:
    from pyarrow import parquet

    with parquet.ParquetWriter(out, stream.schema, compression="zstd") as writer:
        for batch in stream:
            writer.write_batch(batch)


def _arrow(stream: Any, out: IO[bytes]) -> None:
    import pyarrow as pa

    with pa.ipc.new_file(out, stream.schema) as writer:
        for batch in stream:
            writer.write_batch(batch)


def _csv(stream: Any, out: IO[bytes]) -> None:
    from pyarrow import csv

    with csv.CSVWriter(out, stream.schema) as writer:
        for batch in stream:
            writer.write_batch(batch)


def _json(stream: Any, out: IO[bytes]) -> None:
    """Writes a list of JSON objects, one on each line."""
    names = stream.schema.names
    if len(set(names)) != len(names):
        raise TypeError("two columns have the same name")
    before = b"["
    for batch in stream:
        for row in _objects(batch):
            out.write(before + b"\n" + row)
            before = b","
    out.write(b"[]\n" if before == b"[" else b"\n]\n")


def _objects(batch: Any) -> list[bytes]:
    try:
        return [msgspec.json.encode(row) for row in batch.to_pylist()]
    except (ValueError, OverflowError) as error:  # no Python object for a nanosecond, a year 10000
        raise TypeError(str(error)) from error


_WRITERS: dict[str, Callable[[Any, IO[bytes]], None]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".json": _json,
    ".arrow": _arrow,
}
SUFFIXES = tuple(_WRITERS)
