"""Validation row by row, for rows whose validators only Python can run."""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from typedxcom.tables.checks.casting import cast_array
from typedxcom.tables.checks.chunk import python_values
from typedxcom.tables.checks.rules import Failure
from typedxcom.tables.row.kinds import readable
from typedxcom.tables.row.nodes import Rule, TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["plain", "python_column", "row_validator", "validate_rows"]

Validate = Callable[[dict[str, Any]], dict[str, Any]]
_ATOMS = (str, int, float, bool, bytes, type(None))


class RowError(ValueError):
    """The faults that a row's library finds in it.

    Attributes:
        faults: For each fault, the path of the column and what is wrong.
    """

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__()
        self.faults = faults


def row_validator(row: Any) -> Validate:
    """A function from a row of Python values to an object of the row's own library.

    Raises, when called:
        RowError: The row is not valid.
    """
    msgspec = sys.modules.get("msgspec")
    if msgspec is not None and isinstance(row, type) and issubclass(row, msgspec.Struct):
        return _struct_validator(row)
    return _pydantic_validator(readable(row).annotation)


def _pydantic_validator(annotation: Any) -> Validate:
    import pydantic

    adapter = pydantic.TypeAdapter(annotation)

    def validate(row: dict[str, Any]) -> dict[str, Any]:
        try:
            made = adapter.validate_python(row, strict=False, by_name=True, by_alias=True)
        except pydantic.ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            raise RowError([(_path(one["loc"]), one["msg"]) for one in faults]) from None
        return plain_fields(made)

    return validate


def _struct_validator(struct: Any) -> Validate:
    import msgspec

    names = {part.name: part.encode_name for part in msgspec.structs.fields(struct)}

    def validate(row: dict[str, Any]) -> dict[str, Any]:
        renamed = {names.get(name, name): value for name, value in row.items()}
        try:
            made = msgspec.convert(renamed, struct, strict=False)
        except msgspec.ValidationError as error:
            message, _, path = str(error).partition(" - at ")
            raise RowError([(path.strip("`").removeprefix("$").lstrip("."), message)]) from None
        return plain_fields(made)

    return validate


def _path(loc: tuple[Any, ...]) -> str:
    """The place of a fault as a column's path, without the indexes of list items."""
    path = ""
    for step in loc:
        path += "[]" if isinstance(step, int) else f".{step}"
    return path.lstrip(".")


def validate_rows(
    schema: TableSchema, batch: pa.RecordBatch
) -> tuple[pa.RecordBatch, list[Failure]]:
    """Run the row's own validators on one batch.

    Args:
        schema: With ``validate``.
        batch: Of the row's types.

    Returns:
        The batch, with every column that a validator changed; and what is wrong, with rows.
    """
    assert schema.validate is not None
    names = batch.schema.names
    columns = [python_column(batch.column(index)) for index in range(batch.num_columns)]
    omissible = {one.name for one in schema if not one.required and one.name in names}
    made: list[dict[str, Any]] = []
    faults: dict[tuple[str, str], list[int]] = {}
    for number in range(batch.num_rows):
        row = {name: values[number] for name, values in zip(names, columns, strict=True)}
        for name in omissible:
            if row[name] is None and not _takes_none(schema, name):
                del row[name]
        try:
            made.append(schema.validate(row))
        except RowError as error:
            made.append(row)
            for place, words in error.faults:
                faults.setdefault((place, words), []).append(number)
    failures = [
        _failure(schema, place, words, rows, batch) for (place, words), rows in faults.items()
    ]
    return _changed(batch, columns, made), failures


def _takes_none(schema: TableSchema, name: str) -> bool:
    from typedxcom.tables.row.nodes import NO_DEFAULT

    column = schema.column(name)
    return column is not None and (column.default is not NO_DEFAULT)


def python_column(array: pa.Array) -> list[Any]:
    """A column as Python values, maps as dicts."""
    import pyarrow as pa

    if pa.types.is_nested(array.type):
        return [_unpaired(value, array.type) for value in array.to_pylist()]
    return python_values(array)


def _unpaired(value: Any, kind: pa.DataType) -> Any:
    """*value* with the pairs of each map as a dict."""
    import pyarrow as pa

    if value is None or not pa.types.is_nested(kind):
        return value
    if pa.types.is_map(kind):
        return {key: _unpaired(inner, kind.item_type) for key, inner in value}
    if pa.types.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        return {one.name: _unpaired(value[one.name], one.type) for one in fields}
    return [_unpaired(one, kind.value_type) for one in value]


def _failure(
    schema: TableSchema, place: str, words: str, rows: list[int], batch: pa.RecordBatch
) -> Failure:
    import pyarrow as pa

    where = pa.array(rows, pa.int64())
    name = place.partition(".")[0].partition("[")[0]
    index = batch.schema.get_field_index(name)
    values = batch.column(index) if index >= 0 else pa.nulls(batch.num_rows)
    column = schema.column(name)
    hidden = column is None or column.node.hidden
    return Failure(place, Rule("python", words), where, values.take(where), hidden)


def _changed(batch: pa.RecordBatch, columns: list[list[Any]], made: list[dict[str, Any]]) -> Any:
    """*batch* with the columns whose values a validator changed."""
    import pyarrow as pa

    for index, field in enumerate(batch.schema):
        values = [row.get(field.name, columns[index][at]) for at, row in enumerate(made)]
        if values != columns[index] and not _same(values, columns[index]):
            array = pa.array(
                [_paired(value, field.type) for value in values], _plain_type(field.type)
            )
            batch = batch.set_column(index, field, cast_array(array, field.type))
    return batch


def _plain_type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _paired(value: Any, kind: pa.DataType) -> Any:
    """*value* with each dict that stands for a map as pairs, as Arrow takes it."""
    import pyarrow as pa

    if value is None or not pa.types.is_nested(kind):
        return value
    if pa.types.is_map(kind):
        return [(_paired(k, kind.key_type), _paired(v, kind.item_type)) for k, v in value.items()]
    if pa.types.is_struct(kind):
        fields = [kind.field(index) for index in range(kind.num_fields)]
        return {one.name: _paired(value.get(one.name), one.type) for one in fields}
    return [_paired(one, kind.value_type) for one in value]


def _same(values: list[Any], others: list[Any]) -> bool:
    """Whether two columns are equal where NaN equals itself."""
    return all(
        one == other or (one != one and other != other)
        for one, other in zip(values, others, strict=True)
    )


def plain_fields(row: Any) -> dict[str, Any]:
    """A validated row as a dict of what Arrow takes."""
    if isinstance(row, dict):
        return {name: plain(value) for name, value in row.items()}
    return {name: plain(getattr(row, name)) for name in _field_names(row)}


def plain(value: Any) -> Any:
    """A Python value as Arrow takes it: members as their values, records as dicts."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, _ATOMS):
        return value
    if isinstance(value, dict):
        return {plain(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(inner) for name, inner in zip(value._fields, value, strict=True)}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if _field_names(value):
        return plain_fields(value)
    if type(value).__module__ in {"datetime", "decimal", "builtins"}:
        return value
    return str(value)


def _field_names(value: Any) -> list[str]:
    """The names of a record's fields, and none for anything else."""
    kind = type(value)
    fields = getattr(kind, "__pydantic_fields__", None)
    if fields is not None:
        return [*fields, *(getattr(value, "__pydantic_extra__", None) or {})]
    if dataclasses.is_dataclass(kind):
        return [one.name for one in dataclasses.fields(kind)]
    return list(getattr(kind, "__struct_fields__", ()))
