"""Looks at a table while it is written: counts nulls, and keeps ranges and a few rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typedxcom.preview.text import cell

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Seen", "TableLook"]

_MEASURED = 16_384  # rows that count for ranges: a look at all rows would read the memory once more


@dataclass(slots=True)
class Seen:
    """The result of a look.

    Attributes:
        columns: Name and Arrow type of each column.
        nulls: How many nulls each column has.
        ranges: The least and the greatest value of each column in the first rows; None if its
            type has no order, or if its values may not be shown.
        rows: The first rows, with a text for each column; None for a null.
        measured: How many rows count for the ranges.
        total: How many rows there are.
    """

    columns: list[tuple[str, str]]
    nulls: list[int]
    ranges: list[tuple[str, str] | None] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    measured: int = 0
    total: int = 0


@dataclass(slots=True)
class TableLook:
    """Looks at the one table that a task returns.

    Attributes:
        rows: How many rows to keep; 0 also leaves out the ranges, which are values.
        seen: The result; None if there was no table, or more than one.
    """

    rows: int
    seen: Seen | None = None
    _tables: int = 0

    def __call__(self, table: Any) -> Any:
        """Looks at *table* and returns it. A stream is counted while somebody reads it."""
        import pyarrow as pa

        self._tables += 1
        if self._tables > 1:
            self.seen = None
            return table
        self.seen = seen = Seen(
            [(one.name, str(one.type)) for one in table.schema], [0] * len(table.schema)
        )
        if not isinstance(table, pa.RecordBatchReader):
            self._take(table, seen)
            return table
        return pa.RecordBatchReader.from_batches(table.schema, self._counted(table, seen))

    def _counted(self, stream: Any, seen: Seen) -> Iterator[pa.RecordBatch]:
        for batch in stream:
            self._take(batch, seen)
            yield batch

    def _take(self, part: Any, seen: Seen) -> None:
        """Counts one table or batch. Takes ranges and rows from the first one that has rows."""
        is_first = not seen.total and part.num_rows
        seen.total += part.num_rows
        seen.nulls = [
            count + column.null_count
            for count, column in zip(seen.nulls, part.columns, strict=True)
        ]
        if is_first and self.rows:
            head = part.slice(0, _MEASURED)
            seen.measured = head.num_rows
            seen.ranges = [_range(column) for column in head.columns]
            few = min(self.rows, head.num_rows)
            seen.rows = [[_cell(column, at) for column in head.columns] for at in range(few)]


def _cell(column: Any, at: int) -> str | None:
    try:
        return cell(column[at])
    except Exception:  # a date out of Python's range, a type that Arrow cannot print
        return "?"


def _range(column: Any) -> tuple[str, str] | None:
    import pyarrow.compute as pc

    if not _has_range(column.type):
        return None
    try:
        found = pc.min_max(column)
        least, most = cell(found["min"]), cell(found["max"])
    except Exception:  # as for cells; half floats have no order in Arrow
        return None
    return None if least is None or most is None else (least, most)


def _has_range(kind: pa.DataType) -> bool:
    import pyarrow.types as at

    tests = (at.is_integer, at.is_floating, at.is_decimal, at.is_date, at.is_timestamp, at.is_time)
    return any(test(kind) for test in tests)
