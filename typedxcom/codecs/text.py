"""JSON text without gaps: it also has NaN, integers of any size, deep nesting, lone surrogates."""

from __future__ import annotations

import contextlib
import json
import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from typedxcom.codecs.collector import PART, seldom_collected
from typedxcom.errors import DecodeError, EncodeError, shorten
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import MARKER

__all__ = [
    "as_ascii",
    "has_too_large_float",
    "list_parts",
    "long_int",
    "quick_tree",
    "read_text",
    "shape",
    "write_text",
]

# All digits are replaced by 0 before the search, which then runs at the speed of memory.
_SAME_DIGIT = bytes.maketrans(b"123456789E", b"000000000e")
_SUSPECTS = (b"e000", b"e+000", b"0" * 300)
_LARGE_FLOAT = re.compile(
    rb"(?:^|[\[:,\s])(-?[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{3,}|-?[0-9]{300,}\.[0-9]+(?:[eE][+-]?[0-9]+)?)"
)


_MAX_BITS = 10_000  # of an int in a message about an int that is too long
_MARK = f'"{MARKER}"'
_BEYOND_ASCII = re.compile("[^\\x00-\\x7f]+")


def write_text(tree: JsonValue) -> bytes:
    """Writes *tree* as ASCII JSON, with the constants NaN and Infinity if it contains them.

    Raises:
        EncodeError: It is nested too deeply, holds itself, or holds an int of thousands of digits.
    """
    import pydantic_core

    try:
        text = pydantic_core.to_json(tree, inf_nan_mode="constants")
    except (ValueError, pydantic_core.PydanticSerializationError):
        text = b""  # too deep, or a lone surrogate: only the standard library writes those
    if text and text.isascii():
        return text
    try:
        return json.dumps(tree, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        found = long_int(tree) if "digits" in str(error) else ""
        raise EncodeError(found or f"Value cannot be written as JSON text: {error}") from error


def long_int(tree: JsonValue) -> str:
    """Writes a sentence about an int in *tree* that Python cannot print; empty if there is none."""
    todo: list[tuple[str, Any]] = [("$", tree)]
    while todo:
        path, here = todo.pop()
        if isinstance(here, int) and here.bit_length() > _MAX_BITS:
            return f"An int of thousands of digits cannot be written as JSON - at `{path}`. Pass its hex()"
        if isinstance(here, dict):
            todo.extend((f"{path}[{shorten(key)}]", part) for key, part in here.items())
        elif isinstance(here, (list, tuple)):
            todo.extend((f"{path}[{index}]", part) for index, part in enumerate(here))
    return ""


def as_ascii(text: bytes) -> bytes:
    """Escapes JSON *text* to ASCII. Only strings can contain other characters."""
    if text.isascii():
        return text
    return _BEYOND_ASCII.sub(_escaped, text.decode()).encode("ascii")


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def quick_tree(text: bytes) -> Any:
    """Reads text that we wrote. Only deep nesting and large numbers need the slow reader."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return read_text(text)


def list_parts(value: Any, text: bytes) -> Iterator[tuple[Any, bytes]]:
    """Yields parts of a long list, each with its JSON; a short list is one part.

    What is read of a part is gone before the next one is read. All at once, Python's garbage
    collector would walk through it again and again; until all parts are read, it runs seldom.
    """
    items: list[msgspec.Raw] = []
    if type(value) is list and len(value) > PART:
        with contextlib.suppress(msgspec.DecodeError, RecursionError):
            items = msgspec.json.decode(text, type=list[msgspec.Raw])
    if not items or len(items) != len(value):
        yield value, text
        return
    with seldom_collected():
        for start in range(0, len(items), PART):
            part = slice(start, start + PART)
            yield value[part], b"[%b]" % b",".join(items[part])


def shape(text: bytes) -> Any:
    """Reads only the outermost level of *text*: enough to know its kind and length."""
    try:
        kind = {b"[": list[msgspec.Raw], b"{": dict[str, msgspec.Raw]}.get(text[:1], Any)
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, RecursionError):
        return read_text(text)


def read_text(text: str | bytes) -> Any:
    """Reads the tree in *text*.

    Raises:
        DecodeError: Python cannot read it as JSON, or it contains forms of ours and an object with
            the same key twice.
    """
    try:
        if isinstance(text, bytes):  # json would guess at UTF-16 and UTF-32
            text = text.decode("utf-8", "surrogatepass")
        # This takes three times as long, so it runs only if one of our own forms may be inside.
        hook = _unique if _MARK in text else None
        return json.loads(text, parse_float=_read_float, object_pairs_hook=hook)
    except RecursionError as error:
        raise DecodeError("The JSON of an XCom is nested too deeply to be read") from error
    except ValueError as error:
        raise DecodeError(f"An XCom that should hold JSON text does not: {error}") from error


def has_too_large_float(text: bytes) -> bool:
    """Whether a number in *text* is too large for a float: pydantic would read infinity."""
    same = text.translate(_SAME_DIGIT)
    # In a text of many digits, a search from the right is several times quicker.
    if all(same.rfind(suspect) < 0 for suspect in _SUSPECTS):
        return False
    return any(math.isinf(float(found)) for found in _LARGE_FLOAT.findall(text))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Makes a dict of *pairs*. Rejects a repeated key, which two readers may read differently."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("an object names a key twice")
    return found


def _read_float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:20]} is too large for a float")
    return number
