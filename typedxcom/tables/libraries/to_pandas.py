"""Arrow as a pandas DataFrame: integers stay integers, and what was a frame is the same again."""

from __future__ import annotations

import json
from datetime import timezone
from typing import TYPE_CHECKING, Any

from typedxcom.errors import DecodeError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MISSING", "NOTES", "index_of", "missing_kind", "noted_frame", "restored", "to_pandas"]

NOTES = b"typedxcom.pandas"  # in a schema's metadata: column name -> how its objects come back
MISSING = {"none": "None", "nan": "NaN", "na": "pandas.NA", "nat": "NaT"}


def to_pandas(table: pa.Table) -> Any:
    """A DataFrame; integers and booleans that have nulls keep their type, in lists and rows too.

    Raises:
        DecodeError: pandas has nothing for a column. A retry does not help.
    """
    try:
        if b"pandas" in (table.schema.metadata or {}):  # it was a frame, and no row changed it
            return noted_frame(table)
        found = enumerate(map(_whole, table.columns))
        return _frame(table, {at: values for at, values in found if values is not None})
    except Exception as error:  # pandas, numpy and Arrow each have their own
        raise _unread(table, error) from error


def noted_frame(table: pa.Table) -> Any:
    """The frame that *table* was made of, by pandas' own metadata and our notes in it."""
    notes = json.loads((table.schema.metadata or {}).get(NOTES, b"{}"))
    series = {}
    for at, field in enumerate(table.schema):
        note = notes.get(field.name)
        if note is not None and note["type"] == str(field.type):
            series[at] = _noted(table.column(at), note)
    return _frame(table, series)


def _frame(table: pa.Table, columns: dict[int, Any]) -> Any:
    """The frame of *table*, in which *columns* stand at their places instead of Arrow's own."""
    import pyarrow as pa

    names = [table.column_names[at] for at in columns]
    for at in columns:
        stand_in = pa.nulls(table.num_rows, pa.int8()).fill_null(0)
        table = table.set_column(at, pa.field(table.column_names[at], pa.int8()), stand_in)
    frame = _unrepeated(_as_small_integers(table, names)).to_pandas(integer_object_nulls=True)
    for at, values in columns.items():
        values.index = frame.index  # pandas infers a dtype of whatever is no Series
        frame.isetitem(at, values)
    return frame


def index_of(table: pa.Table, names: list[str]) -> Any:
    """The index of the frame that *table* was made of, whose levels are the columns *names*."""
    metadata = dict(table.schema.metadata)
    described = json.loads(metadata[b"pandas"])
    described["columns"] = [
        column for column in described["columns"] if column["field_name"] in names
    ]
    metadata[b"pandas"] = json.dumps(described).encode()
    return table.replace_schema_metadata(metadata).select(names).to_pandas().index


def _as_small_integers(table: pa.Table, names: list[str]) -> pa.Table:
    """*table* with pandas metadata that describes the columns *names* as small integers."""
    metadata = dict(table.schema.metadata or {})
    if not names or b"pandas" not in metadata:
        return table
    described = json.loads(metadata[b"pandas"])
    for column in described["columns"]:
        if column["field_name"] in names:
            column.update(pandas_type="int8", numpy_type="int8", metadata=None)
    metadata[b"pandas"] = json.dumps(described).encode()
    return table.replace_schema_metadata(metadata)


def _unrepeated(table: pa.Table) -> pa.Table:
    """*table* without nulls and repeats among the values of a dictionary: pandas takes neither."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if not pa.types.is_dictionary(field.type):
            continue
        chunks = table.column(at).chunks
        values = [chunk.dictionary for chunk in chunks]
        if any(one.null_count or pc.count_distinct(one).as_py() < len(one) for one in values):
            plain = pa.chunked_array(
                [chunk.dictionary_decode() for chunk in chunks], field.type.value_type
            )
            encoded = plain.dictionary_encode()
            table = table.set_column(at, field.with_type(encoded.type), encoded)
    return table


def _whole(column: Any) -> Any | None:
    """Integers or booleans that have nulls as pandas has them; None for other columns."""
    import pandas as pd
    import pyarrow as pa

    nullable = {
        pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype(), pa.int32(): pd.Int32Dtype(),
        pa.int64(): pd.Int64Dtype(), pa.uint8(): pd.UInt8Dtype(), pa.uint16(): pd.UInt16Dtype(),
        pa.uint32(): pd.UInt32Dtype(), pa.uint64(): pd.UInt64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }  # fmt: skip
    kind = nullable.get(column.type)
    if kind is None or not column.null_count:
        return None
    return pd.Series(kind.__from_arrow__(column))


def _noted(column: Any, note: dict[str, Any]) -> Any:
    """A column as its note says."""
    import pandas as pd

    if note["kind"] == "arrow":
        return pd.Series(pd.arrays.ArrowExtensionArray(column))
    return pd.Series(restored(column, note), dtype=object)


def restored(column: Any, note: dict[str, Any]) -> list[Any]:
    """The objects that *column* was made of.

    Args:
        column: An Arrow array.
        note: ``kind`` (``object``, ``ndarray``, ``numpy:<dtype>``, ``utc``) and ``missing``.
    """
    kind = note["kind"]
    values = column.to_pandas().tolist() if kind == "ndarray" else column.to_pylist()
    missing = _missing(note["missing"])
    if kind == "utc":
        values = [None if one is None else one.replace(tzinfo=timezone.utc) for one in values]
    if kind.startswith("numpy:"):
        import numpy

        scalar = numpy.dtype(kind.partition(":")[2]).type
        return [missing if value is None else scalar(value) for value in values]
    return [missing if value is None else value for value in values]


def missing_kind(value: Any) -> str | None:
    """Which of the four missing values of pandas *value* is; None for any other value."""
    import pandas as pd

    if value is None:
        return "none"
    if type(value) is float:
        return "nan" if value != value else None
    if value is pd.NA:
        return "na"
    return "nat" if value is pd.NaT else None


def _missing(kind: str) -> Any:
    import pandas as pd

    return {"none": None, "nan": float("nan"), "na": pd.NA, "nat": pd.NaT}[kind]


def _unread(table: pa.Table, error: Exception) -> DecodeError:
    """Which column pandas does not take, and what to do."""
    import pyarrow as pa

    cure = (
        "Read it as a pyarrow.Table, or name other columns: Annotated[pandas.DataFrame, Rows(Row)]."
    )
    for field, column in zip(table.schema, table.columns, strict=True):
        try:
            _unrepeated(pa.table([column], names=["c"])).to_pandas()
        except Exception:  # as above
            what = f"Column `{field.name}` (`{field.type}`) cannot become a column of pandas"
            return DecodeError(f"{what}: {type(error).__name__}. {cure}")
    return DecodeError(
        f"The table cannot become a pandas DataFrame: {type(error).__name__}. {cure}"
    )
