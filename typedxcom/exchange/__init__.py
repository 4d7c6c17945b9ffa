"""Between a task's value and its XCom row: `dump` on one side, `load` on the other."""

from __future__ import annotations

import ast
import base64
from collections.abc import Callable
from typing import Any, TypeAlias

import msgspec

from typedxcom.codecs import ValueCodec
from typedxcom.codecs.base import Encoded
from typedxcom.codecs.serde import AirflowReader, by_annotation
from typedxcom.codecs.text import read_text, shape, write_text
from typedxcom.errors import CodecError, DecodeError, EncodeError, ValidationError
from typedxcom.exchange.forms import (
    NotPlain,
    about,
    envelope,
    is_envelope,
    plain,
    refuse_marker,
)
from typedxcom.exchange.unwrap import TOO_DEEP, Opened, open_value, opened, text_of
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import MARKER, is_pointer
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import Scalar, Schema, part
from typedxcom.settings import Settings
from typedxcom.stored import BYTES, JSON, StoredCodec
from typedxcom.stored.access import Placement, Stores

__all__ = [
    "AnyCodec",
    "dump",
    "dump_encoded",
    "dump_items",
    "dump_tree",
    "item",
    "load",
    "opened",
    "parse_rendered",
]

# A Python literal takes some 500 times its length in memory while it is read.
_MAX_LITERAL = 2**18
AnyCodec: TypeAlias = "ValueCodec | StoredCodec"


def dump(
    value: Any, codec: AnyCodec, *, settings: Settings, placement: Placement | None = None
) -> JsonValue:
    """Encode *value* for one XCom row.

    Args:
        value: What the task returned.
        codec: The codec of the contract that it was promised under.
        settings: Decide between plain form, text form and store.
        placement: Where what is large goes; without it everything stays in the row.

    Returns:
        Plain JSON, the text form of it, or a pointer (``docs/explanation/wire-format.md``).

    Raises:
        ValidationError: *value* breaks the contract. A retry does not help.
        EncodeError: It cannot be written so that it comes back. A retry does not help.
        ConfigurationError: It needs a store and there is none.
        StoreError: The store refused. A retry may help.
    """
    if isinstance(codec, StoredCodec):
        return codec.write(value, placement)
    encoded = codec.encode(value)
    return dump_encoded(encoded, codec.schema, settings=settings, placement=placement)


def _is_bytes(schema: Schema) -> bool:
    return isinstance(schema, Scalar) and schema.type is bytes


def dump_tree(
    tree: JsonValue, schema: Schema, *, settings: Settings, placement: Placement | None = None
) -> JsonValue:
    """The row form of JSON builtins."""
    return dump_encoded(Encoded.of(tree), schema, settings=settings, placement=placement)


def dump_encoded(
    encoded: Encoded, schema: Schema, *, settings: Settings, placement: Placement | None = None
) -> JsonValue:
    """The row form of JSON; arguments and errors as for `dump`."""
    text = encoded.text
    if placement is not None and settings.is_stored(len(text)):
        if _is_bytes(schema) and isinstance(encoded.tree, str):
            return BYTES.write(base64.b64decode(encoded.tree), placement)
        refuse_marker(text)
        line, schema_print = about(shape(text), len(text)), fingerprint(schema)
        return JSON.write(text, placement, about=line, schema=schema_print)
    if len(text) <= settings.threshold:
        try:
            return plain(schema, encoded)
        except NotPlain:
            pass
    return envelope(text)


def dump_items(
    tree: JsonValue,
    part_schema: Callable[[Any], Schema],
    *,
    settings: Settings,
    placement: Placement | None = None,
    keywords: bool = False,
) -> JsonValue:
    """The row form of a list or dict that something maps over: its length stays.

    Args:
        tree: JSON builtins of the whole.
        part_schema: The schema of the item at an index or key.
        settings: As for `dump`; the thresholds count for each item.
        placement: As for `dump`.
        keywords: Each item becomes keyword arguments, so it stays a dict of its own keys.

    Raises:
        EncodeError: A dict uses the key that marks our own forms.
    """

    def form(key: Any, item: JsonValue) -> JsonValue:
        schema = part_schema(key)
        if keywords and isinstance(item, dict):
            return _values(item, lambda name: part(schema, name), write)
        return write(item, schema)

    def write(item: JsonValue, schema: Schema) -> JsonValue:
        return dump_tree(item, schema, settings=settings, placement=placement)

    if isinstance(tree, dict):
        return _values(tree, part_schema, write)
    if isinstance(tree, (list, tuple)):
        return [form(index, item) for index, item in enumerate(tree)]
    return form(0, tree)


def _values(
    tree: dict[str, JsonValue],
    schema_of: Callable[[Any], Schema],
    write: Callable[[JsonValue, Schema], JsonValue],
) -> JsonValue:
    """A dict whose keys stay as they are, each value in its own form."""
    if MARKER in tree:
        raise EncodeError(f"The key {MARKER!r} is reserved for typedxcom. Rename the key.")
    return {key: write(item, schema_of(key)) for key, item in tree.items()}


def load(
    value: Any,
    codec: AnyCodec,
    *,
    stores: Stores | None = None,
    airflow: AirflowReader | None = None,
) -> Any:
    """The value that a reader gets for what Airflow hands to its parameter.

    Args:
        value: An XCom as it was pulled, a literal from the DAG file, or a container of both.
        codec: The codec of the reader's annotation, which alone decides the type.
        stores: Where pointers lead.
        airflow: What reads Airflow's own forms where the annotation says nothing; without it
            they are nothing but JSON.

    Raises:
        ValidationError: It does not fit the annotation. A retry does not help.
        DecodeError: It is marked as ours and is damaged or newer. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    try:
        return _load(value, codec, stores, airflow)
    except RecursionError as error:
        raise DecodeError(TOO_DEEP) from error


def _load(value: Any, codec: AnyCodec, stores: Stores | None, airflow: AirflowReader | None) -> Any:
    if isinstance(codec, StoredCodec):
        return codec.read(value, stores)
    if is_envelope(value):
        if _is_bytes(codec.schema) and is_pointer(value) and stores is not None:
            raw = opened(value, stores)
            return raw if isinstance(raw, bytes) else codec.decode_tree(raw)
        return codec.decode(text_of(value, stores))
    whole = open_value(value, stores)
    if whole.serialized and airflow is not None:
        return _load_serialized(whole, codec, airflow)
    if whole.texts:
        return codec.decode(whole.as_text())
    if whole.foreign:
        return _load_literal(whole, codec)
    return codec.decode_tree(whole.value)


def _load_serialized(whole: Opened, codec: ValueCodec, airflow: AirflowReader) -> Any:
    """What a task without a contract pushed; where the annotation is `Any`, Airflow's object."""
    made: list[Any] = []

    def read(node: Any) -> Any:
        made.append(airflow(node))
        return made[-1]

    whole.value = by_annotation(whole.value, codec.schema, read)
    if not made:
        return codec.decode(whole.as_text()) if whole.texts else codec.decode_tree(whole.value)
    return codec.decode(whole.as_text()) if whole.texts else codec.decode_mixed(whole.value)


def _load_literal(whole: Opened, codec: ValueCodec) -> Any:
    """A Python object from the DAG file, perhaps with JSON from an XCom beside it."""
    try:
        return codec.check(whole.value)
    except (ValidationError, EncodeError) as error:
        try:
            return codec.decode(whole.as_text())
        except (ValidationError, CodecError):
            raise error from error.__cause__


def item(value: Any, index: int, *, stores: Stores | None = None) -> Any:
    """One item of a row that holds a tuple, in the row form it came in.

    Raises:
        DecodeError: The row holds no list, or a shorter one.
    """
    tree = read_text(text_of(value, stores)) if is_envelope(value) else value
    if not isinstance(tree, (list, tuple)) or len(tree) <= index:
        raise DecodeError(f"An XCom that should hold a tuple has no item {index}")
    part = tree[index]
    return envelope(write_text(part)) if is_envelope(value) else part


def parse_rendered(text: str) -> Any:
    """What a string that Jinja rendered stands for: Jinja can only make strings.

    Returns:
        The JSON value that the text spells, or the Python literal up to 262,144 characters; else
        the text itself.
    """
    parsers = (msgspec.json.decode, ast.literal_eval)
    for parse in parsers if len(text) <= _MAX_LITERAL else parsers[:1]:
        try:
            return parse(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, msgspec.DecodeError):
            continue
    return text
