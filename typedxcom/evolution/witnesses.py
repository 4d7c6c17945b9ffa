"""Does a union read a value as another member? Asks the real decoder, with made-up values.

Which member of a union reads a value depends on the value, and each library has rules of its own.
So the types are built again from their descriptions, and pydantic or msgspec reads the values.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import msgspec

from typedxcom.codecs import ValueCodec
from typedxcom.errors import TypedXComError
from typedxcom.evolution.building import CANNOT, BuiltTypes, is_rooted, unrooted
from typedxcom.evolution.facts import facts_of, root_of
from typedxcom.evolution.finite import values_of
from typedxcom.evolution.reasons import Break
from typedxcom.evolution.values import Edges
from typedxcom.exchange import dump, load
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    LiteralOf,
    MappingOf,
    Named,
    Record,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Unknown,
    Var,
    walk,
)
from typedxcom.schema.values import is_among, scalar_fits
from typedxcom.settings import Settings

__all__ = ["doubted", "is_open", "never_written", "proved", "shown_by", "whole_witness", "witness"]

_CANNOT_READ = (TypedXComError, ValueError, ArithmeticError, RecursionError)
_PLAIN = (bool, int, float, str, type(None), list, dict)  # what `Any` makes of JSON
_SHOWN = 60  # characters of an example in a reason


def proved(
    found: Break, up: Schema, down: UnionOf, fitting: Iterable[Schema], writer: Schema
) -> Break:
    """Returns a break of a union with a value that shows it, or as one that only may be.

    The other arguments are those of `witness`. Where the types cannot be built, it stays certain.
    """
    shown = witness(up, down, fitting, writer)
    if shown is None:
        return replace(found, reason=f"{found.reason}, unless another member reads its values")
    if shown[0] is None:
        return doubted(found)
    return shown_by(found, shown[0])


def shown_by(found: Break, example: str) -> Break:
    """Returns a break with a value that shows it, as JSON."""
    words = example if len(example) <= _SHOWN else f"{example[: _SHOWN - 3]}..."
    return replace(found, reason=f"{found.reason}, such as `{words}`", example=example)


def doubted(found: Break) -> Break:
    """Returns a break as one that only may be."""
    words = "though no example shows it"
    reason = found.reason if words in found.reason else f"{found.reason}, {words}"
    return replace(found, reason=reason, is_certain=False)


def witness(
    up: Schema, down: UnionOf, fitting: Iterable[Schema], writer: Schema
) -> tuple[str | None] | None:
    """Looks for a value that the reader's union refuses, or takes for something else.

    Args:
        up: A type that is written.
        down: The reader's union.
        fitting: The members that should read it; if there are none, the value must stay equal.
        writer: The writer's whole union, or *up*.

    Returns:
        The value as JSON in a tuple, or None in it if each value that was tried is read right. None
        if the types cannot be built.
    """
    known = list(fitting)
    with BuiltTypes() as built:
        meaning = Meaning(built, lambda one, other: False)

        def is_right(value: Any, read: Any) -> bool:
            is_read = _is_same(value, read) or any(built.is_one(read, one) for one in known)
            return is_read or meaning.is_kept(value, read, up, down)

        try:
            codecs = [built.codec(one) for one in (writer, down)]
        except CANNOT:
            return None
        values = _values(codecs[0], up, Edges.of(writer, down), built)
        return (next(_wrong(values, codecs[1], is_right), None),)


def whole_witness(
    written: Schema, read: Schema, reads: Callable[[Schema, Schema], bool]
) -> tuple[str | None] | None:
    """Looks for a value of the whole type *written* that *read* refuses or takes for another.

    Args:
        written: The type of one version.
        read: The type of another.
        reads: Whether one part of a union is read as a part of the other, as `Meaning` has it.

    Returns:
        As `witness` does.
    """
    with BuiltTypes() as built:
        meaning = Meaning(built, reads)

        def is_right(value: Any, back: Any) -> bool:
            return meaning.is_kept(value, back, written, read)

        try:
            codecs = [built.codec(one) for one in (written, read)]
        except CANNOT:
            return None
        values = list(_values(codecs[0], written, Edges.of(written, read), built))
        return (next(_wrong(values, codecs[1], is_right), None),) if values else None


def never_written(member: Schema, union: UnionOf, others: tuple[Schema, ...]) -> bool:
    """Whether each made-up value of *member* is one of *others*, or comes back as one.

    The writer checks that a value comes back, so no task could push the others.

    Args:
        member: A member of the union.
        union: What the writer writes.
        others: Further members of it.
    """
    if is_open(member):
        return False
    with BuiltTypes() as built:
        try:
            codec = built.codec(union)
        except CANNOT:
            return False
        trees = Edges.of(member, *others).trees(member)
        known = [one[0] for one in (_decoded(codec, tree) for tree in trees) if one is not None]
        return bool(known) and not any(
            built.is_one(one, member) and not any(built.is_one(one, other) for other in others)
            for one in known
        )


def is_open(schema: Schema) -> bool:
    """Whether it has more values than can be made up."""
    return any(isinstance(node, Unknown) for _, node in walk(schema))


def _values(
    codec: ValueCodec, up: Schema, edges: Edges, built: BuiltTypes
) -> Iterator[tuple[Any, Any, str]]:
    """Values of *up* that a task could push, each with its entry and its JSON."""
    for tree in edges.trees(up):
        value = _decoded(codec, tree)
        if value is not None and built.is_one(value[0], up):
            with contextlib.suppress(*_CANNOT_READ):
                entry = dump(value[0], codec, settings=Settings())
                yield value[0], entry, codec.encode(value[0]).text.decode()


def _wrong(
    values: Iterable[tuple[Any, Any, str]],
    reader: ValueCodec,
    is_right: Callable[[Any, Any], bool],
) -> Iterator[str]:
    """Yields the JSON of each value that the reader refuses or takes for another one."""
    for value, entry, text in values:
        try:
            is_kept = is_right(value, load(entry, reader))
        except _CANNOT_READ:
            is_kept = False
        if not is_kept:
            yield text


def _decoded(codec: ValueCodec, tree: Any) -> tuple[Any] | None:
    try:
        return (codec.decode_tree(tree),)
    except _CANNOT_READ:
        return None


def _is_same(value: Any, read: Any) -> bool:
    """Whether both are one value, of one type or as a wider number."""
    number = unrooted(read)
    if type(number) in (int, float) and scalar_fits(type(value), type(number)):
        return bool(number == value)  # a bool as a number
    return bool(_bare(read) == _bare(value))


def _bare(value: Any) -> Any:
    """Returns *value* with the type of each part, where Enums stand for their values."""
    value = unrooted(value)
    if isinstance(value, enum.Enum):  # bits that were first made of False keep that as their value
        value = int(value.value) if isinstance(value, enum.Flag) else value.value
    if isinstance(value, dict):
        return [(_bare(name), _bare(one)) for name, one in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [_bare(one) for one in value]
    is_number = type(value) in (int, float)
    return "number" if is_number else type(value).__name__, value


class Meaning:
    """Whether a value was read as the reader means it, part by part.

    Args:
        built: The types of both versions.
        reads: Whether each value of one type is read as another. Of a union, the member that read a
            value is asked: a class with other fields is another value, even if some fields agree.
    """

    def __init__(self, built: BuiltTypes, reads: Callable[[Schema, Schema], bool]) -> None:
        self._built = built
        self._reads = reads

    def is_kept(
        self, value: Any, read: Any, up: Schema, down: Schema, *, is_chosen: bool = False
    ) -> bool:
        """Whether *value* of the type *up* became *read*, which is of the type *down*."""
        match up, down:
            case (_, Unknown()):
                return type(read) in _PLAIN
            case (Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]), _):
                return self.is_kept(value, read, inner, down, is_chosen=is_chosen)
            case (Var(bound=inner), _):
                return self.is_kept(value, read, inner, down, is_chosen=is_chosen)
            case (_, Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner])):
                return self.is_kept(value, read, up, inner, is_chosen=is_chosen)
            case (_, Var(bound=inner)):
                return self.is_kept(value, read, up, inner, is_chosen=is_chosen)
            case (UnionOf(members=members), _):
                return any(
                    self._built.is_one(value, one)
                    and self.is_kept(value, read, one, down, is_chosen=is_chosen)
                    for one in members
                )
            case (_, UnionOf(members=members)):
                return any(
                    _may_be(read, one)
                    and self._built.is_one(read, one)
                    and self.is_kept(value, read, up, one, is_chosen=True)
                    for one in members
                )
        if (root := root_of(up)) is not None:
            inside = value.root if is_rooted(value) else value
            return self.is_kept(inside, read, root, down, is_chosen=is_chosen)
        if (root := root_of(down)) is not None:
            inside = read.root if is_rooted(read) else read
            return self.is_kept(value, inside, up, root, is_chosen=is_chosen)
        bare = unrooted(value), unrooted(read)
        return self._is_part_kept(*bare, up, down, is_chosen=is_chosen)

    def _is_part_kept(
        self, value: Any, read: Any, up: Schema, down: Schema, *, is_chosen: bool
    ) -> bool:
        if isinstance(up, Unknown):
            return _is_same(value, read)
        is_asked = is_chosen or not isinstance(up, Record)
        if isinstance(down, Record) and is_asked and not self._reads(up, down):
            return False
        if isinstance(down, SequenceOf) and not isinstance(value, down.type):
            return False
        match up, down:
            case (_, LiteralOf() | EnumOf()):
                # True is 1 for Python, and an IntFlag may hold it.
                is_meant = not isinstance(value, bool) or is_among(value, values_of(down) or ())
                return is_meant and _is_same(value, read)
            case (SequenceOf(item=mine), SequenceOf(item=theirs)):
                return self._are_kept(value, read, mine, theirs)
            case (TupleOf(items=items), SequenceOf(item=item)):
                return len(value) == len(read) and all(
                    map(self.is_kept, value, read, items, [item] * len(items))
                )
            case (TupleOf(items=items), TupleOf(items=others)):
                return len(value) == len(read) and all(
                    map(self.is_kept, value, read, items, others)
                )
            case (MappingOf(key=key, value=mine), MappingOf(key=other, value=theirs)):
                return self._are_kept(list(value), list(read), key, other) and self._are_kept(
                    list(value.values()), list(read.values()), mine, theirs
                )
            case (Record(), Record()) if facts_of(up).is_array != facts_of(down).is_array:
                return False  # an object is no tuple, even where pydantic reads it as one
            case (Record(fields=mine), Record(fields=theirs)):
                have, got = _content(value), _content(read)
                return all(
                    have[name] is msgspec.UNSET  # it is not written
                    or self.is_kept(have[name], got[name], mine[name].schema, theirs[name].schema)
                    for name in mine.keys() & theirs.keys() & have.keys() & got.keys()
                )
            case Record(), SequenceOf() | TupleOf():
                items = tuple(_content(value).values())
                mine = TupleOf(tuple(part.schema for part in up.fields.values()))
                return facts_of(up).tag is not None or self.is_kept(items, read, mine, down)
            case Record(), MappingOf(value=theirs):
                keys = {name: one.writes for name, one in facts_of(up).fields.items()}
                return all(
                    self.is_kept(one, read[keys[name]], up.fields[name].schema, theirs)
                    for name, one in _content(value).items()
                    if keys.get(name) in read
                )
            case (Record() | MappingOf() | TupleOf(), _) | (_, Record()):
                return True
        return _is_same(value, read)

    def _are_kept(self, value: Any, read: Any, up: Schema, down: Schema) -> bool:
        """Compares collections. In a set, items have no order."""
        if len(value) != len(read):
            return False
        if isinstance(value, (set, frozenset)):
            return all(any(self.is_kept(one, other, up, down) for other in read) for one in value)
        return all(
            self.is_kept(one, other, up, down) for one, other in zip(value, read, strict=True)
        )


def _may_be(value: Any, schema: Schema) -> bool:
    """Whether a value is a RootModel just where *schema* is one."""
    match schema:
        case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
            return _may_be(value, inner)
        case Var(bound=inner):
            return _may_be(value, inner)
        case UnionOf() | Unknown():
            return True
    return is_rooted(value) == (root_of(schema) is not None)


def _content(value: Any) -> dict[str, Any]:
    """Returns the fields of an instance."""
    if isinstance(value, dict):
        return value
    if hasattr(value, "_asdict"):
        fields: dict[str, Any] = value._asdict()
        return fields
    names = value.__struct_fields__ if isinstance(value, msgspec.Struct) else vars(value)
    return {name: getattr(value, name) for name in names}
