"""Converts between a task's value and its XCom's entry: `dump` writes, `load` reads.

Each of them shows the whole way in a few lines. The other modules hold the steps.
"""

from __future__ import annotations

from typing import Any

from typedxcom.codecs.serde import AirflowReader
from typedxcom.errors import DecodeError, ValidationError
from typedxcom.exchange.forms import is_form
from typedxcom.exchange.incoming import decode_form, decode_plain
from typedxcom.exchange.outgoing import EncodedValue, Outgoing, StoredValue
from typedxcom.exchange.unwrap import TOO_DEEP, opened
from typedxcom.jsontypes import JsonValue
from typedxcom.settings import Settings
from typedxcom.stored import AnyCodec, StoredCodec
from typedxcom.stored.access import Placement, Stores

__all__ = ["AnyCodec", "Outgoing", "dump", "load", "opened", "outgoing"]


def dump(
    value: Any, codec: AnyCodec, *, settings: Settings, placement: Placement | None = None
) -> JsonValue:
    """Encodes *value* for one XCom.

    Args:
        value: The task's result.
        codec: The codec of the task's contract.
        settings: Decide between plain JSON, text form and store.
        placement: Where large values go. Without it, everything stays in the entry.

    Returns:
        Plain JSON, the text form of it, or a pointer (``docs/explanation/wire-format.md``).

    Raises:
        ValidationError: *value* breaks the contract. A retry does not help.
        EncodeError: It would not come back from JSON as it is. A retry does not help.
        ConfigurationError: It needs a store, and there is no store.
        StoreError: The store refused. A retry may help.
    """
    return outgoing(value, codec, settings=settings).entry(placement)


def outgoing(value: Any, codec: AnyCodec, *, settings: Settings) -> Outgoing:
    """Encodes *value* for callers that need several entries of it. Raises errors as `dump` does."""
    if isinstance(codec, StoredCodec):
        return StoredValue(value, codec)
    return EncodedValue(codec.encode(value), codec.schema, settings)


def load(
    value: Any,
    codec: AnyCodec,
    *,
    stores: Stores | None = None,
    airflow: AirflowReader | None = None,
    upcasting: bool = True,
) -> Any:
    """Reads the value that Airflow hands to a parameter.

    Args:
        value: An XCom as it was pulled, a literal from the DAG file, or a container of both.
        codec: The codec of the reader's annotation, which alone decides the type.
        stores: The stores that pointers lead to.
        airflow: Reads Airflow's own forms if there is no annotation for them. Without it, these
            forms count as plain JSON.
        upcasting: Whether the user's upcasters may read a value that the annotation refuses. They
            run on workers only, so the check of a DAG file says no.

    Raises:
        ValidationError: It does not fit the annotation. A retry does not help.
        DecodeError: It is marked as ours and is damaged or newer. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    try:
        if isinstance(codec, StoredCodec):
            return codec.read(value, stores)
        if is_form(value):
            return decode_form(value, codec, stores)
        return decode_plain(value, codec, stores, airflow)
    except ValidationError:
        found = _upcasted(value, codec, stores) if upcasting else None
        if found is None:
            raise
        return found[0]
    except RecursionError as error:
        raise DecodeError(TOO_DEEP) from error


def _upcasted(value: Any, codec: AnyCodec, stores: Stores | None) -> tuple[Any] | None:
    from typedxcom.exchange.upcasting import upcasted  # only a refused value needs it

    return upcasted(value, codec, stores)
