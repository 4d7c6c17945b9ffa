"""The small functions around a table: its schema, safe casts, what a reader gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_origin

from typedxcom.errors import ValidationError
from typedxcom.tables.checks.casting import Lossy, Unfit, cast_array
from typedxcom.tables.checks.report import TableProblem
from typedxcom.tables.checks.verify import schema_for
from typedxcom.tables.lazy import LazyTable, MemorySource
from typedxcom.tables.libraries.convert import from_arrow

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.libraries.convert import Arrow

__all__ = ["cast", "columns_of", "from_table", "to_arrow_schema"]


def to_arrow_schema(row: Any) -> pa.Schema:
    """The Arrow schema of a row.

    Args:
        row: A pydantic model, TypedDict, dataclass, msgspec Struct or ``pyarrow.Schema``; or an
            annotation of a table.

    Raises:
        UnsupportedTypeError: A field has no Arrow type.
    """
    return schema_for(row).arrow()


def cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """*table* with the columns and types of *schema*. Every value stays the same.

    Raises:
        ValidationError: A column is missing, or no safe cast leads to its type. The message names
            the column, its type and what was expected.
    """
    import pyarrow as pa

    problems, columns = [], []
    for field in schema:
        index = table.schema.get_field_index(field.name)
        if index < 0:
            problems.append(_problem(field, f"missing column `{field.name}`"))
            continue
        column = table.column(index)
        try:
            chunks = [cast_array(chunk, field.type) for chunk in column.chunks]
            columns.append(pa.chunked_array(chunks, field.type))
        except Unfit:
            msg = f"column `{field.name}` is `{column.type}`, expected `{field.type}`"
            problems.append(_problem(field, msg))
        except Lossy as error:
            problems.append(_problem(field, f"column `{field.name}` has values {error.rule.words}"))
    if problems:
        raise ValidationError("The table cannot be cast", problems)
    return pa.Table.from_arrays(columns, schema=schema)


def _problem(field: pa.Field, message: str) -> TableProblem:
    return TableProblem(f"$.{field.name}", message, column=field.name, rule="type")


def from_table(table: Arrow, annotation: Any) -> Any:
    """A checked table as the reader's annotation asks for it.

    Args:
        table: A Table or a RecordBatchReader.
        annotation: ``Table[Row]``, ``LazyTable[Row]``, or ``Annotated[..., Rows(Row)]`` with a
            library's class.

    Raises:
        UnsupportedTypeError: The annotation names no table library.
    """
    import pyarrow as pa

    schema = schema_for(annotation)
    if LazyTable in (annotation, get_origin(annotation)):
        whole = table.read_all() if isinstance(table, pa.RecordBatchReader) else table
        return LazyTable(MemorySource(whole), schema)
    return from_arrow(table, annotation, schema)


def columns_of(row: Any, stored: list[str] | None = None) -> list[str] | None:
    """The columns that a reader of *row* needs, or None for all.

    Args:
        row: As for `schema_for`.
        stored: The names of the stored columns. A column with an alias is looked for among them.
    """
    schema = schema_for(row)
    if schema.extra == "allow" or schema.extra == "forbid":
        return None
    names = [name for column in schema for name in (column.name, *column.aliases)]
    return [name for name in names if stored is None or name in stored]
