"""Decodes an entry on its way in, with the codec of the reader's annotation."""

from __future__ import annotations

from typing import Any

from typedxcom.codecs import ValueCodec
from typedxcom.codecs.serde import AirflowReader, by_annotation
from typedxcom.codecs.text import read_text, write_text
from typedxcom.errors import CodecError, DecodeError, EncodeError, ValidationError
from typedxcom.exchange.forms import is_bytes, is_form, text_form
from typedxcom.exchange.unwrap import OpenedValue, open_value, opened, text_of
from typedxcom.pointer import is_pointer
from typedxcom.stored.access import Stores

__all__ = ["decode_form", "decode_plain", "item"]


def decode_form(entry: dict[str, Any], codec: ValueCodec, stores: Stores | None) -> Any:
    """Decodes a text form or a pointer. Raises errors as `exchange.load` does."""
    if is_bytes(codec.schema) and is_pointer(entry) and stores is not None:
        raw = opened(entry, stores)
        return raw if isinstance(raw, bytes) else codec.decode_tree(raw)
    return codec.decode(text_of(entry, stores))


def decode_plain(
    value: Any, codec: ValueCodec, stores: Stores | None, airflow: AirflowReader | None
) -> Any:
    """Decodes plain JSON or a literal, perhaps with our own or Airflow's forms inside."""
    whole = open_value(value, stores)
    if whole.serialized and airflow is not None:
        return _load_serialized(whole, codec, airflow)
    if whole.texts:
        return codec.decode(whole.as_text())
    if whole.foreign:
        return _load_literal(whole, codec)
    return codec.decode_tree(whole.value)


def _load_serialized(whole: OpenedValue, codec: ValueCodec, airflow: AirflowReader) -> Any:
    """Decodes what a task without a contract pushed; for the annotation `Any`, as Airflow does."""
    made: list[Any] = []

    def read(node: Any) -> Any:
        made.append(airflow(node))
        return made[-1]

    whole.value = by_annotation(whole.value, codec.schema, read)
    if not made:
        return codec.decode(whole.as_text()) if whole.texts else codec.decode_tree(whole.value)
    return codec.decode(whole.as_text()) if whole.texts else codec.decode_mixed(whole.value)


def _load_literal(whole: OpenedValue, codec: ValueCodec) -> Any:
    """Validates a Python object from the DAG file, which may contain JSON from an XCom."""
    try:
        return codec.check(whole.value)
    except (ValidationError, EncodeError) as error:
        try:
            return codec.decode(whole.as_text())
        except (ValidationError, CodecError):
            raise error from error.__cause__


def item(value: Any, index: int, *, stores: Stores | None = None) -> Any:
    """Returns one item of an entry that holds a tuple, in the form in which it came.

    Raises:
        DecodeError: The entry does not hold a list, or the list is too short.
    """
    tree = read_text(text_of(value, stores)) if is_form(value) else value
    if not isinstance(tree, (list, tuple)) or len(tree) <= index:
        raise DecodeError(f"An XCom that should hold a tuple has no item {index}")
    part = tree[index]
    return text_form(write_text(part)) if is_form(value) else part
