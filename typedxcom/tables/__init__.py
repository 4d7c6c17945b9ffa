"""Floor 3: tables. A row model says what the columns of any library's table must be.

What the exchange layer calls; ``row`` is everywhere a row, an annotation of a table
(``Table[Trip]``, ``Annotated[polars.DataFrame, Rows(Trip)]``), a `Rows`, or a `TableSchema`:

- ``is_table(value) -> bool``: whether a value is some library's table.
- ``schema_for(row) -> TableSchema``: the row described, once. Raises ContractError for a row that
  cannot be a table's; call it when the contract is declared.
- ``to_table(value, row) -> pyarrow.Table | RecordBatchReader``: any library's table with the row's
  columns and types. A stream stays one.
- ``check(table, row) -> None``: every value keeps the contract, or ValidationError.
- ``checked(value, row) -> RecordBatchReader``: the two above as a stream, in the memory of one
  batch; a bad batch is never handed on.
- ``validate(value, row) -> pyarrow.Table | RecordBatchReader``: ``to_table`` and ``check`` in one
  pass, and with ``mode="python"`` what the row's validators made of the values.
- ``cast(table, arrow_schema) -> pyarrow.Table``: safe casts only.
- ``from_table(table, annotation) -> object``: what the reader's annotation asks for.
- ``write_ipc(table, sink) -> rows``, ``read_ipc(source, columns=None) -> pyarrow.Table``: Arrow IPC
  files. A stream is written in the memory of one batch; a path is read as a memory map.
- ``columns_of(row) -> list[str] | None``: which columns a reader needs; None for all.
- ``LazyTable(source, row)`` over a `TableSource`.

Importing this package imports neither pyarrow nor pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from typedxcom.tables.annotations import Table
from typedxcom.tables.lazy import FileSource, LazyTable, MemorySource, TableSource
from typedxcom.tables.marks import ArrowType, PrimaryKey, Rows, Unique, rows_of

if TYPE_CHECKING:
    from typedxcom.tables.api import cast, columns_of, from_table, to_arrow_schema
    from typedxcom.tables.checks.report import Filtered, TableProblem
    from typedxcom.tables.checks.verify import check, checked, schema_for, to_table, validate
    from typedxcom.tables.files.ipc import open_ipc, read_ipc, write_ipc
    from typedxcom.tables.libraries.convert import is_table
    from typedxcom.tables.row.nodes import TableSchema

__all__ = [
    "ArrowType",
    "FileSource",
    "Filtered",
    "LazyTable",
    "MemorySource",
    "PrimaryKey",
    "Rows",
    "Table",
    "TableProblem",
    "TableSchema",
    "TableSource",
    "Unique",
    "cast",
    "check",
    "checked",
    "columns_of",
    "from_table",
    "is_table",
    "open_ipc",
    "read_ipc",
    "rows_of",
    "schema_for",
    "to_arrow_schema",
    "to_table",
    "validate",
    "write_ipc",
]

_HOMES = {
    "Filtered": "checks.report",
    "TableProblem": "checks.report",
    "TableSchema": "row.nodes",
    "cast": "api",
    "check": "checks.verify",
    "checked": "checks.verify",
    "columns_of": "api",
    "from_table": "api",
    "is_table": "libraries.convert",
    "open_ipc": "files.ipc",
    "read_ipc": "files.ipc",
    "schema_for": "checks.verify",
    "to_arrow_schema": "api",
    "to_table": "checks.verify",
    "validate": "checks.verify",
    "write_ipc": "files.ipc",
}


def __getattr__(name: str) -> Any:
    """Import the public *name* from its module."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
