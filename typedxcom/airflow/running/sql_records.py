"""Turns the rows of a SQL operator into records, by the names of their columns.

`SQLExecuteQueryOperator` pushes bare tuples, and its hook keeps the description of the columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typedxcom.contracts import Promise
from typedxcom.errors import Problem, ValidationError
from typedxcom.exchange import load
from typedxcom.schema.nodes import Record, SequenceOf, bare
from typedxcom.stored.base import StoredCodec

__all__ = ["name_columns"]


def name_columns(result: Any, promise: Promise, operator: Any) -> bool:
    """Turn the tuples in *result* into the records of *promise*, in place, if it has records.

    Args:
        result: What the operator returned, which Airflow is about to push.
        promise: What its output is.
        operator: The operator that ran.

    Returns:
        Whether *result* now holds the JSON of each record, as of a typed task.

    Raises:
        ValidationError: A column is missing, is there twice, or a value breaks the record.
        EncodeError: A value would not come back.
    """
    record = _record(promise)
    codec = promise.codec
    if record is None or isinstance(codec, StoredCodec) or not _is_bare(result, record):
        return False
    columns = _columns(operator)
    if columns is None:
        return False
    result[:] = codec.encode(load(_named(result, columns, record), codec, upcasting=False)).tree
    return True


def _record(promise: Promise) -> Record | None:
    """The record of a ``list[Record]``."""
    schema = bare(promise.schema)
    item = bare(schema.item) if isinstance(schema, SequenceOf) and schema.type is list else None
    return item if isinstance(item, Record) else None


def _is_bare(result: Any, record: Record) -> bool:
    """Whether *result* is a list of tuples that are no record yet."""
    return type(result) is list and all(
        isinstance(row, tuple)
        and not (record.style == "namedtuple" and isinstance(row, record.type))
        for row in result
    )


def _columns(operator: Any) -> list[str] | None:
    """The names of the columns of the last query, or None if the operator runs no SQL."""
    get_hook = getattr(operator, "get_db_hook", None)
    descriptions = getattr(get_hook(), "descriptions", None) if get_hook is not None else None
    if not descriptions or descriptions[-1] is None:
        return None
    return [str(column[0]) for column in descriptions[-1]]


def _named(rows: Iterable[Any], columns: list[str], record: Record) -> list[Any]:
    names = [_field_of(column, record) for column in columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _broken(columns, f"the query gives the column `{twice[0]}` twice")
    if record.style != "namedtuple":
        return [dict(zip(names, row, strict=True)) for row in rows]
    fields = list(record.fields)
    missing = [name for name in fields if name not in names and record.fields[name].required]
    if missing:
        raise _broken(columns, f"missing column `{missing[0]}`")
    defaults = record.type._field_defaults  # type: ignore[attr-defined]
    return [
        [given[name] if name in given else defaults[name] for name in fields]
        for given in (dict(zip(names, row, strict=True)) for row in rows)
    ]


def _field_of(column: str, record: Record) -> str:
    """The field that a column is meant for. Some databases give every name in capitals."""
    known = [name for field, one in record.fields.items() for name in (field, one.key) if name]
    if column in known:
        return column
    return next((name for name in known if name.casefold() == column.casefold()), column)


def _broken(columns: list[str], problem: str) -> ValidationError:
    given = ", ".join(f"`{name}`" for name in columns[:10])
    return ValidationError(
        "Value breaks its contract", [Problem("$", f"{problem}; it has {given}")]
    )
