"""The form of an entry: plain JSON, one JSON text, or a pointer to a store.

Some values would be changed by a database, or are so large that walking through them at every hop
takes long. They become one ASCII string: ``{"is": "...", "$typedxcom": 1, "json": "..."}``. This is
the text form. Even larger values go to a store.
"""

from __future__ import annotations

import base64
from typing import Any

from typedxcom.codecs.base import Encoded
from typedxcom.codecs.text import quick_tree, shape
from typedxcom.errors import DecodeError, shorten
from typedxcom.exchange.plain import NotPlain, bare_json, plain, reserved_key
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import LINE, MARKER, VERSION
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import UNKNOWN, Scalar, Schema
from typedxcom.settings import Settings
from typedxcom.sizes import amount
from typedxcom.stored import BYTES, JSON
from typedxcom.stored.access import Placement
from typedxcom.stored.base import typed_line

__all__ = ["about", "in_form", "is_bytes", "is_form", "text_form", "text_in"]

_SIGN = f'"{MARKER}"'.encode()


def in_form(
    encoded: Encoded, schema: Schema, *, settings: Settings, placement: Placement | None = None
) -> JsonValue:
    """Makes the entry of a value. This is the one place that chooses between the three forms.

    Args:
        encoded: The JSON that a codec wrote.
        schema: The schema that it was written with.
        settings: The thresholds.
        placement: Where large values go. Without it, everything stays in the entry.

    Raises:
        EncodeError: A dict in it uses the key that marks our own forms. Or it must stay in the
            entry, and cannot.
        StoreError: The store refused. A retry may help.
    """
    size = len(encoded.text)
    if settings.inline:
        return bare_json(schema, encoded)
    if placement is not None and settings.is_stored(size):
        return _stored(encoded, schema, placement)
    if settings.is_plain(size):
        try:
            return plain(schema, encoded)
        except NotPlain:
            pass
    return text_form(encoded.text, schema, count=encoded.count)


def _stored(encoded: Encoded, schema: Schema, placement: Placement) -> JsonValue:
    if is_bytes(schema) and isinstance(encoded.tree, str):
        return BYTES.write(base64.b64decode(encoded.tree), placement)
    text = encoded.text
    _refuse_marker(text)
    line = typed_line(schema, _line(encoded.count, text))
    return JSON.write(text, placement, about=line, schema=fingerprint(schema))


def is_bytes(schema: Schema) -> bool:
    """Whether *schema* is just `bytes`, which a store keeps as they are."""
    return isinstance(schema, Scalar) and schema.type is bytes


def text_form(
    text: bytes, schema: Schema = UNKNOWN, *, count: int | None = None
) -> dict[str, JsonValue]:
    """Returns the text form of a value.

    Args:
        text: Its JSON, in ASCII.
        schema: The schema that it was written with.
        count: How many items it has, if it is known to be an array.

    Raises:
        EncodeError: A dict in it uses the key that marks our own forms.
    """
    _refuse_marker(text)
    line = typed_line(schema, f"{_line(count, text)} as JSON text")
    return {LINE: line, MARKER: VERSION, "json": text.decode("ascii")}


def _refuse_marker(text: bytes) -> None:
    """Raises EncodeError if a dict in the JSON *text* uses our own key."""
    # Most texts have none of the mark's first character, which is found at the speed of memory.
    if _SIGN[1:2] in text and _SIGN in text and _uses_marker(quick_tree(text)):
        raise reserved_key()


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


def _line(count: int | None, text: bytes) -> str:
    """Writes the line for people about JSON *text*, which is only read if its kind is not known."""
    return about(shape(text) if count is None else range(count), len(text))


def about(tree: Any, size: int) -> str:
    """Writes one line for people who look at the entry; *size* is in bytes of JSON."""
    match tree:
        case dict():
            kind = f"object of {len(tree):,} keys"
        case list() | tuple() | range():
            kind = f"list of {len(tree):,}"
        case str():
            kind = "text"
        case _:
            kind = "number"
    return f"{kind}, {amount(size)}"


def is_form(value: Any) -> bool:
    """Whether *value* is one of our own forms, which stands for another value."""
    return isinstance(value, dict) and isinstance(value.get(MARKER), int)


def text_in(value: dict[str, Any]) -> bytes:
    """Returns the JSON text inside a text form.

    Raises:
        DecodeError: It has a newer version, or is not a text form at all.
    """
    version, text = value[MARKER], value.get("json")
    if isinstance(version, bool) or version < 1:
        raise DecodeError(
            f"An XCom is marked {MARKER!r} with the version {shorten(version)}, which does not "
            "exist"
        )
    if version > VERSION:
        raise DecodeError(
            f"An XCom was written in wire form {shorten(version)}, but this typedxcom reads only "
            f"up to {VERSION}. "
            "Upgrade typedxcom where this task runs."
        )
    if not isinstance(text, str):
        raise DecodeError(f"An XCom is marked {MARKER!r} but holds no JSON text")
    return text.encode("utf-8", "surrogatepass")
