"""Finds, renames, drops, fills in and casts columns, before any value is checked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from typedxcom.errors import ValidationError
from typedxcom.tables.checks.casting import Lossy, Unfit, cast_array, target_type
from typedxcom.tables.checks.report import TableProblem, TableReport
from typedxcom.tables.checks.rules import Failure
from typedxcom.tables.row.nodes import NO_DEFAULT, Column, Constant, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Layout"]


class Layout:
    """How the columns of one source become those of the row. Made once, used for every batch.

    Args:
        schema: What the row says.
        source: The Arrow schema that the table comes with.
        floats: Whether a float column may stand for integers (see `casting.cast_array`).

    Attributes:
        target: The Arrow schema of the result.

    Raises:
        ValidationError: A column is missing, forbidden, twice there, or of a type that no safe
            cast changes.
    """

    def __init__(self, schema: TableSchema, source: pa.Schema, *, floats: bool = False) -> None:
        import pyarrow as pa

        self.schema = schema
        self._floats = floats
        self._problems: list[TableProblem] = []
        self._found = {column.name: self._find(column, source) for column in schema}
        self._refuse_further(source)
        planned = [(self._field(column, source), self._found[column.name]) for column in schema]
        if self._problems:
            raise ValidationError(schema.name, self._problems)
        kept = source.field if schema.is_open else lambda index: _kept(source.field(index))
        planned += [(kept(index), index) for index in self._further(source)]
        found = [(field, at) for field, at in planned if field is not None]
        self._sources = [at for _, at in found]
        # Where nothing is said of the columns, the writer's library knows more of them.
        metadata = source.metadata if schema.is_open else None
        self.target = pa.schema([field for field, _ in found], metadata)

    def columns(self) -> Iterator[tuple[int, Column]]:
        """Each of the row's columns that the result has, with its place there."""
        for column in self.schema:
            index = self.target.get_field_index(column.name)
            if index >= 0:
                yield index, column

    def apply(
        self, batch: pa.RecordBatch, offset: int, report: TableReport
    ) -> tuple[Any, list[Failure]]:
        """The columns of one batch, cast.

        Args:
            batch: Of the source's schema.
            offset: The number of its first row in the table.
            report: Collects the values that no cast keeps.

        Returns:
            The batch, and these values; they are null in it.
        """
        import pyarrow as pa

        arrays, lost = [], []
        for field, at in zip(self.target, self._sources, strict=True):
            if at is None:
                arrays.append(_filled(self.schema.column(field.name), field.type, batch.num_rows))
                continue
            array, failures = self._cast(batch.column(at), field)
            lost.extend(failures)
            arrays.append(array)
        for failure in lost:
            report.add(failure, offset)
        if not arrays:
            return batch.select([]), lost
        return pa.RecordBatch.from_arrays(arrays, schema=self.target), lost

    def _cast(self, array: pa.Array, field: pa.Field) -> tuple[pa.Array, list[Failure]]:
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self.schema.column(field.name)
        hidden = column is not None and column.node.hidden
        lost: list[Failure] = []
        while True:  # a struct may lose values in several fields, reported one after the other
            try:
                return cast_array(array, field.type, floats=self._floats), lost
            except Lossy as error:
                if pa.types.is_dictionary(array.type):
                    array = array.dictionary_decode()
                rows = pc.indices_nonzero(error.mask)
                lost.append(Failure(field.name, error.rule, rows, array.take(rows), hidden))
                mask = pc.fill_null(error.mask, False)
                array = pc.if_else(mask, pa.scalar(None, array.type), array)

    def _find(self, column: Column, source: pa.Schema) -> int | None:
        for name in (column.name, *column.aliases):
            places = source.get_all_field_indices(name)
            if len(places) > 1:
                self._complain(column.name, f"column `{name}` appears {len(places)} times", "twice")
            if places:
                return int(places[0])
        if column.required:
            self._complain(column.name, f"missing column `{column.name}`", "missing")
        return None

    def _further(self, source: pa.Schema) -> list[int]:
        """The places of columns that the row does not name, if they are kept."""
        known = set(self._found.values())
        further = [index for index in range(len(source)) if index not in known]
        return further if self.schema.extra == "allow" else []

    def _refuse_further(self, source: pa.Schema) -> None:
        if self.schema.extra == "forbid":
            for name in source.names:
                if source.get_field_index(name) not in set(self._found.values()):
                    self._complain(name, f"column `{name}` is not a field of the row", "extra")

    def _field(self, column: Column, source: pa.Schema) -> pa.Field | None:
        import pyarrow as pa

        at = self._found[column.name]
        if at is None:
            is_filled = column.default is not NO_DEFAULT
            return pa.field(column.name, column.node.type) if is_filled else None
        have, wanted = source.field(at).type, str(column.node.type)
        try:
            kind = target_type(column.node, have)
            cast_array(pa.nulls(0, have), kind, floats=self._floats)
        except Unfit as error:
            wanted = str(error) or wanted
            msg = f"column `{column.name}` is `{have}`, expected `{wanted}`; no safe cast exists"
            self._complain(column.name, msg, "type")
            return None
        return pa.field(column.name, kind, nullable=column.node.nullable)

    def _complain(self, column: str, message: str, rule: str) -> None:
        self._problems.append(TableProblem(f"$.{column}", message, column=column, rule=rule))


def _kept(field: pa.Field) -> pa.Field:
    """A further column. Views become plain, because Arrow cannot select rows of them."""
    import pyarrow as pa

    plain = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}
    return field.with_type(plain.get(field.type, field.type))


def _filled(column: Column | None, kind: pa.DataType, count: int) -> pa.Array:
    """A column that is not there: its default in each row."""
    import pyarrow as pa

    default: Any = None if column is None else column.default
    if isinstance(default, Constant):
        value = _plain(default.value)
        return cast_array(pa.repeat(pa.scalar(value, _value_type(kind)), count), kind)
    values = [_plain(default()) for _ in range(count)]
    return cast_array(pa.array(values, _value_type(kind)), kind)


def _plain(value: Any) -> Any:
    """A default as Arrow takes it."""
    from typedxcom.tables.checks.rowwise import plain

    return plain(value)


def _value_type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind
