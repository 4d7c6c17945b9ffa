"""Reads the fields of models, dataclasses, Structs, TypedDicts and NamedTuples."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias, get_args, get_origin

import typing_extensions as te

from typedxcom.annotations import fields_hints, refer_fields
from typedxcom.schema.nodes import Field, Schema, Unsupported

__all__ = ["REQUIREDNESS", "annotation_of", "extra_items", "fields_of", "style_of"]

REQUIREDNESS = (te.Required, te.NotRequired, te.ReadOnly)
Build: TypeAlias = Callable[[Any, Mapping[Any, Schema]], Schema]


def fields_of(cls: Any, style: str, build: Build, env: Mapping[Any, Schema]) -> dict[str, Field]:
    """Returns the fields of the record *cls*.

    Args:
        cls: The class; for a generic alias such as ``Page[int]`` it is ``Page``.
        style: Which kind of record it is, from `style_of`.
        build: Describes the annotation of one field.
        env: What the type variables of *cls* stand for.

    Raises:
        NameError: A forward reference cannot be resolved yet.
    """
    return _FIELDS[style](cls, build, env)


def style_of(cls: type) -> str | None:
    """Returns which kind of record *cls* is, or None."""
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


def extra_items(cls: Any) -> Any:
    """Returns the type of a TypedDict's further keys (PEP 728).

    Returns:
        Their annotation, ``Never`` for a closed TypedDict, None for an open one.
    """
    closed, extra = (
        getattr(cls, "__closed__", None),
        getattr(cls, "__extra_items__", te.NoExtraItems),
    )
    if closed is None and extra is te.NoExtraItems:
        bases = (get_origin(base) or base for base in getattr(cls, "__orig_bases__", ()))
        return next((one for base in bases if (one := extra_items(base)) is not None), None)
    if closed:
        return te.Never
    if extra is te.NoExtraItems:
        return None
    return get_args(extra)[0] if get_origin(extra) is te.ReadOnly else extra


def _model_fields(cls: Any, build: Build, env: Mapping[Any, Schema]) -> dict[str, Field]:
    if not cls.__pydantic_complete__:
        cls.model_rebuild(raise_errors=False)
    if not cls.__pydantic_complete__:
        raise NameError(f"{cls.__name__} names a class that is not defined yet")
    found = {}
    for name, info in cls.model_fields.items():
        schema = build(annotation_of(info), env)
        if info.exclude is True and info.is_required():
            schema = Unsupported(
                info.annotation,
                f"`{name}` is excluded from the output, but reading requires it: give it a default",
            )
        found[name] = Field(schema, info.is_required())
    return found


def annotation_of(info: Any) -> Any:
    """Returns the annotation of a model's field, with the metadata that pydantic took off it."""
    parts = (info.annotation, *info.metadata)
    return Annotated[parts] if info.metadata else info.annotation


def _dataclass_fields(cls: Any, build: Build, env: Mapping[Any, Schema]) -> dict[str, Field]:
    hints = fields_hints(cls)
    found = {}
    for part in dataclasses.fields(cls):
        required, hint = not _has_default(part), hints[part.name]
        info: Any = part.default
        if type(info).__name__ == "FieldInfo":  # `x: int = Field(ge=0)`
            required = info.is_required()
            parts = (hint, *info.metadata)
            hint = Annotated[parts] if info.metadata else hint
        found[part.name] = Field(build(hint, env), required)
    found.update(_lost_inputs(cls, hints))
    return found


def _has_default(part: Any) -> bool:
    missing = dataclasses.MISSING
    return part.default is not missing or part.default_factory is not missing


def _lost_inputs(cls: Any, hints: dict[str, Any]) -> dict[str, Field]:
    """Refuses each `InitVar` without a default: no instance keeps it, so none can be made again."""
    return {
        name: Field(
            Unsupported(hints[name], f"give the InitVar `{name}` a default, or make it a field")
        )
        for name, part in cls.__dataclass_fields__.items()
        if part._field_type is dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]
        and not _has_default(part)
    }


def _struct_fields(cls: Any, build: Build, env: Mapping[Any, Schema]) -> dict[str, Field]:
    import msgspec

    refer_fields(cls)
    return {
        part.name: Field(build(part.type, env), part.required, part.encode_name)
        for part in msgspec.structs.fields(cls)
    }


def _typeddict_fields(cls: Any, build: Build, env: Mapping[Any, Schema]) -> dict[str, Field]:
    found = {}
    for name, hint in fields_hints(cls).items():
        required = name in cls.__required_keys__
        while get_origin(hint) in REQUIREDNESS:
            required = (
                required if get_origin(hint) is te.ReadOnly else get_origin(hint) is te.Required
            )
            hint = get_args(hint)[0]
        found[name] = Field(build(hint, env), required)
    return found


def _namedtuple_fields(cls: Any, build: Build, env: Mapping[Any, Schema]) -> dict[str, Field]:
    hints = fields_hints(cls)
    return {
        name: Field(build(hints.get(name, Any), env), name not in cls._field_defaults)
        for name in cls._fields
    }


_FIELDS: dict[str, Callable[[Any, Build, Mapping[Any, Schema]], dict[str, Field]]] = {
    "model": _model_fields,
    "dataclass": _dataclass_fields,
    "struct": _struct_fields,
    "typeddict": _typeddict_fields,
    "namedtuple": _namedtuple_fields,
}
