"""Reads an annotation once and describes it as a `Schema`.

A schema keeps only what wiring and the codecs need. Optional libraries are never imported here: if
an annotation has a class of such a library, the library is loaded already.
"""

from __future__ import annotations

import collections
import collections.abc as abc
import contextlib
import enum
import re
import sys
import types
import typing
from collections.abc import Hashable, Iterator, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import typing_extensions as te

from typedxcom.caches import kept_on
from typedxcom.registry import registered
from typedxcom.schema.kinds import MAPPINGS, SCALARS, SEQUENCES, is_frame
from typedxcom.schema.metadata import Lax, constrain, converts, marks_of, replaces_schema
from typedxcom.schema.nodes import (
    UNKNOWN,
    Alias,
    Constrained,
    EnumOf,
    Field,
    LiteralOf,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    Unknown,
    Unsupported,
    Var,
    bare,
)
from typedxcom.schema.records import REQUIREDNESS, extra_items, fields_of, style_of
from typedxcom.schema.refusals import SECRET_CURE, cure_for, hidden_from, refused_mark

__all__ = ["is_lax", "is_union", "schema_of"]

_ENUM_VALUES = frozenset({int, str, float, bool, type(None)})
_LITERAL_STRING = (getattr(typing, "LiteralString", te.LiteralString), te.LiteralString)
_SELF = (getattr(typing, "Self", te.Self), te.Self)
_ITERABLE_CURE = (
    "annotate with list[T] or collections.abc.Sequence[T]: an Iterable can be read only once"
)
_MAPPED_CURE = (
    "use a plain model of its columns (for SQLModel one without table=True): a class that is "
    "mapped to a database table validates nothing, and its instances belong to a session"
)
_LAZY = ("LazyTable", "LazyFrame", "RecordBatchReader")  # read piece by piece
_RECORD = "record"
_SCALAR_NODES = {cls: Scalar(cls) for cls in SCALARS}


def schema_of(annotation: Any) -> Schema:
    """Describes *annotation*.

    Returns:
        The schema. A type that cannot make the round trip is an `Unsupported` node inside it.

    Raises:
        NameError: A forward reference inside it cannot be resolved yet.
    """
    builder = SchemaBuilder()
    try:
        schema = builder.build(annotation)
    except RecursionError:
        return Unsupported(annotation, "use a type that does not contain ever larger ones")
    for (cls, args), record in builder.fresh.items():
        if not args:  # a generic class may live longer than its arguments
            kept_on(cls)[_RECORD] = record
    return schema


def is_lax(annotation: Any) -> bool:
    """Returns whether *annotation* has the mark `Lax()`."""
    return get_origin(annotation) is Annotated and any(
        isinstance(part, Lax) or part is Lax for part in annotation.__metadata__
    )


def is_union(annotation: Any) -> bool:
    """Returns whether *annotation* is a union: `Union[int, str]` or `int | str`."""
    return get_origin(annotation) in (Union, types.UnionType)


class SchemaBuilder:
    """Reads one annotation. It keeps records aside until the whole annotation is read."""

    def __init__(self) -> None:
        self.fresh: dict[Any, Record] = {}
        self.aliases: dict[Any, Alias] = {}
        self.inside_model = False
        self.classes: list[type] = []  # the records that are being read, for Self
        self.module = ""  # where a string inside an alias is looked up
        self.depth = 0  # classes, aliases and NewTypes around, whose annotations stay as they are

    def build(self, annotation: Any, env: Mapping[Any, Schema] | None = None) -> Schema:
        """Describes *annotation*. *env* says what its type variables stand for."""
        env = env or {}
        if type(annotation) is type and annotation in SCALARS:  # most annotations
            return _SCALAR_NODES[annotation]
        if not isinstance(annotation, Hashable):
            return Unsupported(repr(annotation), cure_for(annotation))
        if annotation is None:
            return Scalar(type(None))
        if annotation is Any or annotation is object:
            return Unknown(claimed=True)
        if annotation in _LITERAL_STRING:
            return Scalar(str)
        if annotation in _SELF and self.classes:
            return self.build(self.classes[-1], env)
        if isinstance(annotation, TypeVar):
            return env.get(annotation) or self._variable(annotation)
        if isinstance(annotation, (str, typing.ForwardRef)):
            return self.build(_evaluate(annotation, self.module), env)
        if _is_alias(annotation):
            return self._alias(annotation, env)
        if hasattr(annotation, "__supertype__"):
            with self._inside():
                return Named(annotation, self.build(annotation.__supertype__, env))
        origin = get_origin(annotation)
        if origin is None:
            return self._class(annotation)
        return self._generic(annotation, origin, env)

    @contextlib.contextmanager
    def _inside(self) -> Iterator[None]:
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    def _variable(self, variable: TypeVar) -> Schema:
        self.module, outer = variable.__module__, self.module
        bound = self.build(variable.__bound__) if variable.__bound__ is not None else UNKNOWN
        constraints = tuple(map(self.build, variable.__constraints__))
        self.module = outer
        return Var(variable.__name__, bound, constraints)

    def _alias(self, annotation: Any, env: Mapping[Any, Schema]) -> Schema:
        origin = get_origin(annotation) or annotation
        args = tuple(self.build(one, env) for one in get_args(annotation))
        key = (origin, args)
        if key not in self.aliases:
            known = {**env, **dict(zip(origin.__type_params__, args, strict=False))}
            alias = self.aliases[key] = Alias(origin.__name__)
            self.module, outer = origin.__module__, self.module
            with self._inside():
                alias.target.append(self.build(origin.__value__, known))
            self.module = outer
        return self.aliases[key]

    def _generic(self, annotation: Any, origin: Any, env: Mapping[Any, Schema]) -> Schema:
        args = get_args(annotation)
        if not hasattr(annotation, "__args__"):  # typing.Dict, without the types of its items
            return self._class(origin)
        if origin is Annotated:
            return self._annotated(args[0], annotation.__metadata__, env)
        if origin in REQUIREDNESS or origin is typing.ClassVar or origin is typing.Final:
            return self.build(args[0], env)
        if is_union(annotation):
            made = _union([self.build(member, env) for member in args if not _is_unset(member)])
            if env or not isinstance(made, UnionOf):
                return made
            return UnionOf(made.members, annotation)
        if origin is Literal:
            return self._literal(annotation)
        if origin is tuple:
            return self._tuple(args, env)
        if origin is abc.Iterable and self.depth:
            return Unsupported(annotation, _ITERABLE_CURE)
        if origin in SEQUENCES:
            return SequenceOf(SEQUENCES[origin], self.build(args[0], env))
        if origin in MAPPINGS:
            key, value = (self.build(arg, env) for arg in args)
            return MappingOf(MAPPINGS[origin], _as_key(key), value)
        if origin is collections.Counter:
            return MappingOf(collections.Counter, _as_key(self.build(args[0], env)), Scalar(int))
        if getattr(origin, "__typedxcom_table__", False):
            return TableOf(self.build(args[0], env), is_lazy=origin.__name__ in _LAZY)
        if origin is re.Pattern and args == (bytes,):
            return Unsupported(annotation, "use re.Pattern[str], or the pattern as bytes")
        if registered(origin):
            return self._registered(origin)
        if isinstance(origin, type) and style_of(origin) is not None:
            return self._record(origin, tuple(self.build(arg, env) for arg in args))
        return self._foreign(annotation, origin)

    def _literal(self, annotation: Any) -> Schema:
        values = get_args(annotation)
        if any(isinstance(value, str) and not _is_text(value) for value in values):
            return Unsupported(annotation, "use text without lone surrogates")
        if any(isinstance(value, bytes) for value in values):
            return Unsupported(annotation, "use text: JSON has no bytes to compare with")
        if not self.inside_model and any(isinstance(value, enum.Enum) for value in values):
            return Unsupported(annotation, "annotate with the Enum, or with Literal of its values")
        return LiteralOf(values)

    def _tuple(self, args: tuple[Any, ...], env: Mapping[Any, Schema]) -> Schema:
        if any(get_origin(arg) is te.Unpack or getattr(arg, "__unpacked__", False) for arg in args):
            return Unsupported(
                types.GenericAlias(tuple, args), "use tuple[A, B] of known length, or tuple[A, ...]"
            )
        if len(args) == 2 and args[1] is Ellipsis:
            return SequenceOf(tuple, self.build(args[0], env))
        return TupleOf(tuple(self.build(arg, env) for arg in args if arg != ()))

    def _annotated(
        self, inner: Any, metadata: tuple[Any, ...], env: Mapping[Any, Schema]
    ) -> Schema:
        refused = refused_mark((inner, *metadata), inside_model=self.inside_model)
        if refused:
            return Unsupported(inner, refused)
        rows = next((part for part in metadata if type(part).__name__ == "Rows"), None)
        if rows is not None:  # a library's own table: `Rows` names its row model
            return TableOf(
                self.build(rows.row, env), is_lazy=getattr(inner, "__name__", "") in _LAZY
            )
        if replaces_schema(metadata):  # the user's own validator reads it, not the class
            replaced = Opaque(inner if isinstance(inner, type) else object)
            return Constrained(replaced, *constrain(metadata), marks=marks_of(metadata))
        schema = self.build(inner, env)
        constraints, engine = constrain(metadata)
        if not engine:
            return schema
        return Constrained(schema, constraints, engine, converts(metadata), marks_of(metadata))

    def _class(self, cls: Any) -> Schema:
        if cls in SCALARS:
            return _SCALAR_NODES[cls]
        if cls is abc.Iterable and self.depth:
            return Unsupported(cls, _ITERABLE_CURE)
        if cls in SEQUENCES:
            return SequenceOf(SEQUENCES[cls], Unknown(claimed=True))
        if cls is tuple:
            return SequenceOf(tuple, Unknown(claimed=True))
        if cls in MAPPINGS:
            return MappingOf(MAPPINGS[cls], Unknown(claimed=True), Unknown(claimed=True))
        if not isinstance(cls, type):
            return self._foreign(cls, cls)
        if cls is collections.Counter:
            return MappingOf(cls, Unknown(claimed=True), Scalar(int))
        if issubclass(cls, enum.Enum) and len(cls):
            return _enum(cls)
        if _is_xcomarg(cls):
            return UNKNOWN
        if getattr(cls, "__typedxcom_table__", False):
            return TableOf(Unknown(claimed=True))
        if getattr(cls, "__typedxcom_file__", False):
            return Opaque(cls)
        if hidden_from(cls):
            return _secret(cls)
        if hasattr(cls, "__mapper__"):  # SQLAlchemy's, whose instances belong to a session
            return Unsupported(cls, _MAPPED_CURE)
        refused = refused_mark((cls,), inside_model=self.inside_model)
        if refused:
            return Unsupported(cls, refused)
        if registered(cls):
            return self._registered(cls)
        if is_frame(cls):
            return TableOf(Unknown(claimed=True), cls.__name__)
        return self._record(cls, ()) if style_of(cls) is not None else self._foreign(cls, cls)

    def _registered(self, cls: type) -> Schema:
        if self.inside_model:
            return Unsupported(
                cls,
                "pydantic reads this field: annotate it with PlainValidator and PlainSerializer",
            )
        return Opaque(cls)

    def _record(self, cls: type, args: tuple[Schema, ...]) -> Schema:
        style = style_of(cls) or ""
        if style == "struct" and self.inside_model:
            return Unsupported(
                cls, "pydantic cannot read a Struct: put a model or a dataclass there"
            )
        key = (cls, args)
        known = self.fresh.get(key) or (None if args else kept_on(cls).get(_RECORD))
        if known is not None:
            return known
        fields: dict[str, Field] = {}
        record = self.fresh[key] = Record(cls, style, args, fields)
        was_inside, self.inside_model = self.inside_model, self.inside_model or style == "model"
        self.classes.append(cls)
        self.module, outer = cls.__module__, self.module
        self.depth += 1
        try:
            env = dict(zip(getattr(cls, "__parameters__", ()), args, strict=False))
            fields.update(fields_of(cls, style, self.build, env))
            extra = extra_items(cls) if style == "typeddict" else None
            if extra is not None and extra is not te.Never:
                record.extras.append(self.build(extra, env))
        finally:
            self.inside_model = was_inside
            self.classes.pop()
            self.module = outer
            self.depth -= 1
        return record

    def _foreign(self, annotation: Any, origin: Any) -> Schema:
        """Describes a class of another library. It is refused unless pydantic can read it."""
        if hidden_from(origin):
            return _secret(annotation)
        cure = cure_for(origin)
        return Unsupported(annotation, cure) if cure else Opaque(origin)


def _secret(annotation: Any) -> Unsupported:
    return Unsupported(annotation, SECRET_CURE, is_secret=True)


def _union(members: list[Schema]) -> Schema:
    flat: list[Schema] = []
    for member in members:
        flat.extend(member.members if isinstance(member, UnionOf) else [member])
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else UnionOf(unique)


def _enum(cls: type[enum.Enum]) -> Schema:
    if issubclass(cls, enum.Flag) or all(type(one.value) in _ENUM_VALUES for one in cls):
        return EnumOf(cls)
    if all(isinstance(one.value, (int, str)) for one in cls):
        return EnumOf(cls)
    return Unsupported(cls, "give its members text or numbers as values")


def _is_text(value: str) -> bool:
    """Returns whether *value* can be written as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_key(schema: Schema) -> Schema:
    """Returns *schema* for the keys of a dict, or refuses it: keys are text in JSON."""
    inner = bare(schema)
    if isinstance(inner, EnumOf) and not issubclass(inner.type, enum.Flag):
        members: Any = inner.type
        texts = [one.value for one in members if isinstance(one.value, (int, str))]
        if len(set(map(str, texts))) < len(list(members)):
            cure = "give its members different texts or different whole numbers as values"
            return Unsupported(str(schema), cure)
    if isinstance(inner, (TupleOf, SequenceOf, MappingOf, Record)) or inner == Scalar(type(None)):
        return Unsupported(str(schema), "use text or a number as the key, or a list of pairs")
    return schema


def _is_unset(annotation: Any) -> bool:
    """Returns whether *annotation* is `UnsetType`, msgspec's mark of a field that is left out."""
    return bool(
        getattr(annotation, "__name__", "") == "UnsetType" and annotation.__module__ == "msgspec"
    )


def _is_alias(annotation: Any) -> bool:
    kinds = (type(annotation), type(get_origin(annotation)))  # of Python or typing_extensions
    return any(kind.__name__ == "TypeAliasType" for kind in kinds)


def _is_xcomarg(cls: type) -> bool:
    """Returns whether *cls* is Airflow's XComArg, by name: this floor never imports airflow."""
    return any(
        base.__name__ == "XComArg" and base.__module__.startswith("airflow.")
        for base in cls.__mro__
    )


def _evaluate(annotation: str | typing.ForwardRef, module: str) -> Any:
    """Returns the annotation that a string stands for. Raises NameError if a name is missing."""
    names = vars(sys.modules[module]) if module in sys.modules else {}
    holder = type("Holder", (), {"__annotations__": {"it": annotation}})
    return te.get_type_hints(holder, globalns=names, include_extras=True)["it"]
