"""Wire form 1, inline: plain JSON where every database keeps it, one ASCII text where not.

Plain is the JSON of the value itself: Airflow's UI, REST, Jinja and other languages read it. Two
things are added to what a plain value can say:

* JSONB and MySQL sort the keys of an object. A `dict` whose order would change carries its keys in
  order under the marker: ``{"b": 1, "a": 2, "$typedxcom": ["b", "a"]}``.
* A value that some database would change, or that is too large to be walked at every hop, is one
  string: ``{"$typedxcom": 1, "about": "...", "json": "..."}``.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

from typedxcom.codecs.text import quick_tree, shape
from typedxcom.errors import DecodeError, EncodeError, shorten
from typedxcom.jsontypes import JsonValue
from typedxcom.schema.nodes import (
    UNKNOWN,
    Alias,
    Constrained,
    MappingOf,
    Named,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
)

__all__ = [
    "MARKER",
    "VERSION",
    "NotPlain",
    "about",
    "envelope",
    "envelope_text",
    "is_envelope",
    "ordered",
    "plain",
    "refuse_marker",
]

MARKER = "$typedxcom"
VERSION = 1
# Refused by Airflow's REST API and serde as names of their own.
_RESERVED = frozenset({
    "__classname__", "__version__", "__data__", "__id__", "__cache__", "__type", "__source", "__var",
})  # fmt: skip
_MAX_DEPTH = 50  # stock consumers fail on a nesting of 200, and the UI long before
_MAX_INT = 2**63
_MAX_FLOAT, _MIN_FLOAT = 1e16, 1e-100  # PostgreSQL gives 1e16 back as an int


class NotPlain(Exception):
    """This value does not survive every database as plain JSON."""


def plain(schema: Schema, tree: JsonValue) -> JsonValue:
    """*tree* as a row can hold it for every database, with the order of its dicts.

    Raises:
        NotPlain: Some database would change it.
        EncodeError: A dict uses the key that marks our own forms.
    """
    if isinstance(tree, float) and tree.is_integer() and not _is_float(schema):
        raise NotPlain  # SQLite gives a top-level 3.0 back as 3
    made: JsonValue = _plain(schema, tree, 0)
    return made


def _is_float(schema: Schema) -> bool:
    match schema:
        case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
            return _is_float(inner)
        case Scalar(type=kind):
            return kind is float
        case UnionOf(members=members):
            return not any(isinstance(one, Scalar) and one.type is int for one in members) and any(
                map(_is_float, members)
            )
    return False


def _plain(schema: Schema, tree: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise NotPlain
    if isinstance(tree, str):
        if not tree.isascii():
            _refuse_surrogates(tree)
        if "\x00" in tree:
            raise NotPlain
    elif isinstance(tree, float):
        size = abs(tree)
        if (
            not size < _MAX_FLOAT
            or 0 < size < _MIN_FLOAT
            or (size == 0 and math.copysign(1, tree) < 0)
        ):
            raise NotPlain
    elif isinstance(tree, int):
        if not -_MAX_INT <= tree < _MAX_INT:
            raise NotPlain
    elif isinstance(tree, (list, tuple)):
        return [
            _plain(part, item, depth + 1)
            for part, item in zip(_items(schema, len(tree)), tree, strict=True)
        ]
    elif isinstance(tree, dict):
        return _plain_dict(schema, tree, depth)
    return tree


def _plain_dict(schema: Schema, tree: dict[str, Any], depth: int) -> dict[str, Any]:
    if MARKER in tree:
        raise EncodeError(f"The key {MARKER!r} is reserved for typedxcom. Rename the key.")
    if not _RESERVED.isdisjoint(tree):
        raise NotPlain
    for key in tree:
        if "\x00" in key or not key.isascii():
            _refuse_surrogates(key)
            if "\x00" in key:
                raise NotPlain
    fields, keeps_order = _fields(schema)
    made = {
        key: _plain(fields.get(key, fields.get("", UNKNOWN)), item, depth + 1)
        for key, item in tree.items()
    }
    if keeps_order and not _is_sorted(tree):
        made[MARKER] = list(tree)
    return made


def _refuse_surrogates(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotPlain from None


def _is_sorted(tree: dict[str, Any]) -> bool:
    """Whether JSONB, which sorts keys by length and then by bytes, keeps the order."""
    keys = [(len(raw), raw) for raw in map(str.encode, tree)]
    return all(one <= other for one, other in itertools.pairwise(keys))


def _items(schema: Schema, count: int) -> list[Schema]:
    match schema:
        case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
            return _items(inner, count)
        case SequenceOf(item=item):
            return [item] * count
        case TupleOf(items=items) if len(items) == count:
            return list(items)
        case UnionOf(members=members) if len(members) == 2 and str(members[-1]) == "None":
            return _items(members[0], count)
    return [UNKNOWN] * count


def _fields(schema: Schema) -> tuple[dict[str, Schema], bool]:
    """The schema of each key (``""`` for any key), and whether the order of keys means anything."""
    match schema:
        case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
            return _fields(inner)
        case Record(fields=fields, style=style):
            keeps_order = style == "model" and ("root" in fields or _has_extras(schema.type))
            return {part.key or name: part.schema for name, part in fields.items()}, keeps_order
        case MappingOf(value=value):
            return {"": value}, True
        case UnionOf(members=members):
            records = [one for one in members if isinstance(one, Record)]
            if len(records) == len(members) - 1 == 1 and str(members[-1]) == "None":
                return _fields(records[0])
            return {}, any(not isinstance(one, Scalar) and _fields(one)[1] for one in members)
    return {}, True


def _has_extras(model: Any) -> bool:
    """Whether an instance of *model* keeps fields that it does not declare, in their order."""
    return bool(model.model_config.get("extra") == "allow")


def envelope(text: bytes) -> dict[str, JsonValue]:
    """The text form of a value.

    Raises:
        EncodeError: A dict in it uses the key that marks our own forms.
    """
    refuse_marker(text)
    told = f"{about(shape(text), len(text))} as JSON text"
    return {MARKER: VERSION, "about": told, "json": text.decode("ascii")}


def refuse_marker(text: bytes) -> None:
    """Raise EncodeError where a dict in the JSON *text* uses our own key."""
    if b'"' + MARKER.encode() + b'"' in text and _uses_marker(quick_tree(text)):
        raise EncodeError(f"The key {MARKER!r} is reserved for typedxcom. Rename the key.")


def _uses_marker(tree: Any) -> bool:
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            if MARKER in node:
                return True
            todo.extend(node.values())
        elif isinstance(node, (list, tuple)):
            todo.extend(node)
    return False


def about(tree: Any, size: int) -> str:
    """One line for the people who look at the row; *size* is bytes of JSON."""
    match tree:
        case dict():
            kind = f"object of {len(tree):,} keys"
        case list() | tuple():
            kind = f"list of {len(tree):,}"
        case str():
            kind = "text"
        case _:
            kind = "number"
    amount = f"{size:,} bytes" if size < 1000 else f"{size / 1000:,.1f} kB"
    return f"{kind}, {amount}"


def is_envelope(value: Any) -> bool:
    """Whether *value* is a form of ours that stands for another value."""
    return isinstance(value, dict) and isinstance(value.get(MARKER), int)


def envelope_text(value: dict[str, Any]) -> bytes:
    """The JSON text inside an envelope.

    Raises:
        DecodeError: It is of a newer version, or not an envelope at all.
    """
    version, text = value[MARKER], value.get("json")
    if isinstance(version, bool) or version < 1:
        raise DecodeError(
            f"An XCom is marked {MARKER!r} with the version {shorten(version)}, which never was"
        )
    if version > VERSION:
        raise DecodeError(
            f"An XCom was written in wire form {shorten(version)}, and this typedxcom reads up to {VERSION}. "
            "Upgrade typedxcom where this task runs."
        )
    if not isinstance(text, str):
        raise DecodeError(f"An XCom is marked {MARKER!r} but holds no JSON text")
    return text.encode("utf-8", "surrogatepass")


def ordered(value: dict[str, Any]) -> dict[str, Any]:
    """A plain dict with its keys as they were written, without the mark.

    Raises:
        DecodeError: The mark does not name the keys.
    """
    keys = value.get(MARKER)
    if not isinstance(keys, list):
        raise DecodeError(
            f"An XCom holds the reserved key {MARKER!r} with something that is no mark"
        )
    rest = {key: item for key, item in value.items() if key != MARKER}
    if not all(isinstance(key, str) for key in keys) or sorted(keys) != sorted(rest):
        raise DecodeError("The order of keys in an XCom names other keys than it has")
    return {key: rest[key] for key in keys}
