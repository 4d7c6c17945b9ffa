"""Unwraps entries as the database holds them: replaces our own forms by what they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import msgspec

from typedxcom.codecs.serde import AirflowReader, is_serialized
from typedxcom.codecs.text import read_text, write_text
from typedxcom.errors import DecodeError, EncodeError
from typedxcom.exchange.forms import is_form, text_in
from typedxcom.exchange.plain import ordered
from typedxcom.pointer import MARKER, is_pointer
from typedxcom.stored import StoredItems, format_of, read_any_table
from typedxcom.stored.access import SignedEntry, Stores

__all__ = ["TOO_DEEP", "OpenedValue", "for_reader", "open_value", "opened", "text_of"]

TOO_DEEP = "An XCom is nested too deeply to be read"
_TEXT = frozenset({str})
_DICT = frozenset({dict})
_SIGNS = (MARKER[:1], "_")  # how a key that marks a form begins, ours or Airflow's
_LEAVES = frozenset({str, int, float, bool, type(None)})


def text_of(entry: dict[str, Any], stores: Stores | None) -> bytes:
    """Returns the JSON text that *entry*, one of our own forms, stands for.

    Raises:
        DecodeError: It is damaged or newer, or what it points to is not JSON. A retry does not
            help.
        StoreError: The store refused. A retry may help.
    """
    if not is_pointer(entry):
        return text_in(entry)
    if stores is None:
        raise DecodeError("An XCom is a pointer to a store, but this reader has no store")
    return format_of(stores.pointer(entry)).text(entry, stores)


def opened(
    entry: Any, stores: Stores | None = None, *, airflow: AirflowReader | None = None
) -> Any:
    """Unwraps our own forms in an entry, at any depth, for a reader without a contract.

    Args:
        entry: The entry that was pulled.
        stores: The stores that pointers lead to. A table comes as a ``pyarrow.Table``.
        airflow: Reads Airflow's own forms, in an entry that Airflow did not read yet.

    Raises:
        DecodeError: It is marked as ours and is damaged or newer. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    try:
        return _opened(entry, stores, airflow)
    except RecursionError as error:
        raise DecodeError(TOO_DEEP) from error


def _opened(entry: Any, stores: Stores | None, airflow: AirflowReader | None) -> Any:
    if isinstance(entry, dict):
        if is_form(entry):
            return _object(entry, stores)
        if airflow is not None and is_serialized(entry):
            return airflow(entry)
        whole = ordered(entry) if MARKER in entry else entry
        return {key: _opened(inside, stores, airflow) for key, inside in whole.items()}
    if type(entry) in (list, tuple):
        return type(entry)(_opened(inside, stores, airflow) for inside in entry)
    if stores is not None and getattr(entry, "__typedxcom_slice__", False):
        return read_any_table(entry, stores)
    return entry


def for_reader(value: Any, stores: Stores | None, *, airflow: AirflowReader | None = None) -> Any:
    """Unwraps an argument for a body without an annotation. Raises errors as `opened` does.

    The outputs of a mapped task stay as lazy as in Airflow's own sequence.
    """
    if isinstance(value, StoredItems):
        return [opened(item, stores, airflow=airflow) for item in value[:]]
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes, list, tuple)):
        return OpenedEntries(value, stores, airflow)
    return opened(value, stores, airflow=airflow)


class OpenedEntries(Sequence[Any]):
    """The entries that a mapped task pushed. Each is unwrapped when somebody takes it."""

    def __init__(
        self, entries: Sequence[Any], stores: Stores | None, airflow: AirflowReader | None
    ) -> None:
        self._entries, self._stores, self._airflow = entries, stores, airflow

    def __getitem__(self, index: Any) -> Any:
        return opened(self._entries[index], self._stores, airflow=self._airflow)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return repr(self._entries)


def _object(entry: dict[str, Any], stores: Stores | None) -> Any:
    if stores is not None and is_pointer(entry):
        return format_of(stores.pointer(entry)).value(entry, stores)
    return read_text(text_of(entry, stores))


class OpenedValue:
    """A value whose own forms were unwrapped, and what was found on the way."""

    def __init__(self) -> None:
        self.value: Any = None
        self.texts = False  # JSON text is somewhere inside, as a msgspec.Raw
        self.foreign = False  # a Python object that is not JSON is somewhere inside
        self.serialized = False  # a value in Airflow's own form is somewhere inside

    def as_text(self) -> bytes:
        """Writes the whole value as JSON text, with each inner text in its place.

        Raises:
            EncodeError: It holds an object from the DAG file that is not JSON.
        """
        try:
            return msgspec.json.encode(self.value, enc_hook=_encode_foreign)
        except (UnicodeEncodeError, RecursionError):
            return write_text(_without_raw(self.value))
        except Exception as error:  # the user's own class may raise anything
            name = type(self.value).__name__
            raise EncodeError(f"`{name}` cannot be written as JSON: {str(error)[:200]}") from error


def open_value(value: Any, stores: Stores | None) -> OpenedValue:
    """Unwraps our own forms in *value*, at any depth, and fetches lazy sequences in one slice."""
    opened = OpenedValue()

    def visit(node: Any) -> Any:
        kind = type(node)
        if kind is dict or kind is SignedEntry:
            if MARKER in node:
                if is_form(node):
                    opened.texts = True
                    return _whole(text_of(node, stores))
                node = ordered(node)
            elif is_serialized(node):
                opened.serialized = True
            if not _TEXT.issuperset(map(type, node)):
                opened.foreign = True
            if _LEAVES.issuperset(map(type, node.values())):
                return dict(node)
            return {
                key: part if type(part) in _LEAVES else visit(part) for key, part in node.items()
            }
        if kind is list:
            if _LEAVES.issuperset(map(type, node)):
                return node[:]
            return list(map(dict.copy, node)) if _are_flat(node) else list(map(visit, node))
        if kind in _LEAVES:
            return node
        if kind is tuple:
            opened.foreign = True
            return tuple(visit(part) for part in node)
        if isinstance(node, Sequence) and not isinstance(
            node, (str, bytes, bytearray, tuple, list, range)
        ):
            return [visit(part) for part in _slice(node)]
        opened.foreign = True
        return node

    opened.value = visit(value)
    return opened


def _are_flat(nodes: list[Any]) -> bool:
    """Whether all are dicts of scalars, and surely none of them is in a form of ours or Airflow's.

    They are looked at together, so that the loops run in C.
    """
    if not _DICT.issuperset(map(type, nodes)):
        return False
    keys = set(chain.from_iterable(nodes))
    if not _TEXT.issuperset(map(type, keys)) or any(key[:1] in _SIGNS for key in keys):
        return False
    return _LEAVES.issuperset(map(type, chain.from_iterable(map(dict.values, nodes))))


def _whole(text: bytes) -> msgspec.Raw:
    """Returns *text* after proving that it is one JSON value: it cannot break out of its place."""
    try:
        return msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return msgspec.Raw(write_text(read_text(text)))


def _slice(sequence: Sequence[Any]) -> Sequence[Any]:
    """Fetches all of a lazy sequence: iterating Airflow's own makes a request for each item."""
    if not hasattr(sequence, "callables"):  # results of `map` would call them on the slice
        try:
            return sequence[:]
        except (TypeError, ValueError):  # results of `zip` and `concat` take single indexes only
            pass
    return [sequence[index] for index in range(len(sequence))]


def _encode_foreign(node: Any) -> Any:
    import pydantic_core

    return pydantic_core.to_jsonable_python(node, by_alias=False)


def _without_raw(node: Any) -> Any:
    if isinstance(node, msgspec.Raw):
        return read_text(bytes(node))
    if isinstance(node, dict):
        return {key: _without_raw(part) for key, part in node.items()}
    if isinstance(node, (list, tuple)):
        return [_without_raw(part) for part in node]
    return node
