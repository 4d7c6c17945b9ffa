"""A result on its way out. It is encoded once, for its own entry and for those of its parts."""

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
        """Raises errors as `exchange.dump` does for a bad value, but stores nothing."""

    @abstractmethod
    def entry(self, placement: Placement | None) -> JsonValue:
        """Returns the entry of the whole value. Raises errors as `exchange.dump` does."""

    @abstractmethod
    def items_entry(
        self, placement: Placement | None, *, keywords: bool, in_place: bool
    ) -> JsonValue:
        """As `entry`, for a list or dict that something maps over: it keeps its length.

        Args:
            placement: Where large items go.
            keywords: Whether each item becomes keyword arguments.
            in_place: Whether JSON stays in the entry, because our XCom backend may store it as one
                object.
        """

    @abstractmethod
    def keys(self) -> Mapping[str, Any] | None:
        """Returns a dict that can be pushed key by key; None if the value is not a dict.

        Raises:
            EncodeError: A key is the one that marks our own forms.
        """

    @abstractmethod
    def parts(
        self, entry: JsonValue, placed: Callable[[str], Placement | None]
    ) -> Iterator[tuple[str, JsonValue]]:
        """Yields each key with an entry of its own.

        Args:
            entry: The entry of the whole value.
            placed: Returns where the large value of a key goes.
        """


class EncodedValue(Outgoing):
    """A value as JSON."""

    __slots__ = ("_encoded", "_schema", "_settings")

    def __init__(self, encoded: Encoded, schema: Schema, settings: Settings) -> None:
        self._encoded, self._schema, self._settings = encoded, schema, settings

    def check(self) -> None:
        """Does nothing: the value was checked when it was encoded."""

    def entry(self, placement: Placement | None) -> JsonValue:
        """Returns plain JSON, its text form, or a pointer."""
        return in_form(self._encoded, self._schema, settings=self._settings, placement=placement)

    def items_entry(
        self, placement: Placement | None, *, keywords: bool, in_place: bool
    ) -> JsonValue:
        """Returns a list or dict of entries."""
        return dump_items(
            self._encoded.tree,
            self._schema,
            settings=self._settings,
            placement=None if in_place else placement,
            keywords=keywords,
        )

    def keys(self) -> Mapping[str, Any] | None:
        """Returns the JSON if it is a JSON object, else None."""
        return _keys_of(self._encoded.tree)

    def parts(
        self, entry: JsonValue, placed: Callable[[str], Placement | None]
    ) -> Iterator[tuple[str, JsonValue]]:
        """Yields each key with an entry of its own."""
        for key, tree in (self.keys() or {}).items():
            schema = part(self._schema, key)
            encoded = Encoded.of(tree)
            yield key, in_form(encoded, schema, settings=self._settings, placement=placed(key))


class StoredValue(Outgoing):
    """A value that goes to a store at any size: a table or a file, or a container of these."""

    __slots__ = ("_codec", "_value")

    def __init__(self, value: Any, codec: StoredCodec) -> None:
        self._value, self._codec = value, codec

    def check(self) -> None:
        """Checks the value as if it were written."""
        self._codec.check(self._value)

    def entry(self, placement: Placement | None) -> JsonValue:
        """Returns one pointer, or a container of pointers."""
        return self._codec.write(self._value, placement)

    def items_entry(
        self, placement: Placement | None, *, keywords: bool, in_place: bool
    ) -> JsonValue:
        """Returns the same as `entry`: a container of pointers keeps its length anyway."""
        return self.entry(placement)

    def keys(self) -> Mapping[str, Any] | None:
        """Returns the value if it is a dict, else None."""
        return _keys_of(self._value)

    def parts(
        self, entry: JsonValue, placed: Callable[[str], Placement | None]
    ) -> Iterator[tuple[str, JsonValue]]:
        """Yields each key with its pointer from the whole entry, signed for the key's own XCom."""
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
    """Makes the entry of a list or dict that something maps over: it keeps its length.

    Args:
        tree: JSON builtins of the whole value.
        schema: The schema that it was written with.
        settings: As for `dump`; the thresholds apply to each item.
        placement: As for `dump`.
        keywords: Whether each item becomes keyword arguments, so that it must keep its keys.

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
    """Writes a dict with the same keys, and each value in its own form."""
    if MARKER in tree:
        raise reserved_key()
    return {key: write(item, part(schema, key)) for key, item in tree.items()}
