"""Builds annotations and classes again from their descriptions, for the real decoder."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import sys
import types
from dataclasses import dataclass
from typing import Annotated, Any, ForwardRef, Literal, NamedTuple, Union

import typing_extensions as te

from typedxcom.codecs import ValueCodec, make_codec
from typedxcom.codecs.concrete import lowered
from typedxcom.errors import TypedXComError
from typedxcom.evolution.facts import UNSET, ClassFacts, FieldFacts, facts_of, root_of
from typedxcom.evolution.finite import narrowed, plain
from typedxcom.evolution.reasons import NONE
from typedxcom.evolution.values import Edges
from typedxcom.schema import schema_of
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
    Unknown,
    Var,
)
from typedxcom.schema.values import is_among

__all__ = ["CANNOT", "BuiltTypes", "is_rooted", "unrooted"]

_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")


def unrooted(value: Any) -> Any:
    """Returns what is in a RootModel; any other *value* as it is."""
    while is_rooted(value):
        value = value.root
    return value


def is_rooted(value: Any) -> bool:
    """Whether *value* is a RootModel."""
    return getattr(type(value), "__pydantic_root_model__", False) is True


class CannotBuildError(Exception):
    """A type has something that its description does not bring back, such as a validator."""


CANNOT = (TypedXComError, CannotBuildError, TypeError, ValueError, NameError, RecursionError)


class BuiltTypes:
    """Annotations and classes made from descriptions, for a `with` block.

    A class that contains itself names itself, so all are in a module as long as the block runs.
    """

    def __init__(self) -> None:
        self._classes: dict[type, Any] = {}
        self._open: dict[int, str] = {}
        self._module = types.ModuleType(f"typedxcom_built_{id(self)}")

    def __enter__(self) -> BuiltTypes:
        """Makes the names of the classes known."""
        sys.modules[self._module.__name__] = self._module
        return self

    def __exit__(self, *error: object) -> None:
        """Forgets them."""
        del sys.modules[self._module.__name__]

    def codec(self, schema: Schema) -> ValueCodec:
        """Returns the codec that reads *schema*."""
        annotation = self._annotation(schema)
        return make_codec(annotation, schema_of(annotation))

    def is_one(self, value: Any, schema: Schema) -> bool:
        """Whether *value*, which a codec of these types made, is of the type *schema*."""
        match schema:
            case Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner]):
                return self.is_one(value, inner)
            case Var(bound=inner):
                return self.is_one(value, inner)
            case UnionOf(members=members):
                return any(self.is_one(value, one) for one in members)
            case Record() if root_of(schema) is not None:
                return type(value) is self._classes.get(schema.type)
        value = unrooted(value)
        match schema:
            case Scalar(type=kind):
                return type(value) is kind
            case LiteralOf(values=values):
                return is_among(value, values)
            case EnumOf(type=kind):
                return type(value) is kind
            case Opaque(type=kind):
                return type(value).__name__ == narrowed(kind)
            case SequenceOf(type=kind, item=item):
                return self._is(value, kind) and all(self.is_one(one, item) for one in value)
            case TupleOf(items=items):
                is_long = self._is(value, tuple) and len(value) == len(items)
                return is_long and all(map(self.is_one, value, items))
            case MappingOf(type=kind, key=key, value=item):
                return self._is(value, kind) and all(
                    self.is_one(name, key) and self.is_one(one, item) for name, one in value.items()
                )
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
            case Constrained(inner=inner) if not schema.converts:
                limited = (self._annotation(inner), *_limits(schema))
                return Annotated[limited]
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
            case Opaque(type=kind) if narrowed(kind):
                import pydantic

                return getattr(pydantic, kind.__name__)
        raise CannotBuildError

    def _class(self, record: Record) -> Any:
        if record.type not in self._classes:
            if id(record) in self._open:
                return ForwardRef(self._open[id(record)], module=self._module.__name__)
            name = self._open[id(record)] = f"Built{len(self._open)}"
            facts = facts_of(record)
            is_keyed = any(one.writes != name for name, one in facts.fields.items())
            if facts.validators or facts.serializers or (is_keyed and record.style != "struct"):
                raise CannotBuildError
            parts = [
                self._part(field, part.schema, part.required, facts.fields[field])
                for field, part in record.fields.items()
            ]
            made = _MAKERS[record.style](name, parts, facts)
            made.__module__ = self._module.__name__
            setattr(self._module, name, made)
            self._classes[record.type] = made
        return self._classes[record.type]

    def _part(self, name: str, schema: Schema, required: bool, facts: FieldFacts) -> _Part:
        annotation = self._annotation(schema)
        if required or facts.default in ({"absent": True}, UNSET):
            return _Part(name, annotation, required, facts, None)
        given, kind = facts.default.get("value", ...), plain(schema)
        if given is ... and isinstance(kind, UnionOf) and NONE in kind.members:
            given = None
        if given is ... and isinstance(kind, (SequenceOf, MappingOf)) and kind is schema:
            given = []
        if given is None:  # a part may be of the class itself, which no codec can read yet
            return _Part(name, annotation, required, facts, None)
        if given in ([], {}) and isinstance(kind, (SequenceOf, MappingOf)):
            return _Part(name, annotation, required, facts, lowered(kind.type)())
        codec = make_codec(annotation, schema_of(annotation))
        known = [facts.default["value"]] if "value" in facts.default else []
        for tree in (*known, *Edges.of(schema).trees(schema)):
            with contextlib.suppress(*CANNOT):
                return _Part(name, annotation, required, facts, codec.decode_tree(tree))
        raise CannotBuildError


@dataclass(frozen=True, slots=True)
class _Part:
    """One field of a class to build. What a function computes as its default is any value here."""

    name: str
    annotation: Any
    required: bool
    facts: FieldFacts
    default: Any


_MARKS = ("strict", "allow_inf_nan", "max_digits", "decimal_places", "union_mode", "discriminator")
_OF_TEXTS = ("strip_whitespace", "to_lower", "to_upper")


def _limits(node: Constrained) -> list[Any]:
    """Returns the metadata of an annotation. Raises CannotBuildError for a validator."""
    limits = {one: getattr(node.constraints, one) for one in _LIMITS}
    given = {name: one for name, one in limits.items() if one is not None}
    marks = {name: one for name, one in node.marks if name != "as"}  # the class around has it
    if node.engine == "msgspec" and marks.keys() <= {"tz"}:
        import msgspec

        return [msgspec.Meta(**given, **marks)]
    if not marks.keys() <= {*_MARKS, *_OF_TEXTS}:
        raise CannotBuildError
    import pydantic

    more: Any = {name: one for name, one in marks.items() if name in _MARKS}
    texts: Any = {name: bool(one) for name, one in marks.items() if name in _OF_TEXTS}
    found: list[Any] = [pydantic.StringConstraints(**texts)] if texts else []
    return [*found, pydantic.Field(**given, **more)]


def _aliased(part: _Part) -> Any:
    """Returns the annotation with what pydantic is to know of the field."""
    if part.facts.reads == (part.name,):
        return part.annotation
    import pydantic

    path: Any = pydantic.AliasPath
    reads = (one if isinstance(one, str) else path(*one) for one in part.facts.reads)
    return Annotated[
        part.annotation, pydantic.Field(validation_alias=pydantic.AliasChoices(*reads))
    ]


def _config(facts: ClassFacts) -> Any:
    config: Any = {"ser_json_inf_nan": "constants", **facts.config, "extra": facts.extra}
    return {**config, "ser_json_bytes": config.get("val_json_bytes", "utf8")}


def _typed_dict(name: str, parts: list[_Part], facts: ClassFacts) -> Any:
    make: Any = te.TypedDict
    fields = {
        one.name: _aliased(one) if one.required else te.NotRequired[_aliased(one)] for one in parts
    }
    if not facts.is_own:
        return make(name, fields, closed=True) if facts.extra == "forbid" else make(name, fields)
    made = make(name, fields)
    made.__pydantic_config__ = _config(facts)
    return made


def _dataclass(name: str, parts: list[_Part], facts: ClassFacts) -> Any:
    fields: list[Any] = []
    for one in parts:
        if one.facts.omitted:
            raise CannotBuildError
        default = functools.partial(_given, one.default)
        more = [] if one.required else [dataclasses.field(default_factory=default)]
        fields.append((one.name, _aliased(one), *more))
    made: Any = dataclasses.make_dataclass(name, fields)
    if facts.is_own:
        import pydantic.dataclasses

        made = pydantic.dataclasses.dataclass(made, config=_config(facts))
    return made


def _given(value: Any) -> Any:
    return value


def _namedtuple(name: str, parts: list[_Part], facts: ClassFacts) -> Any:
    make: Any = NamedTuple
    made = make(name, [(one.name, one.annotation) for one in parts])
    defaults = {one.name: one.default for one in parts if not one.required}
    made.__new__.__defaults__ = tuple(defaults.values()) or None
    made._field_defaults = defaults
    return made


def _model(name: str, parts: list[_Part], facts: ClassFacts) -> Any:
    import pydantic

    config = _config(facts)
    if facts.is_root:
        del config["extra"]
        base: Any = pydantic.RootModel
        root: Any = pydantic.create_model(name, __base__=base[parts[0].annotation])
        root.model_config.update(config)
        root.model_rebuild(force=True)
        return root
    fields: Any = {}
    for one in parts:
        if one.facts.omitted == "default":
            raise CannotBuildError
        more: Any = {"exclude": True} if one.facts.omitted == "always" else {}
        if not one.required:
            more["default_factory"] = functools.partial(_given, one.default)
        fields[one.name] = (_aliased(one), pydantic.Field(**more))
    return pydantic.create_model(name, __config__=config, **fields)


def _struct(name: str, parts: list[_Part], facts: ClassFacts) -> Any:
    import msgspec

    key, tag = facts.tag or (None, None)
    fields: list[Any] = []
    for one in parts:
        default: Any = msgspec.NODEFAULT
        annotation = one.annotation
        if one.facts.default == UNSET:
            default, annotation = msgspec.UNSET, annotation | msgspec.UnsetType
        elif one.default in ([], {}, set()):
            default = msgspec.field(default_factory=type(one.default))
        elif isinstance(one.default, (list, dict, set)):
            default = msgspec.field(default_factory=functools.partial(_given, one.default))
        elif not one.required:
            default = msgspec.field(default=one.default)
        fields.append((one.name, annotation, default))
    return msgspec.defstruct(
        name,
        fields,
        rename={name: one.writes for name, one in facts.fields.items()},
        tag_field=key,
        tag=tag,
        array_like=facts.is_array,
        forbid_unknown_fields=facts.extra == "forbid",
        omit_defaults=any(one.facts.omitted == "default" for one in parts),
        kw_only=not facts.is_array,
    )


_MAKERS = {
    "struct": _struct,
    "typeddict": _typed_dict,
    "dataclass": _dataclass,
    "namedtuple": _namedtuple,
    "model": _model,
}
