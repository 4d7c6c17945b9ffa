"""Read an annotation once and describe it as a `Schema`.

Only what wiring needs and what the codecs must know is kept. Optional libraries are never
imported here: a class that comes from one shows that its library is loaded already.
"""

from __future__ import annotations

import collections
import collections.abc as abc
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import os
import pathlib
import re
import sys
import types
import typing
import uuid
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import typing_extensions as te

from typedxcom.registry import registered
from typedxcom.schema.metadata import Lax, constrain, hidden_from, refused_mark, replaces_schema
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

__all__ = ["NATIVE_SCALARS", "TEXT_SCALARS", "is_lax", "is_union", "schema_of"]

NATIVE_SCALARS: frozenset[type] = frozenset({  # the ones that msgspec reads and writes itself
    bool, int, float, str, bytes, bytearray, type(None), decimal.Decimal, uuid.UUID,
    dt.datetime, dt.date, dt.time, dt.timedelta,
})  # fmt: skip
TEXT_SCALARS: tuple[type, ...] = (  # str() writes them, the class itself reads them
    pathlib.Path, pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePath, pathlib.PurePosixPath,
    pathlib.PureWindowsPath, fractions.Fraction,
    ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network,
    ipaddress.IPv4Interface, ipaddress.IPv6Interface,
)  # fmt: skip
_SCALARS: frozenset[type] = NATIVE_SCALARS.union(TEXT_SCALARS)
_SEQUENCES: dict[Any, type] = {
    list: list, set: set, frozenset: frozenset, collections.deque: collections.deque,
    abc.Sequence: abc.Sequence, abc.MutableSequence: abc.MutableSequence,
    abc.Collection: abc.Collection, abc.Iterable: abc.Iterable, abc.Set: abc.Set,
    abc.MutableSet: abc.MutableSet,
}  # fmt: skip
_MAPPINGS: dict[Any, type] = {
    dict: dict, abc.Mapping: abc.Mapping, abc.MutableMapping: abc.MutableMapping,
    collections.OrderedDict: collections.OrderedDict,
    collections.defaultdict: collections.defaultdict,
}  # fmt: skip
_ENUM_VALUES = frozenset({int, str, float, bool, type(None)})
_LITERAL_STRING = (getattr(typing, "LiteralString", te.LiteralString), te.LiteralString)
_SELF = (getattr(typing, "Self", te.Self), te.Self)
_REQUIREDNESS = (te.Required, te.NotRequired, te.ReadOnly)
_MAX_RECORDS = 4096
_records: dict[Any, Record] = {}
_SECRET_CURE = "pass the id of an Airflow Connection and read the secret inside the task"


def schema_of(annotation: Any) -> Schema:
    """Describe *annotation*.

    Returns:
        The tree; what cannot make the round trip is an `Unsupported` node inside it.

    Raises:
        NameError: A forward reference inside it cannot be resolved yet.
    """
    builder = _Builder()
    schema = builder.build(annotation)
    if len(_records) > _MAX_RECORDS:  # a DAG processor imports the same classes anew for ever
        _records.clear()
    _records.update(builder.fresh)
    return schema


def is_lax(annotation: Any) -> bool:
    """Whether *annotation* carries `Lax()`."""
    return get_origin(annotation) is Annotated and any(
        isinstance(part, Lax) or part is Lax for part in annotation.__metadata__
    )


def is_union(annotation: Any) -> bool:
    """Whether *annotation* is a union, in either spelling."""
    return get_origin(annotation) in (Union, types.UnionType)


class _Builder:
    """One reading; records are kept aside until the whole of it has succeeded."""

    def __init__(self) -> None:
        self.fresh: dict[Any, Record] = {}
        self.aliases: dict[Any, Alias] = {}
        self.inside_model = False
        self.classes: list[type] = []  # the records that are being read, for Self
        self.module = ""  # where a string inside an alias is looked up

    def build(self, annotation: Any, env: Mapping[Any, Schema] | None = None) -> Schema:
        """Describe *annotation*, with *env* for its type variables."""
        env = env or {}
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
        if isinstance(annotation, te.TypeAliasType) or _is_alias(annotation):
            return self._alias(annotation, env)
        if hasattr(annotation, "__supertype__"):
            return Named(annotation, self.build(annotation.__supertype__, env))
        origin = get_origin(annotation)
        if origin is None:
            return self._class(annotation)
        return self._generic(annotation, origin, env)

    def _variable(self, variable: TypeVar) -> Schema:
        self.module, outer = variable.__module__, self.module
        bound = self.build(variable.__bound__) if variable.__bound__ is not None else UNKNOWN
        constraints = tuple(map(self.build, variable.__constraints__))
        self.module = outer
        return Var(variable.__name__, bound, constraints)

    def _alias(self, annotation: Any, env: Mapping[Any, Schema]) -> Schema:
        origin, args = get_origin(annotation) or annotation, get_args(annotation)
        key = (origin, args)
        if key not in self.aliases:
            known = dict(env)
            known.update(
                zip(origin.__type_params__, (self.build(a, env) for a in args), strict=False)
            )
            alias = self.aliases[key] = Alias(origin.__name__)
            self.module, outer = origin.__module__, self.module
            alias.target.append(self.build(origin.__value__, known))
            self.module = outer
        return self.aliases[key]

    def _generic(self, annotation: Any, origin: Any, env: Mapping[Any, Schema]) -> Schema:
        args = get_args(annotation)
        if origin is Annotated:
            return self._annotated(args[0], annotation.__metadata__, env)
        if origin in _REQUIREDNESS or origin is typing.ClassVar or origin is typing.Final:
            return self.build(args[0], env)
        if is_union(annotation):
            return _union([self.build(member, env) for member in args if not _is_unset(member)])
        if origin is Literal:
            return self._literal(annotation)
        if origin is tuple:
            return self._tuple(args, env)
        if origin in _SEQUENCES:
            return SequenceOf(_SEQUENCES[origin], self.build(args[0], env))
        if origin in _MAPPINGS:
            key, value = (self.build(arg, env) for arg in args)
            return MappingOf(_MAPPINGS[origin], _as_key(key), value)
        if origin is collections.Counter:
            return MappingOf(collections.Counter, _as_key(self.build(args[0], env)), Scalar(int))
        if getattr(origin, "__typedxcom_table__", False):
            return TableOf(self.build(args[0], env))
        if isinstance(origin, type) and _style(origin) is not None:
            return self._record(origin, tuple(self.build(arg, env) for arg in args))
        return self._foreign(annotation, origin)

    def _literal(self, annotation: Any) -> Schema:
        values = get_args(annotation)
        if any(isinstance(value, bytes) for value in values):
            return Unsupported(annotation, "use text: JSON has no bytes to compare with")
        if not self.inside_model and any(isinstance(value, enum.Enum) for value in values):
            return Unsupported(annotation, "annotate with the Enum, or with Literal of its values")
        return LiteralOf(values)

    def _tuple(self, args: tuple[Any, ...], env: Mapping[Any, Schema]) -> Schema:
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
        if rows is not None:  # a library's own table, whose rows are named beside it
            return TableOf(self.build(rows.row, env))
        if replaces_schema(metadata):  # a validator of the user's own stands for the class
            return Constrained(
                Opaque(inner if isinstance(inner, type) else object), *constrain(metadata)
            )
        schema = self.build(inner, env)
        constraints, engine = constrain(metadata)
        return Constrained(schema, constraints, engine) if engine else schema

    def _class(self, cls: Any) -> Schema:
        if cls in _SCALARS:
            return Scalar(cls)
        if cls in _SEQUENCES:
            return SequenceOf(_SEQUENCES[cls], Unknown(claimed=True))
        if cls is tuple:
            return SequenceOf(tuple, Unknown(claimed=True))
        if cls in _MAPPINGS:
            return MappingOf(_MAPPINGS[cls], Unknown(claimed=True), Unknown(claimed=True))
        if not isinstance(cls, type):
            return self._foreign(cls, cls)
        if issubclass(cls, enum.Enum):
            return _enum(cls)
        if _is_xcomarg(cls):
            return UNKNOWN
        if getattr(cls, "__typedxcom_table__", False):
            return TableOf(Unknown(claimed=True))
        if getattr(cls, "__typedxcom_file__", False):
            return Opaque(cls)
        if hidden_from(cls):
            return Unsupported(cls, _SECRET_CURE)
        refused = refused_mark((cls,), inside_model=self.inside_model)
        if refused:
            return Unsupported(cls, refused)
        if registered(cls):
            return self._registered(cls)
        return self._record(cls, ()) if _style(cls) is not None else self._foreign(cls, cls)

    def _registered(self, cls: type) -> Schema:
        if self.inside_model:
            return Unsupported(
                cls,
                "pydantic reads this field: annotate it with PlainValidator and PlainSerializer",
            )
        return Opaque(cls)

    def _record(self, cls: type, args: tuple[Schema, ...]) -> Schema:
        style = _style(cls) or ""
        if style == "struct" and self.inside_model:
            return Unsupported(
                cls, "pydantic cannot read a Struct: put a model or a dataclass there"
            )
        key = (cls, args)
        known = self.fresh.get(key) or _records.get(key)
        if known is not None:
            return known
        fields: dict[str, Field] = {}
        record = self.fresh[key] = Record(cls, style, args, fields)
        was_inside, self.inside_model = self.inside_model, self.inside_model or style == "model"
        self.classes.append(cls)
        try:
            env = dict(zip(getattr(cls, "__parameters__", ()), args, strict=False))
            fields.update(_FIELDS[style](self, cls, env))
        finally:
            self.inside_model = was_inside
            self.classes.pop()
        return record

    def _foreign(self, annotation: Any, origin: Any) -> Schema:
        """A class that is nobody's: pydantic may know it; anything else is refused."""
        if hidden_from(origin):
            return Unsupported(annotation, _SECRET_CURE)
        library = getattr(origin, "__module__", "").partition(".")[0]
        if origin is os.PathLike:
            cure = "annotate with pathlib.Path"
        elif hasattr(origin, "__attrs_attrs__"):
            cure = f"register a codec: typedxcom.register_codec({_name(origin)}, encode=..., decode=...)"
        elif library in {"pyarrow", "pandas", "polars", "duckdb"}:
            cure = "annotate with Table[Row], where Row is a model of one row"
        elif isinstance(origin, type) and origin.__name__ in ("BaseModel", "RootModel", "Struct"):
            cure = "annotate with the class of the value, or a union of such classes"
        elif isinstance(origin, type) and _pydantic_knows(origin):
            return Opaque(origin)
        else:
            cure = (
                "return a model, dataclass, Struct or builtin, or register a codec: "
                f"typedxcom.register_codec({_name(origin)}, encode=..., decode=...)"
            )
        return Unsupported(annotation, cure)


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


def _as_key(schema: Schema) -> Schema:
    """*schema* as what a dict's keys are; keys are text in JSON."""
    inner = bare(schema)
    if isinstance(inner, (TupleOf, SequenceOf, MappingOf, Record)) or inner == Scalar(type(None)):
        return Unsupported(str(schema), "use text or a number as the key, or a list of pairs")
    return schema


def _is_unset(annotation: Any) -> bool:
    """Whether *annotation* is msgspec's mark of a field that is left out."""
    return bool(
        getattr(annotation, "__name__", "") == "UnsetType" and annotation.__module__ == "msgspec"
    )


def _is_alias(annotation: Any) -> bool:
    return (
        isinstance(get_origin(annotation), te.TypeAliasType)
        or type(annotation).__name__ == "TypeAliasType"
    )


def _is_xcomarg(cls: type) -> bool:
    """Whether *cls* is Airflow's XComArg, by name: this floor never imports airflow."""
    return any(
        base.__name__ == "XComArg" and base.__module__.startswith("airflow.")
        for base in cls.__mro__
    )


def _pydantic_knows(cls: type) -> bool:
    if hasattr(cls, "__get_pydantic_core_schema__"):
        return True
    return cls.__module__.startswith(("pydantic", "zoneinfo")) or cls in (complex, re.Pattern)


def _evaluate(annotation: str | typing.ForwardRef, module: str) -> Any:
    """The annotation that a string stands for. Raises NameError while it has no meaning yet."""
    names = vars(sys.modules[module]) if module in sys.modules else {}
    holder = type("Holder", (), {"__annotations__": {"it": annotation}})
    return te.get_type_hints(holder, globalns=names, include_extras=True)["it"]


def _name(origin: Any) -> str:
    return str(getattr(origin, "__name__", origin))


def _style(cls: type) -> str | None:
    """Which kind of record *cls* is, or None."""
    if te.is_typeddict(cls):
        return "typeddict"
    if dataclasses.is_dataclass(cls):
        return "dataclass"
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return "namedtuple"
    pydantic, msgspec = sys.modules.get("pydantic"), sys.modules.get("msgspec")
    if pydantic is not None and issubclass(cls, pydantic.BaseModel):
        return None if cls in (pydantic.BaseModel, pydantic.RootModel) else "model"
    if msgspec is not None and issubclass(cls, msgspec.Struct):
        return None if cls is msgspec.Struct else "struct"
    return None


def _hints(cls: type) -> dict[str, Any]:
    return te.get_type_hints(cls, include_extras=True)


def _model_fields(builder: _Builder, cls: Any, env: Mapping[Any, Schema]) -> dict[str, Field]:
    if not cls.__pydantic_complete__:
        cls.model_rebuild(raise_errors=False)
    if not cls.__pydantic_complete__:
        raise NameError(f"{cls.__name__} names a class that is not defined yet")
    found = {}
    for name, info in cls.model_fields.items():
        schema = builder._annotated(info.annotation, tuple(info.metadata), env)
        if info.exclude is True and info.is_required():
            schema = Unsupported(
                info.annotation,
                f"`{name}` is excluded from the output yet required to read: give it a default",
            )
        found[name] = Field(schema, info.is_required())
    return found


def _dataclass_fields(builder: _Builder, cls: Any, env: Mapping[Any, Schema]) -> dict[str, Field]:
    hints, missing = _hints(cls), dataclasses.MISSING
    return {
        part.name: Field(
            builder.build(hints[part.name], env),
            part.default is missing and part.default_factory is missing,
        )
        for part in dataclasses.fields(cls)
    }


def _struct_fields(builder: _Builder, cls: Any, env: Mapping[Any, Schema]) -> dict[str, Field]:
    import msgspec

    return {
        part.name: Field(builder.build(part.type, env), part.required, part.encode_name)
        for part in msgspec.structs.fields(cls)
    }


def _typeddict_fields(builder: _Builder, cls: Any, env: Mapping[Any, Schema]) -> dict[str, Field]:
    found = {}
    for name, hint in _hints(cls).items():
        required = name in cls.__required_keys__
        while get_origin(hint) in _REQUIREDNESS:
            required = (
                required if get_origin(hint) is te.ReadOnly else get_origin(hint) is te.Required
            )
            hint = get_args(hint)[0]
        found[name] = Field(builder.build(hint, env), required)
    return found


def _namedtuple_fields(builder: _Builder, cls: Any, env: Mapping[Any, Schema]) -> dict[str, Field]:
    hints = _hints(cls)
    return {
        name: Field(builder.build(hints.get(name, Any), env), name not in cls._field_defaults)
        for name in cls._fields
    }


_FIELDS: dict[str, Callable[[_Builder, Any, Mapping[Any, Schema]], dict[str, Field]]] = {
    "model": _model_fields,
    "dataclass": _dataclass_fields,
    "struct": _struct_fields,
    "typeddict": _typeddict_fields,
    "namedtuple": _namedtuple_fields,
}
