"""Makes previews: JSON of texts and counts, filled until its bytes are used up."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from typedxcom.jsontypes import JsonValue
from typedxcom.preview.look import Seen
from typedxcom.preview.text import compact, visible
from typedxcom.preview.withheld import withheld_names, withholds_all
from typedxcom.schema.nodes import Alias, Record, Schema, TableOf, bare, children, walk

__all__ = ["MAX_BYTES", "make_preview", "without_names"]

MAX_BYTES = 2_000  # of JSON in a preview
_VERSION = 1
_NAME = 60  # characters of a name or a type
_READERS = 10
_STEPS = 12  # levels of a contract that are listed
_FOR_ROWS = 800  # bytes that the columns leave for rows
_COUNTS = 80  # bytes for the counts that are added at the end
_WIDTH = 30  # columns of a list's items


class _Filling:
    """A dict that accepts parts as long as bytes are left, and records whether it was cut."""

    def __init__(self, start: dict[str, Any]) -> None:
        self.made = start
        self._left = MAX_BYTES - len(msgspec.json.encode(start)) - _COUNTS

    def extend(self, name: str, parts: Iterable[Any], *, spare: int = 0) -> int:
        """Adds parts to the list *name* while more than *spare* bytes stay; returns how many."""
        self._left -= len(name) + len(',"":[]')
        taken: list[Any] = []
        for part in parts:
            size = len(msgspec.json.encode(part)) + 1
            if size > self._left - spare:
                self.made["cut"] = True
                break
            self._left -= size
            taken.append(part)
        if taken:
            self.made[name] = taken
        return len(taken)


def make_preview(
    schema: Schema,
    *,
    readers: Sequence[tuple[str, str, str]] = (),
    seen: Seen | None = None,
    items: Sequence[Any] = (),
) -> dict[str, JsonValue]:
    """Makes the preview that is pushed next to an entry.

    Args:
        schema: The contract of the value.
        readers: Task, parameter and type of each reader.
        seen: The result of a look at its table.
        items: The first items of a stored list or dict, as JSON builtins.

    Returns:
        At most `MAX_BYTES` bytes of JSON with short texts and counts, which every database keeps.
    """
    withheld = withheld_names(schema)
    is_secret = withholds_all(schema)
    start: dict[str, Any] = {"version": _VERSION, "type": visible(str(schema), 2 * _NAME)}
    if is_secret:
        start["withheld"] = True
    filling = _Filling(start)
    if withheld:
        filling.extend("withheld_names", (visible(name, _NAME) for name in sorted(withheld)))
    texts = ([visible(part, _NAME) for part in one] for one in readers[:_READERS])
    filling.extend("readers", texts)
    if seen is not None:
        _fill_table(filling, schema, seen, withheld, is_secret=is_secret)
    else:
        filling.extend("tree", _tree(schema), spare=_FOR_ROWS if items else 0)
        if items and not is_secret:
            _fill_items(filling, schema, items, withheld)
    return filling.made


def _fill_table(
    filling: _Filling, schema: Schema, seen: Seen, withheld: frozenset[str], *, is_secret: bool
) -> None:
    """Adds columns as name, type, nulls, least and greatest value, then rows of these columns."""
    types = _column_types(schema)
    shown = [not is_secret and name not in withheld for name, _ in seen.columns]
    ranges: Iterable[Any] = seen.ranges or itertools.repeat(None)
    columns = (
        [
            visible(name, _NAME),
            visible(types.get(name, kind), _NAME),
            nulls,
            *((found or ()) if is_shown else ()),
        ]
        for (name, kind), nulls, found, is_shown in zip(
            seen.columns, seen.nulls, ranges, shown, strict=False
        )
    )
    count = filling.extend("columns", columns, spare=_FOR_ROWS if seen.rows else 0)
    filling.made["width"] = len(seen.columns)
    if seen.measured < seen.total and seen.ranges:
        filling.made["measured"] = seen.measured
    if is_secret:
        return
    rows = (
        [text if is_shown else False for text, is_shown in zip(line, shown, strict=True)][:count]
        for line in seen.rows
    )
    filling.extend("rows", rows)


def _column_types(schema: Schema) -> dict[str, str]:
    """Maps each column to its type in the contract."""
    rows = (node.row for _, node in walk(schema) if isinstance(node, TableOf))
    row = next(rows, None)
    if not isinstance(row, Record):
        return {}
    return {part.key or name: str(part.schema) for name, part in row.fields.items()}


def _fill_items(
    filling: _Filling, schema: Schema, items: Sequence[Any], withheld: frozenset[str]
) -> None:
    """Adds the first items as rows. Records have a column for each field."""
    if not isinstance(items[0], Mapping):
        filling.extend("rows", ([compact(without_names(item, withheld))] for item in items))
        return
    names = [*items[0]][:_WIDTH]
    count = filling.extend("names", (visible(name, _NAME) for name in names), spare=_FOR_ROWS)
    rows = (
        [
            False if name in withheld else compact(without_names(item.get(name), withheld))
            for name in names[:count]
        ]
        for item in items
        if isinstance(item, Mapping)
    )
    filling.extend("rows", rows)


def without_names(tree: Any, withheld: frozenset[str]) -> Any:
    """Removes the values of the keys in *withheld* from JSON builtins."""
    if not withheld:
        return tree
    if isinstance(tree, Mapping):
        return {
            key: "(withheld)" if key in withheld else without_names(part, withheld)
            for key, part in tree.items()
        }
    return (
        [without_names(part, withheld) for part in tree]
        if isinstance(tree, (list, tuple))
        else tree
    )


def _tree(schema: Schema) -> Iterator[list[Any]]:
    """Yields depth, name and type of each field of a contract. A class comes only once."""
    seen: set[int] = set()

    def lines(node: Schema, depth: int, steps: int) -> Iterator[list[Any]]:
        node = bare(node)
        if isinstance(node, (Record, Alias)):
            if id(node) in seen:
                return
            seen.add(id(node))
        if not isinstance(node, Record):
            for _, part in children(node) if steps < _STEPS else ():
                yield from lines(part, depth, steps + 1)
            return
        for name, field in node.fields.items():
            need = "" if field.required else "?"
            yield [depth, visible(name, _NAME) + need, visible(str(field.schema), _NAME)]
            yield from lines(field.schema, depth + 1, steps + 1)

    yield from lines(schema, 0, 0)
