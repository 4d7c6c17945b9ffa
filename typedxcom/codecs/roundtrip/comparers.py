"""Comparers: each compares one level of a value with what came back, and leaves the rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeAlias

from typedxcom.codecs.roundtrip.columns import has_more, is_flat
from typedxcom.codecs.roundtrip.losses import (
    Fault,
    broken,
    generic_loss,
    registered_loss,
    typed_loss,
    untyped_loss,
)
from typedxcom.codecs.roundtrip.sameness import (
    MISSING,
    Compare,
    Todo,
    Where,
    beside,
    compare_sets,
    deep,
    push,
    record_fields,
    same_atom,
    same_flat,
    widened,
)
from typedxcom.errors import shorten
from typedxcom.registry import codec_for
from typedxcom.schema.nodes import (
    EnumOf,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    Schema,
    SequenceOf,
)

__all__ = [
    "ItemsComparer",
    "MappingComparer",
    "MemberComparer",
    "NamedTupleComparer",
    "RecordComparer",
    "RegisteredComparer",
    "ScalarComparer",
    "TupleComparer",
    "TypedDictComparer",
]

_BUILTINS = frozenset({list, dict, set, frozenset, tuple})
Make: TypeAlias = Callable[[Schema], Compare]


class ScalarComparer:
    """One scalar: the same, or widened to the promised type."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares two scalars."""
        if same_atom(one, other) or widened(one, other):
            return None
        if not isinstance(one, self.kind):
            return broken(str(Scalar(self.kind)), one)
        return typed_loss(one, other)


class MemberComparer:
    """A member of an Enum, or a value of a Literal."""

    def __init__(self, schema: EnumOf | LiteralOf) -> None:
        self.schema = schema

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares two members."""
        if one is other or (type(one) is type(other) and same_atom(one, other)):
            return None
        kinds = (
            tuple(map(type, self.schema.values))
            if isinstance(self.schema, LiteralOf)
            else self.schema.type
        )
        return typed_loss(one, other) if isinstance(one, kinds) else broken(str(self.schema), one)


class RegisteredComparer:
    """A class with the user's own codec, which decides what is the same."""

    def __init__(self, kind: type) -> None:
        self.kind = kind

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares two instances of exactly this class."""
        if type(one) is type(other):
            return None if codec_for(self.kind).same(one, other) else registered_loss(one)
        return (
            typed_loss(one, other)
            if isinstance(one, self.kind)
            else broken(self.kind.__name__, one)
        )


class ItemsComparer:
    """A collection of any length whose items all have one schema."""

    def __init__(self, schema: SequenceOf, item: Compare, *, flat: bool) -> None:
        self.schema, self.item, self.flat = schema, item, flat

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares the collections; leaves their items."""
        fault = _container(str(self.schema), self.schema.type, one, other)
        if fault is not None:
            return fault
        if len(one) != len(other):
            return Fault(f"{len(one)} items come back as {len(other)}")
        if isinstance(one, (set, frozenset)):
            return compare_sets(one, other, where, todo)
        if isinstance(one, deque) and one.maxlen != other.maxlen:
            return Fault(f"the maxlen {one.maxlen} of a `deque` is lost; set it where it is read")
        if self.flat and same_flat(one, other):
            return None
        push([self.item] * len(one), one, other, where, todo)
        return None


class TupleComparer:
    """A tuple of known length."""

    def __init__(self, schema: Schema, items: list[Compare]) -> None:
        self.schema, self.items = schema, items

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares the lengths; leaves the items."""
        fault = _container(str(self.schema), tuple, one, other)
        if fault is not None:
            return fault
        if len(one) != len(other):
            return Fault(f"{len(one)} items come back as {len(other)}")
        push(self.items, one, other, where, todo)
        return None


class MappingComparer:
    """A dict: its keys in their order, and its values."""

    def __init__(self, schema: MappingOf, make: Make) -> None:
        self.schema = schema
        self.key, self.flat_key = make(schema.key), is_flat(schema.key)
        self.value, self.flat = make(schema.value), is_flat(schema.value)

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares the dicts; leaves the values that are not obviously the same."""
        fault = _container(str(self.schema), self.schema.type, one, other)
        if fault is not None:
            return fault
        if len(one) != len(other):
            return Fault("two keys become one; use keys of one type")
        factory = getattr(one, "default_factory", None)
        if factory is not getattr(other, "default_factory", factory):
            return Fault("the default_factory of a `defaultdict` is lost; annotate with `dict`")
        keys, others = list(one), list(other)
        if not (self.flat_key and same_flat(keys, others)):
            for mine, theirs in zip(keys, others, strict=True):
                todo.append((self.key, mine, theirs, (where, " (a key)", None)))
        values, after = list(one.values()), list(other.values())
        if not (self.flat and same_flat(values, after)):
            for key, mine, theirs in reversed([*zip(keys, values, after, strict=True)]):
                todo.append((self.value, mine, theirs, (where, "[{}]", key)))
        return None


class TypedDictComparer:
    """A TypedDict, whose keys have no order."""

    def __init__(self, schema: Record) -> None:
        self.schema = schema

    def fill(self, make: Make) -> None:
        """Builds the comparers of the fields."""
        self.fields = {name: make(part.schema) for name, part in self.schema.fields.items()}

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares the keys; leaves the values."""
        fault = _container(str(self.schema), dict, one, other)
        if fault is not None:
            return fault
        for name, part in one.items():
            if name not in other:
                return Fault(f"the key {shorten(name)} is not in `{self.schema}` and would be lost")
            todo.append((self.fields.get(name, deep), part, other[name], (where, ".{}", name)))
        return None if len(one) == len(other) else Fault("reading it adds keys")


class NamedTupleComparer:
    """A NamedTuple of exactly this class."""

    def __init__(self, schema: Record) -> None:
        self.schema = schema

    def fill(self, make: Make) -> None:
        """Builds the comparers of the fields."""
        self.items = [make(part.schema) for part in self.schema.fields.values()]
        self.flat = all(is_flat(part.schema) for part in self.schema.fields.values())

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares the classes; leaves the items."""
        if type(one) is not type(other):
            return _other_class(self.schema, one, other)
        if not (self.flat and same_flat(one, other)):
            push(self.items, one, other, where, todo)
        return None


class RecordComparer:
    """A model, dataclass or Struct: same class, same fields, and no loss of extra data."""

    def __init__(self, schema: Record) -> None:
        self.schema = schema

    def fill(self, make: Make) -> None:
        """Builds the comparers of the fields."""
        fields, kind = self.schema.fields, self.schema.type
        self.fields = [(name, make(part.schema)) for name, part in fields.items()]
        flat = [name for name, part in fields.items() if is_flat(part.schema)]
        self.flat_getter = attrgetter(*flat) if len(flat) > 1 else None
        self.deep_fields = [pair for pair in self.fields if pair[0] not in flat]
        self.has_more = has_more(kind)

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        """Compares the classes; leaves the fields that are not obviously the same."""
        if type(one) is not type(other):
            return _other_class(self.schema, one, other)
        if self.has_more:
            fault = beside(one, other, where, todo)
            if fault is not None:
                return fault
        for name, compare in reversed(self._open_fields(one, other)):
            mine, theirs = getattr(one, name, MISSING), getattr(other, name, MISSING)
            if mine is not theirs:
                todo.append((compare, mine, theirs, (where, ".{}", name)))
        return None

    def _open_fields(self, one: Any, other: Any) -> list[tuple[str, Compare]]:
        """Returns the fields that must be compared one by one."""
        if self.flat_getter is None:
            return self.fields
        try:
            same = same_flat(self.flat_getter(one), self.flat_getter(other))
        except AttributeError:  # a field that was never set
            same = False
        return self.deep_fields if same else self.fields


def _container(expected: str, wanted: type, one: Any, other: Any) -> Fault | None:
    """Checks the container itself: it comes back as its class, or as that class's builtin base."""
    kind = type(other)
    if type(one) is kind:
        return None
    if kind in _BUILTINS and isinstance(one, kind) and isinstance(other, wanted):
        return None
    return untyped_loss(one, other) if isinstance(one, wanted) else broken(expected, one)


def _generic(kind: Any) -> Any:
    """Returns the generic class that a parametrised model was made from, else *kind* itself."""
    return getattr(kind, "__pydantic_generic_metadata__", {}).get("origin") or kind


def _other_class(schema: Record, one: Any, other: Any) -> Fault:
    is_same = type(one) is schema.type
    if not is_same and _generic(type(one)) is _generic(schema.type):
        return generic_loss(str(schema), one)
    if not isinstance(one, schema.type):
        return broken(str(schema), one)
    if not isinstance(other, schema.type):  # another member of a union, or null
        return typed_loss(one, other)
    kind = type(one).__name__
    extra = sorted(set(record_fields(one) or ()) - set(record_fields(other) or ()))
    lost = f", and {', '.join(f'`{name}`' for name in extra)} would be lost" if extra else ""
    return Fault(
        f"got `{kind}` where the contract says `{schema}`{lost}; "
        f"return `{schema}`, or annotate `{schema} | {kind}`"
    )
