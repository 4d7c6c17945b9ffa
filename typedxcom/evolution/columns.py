"""Describes a table's columns as JSON, and compares those of two versions as the reader would.

A column's Arrow type stands as Arrow writes it, such as ``decimal128(9, 2)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typedxcom.evolution.constants import constant, shown
from typedxcom.evolution.facts import COMPUTED
from typedxcom.schema.nodes import Record, Schema

if TYPE_CHECKING:
    from typedxcom.tables.row.nodes import Column, Node, TableSchema

__all__ = ["ColumnsOf", "columns_of_tree", "columns_tree", "stored_fits", "table_tree"]


@dataclass(frozen=True, slots=True, eq=False)
class ColumnsOf(Schema):
    """A table by its columns.

    Attributes:
        columns: Name to column, as `table_tree` describes it.
        extra: What becomes of other columns: ``ignore``, ``forbid`` or ``allow``.
        keys: The columns that are unique together, for each key.
        rules: Rules of the whole table: name to expression.
        row: The name of the row model.
        tree: All of it, as `table_tree` describes it.
        sources: The older tables that upcasters lead from, each a `Source`.
    """

    columns: Mapping[str, Any]
    extra: str
    keys: tuple[frozenset[str], ...]
    rules: Mapping[str, str]
    row: str
    tree: Mapping[str, Any]
    sources: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"Table[{self.row}]"


def table_tree(row: Schema) -> dict[str, Any]:
    """Returns the columns that *row* describes, as JSON."""
    from typedxcom.errors import UnsupportedTypeError
    from typedxcom.tables.marks import Rows
    from typedxcom.tables.row.describe import describe

    if not isinstance(row, Record):
        return {"columns": [], "extra": "allow"}
    try:
        table = describe(Rows(row.type))
    except UnsupportedTypeError:  # its validators need mode="python"
        table = describe(Rows(row.type, mode="python"))
    return columns_tree(table)


def columns_tree(table: TableSchema) -> dict[str, Any]:
    """Returns the columns of *table* as JSON."""
    made: dict[str, Any] = {"columns": [_column(one) for one in table]}
    if table.extra != "ignore":
        made["extra"] = table.extra
    if table.keys:
        made["keys"] = sorted(list(key.columns) for key in table.keys)
    if table.rules:
        made["rules"] = {name: str(rule) for name, rule in table.rules}
    return made


def _column(column: Column) -> dict[str, Any]:
    from typedxcom.tables.row.nodes import NO_DEFAULT as NONE_GIVEN
    from typedxcom.tables.row.nodes import Constant

    made = {"name": column.name, **_node(column.node)}
    if not column.required:
        made["optional"] = True
    if column.default is not NONE_GIVEN:
        is_constant = isinstance(column.default, Constant)
        made["default"] = {"value": shown(column.default.value)} if is_constant else COMPUTED
    if column.aliases:
        made["aliases"] = list(column.aliases)
    return made


def _node(node: Node) -> dict[str, Any]:
    made: dict[str, Any] = {"arrow": _kind(node)}
    if node.nullable:
        made["nullable"] = True
    rules = [_rule(one) for one in node.rules]
    if rules:
        made["rules"] = rules
    if node.zone:
        made["zone"] = node.zone
    if node.children:
        made["parts"] = {step: _node(part) for step, part in node.children}
    return made


def _kind(node: Node) -> str:
    from typedxcom.tables.row.arrowtypes import family

    return family(node.type) if node.children else str(node.type)


def _rule(rule: Any) -> list[Any]:
    limit = rule.limit
    if isinstance(limit, tuple):
        return [rule.kind, [shown(one) for one in limit]]
    if rule.kind == "asked":
        return [rule.kind, rule.words]
    return [rule.kind, shown(getattr(limit, "pattern", limit))]


def columns_of_tree(tree: Mapping[str, Any], row: str, sources: tuple[Any, ...] = ()) -> ColumnsOf:
    """Returns the table that `table_tree` described."""
    return ColumnsOf(
        {one["name"]: one for one in tree["columns"]},
        tree.get("extra", "ignore"),
        tuple(frozenset(key) for key in tree.get("keys", ())),
        tree.get("rules", {}),
        row,
        tree,
        sources,
    )


_INTEGERS = {f"{sign}int{bits}": (sign, bits) for sign in ("", "u") for bits in (8, 16, 32, 64)}
_FLOATS = ("halffloat", "float", "double")
_EXACT = {"halffloat": 11, "float": 24, "double": 53}  # bits of whole numbers that a float keeps
_TEXTS = ("string", "large_string", "string_view")
_BYTES = ("binary", "large_binary", "binary_view")
_UNITS = ("s", "ms", "us")
_DECIMAL = re.compile(r"decimal\d+\((\d+), (-?\d+)\)")
_TIMED = re.compile(r"(timestamp|duration|time32|time64)\[(s|ms|us|ns)(?:, tz=(.*))?\]")
_DICTIONARY = re.compile(r"dictionary<values=([a-z_0-9]+), ")


def stored_fits(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Returns whether each value of the Arrow type *old* is kept when it is cast to *new*."""
    mine, theirs = (_values(one["arrow"]) for one in (old, new))
    if mine == theirs and not _TIMED.fullmatch(mine):
        return True
    if mine in _INTEGERS:
        return _integer_fits(mine, theirs)
    for group in (_FLOATS, _TEXTS, _BYTES):
        if mine in group and theirs in group:
            return group is not _FLOATS or group.index(mine) <= group.index(theirs)
    decimals = _DECIMAL.fullmatch(mine), _DECIMAL.fullmatch(theirs)
    if decimals[0] and decimals[1]:
        (digits, places), (room, wanted) = (
            tuple(map(int, one.groups())) for one in decimals if one
        )
        return wanted >= places and room - wanted >= digits - places
    timed = _TIMED.fullmatch(mine), _TIMED.fullmatch(theirs)
    return bool(timed[0] and timed[1]) and _timed_fits(timed, old, new)


def _values(kind: str) -> str:
    found = _DICTIONARY.match(kind)
    return found[1] if found else kind


def _integer_fits(mine: str, theirs: str) -> bool:
    (sign, bits) = _INTEGERS[mine]
    if theirs in _EXACT:
        return bits <= _EXACT[theirs]
    decimals = _DECIMAL.fullmatch(theirs)
    if decimals:
        return len(str(2**bits)) <= int(decimals[1]) - int(decimals[2])
    if theirs not in _INTEGERS:
        return False
    (wanted, room) = _INTEGERS[theirs]
    return room >= bits if sign == wanted else sign == "u" and room > bits


def _timed_fits(timed: Any, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    (kind, unit, zone), (wanted, room, wanted_zone) = (one.groups() for one in timed)
    if kind.rstrip("3264") != wanted.rstrip("3264"):
        return False
    finer = unit == room or (unit in _UNITS and room in _UNITS[_UNITS.index(unit) :])
    if kind != "timestamp":
        return finer
    have, want = old.get("zone", ""), new.get("zone", "")
    if want == "any":
        return finer
    if have == "any":
        return False
    is_aware = have == "aware" or bool(zone)
    return finer and is_aware == (want == "aware" or bool(wanted_zone))


def rules_of(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yields the rules of a column's values: kind and limit."""
    for kind, limit in node.get("rules", ()):
        yield kind, tuple(map(constant, limit)) if isinstance(limit, list) else constant(limit)
