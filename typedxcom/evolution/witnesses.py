"""Does a union read a value as another member? Asks the real decoder, with made-up values.

Which member of a union reads a value depends on the value, and each library has rules of its own.
So the types are built again from their descriptions, and pydantic or msgspec reads the values.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal, NamedTuple, Union

import typing_extensions as te

from typedxcom.codecs import ValueCodec, make_codec
from typedxcom.codecs.concrete import lowered
from typedxcom.errors import TypedXComError
from typedxcom.evolution.facts import ClassFacts, facts_of, root_of
from typedxcom.evolution.finite import plain
from typedxcom.evolution.reasons import Break
from typedxcom.evolution.samples import made_tree
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    Constraints,
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
    Unknown,
    Var,
    walk,
)
from typedxcom.schema.values import is_among, scalar_fits

__all__ = ["never_written", "proved", "witness"]

_OWN, _THEIRS = 12, 8  # values that are tried of the writer's type, and of each of the reader's
_LONG = 1000  # characters of a made-up text
_TEXTS = ("1234", "2024-01-31", "")  # which several classes read
_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")


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
        return replace(
            found, reason=f"{found.reason}, though no example shows it", is_certain=False
        )
    return replace(found, reason=f"{found.reason}, such as `{shown[0]}`", example=shown[0])


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
    if _is_open(up):
        return None
    built = BuiltTypes()
    try:
        codecs = [built.codec(one) for one in (writer, down)]
    except _CANNOT:
        return None
    return (next(_wrong(up, down, list(fitting), codecs, built), None),)


def never_written(member: Schema, union: UnionOf, others: tuple[Schema, ...]) -> bool:
    """Whether each made-up value of *member* is one of *others*, or comes back as one.

    The writer checks that a value comes back, so no task could push the others.

    Args:
        member: A member of the union.
        union: What the writer writes.
        others: Further members of it.
    """
    if _is_open(member):
        return False
    built = BuiltTypes()
    try:
        codec = built.codec(union)
    except _CANNOT:
        return False
    read = [_decoded(codec, tree) for tree in _trees(member, UnionOf(others))]
    known = [one[0] for one in read if one is not None]
    return bool(known) and not any(
        built.is_one(one, member) and not any(built.is_one(one, other) for other in others)
        for one in known
    )


def _is_open(schema: Schema) -> bool:
    """Whether it has more values than can be made up."""
    return any(isinstance(node, Unknown) for _, node in walk(schema))


def _wrong(
    up: Schema, down: UnionOf, fitting: list[Schema], codecs: list[ValueCodec], built: BuiltTypes
) -> Iterator[str]:
    for tree in _trees(up, down):
        value = _decoded(codecs[0], tree)
        if value is None or not built.is_one(value[0], up):
            continue  # such a value is never written
        entry = _written(codecs[0], value[0])
        if entry is None:
            continue
        read = _decoded(codecs[1], entry[0])
        if read is None or not _is_right(value[0], read[0], fitting, built):
            yield json.dumps(entry[0])[:60]


def _is_right(value: Any, read: Any, fitting: list[Schema], built: BuiltTypes) -> bool:
    is_same: bool = _bare(read) == _bare(value)
    number = _unrooted(read)
    if type(number) in (int, float) and scalar_fits(type(value), type(number)):
        is_same = is_same or bool(number == value)  # a bool as a number
    return is_same or any(built.is_one(read, one) for one in fitting)


def _bare(value: Any) -> Any:
    """Returns *value* with the type of each part, where Enums stand for their values."""
    value = _unrooted(value)
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, dict):
        return [(_bare(name), _bare(one)) for name, one in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [_bare(one) for one in value]
    is_number = type(value) in (int, float)
    return "number" if is_number else type(value).__name__, value


def _unrooted(value: Any) -> Any:
    """Returns what is in a RootModel; any other *value* as it is."""
    while getattr(type(value), "__pydantic_root_model__", False):
        value = value.root
    return value


def _trees(up: Schema, down: UnionOf) -> Iterator[Any]:
    """Values of *up*, and those of the reader's members, which may be some of *up* too."""
    for count, schema in ((_OWN, up), *((_THEIRS, one) for one in down.members)):
        yield from (made_tree(schema, number) for number in range(count))
        inner = plain(schema)
        if isinstance(inner, SequenceOf):  # of one item, too
            yield from ([made_tree(inner.item, number)] for number in range(count))
    yield from _TEXTS
    for one in down.members:
        yield from _beside(one)


def _beside(schema: Schema) -> Iterator[Any]:
    """Values with a number or text just outside the limits of a type, in collections too."""
    match plain(schema):
        case SequenceOf(item=item):
            yield from ([one] for one in _beside(item))
        case MappingOf(key=key, value=value):
            yield from ({str(made_tree(key, 0)): one} for one in _beside(value))
        case TupleOf(items=items):
            for at, item in enumerate(items):
                others = [made_tree(other, 0) for other in items]
                yield from ([*others[:at], one, *others[at + 1 :]] for one in _beside(item))
        case UnionOf(members=members):
            for member in members:
                yield from _beside(member)
    limits = schema.constraints if isinstance(schema, Constrained) else Constraints()
    for limit in (limits.ge, limits.gt, limits.le, limits.lt):
        if isinstance(limit, (int, float)):
            yield from (limit - 1, limit, limit + 1)
            yield from (limit - 0.5, limit + 0.5)
    if limits.min_length:
        yield "a" * (limits.min_length - 1)
    if limits.max_length is not None and limits.max_length < _LONG:
        yield "a" * (limits.max_length + 1)


def _decoded(codec: ValueCodec, tree: Any) -> tuple[Any] | None:
    try:
        return (codec.decode_tree(tree),)
    except (TypedXComError, ValueError, ArithmeticError, RecursionError):
        return None


def _written(codec: ValueCodec, value: Any) -> tuple[Any] | None:
    try:
        return (codec.encode(value).tree,)
    except (TypedXComError, ValueError, ArithmeticError, RecursionError):
        return None


class CannotBuildError(Exception):
    """A type has something that its description does not bring back, such as a validator."""


_CANNOT = (TypedXComError, CannotBuildError, TypeError, ValueError, NameError, RecursionError)


class BuiltTypes:
    """Annotations and classes made from descriptions."""

    def __init__(self) -> None:
        self._classes: dict[type, Any] = {}
        self._open: set[int] = set()

    def codec(self, schema: Schema) -> ValueCodec:
        """Returns the codec that reads *schema*."""
        annotation = self._annotation(schema)
        return make_codec(annotation, schema_of(annotation))

    def is_one(self, value: Any, schema: Schema) -> bool:
        """Whether *value*, which a codec of these types made, is of the type *schema*."""
        if root_of(schema) is None:
            value = _unrooted(value)
        match schema:
            case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
                return self.is_one(value, inner)
            case Var(bound=inner):
                return self.is_one(value, inner)
            case Scalar(type=kind):
                return type(value) is kind
            case LiteralOf(values=values):
                return is_among(value, values)
            case EnumOf(type=kind):
                return type(value) is kind
            case SequenceOf(type=kind, item=item):
                return self._is(value, kind) and all(self.is_one(one, item) for one in value)
            case TupleOf(items=items):
                is_long = self._is(value, tuple) and len(value) == len(items)
                return is_long and all(map(self.is_one, value, items))
            case MappingOf(type=kind, key=key, value=item):
                return self._is(value, kind) and all(
                    self.is_one(name, key) and self.is_one(one, item) for name, one in value.items()
                )
            case UnionOf(members=members):
                return any(self.is_one(value, one) for one in members)
            case Record(style="typeddict", fields=fields):
                return self._is(value, dict) and all(
                    self.is_one(value[name], part.schema) if name in value else not part.required
                    for name, part in fields.items()
                )
            case Unknown():
                return True
            case Record(type=kind):
                return type(value) is self._classes.get(kind)
        return False

    @staticmethod
    def _is(value: Any, kind: type) -> bool:
        return type(value) is lowered(kind)

    def _annotation(self, schema: Schema) -> Any:
        match schema:
            case Constrained(inner=UnionOf() as inner, marks=(("discriminator", str(key)),)):
                import pydantic

                return Annotated[self._annotation(inner), pydantic.Field(discriminator=key)]
            case Constrained(inner=inner) if not schema.converts and not schema.marks:
                return Annotated[self._annotation(inner), _limits(schema)]
            case Named(inner=inner) | Var(bound=inner):
                return self._annotation(inner)
            case Scalar(type=kind) | EnumOf(type=kind):
                return None if kind is type(None) else kind
            case LiteralOf(values=values):
                return Literal[values]
            case Unknown():
                return Any
            case SequenceOf(type=kind, item=item):
                inside = self._annotation(item)
                made: Any = kind
                return made[inside, ...] if kind is tuple else made[inside]
            case TupleOf(items=items):
                return tuple[tuple(map(self._annotation, items))]  # type: ignore[misc]
            case MappingOf(type=kind, key=key, value=value):
                mapping: Any = kind
                return mapping[self._annotation(key), self._annotation(value)]
            case UnionOf(members=members):
                return Union[tuple(map(self._annotation, members))]  # noqa: UP007  # a tuple of them
            case Record() if not schema.extras:
                return self._class(schema)
        raise CannotBuildError

    def _class(self, record: Record) -> Any:
        if record.type not in self._classes:
            if id(record) in self._open:
                raise CannotBuildError  # it contains itself
            self._open.add(id(record))
            facts = facts_of(record)
            if facts.validators or facts.serializers or (facts.config and record.style != "model"):
                raise CannotBuildError
            fields = {
                name: (self._annotation(part.schema), part.required)
                for name, part in record.fields.items()
            }
            self._classes[record.type] = _MAKERS[record.style](fields, facts)
        return self._classes[record.type]


def _limits(node: Constrained) -> Any:
    limits = {one: getattr(node.constraints, one) for one in _LIMITS}
    given = {name: one for name, one in limits.items() if one is not None}
    if node.engine == "msgspec":
        import msgspec

        return msgspec.Meta(**given)
    import pydantic

    return pydantic.Field(**given)


_Fields = dict[str, tuple[Any, bool]]


def _keyed(facts: ClassFacts) -> None:
    """Raises if a field has another key in JSON, which only a model can have here."""
    if any(one.writes != name or one.reads != (name,) for name, one in facts.fields.items()):
        raise CannotBuildError


def _typed_dict(fields: _Fields, facts: ClassFacts) -> Any:
    _keyed(facts)
    make: Any = te.TypedDict
    return make(
        "Built",
        {
            name: one if required else te.NotRequired[one]
            for name, (one, required) in fields.items()
        },
    )


def _dataclass(fields: _Fields, facts: ClassFacts) -> Any:
    _keyed(facts)
    return dataclasses.make_dataclass(
        "Built",
        [
            (name, one) if required else (name, one, dataclasses.field(default=None))
            for name, (one, required) in fields.items()
        ],
    )


def _namedtuple(fields: _Fields, facts: ClassFacts) -> Any:
    _keyed(facts)
    make: Any = NamedTuple
    made = make("Built", [(name, one) for name, (one, _) in fields.items()])
    made.__new__.__defaults__ = tuple(None for _, required in fields.values() if not required)
    made._field_defaults = {name: None for name, (_, required) in fields.items() if not required}
    return made


def _model(fields: _Fields, facts: ClassFacts) -> Any:
    import pydantic

    config: Any = {"ser_json_inf_nan": "constants", **facts.config}
    config["ser_json_bytes"] = config.get("val_json_bytes", "utf8")
    if facts.is_root:
        base: Any = pydantic.RootModel
        made: Any = pydantic.create_model("Built", __base__=base[fields["root"][0]])
        made.model_config.update(config)
        made.model_rebuild(force=True)
        return made
    parts: Any = {}
    for name, (one, required) in fields.items():
        reads = facts.fields[name].reads
        path: Any = pydantic.AliasPath
        alias: Any = pydantic.AliasChoices(
            *(one if isinstance(one, str) else path(*one) for one in reads)
        )
        more: Any = {"validation_alias": alias} if reads != (name,) else {}
        parts[name] = (one, pydantic.Field(**more) if required else pydantic.Field(None, **more))
    config["extra"] = facts.extra
    return pydantic.create_model("Built", __config__=config, **parts)


def _struct(fields: _Fields, facts: ClassFacts) -> Any:
    import msgspec

    key, tag = facts.tag or (None, None)
    return msgspec.defstruct(
        "Built",
        [
            (name, one) if required else (name, one, None)
            for name, (one, required) in fields.items()
        ],
        rename={name: one.writes for name, one in facts.fields.items()},
        tag_field=key,
        tag=tag,
        array_like=facts.is_array,
        forbid_unknown_fields=facts.extra == "forbid",
        kw_only=True,
    )


_MAKERS = {
    "struct": _struct,
    "typeddict": _typed_dict,
    "dataclass": _dataclass,
    "namedtuple": _namedtuple,
    "model": _model,
}
