"""Plain JSON: the JSON of a value itself, if every database keeps it as it is.

Airflow's UI, REST, Jinja and other languages can read it. One thing may be added: JSONB and MySQL
sort the keys of an object, so a `dict` whose order would change carries its keys in order under
the marker. For example: ``{"b": 1, "a": 2, "$typedxcom": ["b", "a"]}``.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from typedxcom.codecs.base import Encoded
from typedxcom.codecs.text import read_text
from typedxcom.errors import DecodeError, EncodeError
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import MARKER
from typedxcom.schema.nodes import (
    UNKNOWN,
    EnumOf,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    members_of,
    peeled,
)
from typedxcom.settings import MAX_INLINE

__all__ = ["NotPlain", "bare_json", "ordered", "plain", "reserved_key"]

# Airflow's REST API and serde reject these keys: they use them themselves.
_RESERVED = frozenset({
    "__classname__", "__version__", "__data__", "__id__", "__cache__", "__type", "__source", "__var",
})  # fmt: skip
_MAX_DEPTH = 50  # other readers fail at a depth of 200, and the UI long before
_MAX_INT = 2**63
_MAX_FLOAT, _MIN_FLOAT = 1e16, 1e-100  # PostgreSQL returns 1e16 as an int
# ASCII JSON with one of these may need another form: NUL, surrogates, names that others reserve.
_ESCAPES = (b"\\u0000", b"\\ud", b"\\uD")
_MARK, _MARK_START, _DUNDER = f'"{MARKER}"'.encode(), MARKER[:1].encode(), b'"__'
# The same for numbers, if all digits are 0: an exponent, -0.0, 1e16 in full, 19 digits.
_SAME_DIGIT = bytes.maketrans(b"123456789E", b"000000000e")
_MANY = b"0" * 17
_Look = tuple[dict[str, Schema], bool, dict[str, Schema], bool]
_CONTAINERS = (SequenceOf, TupleOf, MappingOf, Record)  # none of them reads a number
_CALM = frozenset({str, bool, type(None)})  # types that are always plain in a text without these


class NotPlain(Exception):
    """Raised if some database would change a value that is stored as plain JSON."""


def plain(schema: Schema, encoded: Encoded) -> JsonValue:
    """Returns the tree of *encoded* so that every database keeps it, and the order of its dicts.

    Raises:
        NotPlain: Some database would change it.
        EncodeError: A dict uses the key that marks our own forms.
    """
    text = encoded.text
    is_calm = _is_calm(text)
    if is_calm and text[:1] in (b"{", b"[") and _keeps_numbers(text):
        try:
            made: JsonValue = msgspec.json.decode(text)  # the entry's own: marks go into it
            return _marked(schema, made, 0) if _may_need_marks(schema) else made
        except (msgspec.DecodeError, RecursionError):  # infinity, a deep nesting
            pass
    tree = encoded.tree
    if isinstance(tree, float) and tree.is_integer() and not _is_float(schema):
        raise NotPlain  # SQLite returns a top-level 3.0 as 3
    made = _plain(schema, tree, 0, is_calm=is_calm)
    return made


def _is_calm(text: bytes) -> bool:
    """Whether every database surely keeps each string in the JSON *text*.

    One byte is found quickest, and most texts do not have it.
    """
    if _DUNDER in text or (_MARK_START in text and _MARK in text):
        return False
    return b"\\" not in text or not any(sign in text for sign in _ESCAPES)


def _keeps_numbers(text: bytes) -> bool:
    """Whether every database surely keeps each number in the JSON *text*."""
    same = text.translate(_SAME_DIGIT)
    if b"0e" in same or b"-0.0" in same:
        return False
    return _MANY not in same or (_MANY + b"." not in same and _MANY + b"00" not in same)


def _may_need_marks(schema: Schema) -> bool:
    """Whether an order mark may be needed in a value, or whether its depth has no limit."""
    match peeled(schema):
        case Record() as record:
            return bool(_looked_at(record)[2])
        case Scalar() | EnumOf() | LiteralOf():
            return False
        case SequenceOf(item=item):
            return _may_need_marks(item)
        case UnionOf(members=members) if all(map(_holds_scalars, members)):
            return False
        case UnionOf(members=[some, none]) if str(none) == "None":
            return _may_need_marks(some)
    return True


def _holds_scalars(schema: Schema) -> bool:
    """Whether values are scalars, or records of nothing but scalars."""
    inner = peeled(schema)
    if isinstance(inner, Record):
        _, _, open_fields, has_scalars = _looked_at(inner)
        return has_scalars and not open_fields
    return isinstance(inner, (Scalar, EnumOf, LiteralOf))


def _marked(schema: Schema, tree: Any, depth: int) -> Any:
    """Adds the order marks to a tree whose texts and numbers every database keeps."""
    match peeled(schema):
        case Record() as record if type(tree) is dict:
            _, keeps_order, open_fields, _ = _looked_at(record)
            if not keeps_order:
                for key, part in open_fields.items():
                    if type(tree.get(key)) in (dict, list):
                        tree[key] = _marked(part, tree[key], depth + 1)
                return tree
        case SequenceOf(item=item) if type(tree) is list:
            return [_marked(item, one, depth + 1) for one in tree]
    return _plain(schema, tree, depth, is_calm=True)


def bare_json(schema: Schema, encoded: Encoded) -> JsonValue:
    """Returns the tree of *encoded* with nothing added: a task in another language reads it.

    A ``dict`` may lose the order of its keys, which other languages do not keep either.

    Raises:
        EncodeError: Some database would change it, or it is too large for an entry.
    """
    size = len(encoded.text)
    if size > MAX_INLINE:
        raise EncodeError(
            f"The value has {size:,} bytes of JSON, and a task in another language reads it, which "
            f"cannot open a store: at most {MAX_INLINE:,} bytes. Pass the address of a file instead"
        )
    try:
        _plain(schema, encoded.tree, 0, is_calm=False)
    except NotPlain:
        raise EncodeError(
            "A task in another language reads the value, and some database would change it: a "
            "number beyond 64 bits, a float like 1e16 or -0.0, a NUL, a reserved key, or more than "
            f"{_MAX_DEPTH} levels. Pass it as a `str` instead"
        ) from None
    tree: JsonValue = read_text(encoded.text)
    return tree


def _is_float(schema: Schema) -> bool:
    """Whether a reader gets a float, also if a database made an int of 3.0."""
    members = [peeled(one) for one in members_of(peeled(schema))]
    kinds = {one.type for one in members if isinstance(one, Scalar)}
    others = (one for one in members if not isinstance(one, Scalar))
    takes_no_int = kinds <= {float, str, type(None)}
    return float in kinds and takes_no_int and all(isinstance(one, _CONTAINERS) for one in others)


def _plain(schema: Schema, tree: Any, depth: int, *, is_calm: bool) -> Any:
    """Converts one part of a tree. In a calm text, no string needs to be checked."""
    if depth > _MAX_DEPTH:
        raise NotPlain
    if isinstance(tree, (list, tuple)):
        if is_calm and set(map(type, tree)) <= _CALM:
            return list(tree)
        items = zip(_items(schema, len(tree)), tree, strict=True)
        return [_plain(part, item, depth + 1, is_calm=is_calm) for part, item in items]
    if isinstance(tree, dict):
        return _plain_dict(schema, tree, depth, is_calm=is_calm)
    if not (is_calm and type(tree) in _CALM):
        _refuse_scalar(tree)
    return tree


def _refuse_scalar(value: Any) -> None:
    """Raises NotPlain if some database would change a text or a number."""
    if isinstance(value, str):
        _refuse_text(value)
    elif isinstance(value, float):
        size = abs(value)
        if (
            not size < _MAX_FLOAT
            or 0 < size < _MIN_FLOAT
            or (size == 0 and math.copysign(1, value) < 0)
        ):
            raise NotPlain
    elif isinstance(value, int) and not -_MAX_INT <= value < _MAX_INT:
        raise NotPlain


def _refuse_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:  # a lone surrogate
            raise NotPlain from None
    if "\x00" in text:
        raise NotPlain


def _plain_dict(
    schema: Schema, tree: dict[str, Any], depth: int, *, is_calm: bool
) -> dict[str, Any]:
    if not is_calm:
        if MARKER in tree:
            raise reserved_key()
        if not _RESERVED.isdisjoint(tree):
            raise NotPlain
        for key in tree:
            _refuse_text(key)
    fields, keeps_order = _fields(schema)
    made = {}
    for key, item in tree.items():
        kind = type(item)
        if not is_calm or not (
            kind in _CALM
            or (kind is int and -_MAX_INT <= item < _MAX_INT)
            or (kind is float and _MIN_FLOAT <= abs(item) < _MAX_FLOAT)
        ):
            part = fields.get(key) or fields.get("", UNKNOWN)
            item = _plain(part, item, depth + 1, is_calm=is_calm)
        made[key] = item
    if keeps_order and not _is_sorted(tree):
        made[MARKER] = list(tree)
    return made


def _is_sorted(tree: dict[str, Any]) -> bool:
    """Whether JSONB keeps the order: it sorts keys by length and then by bytes."""
    keys = [(len(raw), raw) for raw in map(str.encode, tree)]
    return keys == sorted(keys)


def _items(schema: Schema, count: int) -> list[Schema]:
    match peeled(schema):
        case SequenceOf(item=item):
            return [item] * count
        case TupleOf(items=items) if len(items) == count:
            return list(items)
        case UnionOf(members=members) if len(members) == 2 and str(members[-1]) == "None":
            return _items(members[0], count)
    return [UNKNOWN] * count


def _fields(schema: Schema) -> tuple[dict[str, Schema], bool]:
    """Returns the schema of each key (``""`` for any key), and whether the keys' order matters."""
    match peeled(schema):
        case Record() as record:
            return _looked_at(record)[:2]
        case MappingOf(value=value):
            return {"": value}, True
        case UnionOf(members=members):
            records = [one for one in members if isinstance(one, Record)]
            if len(records) == len(members) - 1 == 1 and str(members[-1]) == "None":
                return _fields(records[0])
            return {}, any(not isinstance(one, Scalar) and _fields(one)[1] for one in members)
    return {}, True


def _looked_at(record: Record) -> _Look:
    """Looks at the fields of a record, once.

    Returns:
        The schema of each key, whether their order matters, those that may need marks (all, if the
        order matters), and whether all values are scalars.
    """
    if record.wire:
        known: _Look = record.wire[0]
        return known
    fields = record.fields
    keeps_order = record.style == "model" and ("root" in fields or _has_extras(record.type))
    by_key = {part.key or name: part.schema for name, part in fields.items()}
    record.wire[:] = [(by_key, True, {"": UNKNOWN}, False)]  # for one inside of itself
    marked = {key: part for key, part in by_key.items() if keeps_order or _may_need_marks(part)}
    has_scalars = all(_is_scalar(part) for part in by_key.values())
    open_fields = {"": UNKNOWN, **marked} if keeps_order else marked
    record.wire[0] = made = (by_key, keeps_order, open_fields, has_scalars)
    return made


def _is_scalar(schema: Schema) -> bool:
    members = map(peeled, members_of(peeled(schema)))
    return all(isinstance(one, (Scalar, EnumOf, LiteralOf)) for one in members)


def _has_extras(model: Any) -> bool:
    """Whether instances of *model* keep undeclared fields, in their order."""
    return bool(model.model_config.get("extra") == "allow")


def reserved_key() -> EncodeError:
    """Returns the error for a dict that uses the key that marks our own forms."""
    return EncodeError(f"The key {MARKER!r} is reserved for typedxcom. Rename the key.")


def ordered(value: dict[str, Any]) -> dict[str, Any]:
    """Returns a plain dict with its keys in the order in which they were written, without the mark.

    Raises:
        DecodeError: The mark does not name the keys.
    """
    keys = value.get(MARKER)
    if not isinstance(keys, list):
        raise DecodeError(
            f"An XCom holds the reserved key {MARKER!r} with something that typedxcom never "
            "writes there"
        )
    rest = {key: item for key, item in value.items() if key != MARKER}
    if not all(isinstance(key, str) for key in keys) or sorted(keys) != sorted(rest):
        raise DecodeError("The order of keys in an XCom names other keys than it has")
    return {key: rest[key] for key in keys}
