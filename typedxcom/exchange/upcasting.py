"""Reads a stored value of an older type with the user's upcasters, after the reader refused it.

The reader's type is followed through the JSON, part by part. A part that its class refuses is read
as an older type of the class, and the upcaster makes the newer value. Then the reader reads the
whole again. No name in the data chooses a function. The fingerprint in a pointer only decides which
upcaster of the reader's class is tried first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a value.

    Attributes:
        schema: The reader's type of it.
        tree: Its JSON.
        path: Where it is, for messages.
        settings: What the classes around say about the JSON in them.
    """

    schema: Schema
    tree: Any
    path: str = "$"
    settings: Mapping[str, Any] = field(default_factory=dict)

    def inside(self, schema: Schema, tree: Any, step: str) -> Part:
        """Returns a part of this one, *step* below it."""
        return Part(schema, tree, f"{self.path}{step}", self.settings)


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
        again = self._read(Part(schema, tree))
        return None if again is tree else _decoded(self._codec, again)

    def _read(self, part: Part) -> Any:
        """Returns the part's tree with each part in it that has an older type made newer."""
        schema, tree = part.schema, part.tree
        if not self._leads_on(schema):
            return tree
        match schema:
            case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
                return self._read(replace(part, schema=inner))
            case Var(bound=inner):
                return self._read(replace(part, schema=inner))
            case UnionOf():
                return self._union(schema, part)
            case SequenceOf(item=item) if isinstance(tree, list):
                read = [
                    self._read(part.inside(item, one, f"[{at}]")) for at, one in enumerate(tree)
                ]
                return read if any(map(_is_other, read, tree)) else tree
            case TupleOf(items=items) if isinstance(tree, list) and len(items) == len(tree):
                parts = [
                    self._read(part.inside(item, one, f"[{at}]"))
                    for at, (item, one) in enumerate(zip(items, tree, strict=True))
                ]
                return parts if any(map(_is_other, parts, tree)) else tree
            case MappingOf(value=value) if isinstance(tree, dict):
                made = {
                    key: self._read(part.inside(value, one, "[...]")) for key, one in tree.items()
                }
                return made if any(made[key] is not tree[key] for key in tree) else tree
        if upcasters_of(schema):
            return self._class(part)
        return self._fields(schema, part) if isinstance(schema, Record) else tree

    def _leads_on(self, schema: Schema) -> bool:
        known = self._open.get(id(schema))
        if known is None:
            known = self._open[id(schema)] = has_upcasters(schema)
        return known

    def _union(self, union: UnionOf, part: Part) -> Any:
        """Reads a part for the first member that takes it. What some member takes stays."""
        if union.annotation is None:
            return part.tree
        try:
            codec = make_codec(union.annotation, union, lax=self._codec.lax)
        except (ContractError, NameError):
            return part.tree
        if _decoded(codec, part.tree) is not None:
            return part.tree
        for member in union.members:
            again = self._read(replace(part, schema=member))
            if again is not part.tree and _decoded(codec, again) is not None:
                return again
        return part.tree

    def _class(self, part: Part) -> Any:
        """Reads a part whose class has upcasters, and returns the JSON of the newer value."""
        key = (id(part.tree), id(part.schema))
        if key not in self._known:
            # The tree too, so that no other gets its id.
            self._known[key] = (self._newer(part), part.tree)
        return self._known[key][0]

    def _newer(self, part: Part) -> Any:
        sources = upcasters_of(part.schema)
        promise = sources[0].new
        if _decoded(self._codec_of(promise), part.tree) is not None:
            return part.tree
        ends = [part.schema, *(one.old.schema for way in paths_to(part.schema) for one in way)]
        if not all(is_same_inside(one, part.settings) for one in ends):
            return part.tree  # a class around has another form for bytes and the like
        found = self._value(promise, part.tree, part.path)
        if found is None:
            return part.tree
        codec = promise.codec
        try:
            return codec.encode(found[0]).tree
        except _REFUSED as error:
            raise sources[0].failed(part.path, f"made what cannot be written: {error}") from None

    def _value(self, promise: Any, tree: Any, path: str) -> tuple[Any] | None:
        """Returns the value of *tree*: as it is, with newer parts, or from an older type."""
        codec = self._codec_of(promise)
        if codec is None:
            return None
        found = _decoded(codec, tree)
        if found is None:
            again = self._parts(Part(promise.schema, tree, path))
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

    def _parts(self, part: Part) -> Any:
        """Returns the part's tree with newer parts, but not its own class replaced."""
        if isinstance(part.schema, Record) and upcasters_of(part.schema):
            return self._fields(part.schema, part)
        return part.tree if upcasters_of(part.schema) else self._read(part)

    def _fields(self, record: Record, part: Part) -> Any:
        """Returns the JSON of a class with newer parts."""
        facts, tree = facts_of(record), part.tree
        part = replace(part, settings=settings_inside(record, facts, part.settings))
        if facts.is_root:
            return self._read(replace(part, schema=record.fields["root"].schema))
        if facts.is_array:
            return self._positions(record, part)
        if not isinstance(tree, dict):
            return tree
        made: dict[str, Any] = {}
        for name, one in record.fields.items():
            key = next((key for key in facts.fields[name].reads if key in tree), None)
            if isinstance(key, str):
                made[key] = self._read(part.inside(one.schema, tree[key], f".{name}"))
        for extra in record.extras:
            for key in tree.keys() - made.keys():
                made[key] = self._read(part.inside(extra, tree[key], "[...]"))
        return {**tree, **made} if any(made[key] is not tree[key] for key in made) else tree

    def _positions(self, record: Record, part: Part) -> Any:
        tree = part.tree
        if not isinstance(tree, list):
            return tree
        fields = list(record.fields.items())
        first = 1 if facts_of(record).tag is not None else 0
        made = list(tree)
        for at, (name, one) in enumerate(fields[: len(tree) - first], start=first):
            made[at] = self._read(part.inside(one.schema, tree[at], f".{name}"))
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
