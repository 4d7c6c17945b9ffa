"""A pandas DataFrame as Arrow: of a row's types, or so that it comes back as it was.

A frame without a row must come back the same, down to the type of each object in it. What Arrow
would change is refused where it is written. What Arrow alone does not keep (objects, the kind of a
missing value, dtypes of nested Arrow types) is noted in the schema's metadata for `topandas`.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from typedxcom.errors import EncodeError
from typedxcom.tables.libraries.to_pandas import (
    MISSING,
    NOTES,
    index_of,
    missing_kind,
    noted_frame,
    restored,
)
from typedxcom.tables.row.nodes import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["from_pandas"]

_EXACT = (str, bytes, bool, int, dt.date)  # what Arrow gives back as it got it, if alone
_NESTED = (dict, list, tuple, set, frozenset)
_CURE = "Give the column one dtype, or say what it holds: Annotated[pandas.DataFrame, Rows(Row)]"


def from_pandas(frame: Any, schema: TableSchema) -> pa.Table:
    """The frame's columns; where no row says which, its index and classes are kept too.

    Raises:
        EncodeError: A column cannot be written as Arrow, or would change. A retry does not help.
    """
    import pyarrow as pa

    if schema.is_open:
        return _kept(frame)
    names = [str(name) for name in frame.columns]
    columns = [_series(frame.iloc[:, at], name, schema) for at, name in enumerate(names)]
    for level, name in enumerate(frame.index.names):  # an index counts where the row names it
        if name is not None and name not in names and schema.column(str(name)) is not None:
            names.append(str(name))
            columns.append(_series(frame.index.get_level_values(level), str(name), schema))
    if not columns:
        return pa.table({}).select([])
    return pa.table(columns, names=names)


def _series(series: Any, name: str, schema: TableSchema) -> Any:
    """One pandas column; a NaN is null where the row allows null, else a number."""
    import pyarrow as pa

    column = schema.column(name)
    nullable = column is None or column.node.nullable
    is_float = getattr(series.dtype, "kind", "") == "f" and not hasattr(series.dtype, "storage")
    wants_float = column is not None and pa.types.is_floating(column.node.type)
    from_pandas = nullable or not (is_float and wants_float)
    if str(series.dtype) == "object" and column is not None:
        return _objects(series, column.node.type, name, schema)
    try:
        return pa.array(series, from_pandas=from_pandas)
    except Exception as error:  # pandas, numpy and Arrow each have their own
        msg = f"{schema.name}: pandas column `{name}` cannot be written as Arrow: {_brief(error)}"
        raise EncodeError(msg) from error


def _objects(series: Any, kind: pa.DataType, name: str, schema: TableSchema) -> Any:
    """A column of Python objects: as Arrow understands them, else as the row means them."""
    import pyarrow as pa

    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    for wanted in (None, plain):
        try:
            found = pa.array(series, type=wanted, from_pandas=True)
        except Exception:  # numpy and Arrow each have their own
            continue
        _refuse_other_values(series, found, f"{schema.name}: pandas column `{name}`")
        return found
    try:
        values = [
            None if value is None else str(getattr(value, "value", value)) for value in series
        ]
        if pa.types.is_string(plain):  # an Enum, a UUID, a Path
            return pa.array(values, plain)
    except (pa.ArrowException, UnicodeError):
        pass
    raise EncodeError(f"{schema.name}: the objects in pandas column `{name}` are not `{kind}`.")


def _refuse_other_values(series: Any, array: Any, about: str) -> None:
    """Refuse what Arrow took for something else: a datetime for a date, a naive one for UTC."""
    values = list(series)
    kinds = set(map(type, values)) - {type(None)}
    if any(issubclass(kind, (*_NESTED, *_arrays())) for kind in kinds):
        return  # their parts are the row's business
    if len(kinds) == 1 and kinds <= set(_EXACT):
        return
    try:
        found_values = array.to_pylist()
    except Exception as error:  # of texts that are bytes, of dates that are numbers
        words = f"{about} has objects that do not go together. Give it one type."
        raise EncodeError(words) from error
    for at, (value, found) in enumerate(zip(values, found_values, strict=True)):
        is_same = missing_kind(value) is not None if found is None else _equal(value, found)
        if not is_same:
            raise EncodeError(f"{about} {_would_change(at, value, found)}. Give it one type.")


def _equal(value: Any, found: Any) -> bool:
    try:
        return bool(value == found) or bool(value != value and found != found)  # NaN
    except Exception:  # an operator of the user's own, a signaling NaN
        return False


def _arrays() -> tuple[type, ...]:
    import numpy

    return (numpy.ndarray,)


def _would_change(at: int, value: Any, found: Any) -> str:
    was, becomes = type(value).__name__, type(found).__name__
    other = "another one" if was == becomes else f"a `{becomes}`"
    return f"would not come back as it is: row {at} has a `{was}`, which would become {other}"


def _kept(frame: Any) -> pa.Table:
    """The frame, its index and labels, and notes of what Arrow does not keep."""
    import pyarrow as pa

    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise EncodeError(
            f"This pandas DataFrame has two columns {str(twice)[:40]!r}. Rename one of them."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of labels that become texts: they are compared below
            table = pa.Table.from_pandas(frame)
    except Exception as error:  # pandas, numpy and Arrow each have their own
        raise _unwritten(frame, error) from error
    notes = {}
    for at, dtype in enumerate(frame.dtypes):
        array = table.column(at)
        if str(dtype) == "object":
            note = _note(list(frame.iloc[:, at]), array, _name(frame, at))
        elif hasattr(dtype, "pyarrow_dtype"):
            note = {"kind": "arrow"}
        else:
            continue
        notes[table.column_names[at]] = {**note, "type": str(array.type)}
    if notes:
        more = {**(table.schema.metadata or {}), NOTES: json.dumps(notes).encode()}
        table = table.replace_schema_metadata(more)
    _refuse_other_frame(frame, table)
    return table


def _name(frame: Any, at: int) -> str:
    return f"pandas column `{str(frame.columns[at])[:40]}`"


def _unwritten(frame: Any, error: Exception) -> EncodeError:
    """Which column cannot be written, and what to do."""
    import pyarrow as pa

    for at, dtype in enumerate(frame.dtypes):
        if str(dtype).startswith("Sparse"):
            cure = f"Make it dense: frame[{frame.columns[at]!r}].sparse.to_dense()"
            return EncodeError(f"{_name(frame, at)} is sparse, and Arrow has no such type. {cure}")
        try:
            pa.array(frame.iloc[:, at], from_pandas=True)
        except Exception as cause:  # as above
            words = f"cannot be written as Arrow: {_brief(cause)}"
            return EncodeError(f"{_name(frame, at)} (`{dtype}`) {words}. {_CURE}.")
    return EncodeError(f"This pandas DataFrame cannot be written as Arrow: {_brief(error)}")


def _brief(error: Exception) -> str:
    """The class of a foreign error; its text may hold values."""
    return type(error).__name__


def _note(values: list[Any], array: Any, about: str) -> dict[str, Any]:
    """What brings the objects of a column back from *array*, after a proof that it does."""
    missing = {kind for kind in map(missing_kind, values) if kind is not None}
    if len(missing) > 1:
        named = " and ".join(sorted(MISSING[kind] for kind in missing))
        cure = "frame[c] = frame[c].where(frame[c].notna(), None)"
        raise EncodeError(f"{about} has {named} next to each other. Choose one of them: {cure}.")
    kinds = {type(value) for value in values if missing_kind(value) is None}
    note = {"kind": "object", "missing": next(iter(missing), "none")}
    if len(kinds) == 1:
        (kind,) = kinds
        if kind in _EXACT:
            return note
        if kind in _arrays():
            note["kind"] = "ndarray"
        elif kind is dt.datetime and _is_utc(values):
            note["kind"] = "utc"
        elif (name := _number(kind)) is not None:
            note["kind"] = f"numpy:{name}"
    try:
        back = restored(array, note)
    except Exception as error:  # of texts that are bytes, of dates that are numbers
        raise EncodeError(f"{about} has objects that do not go together. {_CURE}.") from error
    for at, (value, found) in enumerate(zip(values, back, strict=True)):
        if missing_kind(value) is None and not _same(value, found):
            raise EncodeError(f"{about} {_would_change(at, value, found)}. {_CURE}.")
    return note


def _is_utc(values: list[Any]) -> bool:
    return all(getattr(one, "tzinfo", dt.timezone.utc) is dt.timezone.utc for one in values)


def _number(kind: type) -> str | None:
    """The name of a dtype whose numbers are of the class *kind*."""
    import numpy

    is_number = issubclass(kind, (numpy.number, numpy.bool_))
    return numpy.dtype(kind).name if is_number and numpy.dtype(kind).kind in "biuf" else None


def _same(value: Any, found: Any) -> bool:
    """Whether two objects are equal and of the same type all the way down."""
    kind: Any = type(value)
    if kind is not type(found):
        return False
    if kind is dict:
        return list(value) == list(found) and _all_same(value.values(), found.values())
    if kind is list:
        return len(value) == len(found) and _all_same(value, found)
    if kind in _arrays():
        return bool(value.dtype == found.dtype) and _all_same(value.tolist(), found.tolist())
    if kind in (dt.datetime, dt.time) and _clock(value) != _clock(found):
        return False  # which an operator does not tell apart
    if kind is Decimal and not value.is_finite():
        return False
    return _equal(value, found)


def _clock(value: Any) -> tuple[Any, int]:
    return value.utcoffset(), value.fold


def _all_same(values: Iterable[Any], found: Iterable[Any]) -> bool:
    return all(map(_same, values, found))


def _refuse_other_frame(frame: Any, table: pa.Table) -> None:
    """Refuse a frame whose labels, dtypes or index Arrow and pandas would bring back otherwise."""
    empty = noted_frame(table.slice(0, 0))
    _compare(frame.columns, empty.columns, "column labels")
    for at, (was, becomes) in enumerate(zip(frame.dtypes, empty.dtypes, strict=True)):
        if not _same_dtype(was, becomes):
            raise EncodeError(
                f"{_name(frame, at)} would not come back as it is: its dtype `{was}` would become "
                f"`{becomes}`. Convert it first: frame[{frame.columns[at]!r}].astype({str(becomes)!r})."
            )
    kept = table.column_names[len(frame.columns) :]
    _compare(frame.index, index_of(table, kept), "index")


def _same_dtype(was: Any, becomes: Any) -> bool:
    if was == becomes:
        return True
    if not hasattr(was, "categories"):
        return str(was) == str(becomes)  # a zone of another library, a text of another storage
    return (
        hasattr(becomes, "categories")
        and was.ordered == becomes.ordered
        and _listed(was.categories) == _listed(becomes.categories)
    )


def _listed(index: Iterable[Any]) -> list[tuple[type, Any]]:
    return [(type(one), one) for one in index]


def _compare(was: Any, becomes: Any, what: str) -> None:
    """Refuse an index or labels that would be others."""
    is_flat = str(was.dtype) == "object" and was.nlevels == 1

    def is_same() -> bool:
        return (
            was.nlevels == becomes.nlevels
            and _listed(was.names) == _listed(becomes.names)
            and was.equals(becomes)
            and (not is_flat or _listed(map(_key, was)) == _listed(map(_key, becomes)))
        )

    try:
        if is_same():
            return
    except Exception:  # labels whose operators do not agree
        pass
    raise EncodeError(
        f"This pandas DataFrame would not come back as it is: its {what} would change. Make them "
        "all texts, or all numbers, as frame.columns.astype(str) does."
    )


def _key(label: Any) -> Any:
    """A label that equals itself."""
    return missing_kind(label) or label
