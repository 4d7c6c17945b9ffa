"""polars frames to Arrow and back: the same frame, or an error that names the column."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from typedxcom.errors import DecodeError, EncodeError
from typedxcom.tables.row.nodes import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["for_polars", "from_polars", "to_polars"]

_OFFSET = re.compile(r"[+-]\d\d:?\d\d")
_DIGITS = 38  # of a decimal128


def from_polars(frame: Any, schema: TableSchema) -> pa.Table:
    """*frame* as Arrow.

    Raises:
        EncodeError: Arrow has no such column, or it would come back as another one. A retry does
            not help.
    """
    polars = sys.modules["polars"]
    kept = {name for one in schema for name in (one.name, *one.aliases)}
    dropped = [
        name
        for name, kind in frame.schema.items()
        if name not in kept and schema.extra == "ignore" and not _is_plain(kind)
    ]
    frame = frame.drop(dropped)  # of which no column is asked for
    for name, kind in frame.schema.items():
        if not _is_plain(kind):
            raise EncodeError(f"{_about(schema, name, kind)} has no type in Arrow. {_cure(kind)}")
    oldest = polars.CompatLevel.oldest()
    try:
        table = frame.to_arrow(compat_level=oldest)
    except Exception as error:  # polars and Arrow each have their own
        for column in frame:
            try:
                column.to_frame().to_arrow(compat_level=oldest)
            except Exception:  # as above
                about = _about(schema, column.name, column.dtype)
                raise EncodeError(f"{about} has no type in Arrow. {_cure(column.dtype)}") from error
        raise EncodeError(
            f"A polars frame cannot be written as Arrow: {type(error).__name__}"
        ) from error
    if schema.is_open:
        _refuse_other_types(frame, table, schema)
    return table


def _about(schema: TableSchema, name: str, kind: Any) -> str:
    place = "" if schema.is_open else f"{schema.name}: "
    return f"{place}polars column `{name}` (`{kind}`)"


def _cure(kind: Any) -> str:
    to = "polars.Decimal(38, 0)" if "Int128" in str(kind) else "a type that Arrow has"
    return f"Cast it first, as with frame.with_columns(polars.col(...).cast({to})), or drop it."


def _is_plain(kind: Any) -> bool:
    """Whether Arrow has a type for *kind*; not for Python objects, 128 bits, lists of width 0."""
    polars = sys.modules["polars"]
    name = type(kind).__name__ if not isinstance(kind, type) else kind.__name__
    if name in {"Object", "Int128", "UInt128"}:
        return False
    if name == "Array" and kind.size == 0:
        return False
    if isinstance(kind, polars.Struct):
        return bool(kind.fields) and all(_is_plain(field.dtype) for field in kind.fields)
    inner = getattr(kind, "inner", None)
    return inner is None or _is_plain(inner)


def _refuse_other_types(frame: Any, table: pa.Table, schema: TableSchema) -> None:
    back = to_polars(table.schema.empty_table()).schema
    for name, kind in frame.schema.items():
        if back.get(name) != kind:
            raise EncodeError(
                f"{_about(schema, name, kind)} would come back as `{back.get(name)}`. {_cure(kind)}"
            )


def to_polars(table: pa.Table) -> Any:
    """*table* as a polars DataFrame.

    Raises:
        DecodeError: polars has nothing for a column. A retry does not help.
    """
    polars = sys.modules["polars"]
    table = for_polars(table)
    names = table.column_names
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DecodeError(
            f"polars does not allow two columns of the same name, but `{twice}` appears twice. "
            "Read the table "
            "as a pyarrow.Table, or name other columns: Annotated[polars.DataFrame, Rows(Row)]."
        )
    try:
        frame = polars.from_arrow(table)
    except BaseException as error:
        if not _is_of_polars(error):
            raise
        raise _unread(table, error) from error
    if frame.columns != names:  # polars gives a name to a column that has an empty one
        frame.columns = names
    return frame


def for_polars(table: Any) -> Any:
    """*table* with what polars does not know as what it does: the same instants and numbers.

    Raises:
        DecodeError: polars has nothing for a column. A retry does not help.
    """
    import pyarrow as pa

    target = [field.with_type(_known(field)) for field in table.schema]
    if [one.type for one in target] == list(table.schema.types):
        return table
    try:
        return table.cast(pa.schema(target, table.schema.metadata))
    except pa.ArrowException as error:
        raise _unread(table, error) from error


def _known(field: pa.Field) -> pa.DataType:
    """The type of *field*, or one that polars has for it, all the way down."""
    import pyarrow as pa

    kind = field.type
    if pa.types.is_timestamp(kind) and kind.tz and _OFFSET.fullmatch(kind.tz):
        return pa.timestamp(kind.unit, "UTC")  # polars has no fixed offsets
    if pa.types.is_decimal(kind) and kind.bit_width > 128:
        return pa.decimal128(min(kind.precision, _DIGITS), kind.scale)
    if pa.types.is_union(kind) or pa.types.is_interval(kind):
        raise _unknown(field)
    if pa.types.is_struct(kind):
        return pa.struct([one.with_type(_known(one)) for one in kind])
    if pa.types.is_map(kind):
        return pa.map_(_known(kind.key_field), kind.item_field.with_type(_known(kind.item_field)))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        make = pa.list_ if pa.types.is_list(kind) else pa.large_list
        return make(kind.value_field.with_type(_known(kind.value_field)))
    if pa.types.is_fixed_size_list(kind):
        if not kind.list_size:
            raise _unknown(field)
        return pa.list_(kind.value_field.with_type(_known(kind.value_field)), kind.list_size)
    return kind


def _is_of_polars(error: BaseException) -> bool:
    """Whether polars, or its Rust code, raised *error*: a panic is no Exception."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _unknown(field: pa.Field) -> DecodeError:
    return DecodeError(
        f"Column `{field.name}` (`{field.type}`) cannot become a column of polars. Read it as a "
        "pyarrow.Table, or name other columns: Annotated[polars.DataFrame, Rows(Row)]."
    )


def _unread(table: pa.Table, error: BaseException) -> DecodeError:
    """Which column polars does not take."""
    import pyarrow as pa

    polars = sys.modules["polars"]
    for at, field in enumerate(table.schema):
        try:
            column = table.select([at]).cast(pa.schema([field.with_type(_known(field))]))
            polars.from_arrow(column)
        except BaseException as cause:
            if not _is_of_polars(cause):
                raise
            return _unknown(field)
    return DecodeError(f"The table cannot become a polars DataFrame: {type(error).__name__}.")
