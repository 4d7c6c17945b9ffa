"""Reads a stored value of an older type with the user's upcasters, after the reader refused it.

The reader's type is followed through the JSON, part by part. A part that its class refuses is read
as an older type of the class, and the upcaster makes the newer value. Then the reader reads the
whole again. No name in the data chooses a function. The fingerprint in a pointer only decides which
upcaster of the reader's class is tried first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from typedxcom.codecs import ValueCodec, make_codec
from typedxcom.codecs.text import read_text
from typedxcom.errors import CodecError, ContractError, DecodeError, ValidationError
from typedxcom.evolution.describing import is_same_inside, settings_inside
from typedxcom.evolution.facts import facts_of
from typedxcom.exchange.forms import is_form
from typedxcom.exchange.unwrap import TOO_DEEP, open_value, text_of
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import is_pointer
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    MappingOf,
    Named,
    Record,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Var,
    walk,
)
from typedxcom.stored import AnyCodec, StoredCodec
from typedxcom.stored.access import Stores
from typedxcom.upcasters import Upcaster, has_upcasters, paths_to, target_of, upcasters_of

__all__ = ["upcasted"]

_REFUSED = (ValidationError, CodecError)
_NO_SETTINGS: Mapping[str, Any] = {}


def upcasted(entry: Any, codec: AnyCodec, stores: Stores | None) -> tuple[Any] | None:
    """Reads *entry*, which *codec* refused, with upcasters to the reader's type.

    Returns:
        The value, in a tuple; None if there is no upcaster, or none that can read it.

    Raises:
        UpcasterError: An upcaster failed, or returned something else. A retry does not help.
        StoreError: The store refused. A retry may help.
    """
    if isinstance(codec, StoredCodec) or not has_upcasters(codec.schema):
        return None
    try:
        found = _tree_of(entry, stores)
        if found is None:
            return None
        reader = UpcastingReader(codec, _written(entry))
        return reader.whole(found[0])
    except RecursionError as error:
        raise DecodeError(TOO_DEEP) from error


def _tree_of(entry: Any, stores: Stores | None) -> tuple[JsonValue] | None:
    """Returns the JSON that *entry* stands for; None for an object that is no JSON."""
    if is_form(entry):
        return (read_text(text_of(entry, stores)),)
    whole = open_value(entry, stores)
    if whole.foreign or whole.serialized:
        return None
    return (read_text(whole.as_text()),) if whole.texts else (whole.value,)


def _written(entry: Any) -> str | None:
    """Returns the fingerprint of the type with which *entry* was written, if a pointer says it."""
    found = entry.get("schema") if is_pointer(entry) else None
    return found if isinstance(found, str) else None


class UpcastingReader:
    """Reads one value.

    Args:
        codec: The codec of the reader.
        written: The fingerprint of what was written, if that is known.
    """

    def __init__(self, codec: ValueCodec, written: str | None) -> None:
        self._codec = codec
        self._ways = dict(_ways(codec.schema, written)) if written else {}
        self._open: dict[int, bool] = {}  # whether a node may lead to an upcaster
        self._known: dict[tuple[int, int], tuple[Any, Any]] = {}  # of a tree and a class

    def whole(self, tree: JsonValue) -> tuple[Any] | None:
        """Returns the value of *tree*, in a tuple, or None."""
        schema = self._codec.schema
        sources = upcasters_of(schema)
        if sources:
            return self._value(sources[0].new, tree, "$")
        again = self._read(schema, tree, "$", _NO_SETTINGS)
        return None if again is tree else _decoded(self._codec, again)

    def _read(self, schema: Schema, tree: Any, path: str, settings: Mapping[str, Any]) -> Any:
        """Returns *tree* with each part that has an older type turned into the newer one."""
        if not self._leads_on(schema):
            return tree
        match schema:
            case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
                return self._read(inner, tree, path, settings)
            case Var(bound=inner):
                return self._read(inner, tree, path, settings)
            case UnionOf(members=members):
                return self._union(schema, members, tree, path, settings)
            case SequenceOf(item=item) if isinstance(tree, list):
                read = [
                    self._read(item, one, f"{path}[{at}]", settings) for at, one in enumerate(tree)
                ]
                return read if any(map(_is_other, read, tree)) else tree
            case TupleOf(items=items) if isinstance(tree, list) and len(items) == len(tree):
                parts = [
                    self._read(item, one, f"{path}[{at}]", settings)
                    for at, (item, one) in enumerate(zip(items, tree, strict=True))
                ]
                return parts if any(map(_is_other, parts, tree)) else tree
            case MappingOf(value=value) if isinstance(tree, dict):
                made = {
                    key: self._read(value, one, f"{path}[...]", settings)
                    for key, one in tree.items()
                }
                return made if any(made[key] is not tree[key] for key in tree) else tree
        sources = upcasters_of(schema)
        if sources:
            return self._class(schema, sources, tree, path, settings)
        return self._fields(schema, tree, path, settings) if isinstance(schema, Record) else tree

    def _leads_on(self, schema: Schema) -> bool:
        known = self._open.get(id(schema))
        if known is None:
            known = self._open[id(schema)] = has_upcasters(schema)
        return known

    def _union(
        self,
        schema: UnionOf,
        members: tuple[Schema, ...],
        tree: Any,
        path: str,
        settings: Mapping[str, Any],
    ) -> Any:
        """Reads a part for the first member that takes it. What some member takes stays."""
        if schema.annotation is None:
            return tree
        try:
            codec = make_codec(schema.annotation, schema, lax=self._codec.lax)
        except (ContractError, NameError):
            return tree
        if _decoded(codec, tree) is not None:
            return tree
        for member in members:
            again = self._read(member, tree, path, settings)
            if again is not tree and _decoded(codec, again) is not None:
                return again
        return tree

    def _class(
        self,
        schema: Schema,
        sources: tuple[Upcaster, ...],
        tree: Any,
        path: str,
        settings: Mapping[str, Any],
    ) -> Any:
        """Reads a part whose class has upcasters, and returns the JSON of the newer value."""
        key = (id(tree), id(schema))
        if key not in self._known:
            made = self._newer(schema, sources, tree, path, settings)
            self._known[key] = (made, tree)  # the tree too, so that no other gets its id
        return self._known[key][0]

    def _newer(
        self,
        schema: Schema,
        sources: tuple[Upcaster, ...],
        tree: Any,
        path: str,
        settings: Mapping[str, Any],
    ) -> Any:
        promise = sources[0].new
        if _decoded(self._codec_of(promise), tree) is not None:
            return tree
        ends = [schema, *(one.old.schema for way in paths_to(schema) for one in way)]
        if not all(is_same_inside(one, settings) for one in ends):
            return tree  # a class around has another form for bytes and the like
        found = self._value(promise, tree, path)
        if found is None:
            return tree
        codec = promise.codec
        try:
            return codec.encode(found[0]).tree
        except _REFUSED as error:
            raise sources[0].failed(path, f"made what cannot be written: {error}") from None

    def _value(self, promise: Any, tree: Any, path: str) -> tuple[Any] | None:
        """Returns the value of *tree*: as it is, with newer parts, or from an older type."""
        codec = self._codec_of(promise)
        if codec is None:
            return None
        found = _decoded(codec, tree)
        if found is None:
            again = self._parts(promise.schema, tree, path)
            found = None if again is tree else _decoded(codec, again)
        if found is not None:
            return found
        for way in self._sources(promise.schema):
            older = self._value(way[0].old, tree, path)
            if older is not None:
                return self._called(way, older[0], path)
        return None

    def _sources(self, schema: Schema) -> Iterator[tuple[Upcaster, ...]]:
        """Yields the ways to try: first the one that the fingerprint names."""
        known = self._ways.get(target_of(schema))
        if known is not None:
            yield known
        yield from ((one,) for one in upcasters_of(schema))

    def _parts(self, schema: Schema, tree: Any, path: str) -> Any:
        """Returns *tree* with newer parts, but not its own class replaced."""
        if isinstance(schema, Record) and upcasters_of(schema):
            return self._fields(schema, tree, path, _NO_SETTINGS)
        return tree if upcasters_of(schema) else self._read(schema, tree, path, _NO_SETTINGS)

    def _fields(self, record: Record, tree: Any, path: str, settings: Mapping[str, Any]) -> Any:
        """Returns the JSON of a class with newer parts."""
        facts = facts_of(record)
        inside = settings_inside(record, facts, settings)
        if facts.is_array:
            return self._positions(record, tree, path, inside)
        if not isinstance(tree, dict):
            return tree
        made: dict[str, Any] = {}
        for name, part in record.fields.items():
            key = next((one for one in facts.fields[name].reads if one in tree), None)
            if key is not None:
                made[key] = self._read(part.schema, tree[key], f"{path}.{name}", inside)
        for extra in record.extras:
            for key in tree.keys() - made.keys():
                made[key] = self._read(extra, tree[key], f"{path}[...]", inside)
        return {**tree, **made} if any(made[key] is not tree[key] for key in made) else tree

    def _positions(self, record: Record, tree: Any, path: str, settings: Mapping[str, Any]) -> Any:
        if not isinstance(tree, list):
            return tree
        parts = list(record.fields.items())
        first = 1 if facts_of(record).tag is not None else 0
        made = list(tree)
        for at, (name, part) in enumerate(parts[: len(tree) - first], start=first):
            made[at] = self._read(part.schema, tree[at], f"{path}.{name}", settings)
        return made if any(map(_is_other, made, tree)) else tree

    def _called(self, way: tuple[Upcaster, ...], value: Any, path: str) -> tuple[Any]:
        """Calls the upcasters of *way*, each with the result of the one before."""
        for upcaster in way:
            value = upcaster(value, path)
        return (value,)

    def _codec_of(self, promise: Any) -> ValueCodec | None:
        codec = promise.lax_codec if self._codec.lax else promise.codec
        return None if isinstance(codec, StoredCodec) else codec


def _is_other(one: Any, other: Any) -> bool:
    return one is not other


def _decoded(codec: ValueCodec | None, tree: Any) -> tuple[Any] | None:
    """Returns what *codec* reads in *tree*, in a tuple; None if it refuses it."""
    if codec is None:
        return None
    try:
        return (codec.decode_tree(tree),)
    except _REFUSED:
        return None


def _ways(schema: Schema, written: str) -> Iterator[tuple[Any, tuple[Upcaster, ...]]]:
    """Yields the way to each class in *schema* whose older type was written, by the fingerprint."""
    for _, node in walk(schema):
        for way in paths_to(node):
            if fingerprint(_with(schema, node, way[0].old.schema)) == written:
                yield target_of(node), way
                break


def _with(schema: Schema, node: Schema, other: Schema) -> Schema:
    """Returns *schema* with *other* in the place of *node*, outside of classes."""

    def put(one: Schema) -> Schema:
        if one is node or (not isinstance(one, Record) and one == node):
            return other
        match one:
            case SequenceOf(type=kind, item=item):
                return SequenceOf(kind, put(item))
            case TupleOf(items=items):
                return TupleOf(tuple(map(put, items)))
            case MappingOf(type=kind, key=key, value=value):
                return MappingOf(kind, key, put(value))
            case UnionOf(members=members):
                return UnionOf(tuple(map(put, members)))
            case Constrained(inner=inner) | Named(inner=inner):
                return put(inner)
        return one

    return put(schema)
