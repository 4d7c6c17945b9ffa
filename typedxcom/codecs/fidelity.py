"""Would a value come back as another? Each is read back before it is pushed, and compared.

JSON has fewer types than Python: under `Any`, in a union whose members look alike as JSON, or for
a subclass of the promised class, a value may come back as another. So may one that the author's
own validators, serializers or ``__post_init__`` change at every reading. The comparison is built
once for a schema. A comparer looks at one level and leaves the rest on a list, so that depth
costs no stack; scalars side by side are compared at once.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from typedxcom.codecs.columns import Same, has_more, is_flat, same_columns
from typedxcom.codecs.sameness import (
    MISSING,
    Compare,
    Fault,
    Todo,
    Where,
    beside,
    broken,
    compare_sets,
    deep,
    push,
    record_fields,
    same_atom,
    same_flat,
    told,
    widened,
)
from typedxcom.errors import shorten
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    LiteralOf,
    MappingOf,
    Named,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    bare,
)

__all__ = ["Loss", "comparison"]

_BUILTINS = frozenset({list, dict, set, frozenset, tuple})


@dataclass(frozen=True, slots=True)
class Loss:
    """What a value would lose on its way.

    Attributes:
        path: Where, as ``$.items[0]``.
        message: What, with the cure.
        expected: What the contract says there, where the value is not that at all.
        got: The value there, cut for a message.
    """

    path: str
    message: str
    expected: str = ""
    got: str = ""


def comparison(schema: Schema) -> Callable[[Any, Any], Loss | None]:
    """A function ``(before, after) -> first loss or None`` for values of *schema*."""
    surely_same = same_columns(schema, _one_by_one)
    compare = _Maker().make(schema)

    def first_loss(before: Any, after: Any) -> Loss | None:
        try:
            if surely_same([before], [after]):
                return None
        except (AttributeError, IndexError, RecursionError):  # a field never set; a deep nesting
            pass
        return _first_loss(compare, before, after)

    return first_loss


def _one_by_one(schema: Schema) -> Same:
    """Whether columns of *schema* are the same, by the comparers alone."""
    compare = _Maker().make(schema)
    return lambda ones, others: not any(map(functools.partial(_first_loss, compare), ones, others))


def _first_loss(compare: Compare, before: Any, after: Any) -> Loss | None:
    todo: Todo = [(compare, before, after, None)]
    while todo:
        step, one, other, where = todo.pop()
        fault = step(one, other, where, todo)
        if fault is not None:
            return Loss(_path(where), fault.message, fault.expected, fault.got)
    return None


class _Maker:
    """Builds the comparer of each node; a class that contains itself is built once."""

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}

    def make(self, schema: Schema) -> Compare:
        """The comparer of *schema*."""
        match schema:
            case Named(inner=inner) | Constrained(inner=inner):
                return self.make(inner)
            case Alias(target=[inner]):
                if id(schema) not in self.known:
                    late = self.known[id(schema)] = _Late()
                    late.compare = self.make(inner)
                return self.known[id(schema)]  # type: ignore[no-any-return]
            case Scalar(type=kind):
                return _Scalar(kind)
            case EnumOf() | LiteralOf():
                return _Member(schema)
            case SequenceOf(item=item):
                return _Items(schema, self.make(item), flat=is_flat(item))
            case TupleOf(items=items):
                return _Tuple(schema, [self.make(item) for item in items])
            case MappingOf():
                return _Mapping(schema, self)
            case Record():
                return self._record(schema)
            case UnionOf(members=members):
                return self._union(members)
        return deep

    def _record(self, schema: Record) -> Compare:
        found = self.known.get(id(schema))
        if found is None:
            made: Any = {"typeddict": _TypedDict, "namedtuple": _NamedTuple}.get(
                schema.style, _Record
            )
            found = self.known[id(schema)] = made(schema)
            found.fill(self)
        return found  # type: ignore[no-any-return]

    def _union(self, members: tuple[Schema, ...]) -> Compare:
        rest = [one for one in members if str(one) != "None"]
        if len(rest) == 1:
            inner = self.make(rest[0])
            return lambda one, other, where, todo: (
                None if one is other is None else inner(one, other, where, todo)
            )
        kinds: dict[type, list[Schema]] = {}
        for one in map(bare, rest):
            if isinstance(one, (Record, SequenceOf, MappingOf)):
                kinds.setdefault(dict if _is_typeddict(one) else one.type, []).append(one)
        by_type = {kind: self.make(ones[0]) for kind, ones in kinds.items() if len(ones) == 1}

        def compare(one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
            kind = type(one)
            if kind in kinds and kind is not type(other):
                return told(one, other)
            return by_type.get(kind, deep)(one, other, where, todo)

        return compare


def _is_typeddict(schema: Schema) -> bool:
    return isinstance(schema, Record) and schema.style == "typeddict"


class _Late:
    """Stands for a comparer that is still being built."""

    compare: Compare

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        return self.compare(one, other, where, todo)


class _Scalar:
    def __init__(self, kind: type) -> None:
        self.kind = kind

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        if same_atom(one, other) or widened(one, other):
            return None
        if not isinstance(one, self.kind):
            return broken(str(Scalar(self.kind)), one)
        return told(one, other)


class _Member:
    def __init__(self, schema: EnumOf | LiteralOf) -> None:
        self.schema = schema

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        if one is other or (type(one) is type(other) and same_atom(one, other)):
            return None
        kinds = (
            tuple(map(type, self.schema.values))
            if isinstance(self.schema, LiteralOf)
            else self.schema.type
        )
        return told(one, other) if isinstance(one, kinds) else broken(str(self.schema), one)


class _Items:
    def __init__(self, schema: SequenceOf, item: Compare, *, flat: bool) -> None:
        self.schema, self.item, self.flat = schema, item, flat

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
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


class _Tuple:
    def __init__(self, schema: Schema, items: list[Compare]) -> None:
        self.schema, self.items = schema, items

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        fault = _container(str(self.schema), tuple, one, other)
        if fault is not None:
            return fault
        if len(one) != len(other):
            return Fault(f"{len(one)} items come back as {len(other)}")
        push(self.items, one, other, where, todo)
        return None


class _Mapping:
    def __init__(self, schema: MappingOf, maker: _Maker) -> None:
        self.schema = schema
        self.key, self.flat_key = maker.make(schema.key), is_flat(schema.key)
        self.value, self.flat = maker.make(schema.value), is_flat(schema.value)

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
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


class _TypedDict:
    def __init__(self, schema: Record) -> None:
        self.schema = schema

    def fill(self, maker: _Maker) -> None:
        """Build the comparers of the fields."""
        self.fields = {name: maker.make(part.schema) for name, part in self.schema.fields.items()}

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        fault = _container(str(self.schema), dict, one, other)
        if fault is not None:
            return fault
        for name, part in one.items():
            if name not in other:
                return Fault(f"the key {shorten(name)} is not in `{self.schema}` and would be lost")
            todo.append((self.fields.get(name, deep), part, other[name], (where, ".{}", name)))
        return None if len(one) == len(other) else Fault("keys are added by the reading")


class _NamedTuple:
    def __init__(self, schema: Record) -> None:
        self.schema = schema

    def fill(self, maker: _Maker) -> None:
        """Build the comparers of the fields."""
        self.items = [maker.make(part.schema) for part in self.schema.fields.values()]
        self.flat = all(is_flat(part.schema) for part in self.schema.fields.values())

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
        if type(one) is not type(other):
            return _other_class(self.schema, one, other)
        if not (self.flat and same_flat(one, other)):
            push(self.items, one, other, where, todo)
        return None


class _Record:
    """A model, dataclass or Struct: the same class, the same fields, nothing beside them lost."""

    def __init__(self, schema: Record) -> None:
        self.schema = schema

    def fill(self, maker: _Maker) -> None:
        """Build the comparers of the fields."""
        fields, kind = self.schema.fields, self.schema.type
        self.fields = [(name, maker.make(part.schema)) for name, part in fields.items()]
        flat = [name for name, part in fields.items() if is_flat(part.schema)]
        self.flat_getter = attrgetter(*flat) if len(flat) > 1 else None
        self.deep_fields = [pair for pair in self.fields if pair[0] not in flat]
        self.has_more = has_more(kind)

    def __call__(self, one: Any, other: Any, where: Where, todo: Todo) -> Fault | None:
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
        """The fields that have to be looked at one by one."""
        if self.flat_getter is None:
            return self.fields
        try:
            same = same_flat(self.flat_getter(one), self.flat_getter(other))
        except AttributeError:  # a field that was never set
            same = False
        return self.deep_fields if same else self.fields


def _container(expected: str, wanted: type, one: Any, other: Any) -> Fault | None:
    """Whether the container itself comes back, be it as the builtin that it is a subclass of."""
    kind = type(other)
    if type(one) is kind:
        return None
    if kind in _BUILTINS and isinstance(one, kind) and isinstance(other, wanted):
        return None
    return told(one, other) if isinstance(one, wanted) else broken(expected, one)


def _other_class(schema: Record, one: Any, other: Any) -> Fault:
    if not isinstance(one, schema.type):
        return broken(str(schema), one)
    if not isinstance(other, schema.type):  # another member of a union, or null
        return told(one, other)
    kind = type(one).__name__
    extra = sorted(set(record_fields(one) or ()) - set(record_fields(other) or ()))
    lost = f", and {', '.join(f'`{name}`' for name in extra)} would be lost" if extra else ""
    return Fault(
        f"got `{kind}` where the contract says `{schema}`{lost}; "
        f"return `{schema}`, or annotate `{schema} | {kind}`"
    )


def _path(where: Where) -> str:
    steps: list[str] = []
    while where is not None:
        where, form, value = where
        steps.append(form.format(value if form == ".{}" else shorten(value)))
    return "$" + "".join(reversed(steps))
