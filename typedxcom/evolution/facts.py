"""What a class says about its JSON beyond the types of its fields: keys, defaults, tags, extras.

Facts are read from the class itself, or from a stand-in for a class of an older version.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from typing import Any, get_args, get_origin

import msgspec
import typing_extensions as te

from typedxcom.annotations import fields_hints
from typedxcom.evolution.constants import constant, shown
from typedxcom.schema.nodes import Record, Schema
from typedxcom.schema.records import REQUIREDNESS, extra_items

__all__ = [
    "COMPUTED",
    "FACTS",
    "NO_DEFAULT",
    "UNSET",
    "ClassFacts",
    "FieldFacts",
    "facts_of",
    "root_of",
]

FACTS = "__typedxcom_facts__"  # where a stand-in keeps them
NO_DEFAULT = "required"
COMPUTED = {"computed": True}
UNSET = {"unset": True}


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """How one field is written and read.

    Attributes:
        writes: The key that it has in JSON when it is written.
        reads: The keys under which it is read. The first that is there counts. A tuple is a path:
            a key, and the keys or places below it.
        default: ``{"value": ...}`` if JSON can show it, `COMPUTED`, `UNSET`, or `NO_DEFAULT`.
        omitted: ``default`` if the writer leaves it out when it has its default, ``always`` if it
            never writes it, ``maybe`` if it may be missing, or an empty text.
    """

    writes: str
    reads: tuple[str | tuple[str | int, ...], ...]
    default: Any = NO_DEFAULT
    omitted: str = ""


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """How instances of one class are written and read.

    Attributes:
        fields: Field to facts.
        extra: What becomes of other keys: ``ignore``, ``forbid`` or ``allow``.
        tag: The key and the value that name the class in JSON.
        is_array: Whether the JSON is an array of the fields' values.
        is_root: Whether the JSON is that of its only field, as for a RootModel.
        is_own: Whether pydantic reads it by settings of its own, not by those of the class around.
        config: Settings that change how fields are written and read.
        validators: Names of the author's own validators.
        serializers: Names of the author's own serializers.
    """

    fields: Mapping[str, FieldFacts] = field(default_factory=dict)
    extra: str = "ignore"
    tag: tuple[str, str | int] | None = None
    is_array: bool = False
    config: Mapping[str, Any] = field(default_factory=dict)
    validators: tuple[str, ...] = ()
    serializers: tuple[str, ...] = ()
    is_root: bool = False
    is_own: bool = False


def facts_of(record: Record) -> ClassFacts:
    """Returns the facts of the class behind *record*."""
    kept: ClassFacts | None = getattr(record.type, FACTS, None)
    return kept if kept is not None else _READERS[record.style](record)


def root_of(schema: Schema) -> Schema | None:
    """Returns the type whose JSON a RootModel has; None for any other type."""
    is_root = isinstance(schema, Record) and facts_of(schema).is_root
    return schema.fields["root"].schema if isinstance(schema, Record) and is_root else None


# The settings of a pydantic class that change JSON, each with its default.
_SETTINGS: dict[str, Any] = {
    "strict": False, "val_json_bytes": "utf8", "ser_json_timedelta": "iso8601",
    "str_max_length": None, "str_min_length": 0, "allow_inf_nan": True,
    "str_strip_whitespace": False, "str_to_lower": False, "str_to_upper": False,
}  # fmt: skip


def _model(record: Record) -> ClassFacts:
    cls: Any = record.type
    fields = {name: _model_field(name, info) for name, info in cls.model_fields.items()}
    config = cls.model_config
    extra = config.get("extra") or "ignore"
    return ClassFacts(
        fields, extra, config=_settings(config), validators=_validators(cls),
        serializers=_serializers(cls), is_root=bool(cls.__pydantic_root_model__), is_own=True,
    )  # fmt: skip


def _model_field(name: str, info: Any) -> FieldFacts:
    default = _default(info.default, info.default_factory, is_required=info.is_required())
    return FieldFacts(name, (*_aliases(info), name), default, _excluded(info))


def _excluded(info: Any) -> str:
    """Says when pydantic leaves a field out. What does not come back then is never written."""
    if info.exclude is True:
        return "always"
    return "default" if getattr(info, "exclude_if", None) is not None else ""


def _aliases(info: Any) -> Iterator[str | tuple[str | int, ...]]:
    alias = info.validation_alias if info.validation_alias is not None else info.alias
    for one in getattr(alias, "choices", None) or [alias]:
        path = getattr(one, "path", None)
        if path is not None:
            yield tuple(path) if len(path) > 1 else path[0]
        elif one is not None:
            yield one


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: config.get(name, usual) for name, usual in _SETTINGS.items()}
    return {name: one for name, one in found.items() if one != _SETTINGS[name]}


def _validators(cls: Any) -> tuple[str, ...]:
    found = getattr(cls, "__pydantic_decorators__", None)
    kinds = ("field_validators", "validators", "model_validators", "root_validators")
    names = [name for kind in kinds for name in getattr(found, kind, ())]
    post = "__post_init__" in dir(cls) and not hasattr(cls, "model_fields")
    return tuple(sorted([*names, *(["__post_init__"] if post else [])]))


def _serializers(cls: Any) -> tuple[str, ...]:
    found = getattr(cls, "__pydantic_decorators__", None)
    kinds = ("field_serializers", "model_serializers")
    return tuple(sorted(name for kind in kinds for name in getattr(found, kind, ())))


def _dataclass(record: Record) -> ClassFacts:
    cls: Any = record.type
    infos = getattr(cls, "__pydantic_fields__", None) or _infos(cls)
    fields = {}
    for part in dataclasses.fields(cls):
        info = infos.get(part.name)
        aliases = _aliases(info) if info is not None else ()
        default = _default(part.default, part.default_factory)
        is_own = part.name in getattr(cls, "__pydantic_fields__", ())
        if info is not None and (info is part.default or (is_own and default != NO_DEFAULT)):
            default = _default(info.default, info.default_factory, is_required=info.is_required())
        omitted = _excluded(info) if info is not None else "maybe" if default == UNSET else ""
        if not part.init and default != NO_DEFAULT:
            omitted = omitted or "default"  # msgspec writes it if the instance itself has it
        fields[part.name] = FieldFacts(part.name, (*aliases, part.name), default, omitted)
    config = getattr(cls, "__pydantic_config__", {})
    extra = config.get("extra") or "ignore"
    return ClassFacts(
        fields, extra, config=_settings(config), validators=_validators(cls),
        serializers=_serializers(cls), is_own=_has_settings(cls),
    )  # fmt: skip


def _has_settings(cls: Any) -> bool:
    return hasattr(cls, "__pydantic_config__") or hasattr(cls, "__pydantic_validator__")


def _infos(cls: Any) -> dict[str, Any]:
    """Returns what pydantic's `Field(...)` says of the fields of a plain class."""
    found = {}
    defaults = {name: one.default for name, one in getattr(cls, "__dataclass_fields__", {}).items()}
    for name, hint in fields_hints(cls).items():
        while get_origin(hint) in REQUIREDNESS:
            hint = get_args(hint)[0]
        for one in (*getattr(hint, "__metadata__", ()), defaults.get(name)):
            if type(one).__name__ == "FieldInfo":
                found[name] = one
    return found


# What msgspec leaves out with `omit_defaults`, if it is empty. Other factories are not asked.
_EMPTY = (list, dict, set, frozenset, tuple)


def _struct(record: Record) -> ClassFacts:
    cls: Any = record.type
    config = cls.__struct_config__
    fields = {}
    for part in msgspec.structs.fields(cls):
        default = _default(part.default, part.default_factory)
        omitted = ""
        if not config.array_like and default == UNSET:
            omitted = "maybe"
        elif not config.array_like and config.omit_defaults and default != NO_DEFAULT:
            is_asked = part.default is not msgspec.NODEFAULT or part.default_factory in _EMPTY
            omitted = "default" if is_asked else ""
        fields[part.name] = FieldFacts(part.encode_name, (part.encode_name,), default, omitted)
    tag = (config.tag_field, config.tag) if config.tag is not None else None
    extra = "forbid" if config.forbid_unknown_fields else "ignore"
    return ClassFacts(
        fields, extra, tag, bool(config.array_like), validators=_validators(cls), is_own=True
    )


def _typeddict(record: Record) -> ClassFacts:
    cls: Any = record.type
    infos = _infos(cls)
    fields = {
        name: FieldFacts(
            name,
            (*(_aliases(infos[name]) if name in infos else ()), name),
            NO_DEFAULT if part.required else {"absent": True},
            "" if part.required else "maybe",
        )
        for name, part in record.fields.items()
    }
    config = getattr(cls, "__pydantic_config__", {})
    extra = config.get("extra") or ("forbid" if extra_items(cls) is te.Never else "ignore")
    extra = "allow" if record.extras else extra
    return ClassFacts(fields, extra, config=_settings(config), is_own=_has_settings(cls))


def _namedtuple(record: Record) -> ClassFacts:
    cls: Any = record.type
    defaults = cls._field_defaults
    missing = dataclasses.MISSING
    fields = {
        name: FieldFacts(name, (name,), _default(defaults.get(name, missing), missing))
        for name in record.fields
    }
    return ClassFacts(fields, extra="forbid", is_array=True)


def _default(value: Any, factory: Any, *, is_required: bool = False) -> Any:
    """Returns a default as JSON shows it."""
    if is_required:
        return NO_DEFAULT
    if factory in (list, tuple, set, frozenset):
        return {"value": []}
    if factory is dict:
        return {"value": {}}
    if not _is_missing(factory):
        return COMPUTED
    if repr(value) == "UNSET":
        return UNSET
    if _is_missing(value) and value is not None:
        return NO_DEFAULT
    tree = shown(value)
    if not isinstance(tree, dict) or constant(tree) == value:
        return {"value": tree}
    try:
        text = msgspec.json.encode(value, order="deterministic", enc_hook=_of_others)
        return {"value": json.loads(text)}
    except (TypeError, ValueError, AttributeError, RecursionError):  # of another library
        return COMPUTED


_TEXTS = (PurePath, IPv4Address, IPv6Address, IPv4Network, IPv6Network)


def _of_others(value: Any) -> Any:
    """Returns what msgspec does not know, such as a model or a path, as JSON."""
    if isinstance(value, _TEXTS):
        return str(value)
    import pydantic_core

    return pydantic_core.to_jsonable_python(value)


def _is_missing(value: Any) -> bool:
    names = ("MISSING", "NODEFAULT", "PydanticUndefined")
    known = (dataclasses.MISSING, None, msgspec.NODEFAULT)
    return any(value is one for one in known) or repr(value) in names


_READERS = {
    "model": _model,
    "dataclass": _dataclass,
    "struct": _struct,
    "typeddict": _typeddict,
    "namedtuple": _namedtuple,
}
