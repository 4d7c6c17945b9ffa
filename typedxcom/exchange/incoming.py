"""An entry on its way in: what a codec of values makes of it, by the reader's annotation."""

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
    """The value of an entry that is a text form or a pointer; errors as for `exchange.load`."""
    if is_bytes(codec.schema) and is_pointer(entry) and stores is not None:
        raw = opened(entry, stores)
        return raw if isinstance(raw, bytes) else codec.decode_tree(raw)
    return codec.decode(text_of(entry, stores))


def decode_plain(
    value: Any, codec: ValueCodec, stores: Stores | None, airflow: AirflowReader | None
) -> Any:
    """The value of plain JSON or a literal, perhaps with our own or Airflow's forms inside it."""
    whole = open_value(value, stores)
    if whole.serialized and airflow is not None:
        return _load_serialized(whole, codec, airflow)
    if whole.texts:
        return codec.decode(whole.as_text())
    if whole.foreign:
        return _load_literal(whole, codec)
    return codec.decode_tree(whole.value)


def _load_serialized(whole: OpenedValue, codec: ValueCodec, airflow: AirflowReader) -> Any:
    """What a task without a contract pushed; where the annotation is `Any`, Airflow's object."""
    made: list[Any] = []

    def read(node: Any) -> Any:
        made.append(airflow(node))
        return made[-1]

    whole.value = by_annotation(whole.value, codec.schema, read)
    if not made:
        return codec.decode(whole.as_text()) if whole.texts else codec.decode_tree(whole.value)
    return codec.decode(whole.as_text()) if whole.texts else codec.decode_mixed(whole.value)


def _load_literal(whole: OpenedValue, codec: ValueCodec) -> Any:
    """A Python object from the DAG file, perhaps with JSON from an XCom beside it."""
    try:
        return codec.check(whole.value)
    except (ValidationError, EncodeError) as error:
        try:
            return codec.decode(whole.as_text())
        except (ValidationError, CodecError):
            raise error from error.__cause__


def item(value: Any, index: int, *, stores: Stores | None = None) -> Any:
    """One item of an entry that holds a tuple, in the form that it came in.

    Raises:
        DecodeError: The entry holds no list, or a shorter one.
    """
    tree = read_text(text_of(value, stores)) if is_form(value) else value
    if not isinstance(tree, (list, tuple)) or len(tree) <= index:
        raise DecodeError(f"An XCom that should hold a tuple has no item {index}")
    part = tree[index]
    return text_form(write_text(part)) if is_form(value) else part
