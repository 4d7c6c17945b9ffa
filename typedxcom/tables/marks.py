"""What an author writes beside a column's type, and beside a table library's own class."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from typedxcom.errors import ContractError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArrowType", "PrimaryKey", "RowMode", "Rows", "Unique", "rows_of"]

RowMode = Literal["arrow", "python"]


@dataclass(frozen=True, slots=True)
class ArrowType:
    """The Arrow type of a column: ``Annotated[int, ArrowType(pa.int32())]``.

    Attributes:
        type: A type of the same family as the annotation (any integer type for `int`).
    """

    type: pa.DataType

    def __post_init__(self) -> None:
        arrow = sys.modules.get("pyarrow")
        if arrow is None or not isinstance(self.type, arrow.DataType):
            raise ContractError(
                f"ArrowType takes a type of Arrow, as in ArrowType(pyarrow.int32()), got {self.type!r}"
            )


@dataclass(frozen=True, slots=True)
class Unique:
    """No value comes twice; nulls do not count.

    Attributes:
        together: Columns that name the same group are unique together, not each alone.
    """

    together: str | None = None


@dataclass(frozen=True, slots=True)
class PrimaryKey:
    """The columns that carry it are together unique, and none of them is null."""


class Rows:
    """The rows of a library's own table: ``Annotated[polars.DataFrame, Rows(Trip)]``.

    Args:
        row: What one row is: a model, TypedDict, dataclass, Struct or ``pyarrow.Schema``.
        mode: ``"arrow"`` checks whole columns. ``"python"`` validates row by row, which a row
            with validators of its own needs and which takes about 200 times as long.
        rules: Rule of the whole table, by name: ``{"ends after it starts": "end > start"}``.
            A rule is a text over column names, or a ``pyarrow.compute.Expression``. It is broken
            where it is false; where it is null it holds, as a CHECK in SQL does.
    """

    __slots__ = ("mode", "row", "rules")

    def __init__(
        self, row: Any, *, mode: RowMode = "arrow", rules: Mapping[str, Any] | None = None
    ) -> None:
        if mode not in ("arrow", "python"):
            raise ValueError(f'mode must be "arrow" or "python", got {mode!r}')
        self.row = row
        self.mode: RowMode = mode
        self.rules: tuple[tuple[str, Any], ...] = tuple((rules or {}).items())

    def _key(self) -> tuple[Any, ...]:
        return self.row, self.mode, tuple((name, str(rule)) for name, rule in self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rows) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        """Return the call that makes it."""
        mode = "" if self.mode == "arrow" else f", mode={self.mode!r}"
        rules = f", rules={dict(self.rules)!r}" if self.rules else ""
        return f"Rows({getattr(self.row, '__name__', self.row)}{mode}{rules})"


def rows_of(annotation: Any, mode: str = "arrow") -> Rows:
    """The `Rows` that a table annotation speaks of.

    Args:
        annotation: ``Table[Row]``, ``LazyTable[Row]``, ``Annotated[..., Rows(Row)]``, a `Rows`,
            or the row itself.
        mode: How rows are checked where the annotation does not say it.
    """
    if isinstance(annotation, Rows):
        return annotation
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        for part in annotation.__metadata__:
            if isinstance(part, Rows):
                return part
        return rows_of(args[0], mode)
    if getattr(origin, "__typedxcom_table__", False):
        return Rows(args[0], mode=mode)  # type: ignore[arg-type]  # Rows refuses a wrong word
    return Rows(annotation, mode=mode)  # type: ignore[arg-type]
