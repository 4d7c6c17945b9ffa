"""Computes statistics of a column batch by batch: nulls, smallest, largest, mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedxcom.cli.shown.cells import cell
from typedxcom.cli.shown.text import printable

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ColumnStatistics"]

_CELL = 30  # characters of a value


class ColumnStatistics:
    """The statistics of one column.

    Args:
        field: Its name and type.
    """

    def __init__(self, field: pa.Field) -> None:
        self._field = field
        self._nulls = 0
        self._least: Any = None
        self._most: Any = None
        self._sum, self._count = 0.0, 0

    def add(self, column: pa.Array) -> None:
        """Adds one batch of the column."""
        import pyarrow as pa
        import pyarrow.compute as pc

        self._nulls += column.null_count
        column = _values(column)
        try:
            found = pc.min_max(column)
            if found["min"].is_valid:
                known = [one for one in (self._least, self._most) if one is not None]
                ends = [pa.repeat(one, 1) for one in (found["min"], found["max"], *known)]
                whole = pc.min_max(pa.concat_arrays(ends))
                self._least, self._most = whole["min"], whole["max"]
            if _is_number(column.type):
                numbers = pc.cast(column, pa.float64(), safe=False)
                self._sum += pc.sum(numbers).as_py() or 0.0
                self._count += len(numbers) - numbers.null_count
        except pa.ArrowException:
            pass  # Arrow has no order for this type

    def texts(self) -> list[str]:
        """Returns name, type, nulls, min, max and mean as texts."""
        mean = f"{self._sum / self._count:,.6g}" if self._count else ""
        ends = ["" if one is None else cell(one, _CELL) for one in (self._least, self._most)]
        name, kind = printable(self._field.name), printable(str(self._field.type))
        return [name, kind, f"{self._nulls:,}", *ends, mean]


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _values(column: Any) -> Any:
    """Returns the plain values of a column; of a dictionary column each value once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(column, pa.ExtensionArray):
        return _values(column.storage)
    if isinstance(column, pa.DictionaryArray):
        return pc.take(column.dictionary, pc.unique(column.indices))
    return column
