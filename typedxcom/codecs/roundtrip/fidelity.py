"""Reads each value back before it is pushed, and compares, so that no value changes unnoticed.

JSON has fewer types than Python. A value may come back as another one under `Any`, in a union
whose members look alike as JSON, or if it is a subclass of the promised class. The author's own
validators, serializers or ``__post_init__`` may also change it at every reading.

The comparison is built once for each schema. A comparer looks at one level and leaves the rest on
a list, so that deep values need no deep stack. Neighbouring scalars are compared in one step.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from typedxcom.codecs.roundtrip.columns import Same, is_flat, same_columns
from typedxcom.codecs.roundtrip.comparers import (
    ItemsComparer,
    MappingComparer,
    MemberComparer,
    NamedTupleComparer,
    RecordComparer,
    RegisteredComparer,
    ScalarComparer,
    TupleComparer,
    TypedDictComparer,
)
from typedxcom.codecs.roundtrip.losses import Fault, alike_loss, typed_loss
from typedxcom.codecs.roundtrip.sameness import Compare, Todo, Where, deep
from typedxcom.errors import shorten
from typedxcom.registry import registered
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    bare,
)

__all__ = ["Loss", "comparison"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that a value would lose on its way.

    Attributes:
        path: Where it is, such as ``$.items[0]``.
        message: What is lost, with the cure.
        expected: The type that the contract names there, if the value does not have it at all.
        got: The value there, shortened for a message.
    """

    path: str
    message: str
    expected: str = ""
    got: str = ""


def comparison(schema: Schema) -> Callable[[Any, Any], Loss | None]:
    """Returns a function ``(before, after) -> first loss or None`` for values of *schema*."""
    surely_same = same_columns(schema, _one_by_one)
    compare = ComparerMaker().make(schema)

    def first_loss(before: Any, after: Any) -> Loss | None:
        try:
            if surely_same([before], [after]):
                return None
        except (AttributeError, IndexError, RecursionError):  # a field never set; a deep nesting
            pass
        return _first_loss(compare, before, after)

    return first_loss


def _one_by_one(schema: Schema) -> Same:
    """Returns a function that compares columns of *schema* with the comparers alone."""
    compare = ComparerMaker().make(schema)
    return lambda ones, others: not any(map(functools.partial(_first_loss, compare), ones, others))


def _first_loss(compare: Compare, before: Any, after: Any) -> Loss | None:
    todo: Todo = [(compare, before, after, None)]
    while todo:
        step, one, other, where = todo.pop()
        fault = step(one, other, where, todo)
        if fault is not None:
            return Loss(_path(where), fault.message, fault.expected, fault.got)
    return None


class ComparerMaker:
    """Builds the comparer of each node. A class that contains itself is built once."""

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}

    def make(self, schema: Schema) -> Compare:
        """Returns the comparer of *schema*."""
        match schema:
            case Named(inner=inner) | Constrained(inner=inner):
                return self.make(inner)
            case Alias(target=[inner]):
                if id(schema) not in self.known:
                    late = self.known[id(schema)] = LateComparer()
                    late.compare = self.make(inner)
                return self.known[id(schema)]  # type: ignore[no-any-return]
            case Scalar(type=kind):
                return ScalarComparer(kind)
            case EnumOf() | LiteralOf():
                return MemberComparer(schema)
            case SequenceOf(item=item):
                return ItemsComparer(schema, self.make(item), flat=is_flat(item))
            case TupleOf(items=items):
                return TupleComparer(schema, [self.make(item) for item in items])
            case MappingOf():
                return MappingComparer(schema, self.make)
            case Record():
                return self._record(schema)
            case UnionOf():
                return self._union(schema)
            case Opaque(type=kind) if registered(kind):
                return RegisteredComparer(kind)
        return deep

    def _record(self, schema: Record) -> Compare:
        found = self.known.get(id(schema))
        if found is None:
            made: Any = {"typeddict": TypedDictComparer, "namedtuple": NamedTupleComparer}.get(
                schema.style, RecordComparer
            )
            found = self.known[id(schema)] = made(schema)
            found.fill(self.make)
        return found  # type: ignore[no-any-return]

    def _union(self, union: UnionOf) -> Compare:
        rest = [one for one in union.members if str(one) != "None"]
        if len(rest) == 1:
            return _optional(union, self.make(rest[0]))
        kinds: dict[type, list[Schema]] = {}
        for one in map(bare, rest):
            if isinstance(one, (Record, SequenceOf, MappingOf, Scalar, EnumOf, Opaque)):
                kinds.setdefault(dict if _is_typeddict(one) else one.type, []).append(one)
        by_type = {kind: self.make(ones[0]) for kind, ones in kinds.items() if len(ones) == 1}

        def compare(one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
            kind = type(one)
            if kind in kinds and kind is not type(other):
                return _other_member(union, one, other)
            return by_type.get(kind, deep)(one, other, where, todo)

        return compare


def _optional(union: UnionOf, some: Compare) -> Compare:
    def compare(one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        if one is None or other is None:
            return None if one is other else _other_member(union, one, other)
        return some(one, other, where, todo)

    return compare


def _other_member(union: UnionOf, one: Any, other: Any) -> Fault:
    """Explains why *one* comes back as *other*: members look alike, or None is missing."""
    return typed_loss(one, other) if one is None else alike_loss(union, one, other)


def _is_typeddict(schema: Schema) -> bool:
    return isinstance(schema, Record) and schema.style == "typeddict"


class LateComparer:
    """Stands for a comparer that is still being built."""

    compare: Compare

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        return self.compare(one, other, where, todo)


def _path(where: Where) -> str:
    steps: list[str] = []
    while where is not None:
        where, form, value = where
        steps.append(form.format(value if form == ".{}" else shorten(value)))
    return "$" + "".join(reversed(steps))
