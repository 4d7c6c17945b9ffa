"""A result on its way out: encoded once, for the entry of the whole and for those of its parts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from typedxcom.codecs.base import Encoded
from typedxcom.exchange.forms import in_form
from typedxcom.exchange.plain import reserved_key
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import MARKER
from typedxcom.schema.nodes import Schema, part
from typedxcom.settings import Settings
from typedxcom.stored import StoredCodec
from typedxcom.stored.access import Placement

__all__ = ["EncodedValue", "Outgoing", "StoredValue", "dump_items"]


class Outgoing(ABC):
    """A value that is about to be pushed."""

    __slots__ = ()

    @abstractmethod
    def check(self) -> None:
        """Raise as `exchange.dump` does where the value breaks its contract; nothing is stored."""

    @abstractmethod
    def entry(self, placement: Placement | None) -> JsonValue:
        """The entry of the whole; errors as for `exchange.dump`."""

    @abstractmethod
    def items_entry(
        self, placement: Placement | None, *, keywords: bool, in_place: bool
    ) -> JsonValue:
        """As `entry`, for a list or dict that something maps over: its length stays.

        Args:
            placement: Where large items go.
            keywords: Whether each item becomes keyword arguments.
            in_place: Whether JSON stays in the entry: our XCom backend makes one object of it.
        """

    @abstractmethod
    def keys(self) -> Mapping[str, Any] | None:
        """What can be pushed key by key; None where the value is no dict.

        Raises:
            EncodeError: A key is the one that marks our own forms.
        """

    @abstractmethod
    def parts(
        self, entry: JsonValue, placed: Callable[[str], Placement | None]
    ) -> Iterator[tuple[str, JsonValue]]:
        """Each key with an entry of its own.

        Args:
            entry: The entry of the whole.
            placed: Where what is large of a key goes.
        """


class EncodedValue(Outgoing):
    """A value as JSON."""

    __slots__ = ("_encoded", "_schema", "_settings")

    def __init__(self, encoded: Encoded, schema: Schema, settings: Settings) -> None:
        self._encoded, self._schema, self._settings = encoded, schema, settings

    def check(self) -> None:
        """Nothing: it was checked when it was encoded."""

    def entry(self, placement: Placement | None) -> JsonValue:
        """Plain JSON, the text form of it, or a pointer."""
        return in_form(self._encoded, self._schema, settings=self._settings, placement=placement)

    def items_entry(
        self, placement: Placement | None, *, keywords: bool, in_place: bool
    ) -> JsonValue:
        """A list or dict of entries."""
        return dump_items(
            self._encoded.tree,
            self._schema,
            settings=self._settings,
            placement=None if in_place else placement,
            keywords=keywords,
        )

    def keys(self) -> Mapping[str, Any] | None:
        """The JSON, where it is an object."""
        return _keys_of(self._encoded.tree)

    def parts(
        self, entry: JsonValue, placed: Callable[[str], Placement | None]
    ) -> Iterator[tuple[str, JsonValue]]:
        """Each key with an entry of its own."""
        for key, tree in (self.keys() or {}).items():
            schema = part(self._schema, key)
            encoded = Encoded.of(tree)
            yield key, in_form(encoded, schema, settings=self._settings, placement=placed(key))


class StoredValue(Outgoing):
    """A value that goes to a store whatever its size: tables and files."""

    __slots__ = ("_codec", "_value")

    def __init__(self, value: Any, codec: StoredCodec) -> None:
        self._value, self._codec = value, codec

    def check(self) -> None:
        """Check it as if it were written."""
        self._codec.check(self._value)

    def entry(self, placement: Placement | None) -> JsonValue:
        """One pointer, or a container of them."""
        return self._codec.write(self._value, placement)

    def items_entry(
        self, placement: Placement | None, *, keywords: bool, in_place: bool
    ) -> JsonValue:
        """As `entry`: a container of pointers keeps its length anyway."""
        return self.entry(placement)

    def keys(self) -> Mapping[str, Any] | None:
        """The value, where it is a dict."""
        return _keys_of(self._value)

    def parts(
        self, entry: JsonValue, placed: Callable[[str], Placement | None]
    ) -> Iterator[tuple[str, JsonValue]]:
        """Each key with the pointer that the whole has there, signed for its own XCom."""
        for key, pointer in entry.items() if isinstance(entry, dict) else ():
            where = placed(key)
            yield key, pointer if where is None else where.passed_on(pointer)


def _keys_of(value: Any) -> Mapping[str, Any] | None:
    if not isinstance(value, Mapping):
        return None
    if MARKER in value:
        raise reserved_key()
    return value


def dump_items(
    tree: JsonValue,
    schema: Schema,
    *,
    settings: Settings,
    placement: Placement | None = None,
    keywords: bool = False,
) -> JsonValue:
    """The entry of a list or dict that something maps over: its length stays.

    Args:
        tree: JSON builtins of the whole.
        schema: What it was written as.
        settings: As for `dump`; the thresholds count for each item.
        placement: As for `dump`.
        keywords: Each item becomes keyword arguments, so it stays a dict of its own keys.

    Raises:
        EncodeError: A dict uses the key that marks our own forms.
    """

    def form(key: Any, item: JsonValue) -> JsonValue:
        inner = part(schema, key)
        return (
            _values(item, inner, write)
            if keywords and isinstance(item, dict)
            else write(item, inner)
        )

    def write(item: JsonValue, inner: Schema) -> JsonValue:
        return in_form(Encoded.of(item), inner, settings=settings, placement=placement)

    if isinstance(tree, dict):
        return _values(tree, schema, write)
    if isinstance(tree, (list, tuple)):
        return [form(index, item) for index, item in enumerate(tree)]
    return form(0, tree)


def _values(
    tree: Mapping[str, JsonValue], schema: Schema, write: Callable[[JsonValue, Schema], JsonValue]
) -> JsonValue:
    """A dict whose keys stay as they are, each value in its own form."""
    if MARKER in tree:
        raise reserved_key()
    return {key: write(item, part(schema, key)) for key, item in tree.items()}
