"""A row becomes a `TableSchema`, described once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from typedxcom.caches import kept_on, owner_of
from typedxcom.errors import UnsupportedTypeError
from typedxcom.tables.marks import PrimaryKey, Rows, Unique
from typedxcom.tables.row.nodes import Key, TableSchema

__all__ = ["describe"]


def describe(rows: Rows) -> TableSchema:
    """The table that *rows* speaks of.

    Raises:
        UnsupportedTypeError: A field has no Arrow type, or a validator that columns cannot run.
        ContractError: A rule or a key of the table is not well formed.
    """
    is_kept, cls = owner_of(rows.row)
    if not is_kept:
        return _describe(rows)
    kept = kept_on(cls)
    try:
        known: TableSchema | None = kept.get(rows)
    except TypeError:  # a row that cannot be hashed is described each time
        return _describe(rows)
    if known is None:
        known = kept[rows] = _describe(rows)
    return known


def _describe(rows: Rows) -> TableSchema:
    from typedxcom.tables.checks.expressions import table_rules
    from typedxcom.tables.checks.rowwise import row_validator
    from typedxcom.tables.row.kinds import is_any_row, readable
    from typedxcom.tables.row.reading import Reading

    if is_any_row(rows.row):
        rules = table_rules(rows, ())
        return TableSchema(rows.row, "Table", (), extra="allow", rules=rules)
    row = readable(rows.row)
    name = f"Table[{getattr(rows.row, '__name__', None) or type(rows.row).__name__}]"
    python = rows.mode == "python"
    reading = Reading(name, python=python)
    columns = tuple(reading.columns(row))
    if reading.custom and not python:
        raise UnsupportedTypeError(_refusal(name, reading.custom), annotation=rows.row)
    return TableSchema(
        row=rows.row,
        name=name,
        columns=columns,
        extra="forbid" if row.forbid else reading.extra,
        keys=tuple(_keys(reading.marks)),
        rules=table_rules(rows, columns),
        mode=rows.mode,
        validate=row_validator(rows.row) if python else None,
    )


def _refusal(name: str, custom: list[str]) -> str:
    listed = ", ".join(f"`{one}`" for one in dict.fromkeys(custom))
    return (
        f"{name} has validators that whole columns cannot run: {listed}. Check row by row with "
        'mode="python", or write them as constraints (Field(ge=0)) or as rules of the table '
        '(__table_rules__ = {"ends after it starts": "end > start"}).'
    )


def _keys(marks: Mapping[str, tuple[Any, ...]]) -> Iterator[Key]:
    """The keys of a table; a bare ``Unique`` counts as ``Unique()``."""
    groups: dict[str, list[str]] = {}
    primary = [name for name, found in marks.items() if is_key(found)]
    if primary:
        yield Key(tuple(primary), "repeated keys" if len(primary) > 1 else "repeated values")
    for name, found in marks.items():
        for mark in found:
            if mark is Unique or (isinstance(mark, Unique) and mark.together is None):
                yield Key((name,), "repeated values")
            elif isinstance(mark, Unique):
                groups.setdefault(str(mark.together), []).append(name)
    yield from (Key(tuple(columns), "repeated values") for columns in groups.values())


def is_key(marks: tuple[Any, ...]) -> bool:
    """Whether a column is part of the primary key."""
    return any(isinstance(mark, PrimaryKey) or mark is PrimaryKey for mark in marks)
