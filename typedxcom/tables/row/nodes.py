"""What a row says of its table, as a small tree that casts and checks walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typedxcom.tables.marks import RowMode

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NO_DEFAULT", "Column", "Constant", "Key", "Node", "Rule", "TableSchema"]


def accept_all(value: Any) -> bool:
    """The judge of a value that nothing is said of."""
    return True


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that a value must keep to.

    Attributes:
        kind: Which check finds the values that break it: a key of ``checks.CHECKS``.
        words: What such values are, after "has 3 values": ``below 0``.
        limit: The number, length, set or pattern that counts.
        accepts: Asks the row's own library about one value; the last word where Arrow has none.
    """

    kind: str
    words: str
    limit: Any = None
    accepts: Callable[[Any], bool] = accept_all


@dataclass(frozen=True, slots=True)
class Node:
    """A value inside a column: the column itself, an item of its lists, a field of its structs.

    Attributes:
        type: The Arrow type.
        nullable: Whether null is a value.
        rules: What every value that is not null keeps to.
        children: Step to part: a field's name in a struct, ``[]`` in a list, ``key`` and
            ``value`` in a map.
        zone: Of a timestamp: ``any``, ``aware`` and ``naive`` keep the zone that a column comes
            with; ``""`` asks for the one in ``type``.
        hidden: Whether messages must not show the value.
    """

    type: pa.DataType
    nullable: bool = False
    rules: tuple[Rule, ...] = ()
    children: tuple[tuple[str, Node], ...] = ()
    zone: str = ""
    hidden: bool = False

    @property
    def silent(self) -> bool:
        """Whether nothing about it can be wrong."""
        return self.nullable and not self.rules and all(part.silent for _, part in self.children)


NO_DEFAULT = object()


@dataclass(frozen=True, slots=True)
class Constant:
    """A function that always gives the same value."""

    value: Any

    def __call__(self) -> Any:
        """Return the value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: The field's name, which is the column's.
        node: Its values.
        required: Whether it must be there.
        default: A function that makes the value of a missing column, or `NO_DEFAULT`.
        aliases: Further names that it is found by.
    """

    name: str
    node: Node
    required: bool = True
    default: Any = NO_DEFAULT
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """Columns that are unique together.

    Attributes:
        columns: Their names, in the row's order.
        words: What repeated ones are: ``repeated values``, ``repeated keys``.
    """

    columns: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class TableSchema:
    """Everything that a row says of its table.

    Attributes:
        row: What the author wrote.
        name: How messages call it: ``Table[Trip]``.
        columns: In the row's order.
        extra: What becomes of further columns: ``allow``, ``forbid`` or ``ignore`` (dropped).
        keys: Columns that are unique.
        rules: Name to expression, over whole columns.
        mode: Whether columns or rows are checked.
        validate: In ``python`` mode: one row to the row as its validators have it.
    """

    row: Any
    name: str
    columns: tuple[Column, ...]
    extra: str = "ignore"
    keys: tuple[Key, ...] = ()
    rules: tuple[tuple[str, Any], ...] = ()
    mode: RowMode = "arrow"
    validate: Callable[[dict[str, Any]], dict[str, Any]] | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    @property
    def is_open(self) -> bool:
        """Whether nothing is said of its columns."""
        return not self.columns and self.extra == "allow"

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)

    def arrow(self) -> pa.Schema:
        """The Arrow schema. A zone that is left open becomes none (``any``) or UTC (``aware``)."""
        import pyarrow as pa

        return pa.schema(
            [pa.field(one.name, one.node.type, nullable=one.node.nullable) for one in self.columns]
        )
