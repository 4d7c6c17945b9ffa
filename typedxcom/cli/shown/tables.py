"""Shows a table: its first rows, its schema, and statistics of its columns, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any

from typedxcom.cli.shown.base import GAP, Grid, Shown
from typedxcom.cli.shown.cells import cell
from typedxcom.cli.shown.columns import ColumnStatistics
from typedxcom.cli.shown.formats import SUFFIXES, write_table
from typedxcom.cli.shown.text import cut, printable, width_of
from typedxcom.codecs.serde import frame_bytes
from typedxcom.errors import DecodeError
from typedxcom.sizes import amount
from typedxcom.stored.access import Stores
from typedxcom.stored.source import StoredSource
from typedxcom.tables.files.sound import library_errors

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ShownTable", "pandas_frame", "stored_table"]

_CELL = 30  # characters of a value
_TYPE = 40  # of a type or a column's name
_COLUMNS = 200


class ShownTable(Shown):
    """A table that is read in a stream, so that memory stays at one batch.

    Args:
        rows: How many rows it has.
        size: How many bytes it has in the store or the entry.
        open: Makes a new stream of its batches.
    """

    suffixes: Sequence[str] = SUFFIXES

    def __init__(self, rows: int, size: int, open: Callable[[], pa.RecordBatchReader]) -> None:  # noqa: A002
        self._rows, self._size, self._open = rows, size, open
        with library_errors(_unread):
            self._schema = open().schema

    def about(self) -> str:
        """Returns rows, columns and bytes."""
        columns = len(self._schema)
        return f"table: {self._rows:,} rows x {columns:,} columns, {amount(self._size)}"

    def parts(self, *, rows: int, width: int) -> list[str | Grid]:
        """Returns columns with their types and statistics, then the first rows."""
        with library_errors(_unread):
            head, columns = self._read(rows)
        shown = self._schema.names[:_COLUMNS]
        texts = [one.texts() for one in columns]
        heads = ["column", "type", "nulls", "min", "max", "mean"]
        made = Grid(heads, [list(map(_named, zip(heads, row, strict=True))) for row in texts])
        left_out = len(self._schema) - len(shown)
        more = [f"… and {left_out:,} more columns"] if left_out else []
        found = min(rows, self._rows)
        return [made, *more, "", f"first {found:,} rows:", *_head(shown, head, width)]

    def _read(self, rows: int) -> tuple[list[list[str]], list[ColumnStatistics]]:
        columns = [ColumnStatistics(field) for field in list(self._schema)[:_COLUMNS]]
        head: list[list[str]] = []
        for batch in self._open():
            wanted = range(min(rows - len(head), batch.num_rows))
            head.extend([cell(one[at], _CELL) for one in batch.columns[:_COLUMNS]] for at in wanted)
            for statistics, column in zip(columns, batch.columns, strict=False):
                statistics.add(column)
        return head, columns

    def write(self, out: IO[bytes], suffix: str) -> None:
        """Writes all rows, in a stream."""
        with library_errors(_unread):
            write_table(self._open(), out, suffix)


def stored_table(entry: dict[str, Any], stores: Stores) -> ShownTable:
    """Returns the table of a pointer. What is read of it is verified."""
    source = StoredSource(entry, stores, verified=True)
    return ShownTable(source.counted(), source.size, source.open)


def pandas_frame(entry: Any, stores: Stores) -> ShownTable:
    """Returns a pandas frame that is stored in Airflow's own form, which is parquet."""
    from typedxcom.stores.verified import check_declared
    from typedxcom.tables.files.parquet import ParquetTable

    stores.refuse_unsigned(entry)
    data = frame_bytes(entry) or b""
    limit = stores.limits.decoded
    stored = ParquetTable(data, lambda size: check_declared(size, limit, "a pandas frame"))
    return ShownTable(stored.rows, len(data), stored.stream)


def _unread(words: str) -> DecodeError:
    return DecodeError(f"A table cannot be read: {words}.")


def _named(part: tuple[str, str]) -> str:
    """Returns a cell of the list of columns, cut to the width for its kind."""
    head, text = part
    return cut(text, _TYPE if head in ("column", "type") else _CELL)


def _head(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str | Grid]:
    """Returns the first rows, with as many columns as there is room for."""
    heads = [cut(printable(name), _CELL) for name in names]
    room, count = width, 0
    for at, name in enumerate(heads):
        room -= max(width_of(text) for text in [name, *(row[at] for row in rows)]) + len(GAP)
        if room < -len(GAP) and count:
            break
        count += 1
    found = Grid(heads[:count], [row[:count] for row in rows])
    left_out = len(heads) - count
    return [found, f"… and {left_out:,} more columns"] if left_out else [found]
