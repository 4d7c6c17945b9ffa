"""`Table[Row]`: written in annotations, never created."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, ForwardRef, Generic, TypeVar

from typedxcom.tables.marks import rows_of

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.checks.report import Filtered

__all__ = ["Table", "TableAlias"]

Row = TypeVar("Row", covariant=True)
_OWN = frozenset({"validate", "filter", "sample"})


class TableAlias(types.GenericAlias):
    """``Table[Row]`` itself: an alias like ``list[int]`` that can also check a table."""

    def __getattribute__(self, name: str) -> Any:
        """Look up the functions below in this class. An alias looks up all else in its origin."""
        if name in _OWN:
            return object.__getattribute__(self, name)
        return super().__getattribute__(name)

    def __getitem__(self, row: Any) -> TableAlias:
        """``Table[T][Trip]`` is ``Table[Trip]``."""
        filled = super().__getitem__(row)
        return TableAlias(filled.__origin__, filled.__args__)  # type: ignore[arg-type]  # it is Table

    def validate(self, value: Any, *, mode: str = "arrow") -> Any:
        """As `Table.validate`."""
        from typedxcom.tables.checks.verify import validate

        table = validate(value, rows_of(self, mode))
        return table.read_all() if hasattr(table, "read_all") else table

    def filter(self, value: Any, *, mode: str = "arrow") -> Any:
        """As `Table.filter`."""
        from typedxcom.tables.checks.verify import filter_rows

        return filter_rows(value, rows_of(self, mode))

    def sample(self, n: int = 10, *, seed: int = 0) -> Any:
        """As `Table.sample`."""
        from typedxcom.tables.sample.rows import sample

        return sample(rows_of(self), n, seed=seed)


class Table(Generic[Row]):
    """A table whose rows are ``Row``: a pyarrow, pandas, polars or DuckDB object of that content.

    ``Row`` is a pydantic model, a TypedDict, a dataclass, a msgspec Struct or a
    ``pyarrow.Schema``. There are no instances: a task returns its library's own table, and its
    reader gets a ``pyarrow.Table`` (or what ``Annotated[..., Rows(Row)]`` asks for).
    """

    __typedxcom_table__ = True

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Raise TypeError, because there are no instances."""
        raise TypeError(
            "Table is only for annotations. Return a pyarrow, pandas, polars or DuckDB table."
        )

    if TYPE_CHECKING:

        @classmethod
        def validate(cls, value: Any, *, mode: str = "arrow") -> pa.Table:
            """Check a table of any library and give it back as Arrow, cast to the row's types.

            Args:
                value: A pyarrow, pandas, polars or DuckDB table, or a stream of Arrow batches.
                mode: ``"python"`` validates row by row, for rows with validators of their own.

            Raises:
                ValidationError: Columns or values break the contract.
                ContractError: The row itself cannot be a table's.
            """

        @classmethod
        def filter(cls, value: Any, *, mode: str = "arrow") -> Filtered:
            """The good rows of a table, and what is wrong with the others.

            Raises:
                ValidationError: A column is missing, forbidden or of another type, so no row is
                    good.
            """

        @classmethod
        def sample(cls, n: int = 10, *, seed: int = 0) -> pa.Table:
            """A table of *n* valid rows that mean nothing, for tests."""

    else:

        def __class_getitem__(cls, row: Any) -> TableAlias:
            """Name the row. A ``pyarrow.Schema`` is turned into a class of one row."""
            rows = row if isinstance(row, tuple) else (row,)
            if len(rows) != 1:
                raise TypeError(f"{cls.__name__}[...] takes one row, got {len(rows)}")
            return TableAlias(cls, (_as_class(rows[0]),))


def _needs_row(name: str) -> Any:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"Table.{name} needs to know the row: write Table[Row].{name}(...)")

    return staticmethod(refuse)


for _name in _OWN:
    setattr(Table, _name, _needs_row(_name))


def _as_class(row: Any) -> Any:
    from typedxcom.tables.row.kinds import from_arrow_schema, is_arrow_schema

    if isinstance(row, str):  # Python 3.10 looks into ForwardRefs only
        return ForwardRef(row)
    return from_arrow_schema(row) if is_arrow_schema(row) else row
