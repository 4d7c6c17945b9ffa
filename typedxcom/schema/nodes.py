"""The nodes of a schema: the small tree that describes an annotation, and that checks walk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, overload

__all__ = [
    "UNKNOWN",
    "Alias",
    "Constrained",
    "Constraints",
    "EnumOf",
    "Field",
    "Inferred",
    "LiteralOf",
    "MappingOf",
    "Named",
    "Opaque",
    "Record",
    "Scalar",
    "Schema",
    "SequenceOf",
    "TableOf",
    "TupleOf",
    "UnionOf",
    "Unknown",
    "Unsupported",
    "Var",
    "bare",
    "children",
    "inferred",
    "members_of",
    "part",
    "peeled",
    "seen",
    "walk",
]


_MAX_NAME = 80  # characters of an annotation in a message


@dataclass(frozen=True, slots=True)
class Constraints:
    """The limits that ``Annotated`` sets beyond the type, such as ``ge=0``."""

    gt: Any = None
    ge: Any = None
    lt: Any = None
    le: Any = None
    multiple_of: Any = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One node of the tree. ``str()`` returns the annotation as its author would write it."""


@dataclass(frozen=True, slots=True)
class Unknown(Schema):
    """`Any`, no annotation, or one that cannot be resolved yet. Only a run may check it.

    Attributes:
        claimed: True for an `Any` that an author wrote inside a contract: its value is JSON.
    """

    claimed: bool = False

    def __str__(self) -> str:
        return "Any"


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class NoItem(Unknown):
    """The items of a list that code shows to have none, such as ``[]``."""


NO_ITEM = NoItem()


@dataclass(frozen=True, slots=True)
class Scalar(Schema):
    """A class of the standard library whose value is one JSON string, number, bool or null."""

    type: type

    def __str__(self) -> str:
        return "None" if self.type is type(None) else self.type.__name__


@dataclass(frozen=True, slots=True)
class Constrained(Schema):
    """`Annotated[inner, ...]` with metadata that a library checks.

    Attributes:
        engine: The library that checks it: ``pydantic`` (also annotated-types) or ``msgspec``.
        converts: Whether a `BeforeValidator` may change the value before it is read.
        marks: What else is checked, by name: ``("max_digits", 9)``. Wiring and codecs do not need
            it; contracts of two versions are compared by it.
    """

    inner: Schema
    constraints: Constraints
    engine: str
    converts: bool = False
    marks: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return f"{self.inner}{bounds(self.constraints)}"


@dataclass(frozen=True, slots=True, eq=False)
class LiteralOf(Schema):
    """`Literal[...]`. One with 1 is not equal to one with True."""

    values: tuple[Any, ...]

    def __eq__(self, other: object) -> bool:
        """Returns whether *other* has the same values, of the same types."""
        return isinstance(other, LiteralOf) and _typed(self.values) == _typed(other.values)

    def __hash__(self) -> int:
        """Returns a number that is equal for equal values."""
        return hash(_typed(self.values))

    def __str__(self) -> str:
        return f"Literal[{', '.join(map(repr, self.values))}]"


def _typed(values: tuple[Any, ...]) -> tuple[tuple[type, Any], ...]:
    return tuple((type(one), one) for one in values)


@dataclass(frozen=True, slots=True)
class EnumOf(Schema):
    """An Enum, IntEnum, StrEnum or Flag."""

    type: type

    def __str__(self) -> str:
        return self.type.__name__


@dataclass(frozen=True, slots=True)
class SequenceOf(Schema):
    """A collection of any length: list, set, frozenset, deque, tuple[T, ...] and their ABCs."""

    type: type
    item: Schema

    def __str__(self) -> str:
        dots = ", ..." if self.type is tuple else ""
        return f"{self.type.__name__}[{self.item}{dots}]"


@dataclass(frozen=True, slots=True)
class TupleOf(Schema):
    """A tuple of known length."""

    items: tuple[Schema, ...]

    def __str__(self) -> str:
        return f"tuple[{', '.join(map(str, self.items)) or '()'}]"


@dataclass(frozen=True, slots=True)
class MappingOf(Schema):
    """dict and Mapping."""

    type: type
    key: Schema
    value: Schema

    def __str__(self) -> str:
        return f"{self.type.__name__}[{self.key}, {self.value}]"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record. ``key`` is its name in JSON, if that is a different one."""

    schema: Schema
    required: bool = True
    key: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Record(Schema):
    """A model, dataclass, Struct, TypedDict or NamedTuple.

    Attributes:
        type: The class itself. For a generic alias such as ``Page[int]`` it is ``Page``.
        style: Which kind of class it is: ``model``, ``dataclass``, ``struct``, ``typeddict``,
            ``namedtuple``.
        args: The type arguments of a generic.
        fields: Name to field. They are filled in after the node exists, so that a class may
            contain itself.
        extras: The type of a TypedDict's further keys, if it declares one (``extra_items``).
        wire: The codecs keep here what they find out about the fields, so that they do it once.
    """

    type: type
    style: str
    args: tuple[Schema, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    extras: list[Schema] = field(default_factory=list)
    wire: list[Any] = field(default_factory=list, repr=False)

    def __str__(self) -> str:
        name = self.type.__name__
        return (
            f"{name}[{', '.join(map(str, self.args))}]" if self.args and "[" not in name else name
        )


@dataclass(frozen=True, slots=True)
class UnionOf(Schema):
    """One of several types. `Optional[T]` is a union with None.

    Attributes:
        members: The types.
        annotation: What the author wrote, if no type variable is in it; otherwise None.
    """

    members: tuple[Schema, ...]
    annotation: Any = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return " | ".join(map(str, self.members))


@dataclass(frozen=True, slots=True)
class Named(Schema):
    """A NewType. Wiring takes it for a type of its own; in JSON it is a value of its supertype."""

    newtype: Any
    inner: Schema

    def __str__(self) -> str:
        return str(self.newtype.__name__)


@dataclass(frozen=True, slots=True)
class Written(Schema):
    """A value in the DAG file itself. No NewType can be seen on it: `UserId(5)` is just 5."""

    inner: Schema

    def __str__(self) -> str:
        return str(self.inner)


@dataclass(frozen=True, slots=True)
class Inferred(Schema):
    """The type that the code of a function shows, if no annotation says more.

    It explains wiring and refuses edges that cannot work, but no value is decoded by it. A union
    inside it means that each of its types is possible. A record whose type is ``dict`` is a dict
    with known keys.

    Attributes:
        inner: The type that the code shows.
        promised: The type of the annotation, if there is one that says less, such as ``dict``.
    """

    inner: Schema
    promised: Schema = UNKNOWN

    def __str__(self) -> str:
        return seen(self.inner)


@dataclass(frozen=True, slots=True, eq=False)
class Alias(Schema):
    """A `type` alias by its name, so that it may contain itself. ``target`` is filled later."""

    name: str
    target: list[Schema] = field(default_factory=list)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Opaque(Schema):
    """A class that pydantic or a registered codec reads and writes."""

    type: type

    def __str__(self) -> str:
        return self.type.__name__


@dataclass(frozen=True, slots=True)
class Var(Schema):
    """A type variable, solved for each call."""

    name: str
    bound: Schema = UNKNOWN
    constraints: tuple[Schema, ...] = ()

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class TableOf(Schema):
    """`Table[Row]`: compared by column.

    Attributes:
        row: The row model; unknown if the annotation names only the library's class.
        library: That class, if the annotation has no row model: ``DataFrame``.
        is_lazy: Whether it is read piece by piece, as ``LazyTable[Row]`` is.
    """

    row: Schema
    library: str = field(default="", compare=False)
    is_lazy: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.library or f"Table[{self.row}]"


@dataclass(frozen=True, slots=True)
class Unsupported(Schema):
    """An annotation whose values cannot make the round trip, with the cure.

    Attributes:
        annotation: The annotation.
        cure: What to write instead.
        is_secret: Whether the values hold secrets, which may never travel.
    """

    annotation: Any
    cure: str
    is_secret: bool = False

    def __str__(self) -> str:
        if isinstance(self.annotation, str):
            return self.annotation
        name = None if get_args(self.annotation) else getattr(self.annotation, "__name__", None)
        shown = name or re.sub(r"\b(typing|collections\.abc)\.", "", repr(self.annotation))
        return shown if len(shown) <= _MAX_NAME else f"{shown[: _MAX_NAME - 1]}…"


def members_of(schema: Schema) -> tuple[Schema, ...]:
    """Returns the members of a union. Any other schema is its own only member."""
    return schema.members if isinstance(schema, UnionOf) else (schema,)


def inferred(inner: Schema, promised: Schema = UNKNOWN) -> Schema:
    """Returns the type that code shows, or what the annotation says if code shows nothing."""
    if isinstance(inner, Inferred):
        return inferred(inner.inner, inner.promised if isinstance(promised, Unknown) else promised)
    return promised if isinstance(inner, Unknown) else Inferred(inner, promised)


_SHOWN_KEYS = 5


def seen(schema: Schema) -> str:
    """Returns a type that code shows in words, such as ``{'id': int}``. Constants show as types."""
    match schema:
        case Inferred(inner=inner) | Written(inner=inner):
            return seen(inner)
        case UnionOf(members=members):
            return " | ".join(dict.fromkeys(map(seen, members)))
        case LiteralOf(values=values):
            return " | ".join(dict.fromkeys(type(value).__name__ for value in values))
        case Record(type=kind, fields=fields) if kind is dict:
            shown = [f"{name!r}: {seen(part.schema)}" for name, part in fields.items()]
            dots = ["..."] if len(shown) > _SHOWN_KEYS else []
            return "{" + ", ".join([*shown[:_SHOWN_KEYS], *dots]) + "}"
        case SequenceOf(type=kind, item=item):
            return f"{kind.__name__}[{seen(item)}{', ...' if kind is tuple else ''}]"
        case TupleOf(items=items):
            return f"tuple[{', '.join(map(seen, items)) or '()'}]"
        case MappingOf(type=kind, key=key, value=value):
            return f"{kind.__name__}[{seen(key)}, {seen(value)}]"
    return str(schema)


def bare(schema: Schema) -> Schema:
    """Returns *schema* without its constraints and NewTypes."""
    while isinstance(schema, (Named, Constrained)):
        schema = schema.inner
    return schema


@overload
def peeled(schema: Schema) -> Schema: ...
@overload
def peeled(schema: Schema | None) -> Schema | None: ...
def peeled(schema: Schema | None) -> Schema | None:
    """Returns *schema* without what only names or narrows it: as `bare`, and without aliases too.

    An alias that is not resolved yet stays.
    """
    while isinstance(schema, _WRAPPERS):
        if not isinstance(schema, Alias):
            schema = schema.inner
        elif schema.target:
            schema = schema.target[0]
        else:
            break
    return schema


_WRAPPERS = (Named, Constrained, Written, Alias)


def bounds(constraints: Constraints) -> str:
    """Returns the limits of a number as people write them: `` > 0``."""
    signs = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))
    shown = [
        f" {sign} {limit}"
        for name, sign in signs
        if (limit := getattr(constraints, name)) is not None
    ]
    return " and".join(shown)


def part(schema: Schema, key: Any) -> Schema:
    """Returns the schema of the item at *key*: an index, a dict's key or a field's name."""
    match schema:
        case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
            return part(inner, key)
        case Inferred(inner=inner, promised=promised):
            return inferred(part(inner, key), part(promised, key))
        case SequenceOf(item=item):
            return item
        case TupleOf(items=items):
            return items[key] if isinstance(key, int) and key < len(items) else UNKNOWN
        case MappingOf(value=value):
            return value
        case Record(fields=fields, style="namedtuple") if isinstance(key, int):
            return list(fields.values())[key].schema
        case Record(fields=fields):
            found = fields.get(key)
            return found.schema if found is not None else UNKNOWN
    return UNKNOWN


def children(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yields the parts of *schema*, each with its step in a path: ``.field``, ``[...]``."""
    match schema:
        case SequenceOf(item=item):
            yield "[...]", item
        case TupleOf(items=items):
            yield from ((f"[{index}]", item) for index, item in enumerate(items))
        case MappingOf(key=key, value=value):
            yield "[key]", key
            yield "[...]", value
        case Record(fields=fields, extras=extras):
            yield from ((f".{name}", part.schema) for name, part in fields.items())
            yield from (("[...]", extra) for extra in extras)
        case UnionOf(members=members):
            yield from (("", member) for member in members)
        case Named(inner=inner) | Constrained(inner=inner) | Inferred(inner=inner):
            yield "", inner
        case Alias(target=[inner]):
            yield "", inner
        case TableOf(row=row):
            yield "[...]", row
        case Var(bound=bound):
            yield "", bound


_LEAVES = (Scalar, Unknown)  # most nodes are one of them


def walk(
    schema: Schema, path: str = "$", *, into_models: bool = True
) -> Iterator[tuple[str, Schema]]:
    """Yields every node of the tree with its path. A class that contains itself comes once.

    Args:
        schema: Where to begin.
        path: What the paths begin with.
        into_models: Whether to enter pydantic models too.
    """
    seen: set[int] = set()
    todo = [(path, schema)]
    while todo:
        where, node = todo.pop()
        if isinstance(node, (Record, Alias)):
            if id(node) in seen:
                continue
            seen.add(id(node))
        yield where, node
        if isinstance(node, _LEAVES):
            continue
        if not into_models and isinstance(node, Record) and node.style == "model":
            continue
        todo.extend((where + step, part) for step, part in children(node))
