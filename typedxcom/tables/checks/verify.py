"""Checks a table against its row: whole, as a stream, or divided into good rows and bad."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from typedxcom.tables.checks.conform import Layout
from typedxcom.tables.checks.report import Filtered, TableReport
from typedxcom.tables.checks.rules import Failure, failures
from typedxcom.tables.libraries.convert import is_from_pandas, to_arrow
from typedxcom.tables.marks import rows_of
from typedxcom.tables.row.describe import describe
from typedxcom.tables.row.nodes import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.libraries.convert import Arrow
    from typedxcom.tables.marks import Rows

__all__ = [
    "CHUNK_ROWS",
    "check",
    "checked",
    "filter_rows",
    "narrowed",
    "schema_for",
    "to_table",
    "validate",
]

CHUNK_ROWS = 1_000_000
_PYTHON_ROWS = 50_000  # of a chunk in Python values, which take about 100 times the memory


def schema_for(row: Any) -> TableSchema:
    """The `TableSchema` of a row, an annotation of a table, a `Rows`, or of itself."""
    return row if isinstance(row, TableSchema) else describe(rows_of(row))


def to_table(value: Any, row: Any) -> Arrow:
    """Any library's table as Arrow, with the row's columns and types. Values are not checked yet.

    Args:
        value: As `libraries.convert.to_arrow` takes it.
        row: As `schema_for` takes it.

    Returns:
        A Table, or for a stream a RecordBatchReader that casts as it is read.

    Raises:
        ValidationError: It is no table, a column is missing, forbidden or of another type, or a
            value would change. A stream raises the latter while it is read.
    """
    run, arrow = _begin(value, schema_for(row))
    return run.reader(arrow, check=False) if _is_stream(arrow) else run.table(arrow, check=False)


def check(table: Arrow, row: Any) -> None:
    """Raise ValidationError unless every value of *table* keeps the contract of *row*.

    A Table is checked whole, so the error counts every fault. A stream is read to its end, or to
    its first bad batch. Use `checked` to go on with what was read.
    """
    if _is_stream(table):
        for _ in checked(table, row):
            pass
    else:
        schema = schema_for(row)
        CheckRun(schema, table.schema).table(table, check=True)


def checked(value: Any, row: Any) -> pa.RecordBatchReader:
    """A stream of batches that are cast and checked. It never gives you a bad batch.

    It holds one batch in memory, and the columns that must be unique.

    Raises, while it is read:
        ValidationError: A value breaks the contract. It counts rows up to the bad batch.
    """
    run, arrow = _begin(value, schema_for(row))
    return run.reader(arrow, check=True)


def validate(value: Any, row: Any) -> Arrow:
    """Any library's table as Arrow, cast and checked in one pass.

    With ``mode="python"`` this, and not `check`, gives what the row's validators made of it.

    Returns:
        A Table, or for a stream a RecordBatchReader, as `checked` gives it.

    Raises:
        ValidationError: It is no table, or columns or values break the contract.
    """
    run, arrow = _begin(value, schema_for(row))
    return run.reader(arrow, check=True) if _is_stream(arrow) else run.table(arrow, check=True)


def filter_rows(value: Any, rows: Rows) -> Filtered:
    """See `Table.filter`."""
    run, arrow = _begin(value, describe(rows))
    return run.filtered(arrow.read_all() if _is_stream(arrow) else arrow)


def _is_stream(arrow: Any) -> bool:
    import pyarrow as pa

    return isinstance(arrow, pa.RecordBatchReader)


def _begin(value: Any, schema: TableSchema) -> tuple[CheckRun, Arrow]:
    """A pass over *value*, and *value* as Arrow. A stream that is refused is closed."""
    arrow = to_arrow(value, schema)
    try:
        return CheckRun(schema, arrow.schema, floats=is_from_pandas(value)), arrow
    except Exception:
        _close(arrow)
        raise


def _close(arrow: Arrow) -> None:
    """Close a stream, because DuckDB's connection can do nothing else while one is open."""
    if _is_stream(arrow):
        arrow.close()


class CheckRun:
    """One pass over one table."""

    def __init__(self, schema: TableSchema, source: pa.Schema, *, floats: bool = False) -> None:
        self.schema = schema
        self.layout = Layout(schema, source, floats=floats)
        self.report = TableReport(schema.name)
        self.chunk_rows = CHUNK_ROWS if schema.mode == "arrow" else _PYTHON_ROWS

    def table(self, table: pa.Table, *, check: bool) -> pa.Table:
        """The whole table, cast, and checked if asked. Raises ValidationError."""
        whole = self._joined([batch for _, batch, _ in self._batches(table, check=check)])
        if check:
            for failure in self._repeated(whole):
                self.report.add(failure, 0)
        self.report.raise_any()
        return whole

    def filtered(self, table: pa.Table) -> Filtered:
        """The good rows and what is wrong with the others."""
        kept, total = [], 0
        for _, batch, found in self._batches(table, check=True):
            total += batch.num_rows
            kept.append(_without(batch, found))
        good = self._joined(kept)
        for failure in self._repeated(good):
            self.report.add(failure, 0)
            good = _without(good, [failure])
        return Filtered(good, self.report.problems(), total - good.num_rows)

    def reader(self, source: Arrow, *, check: bool) -> pa.RecordBatchReader:
        """The same as a stream."""
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.layout.target, self._stream(source, check))

    def _stream(self, source: Arrow, check: bool) -> Iterator[pa.RecordBatch]:
        from typedxcom.tables.checks.keys import KeyWatch

        watch = KeyWatch(self.schema.keys if check else ())
        try:
            for _, batch, found in self._batches(source, check=check):
                if found:
                    self.report.raise_any()
                watch.add(batch)
                yield batch
        finally:
            _close(source)
        for failure in watch.failures():
            self.report.add(failure, 0)
        self.report.raise_any()

    def _batches(self, source: Arrow, *, check: bool) -> Iterator[tuple[int, Any, list[Failure]]]:
        """Each batch, cast, with its first row's number and what is wrong with it."""
        offset = 0
        for part in _pieces(source, self.chunk_rows):
            batch, found = self.layout.apply(part, offset, self.report)
            if check:
                batch, more = self._check(batch, found)
                for failure in more:
                    self.report.add(failure, offset)
                found = [*found, *more]
            yield offset, batch, found
            offset += part.num_rows

    def _check(self, batch: pa.RecordBatch, lost: list[Failure]) -> tuple[Any, list[Failure]]:
        from typedxcom.tables.checks.expressions import broken_rules

        found: list[Failure] = []
        if self.schema.mode == "python":
            from typedxcom.tables.checks.rowwise import validate_rows

            batch, found = validate_rows(self.schema, batch)
        else:
            for index, column in self.layout.columns():
                uncast = [one.rows for one in lost if one.path == column.name]  # null by now
                broken = failures(column.node, batch.column(index), column.name)
                found.extend(_less(one, uncast) for one in broken)
        found.extend(broken_rules(self.schema, batch))
        return batch, found

    def _repeated(self, table: pa.Table) -> Iterator[Failure]:
        from typedxcom.tables.checks.keys import repeated

        for key in self.schema.keys:
            if all(name in table.column_names for name in key.columns):
                failure = repeated(key, table)
                if failure is not None:
                    yield failure

    def _joined(self, batches: list[Any]) -> pa.Table:
        import pyarrow as pa

        return pa.Table.from_batches(batches, self.layout.target)


def _pieces(source: Arrow, rows: int) -> Iterator[pa.RecordBatch]:
    """The batches of *source*, none longer than *rows*. A Table's are slices, not copies."""
    batches = source if _is_stream(source) else source.to_batches()
    for batch in batches:
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def _without(batch: Any, found: list[Failure]) -> Any:
    """*batch* without the rows that failed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not found:
        return batch
    numbers = pc.indices_nonzero(pa.nulls(batch.num_rows).is_null())
    bad = pa.concat_arrays([_uint64(failure.rows) for failure in found])
    return batch.filter(pc.invert(pc.is_in(numbers, bad)))


def _less(failure: Failure, reported: list[Any]) -> Failure:
    """*failure* without the rows that are reported already."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not reported or failure.rule.kind != "null":
        return failure
    known = pa.concat_arrays([_uint64(rows) for rows in reported])
    kept = pc.invert(pc.is_in(_uint64(failure.rows), known))
    return dataclasses.replace(
        failure, rows=failure.rows.filter(kept), values=failure.values.filter(kept)
    )


def _uint64(rows: Any) -> Any:
    import pyarrow as pa

    whole = rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
    return whole.cast(pa.uint64())


def narrowed(schema: TableSchema, columns: Sequence[str]) -> TableSchema:
    """*schema* for a reader of some columns only. Rules that need another one are left out."""
    wanted = {name: schema.column(name) for name in columns}
    kept = tuple(column for column in wanted.values() if column is not None)
    return dataclasses.replace(
        schema,
        columns=kept,
        extra="allow",
        keys=tuple(key for key in schema.keys if set(key.columns) <= wanted.keys()),
        rules=schema.rules if len(kept) == len(schema.columns) else (),
        mode="arrow",
    )
