"""What a reader without an annotation gets: the value that its upstream promised.

An entry is plain JSON, so a ``datetime`` is a text there. If the task that pushed it is known, its
contract says what the text is: a class of the DAG's own code, never a name in the data. If it is
not known, the reader gets the JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from typedxcom.airflow.raw import as_airflow, raw_entries
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.wiring.promised import part_promise
from typedxcom.codecs.serde import is_serialized
from typedxcom.contracts import Promise
from typedxcom.errors import EncodeError, ValidationError
from typedxcom.exchange import load
from typedxcom.exchange.forms import is_form
from typedxcom.exchange.unannotated import Unread
from typedxcom.exchange.unwrap import for_reader
from typedxcom.schema.nodes import SequenceOf, bare

__all__ = [
    "Output",
    "as_keywords",
    "as_unread",
    "as_unread_items",
    "as_value",
    "as_value_items",
]


@dataclass(frozen=True, slots=True)
class Output:
    """What was pulled for one reference.

    Attributes:
        entry: The entry, or those of a mapped task.
        promise: What one instance promised.
        is_many: Whether *entry* holds one entry for each instance.
        only_warns: Whether an entry that breaks the promise comes as it was pushed.
    """

    entry: Any
    promise: Promise
    is_many: bool = False
    only_warns: bool = False


def as_value(output: Output) -> Any:
    """The whole value.

    Raises:
        ValidationError, DecodeError: It is not what its task promises. No retry helps.
        StoreError: The store refused. A retry may help.
    """
    entry, promise = output.entry, output.promise
    if not promise.known or entry is None:
        return for_reader(entry, stores(), airflow=as_airflow)
    if not output.is_many:
        if output.only_warns and _holds_serialized(entry):
            return for_reader(entry, stores(), airflow=as_airflow)  # its own task broke the promise
        try:
            return load(entry, promise.codec, stores=stores(), airflow=as_airflow)
        except (ValidationError, EncodeError):
            if not output.only_warns:
                raise
            return for_reader(entry, stores(), airflow=as_airflow)
    each = EachEntry(entry, lambda _, one: as_value(replace(output, entry=one, is_many=False)))
    return each[:] if isinstance(entry, list) else each


def _holds_serialized(entry: Any) -> bool:
    """Whether *entry* has a value in Airflow's own form, so that its task broke its promise."""
    if isinstance(entry, dict):
        return is_serialized(entry) or any(map(_holds_serialized, entry.values()))
    return isinstance(entry, list) and any(map(_holds_serialized, entry))


def as_unread(output: Output) -> Unread:
    """The whole value, read just before the body runs."""
    return Unread(output.entry, lambda entry: as_value(replace(output, entry=entry)))


def as_unread_items(output: Output) -> Any:
    """What Airflow maps over. It takes one item, which is read just before the body runs."""
    return _items(output, as_unread)


def as_value_items(output: Output) -> Any:
    """What Airflow zips and chains: each item is read when it is taken."""
    return _items(output, as_value)


def as_keywords(output: Output, known: frozenset[str]) -> Any:
    """What ``expand_kwargs`` maps over: keywords with an annotation stay entries."""

    def keywords(one: Output) -> Any:
        entry = one.entry
        if not isinstance(entry, dict) or is_form(entry):
            return entry
        return {
            name: value if name in known else as_unread(_part_of(one, value, name))
            for name, value in entry.items()
        }

    return _items(output, keywords)


def _part_of(output: Output, entry: Any, key: Any) -> Output:
    return replace(output, entry=entry, promise=part_promise(output.promise, key))


def _items(output: Output, read: Callable[[Output], Any]) -> Any:
    entry, promise = output.entry, output.promise

    def make(entry: Any, promise: Promise) -> Any:
        return read(replace(output, entry=entry, promise=promise, is_many=False))

    if entry is None:
        return None
    if output.is_many:
        return EachEntry(entry, lambda _, one: make(one, promise))
    if is_form(entry):
        return as_value(output)
    parts = _parts(promise)
    if isinstance(entry, dict):
        return {key: make(one, parts(key)) for key, one in entry.items()}
    if not isinstance(entry, Sequence) or isinstance(entry, (str, bytes)):
        return entry  # Airflow says that it cannot be mapped over
    return EachEntry(entry, lambda index, one: make(one, parts(index)))


class EachEntry(Sequence[Any]):
    """A sequence of entries, each read when it is taken."""

    def __init__(self, entries: Sequence[Any], read: Callable[[int, Any], Any]) -> None:
        self._entries, self._read = entries, read

    def __getitem__(self, index: Any) -> Any:
        with raw_entries():
            found = self._entries[index]
            if not isinstance(index, slice):
                return self._read(index, found)
            numbers = (
                range(len(self._entries))[index] if index != slice(None) else range(len(found))
            )
            return [self._read(at, one) for at, one in zip(numbers, found, strict=True)]

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return repr(self._entries)


def _parts(promise: Promise) -> Callable[[Any], Promise]:
    """A function from index or key to the promise there. A list promises the same for all."""
    if isinstance(bare(promise.schema), SequenceOf):
        item = part_promise(promise, 0)
        return lambda key: item
    return lambda key: part_promise(promise, key)
