"""Finds values, and combinations of values, that come twice but may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedxcom.tables.checks.report import MAX_EXAMPLES
from typedxcom.tables.checks.rules import Failure
from typedxcom.tables.row.nodes import Key, Rule

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["KeyWatch", "repeated"]

_ROW = "__row__"


def repeated(key: Key, table: pa.Table) -> Failure | None:
    """The rows whose key an earlier row has already. A key with a null in it does not count.

    Keys in strictly ascending or descending order are known to be unique after one look at each
    chunk. Others take a hash of the key columns.

    Args:
        key: The columns.
        table: The whole table. The failure counts its rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [table.column(name) for name in key.columns]
    if any(_is_ordered(column) for column in columns):
        return None
    keys = pa.table(columns, names=list(map(str, range(len(columns)))))
    rows = None
    if any(column.null_count for column in columns):
        complete = _all_valid(columns)
        rows = pc.indices_nonzero(complete)
        keys = keys.filter(complete)
    if _count_distinct(keys) == keys.num_rows:
        return None
    return _later_rows(key, keys, rows)


def _all_valid(columns: list[Any]) -> Any:
    import pyarrow.compute as pc

    valid = columns[0].is_valid()
    for column in columns[1:]:
        valid = pc.and_(valid, column.is_valid())
    return valid


def _count_distinct(keys: pa.Table) -> int:
    import pyarrow.compute as pc

    keys = _plain(keys)
    if keys.num_columns == 1:
        count: int = pc.count_distinct(keys.column(0)).as_py()
        return count
    grouped = keys.group_by(keys.column_names, use_threads=False).aggregate([])
    return int(grouped.num_rows)


def _plain(keys: pa.Table) -> pa.Table:
    """Dictionaries as values, because two chunks may number the same value differently."""
    import pyarrow as pa

    for index, field in enumerate(keys.schema):
        if pa.types.is_dictionary(field.type):
            keys = keys.set_column(
                index, field.name, keys.column(index).cast(field.type.value_type)
            )
    return keys


def _later_rows(key: Key, keys: pa.Table, rows: Any) -> Failure:
    import pyarrow as pa
    import pyarrow.compute as pc

    numbered = _plain(keys).append_column(_ROW, _row_numbers(keys.num_rows))
    first = numbered.group_by(keys.column_names, use_threads=False).aggregate([(_ROW, "min")])
    is_first = pc.is_in(numbered.column(_ROW), first.column(f"{_ROW}_min"))
    later = pc.indices_nonzero(pc.invert(is_first))
    again = _plain(keys).take(later)
    values = again.column(0).combine_chunks()
    if again.num_columns > 1:
        shown = [_shown(one) for one in again.slice(0, MAX_EXAMPLES).to_pylist()]
        values = pa.array(shown, pa.string())
    path = "`, `".join(key.columns)
    where = later if rows is None else rows.take(later)
    return Failure(path, Rule("unique", key.words), where, values)


def _row_numbers(count: int) -> pa.Array:
    """0, 1, 2, …: made by Arrow, because a Python list of them takes longer than the hash."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.indices_nonzero(pa.nulls(count).is_null())


def _shown(row: dict[str, Any]) -> str:
    return f"({', '.join(map(str, row.values()))})"


def _is_ordered(column: pa.ChunkedArray) -> bool:
    """Whether each value is above the one before it, or each below."""
    import pyarrow.compute as pc

    if column.null_count or not _is_sortable(column.type):
        return False
    return any(_all_pairs(column, compare) for compare in (pc.less, pc.greater))


def _is_sortable(kind: pa.DataType) -> bool:
    import pyarrow.types as at

    return not (at.is_nested(kind) or at.is_dictionary(kind) or at.is_boolean(kind))


def _all_pairs(column: pa.ChunkedArray, compare: Any) -> bool:
    import pyarrow.compute as pc

    last: Any = None
    for chunk in column.chunks:
        for start in range(0, len(chunk), 1 << 20):
            part = chunk.slice(start, (1 << 20) + 1)  # one more, for the pair across the cut
            if last is not None and start == 0 and not compare(last, part[0]).as_py():
                return False
            if len(part) > 1 and pc.all(compare(part[:-1], part[1:])).as_py() is False:
                return False
        if len(chunk):
            last = chunk[-1]
    return True


class KeyWatch:
    """The key columns of a stream, kept until it ends, because uniqueness needs them all."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self.keys = keys
        self._names = list(dict.fromkeys(name for key in keys for name in key.columns))
        self._batches: list[Any] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep a copy of the key columns of *batch*, so that the rest of it can be freed."""
        import pyarrow as pa

        if self._names:
            columns = [batch.column(name) for name in self._names]
            copied = [pa.concat_arrays([column, column.slice(0, 0)]) for column in columns]
            self._batches.append(pa.record_batch(copied, names=self._names))

    def failures(self) -> list[Failure]:
        """What is repeated in the whole stream."""
        import pyarrow as pa

        if not self._batches:
            return []
        table = pa.Table.from_batches(self._batches)
        found = (repeated(key, table) for key in self.keys)
        return [failure for failure in found if failure is not None]
