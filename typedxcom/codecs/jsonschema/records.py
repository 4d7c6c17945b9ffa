"""What a class says of its own JSON: the keys of its fields, its tag, whether others may follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import typing_extensions as te

from typedxcom.schema.descriptions import descriptions
from typedxcom.schema.nodes import Field, Record, Schema
from typedxcom.schema.records import extra_items

__all__ = ["Members", "record_members"]

_BEFORE = frozenset({"before", "wrap", "plain"})


@dataclass(frozen=True, slots=True)
class Members:
    """How the fields of one class are written in JSON.

    Attributes:
        aliases: Field to the other keys that it may be read from.
        descriptions: Field to what its author says of it.
        converted: Fields that a validator sees before they are read as their type.
        is_closed: Whether a key that is no field is refused.
        is_array: Whether it is an array of its fields.
        tag: The key and the value that tell a Struct from others.
        root: The schema of the only value of a pydantic RootModel.
    """

    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    converted: frozenset[str] = frozenset()
    is_closed: bool = False
    is_array: bool = False
    tag: tuple[str, Any] | None = None
    root: Schema | None = None

    def keys(self, name: str, part: Field) -> tuple[str, ...]:
        """Returns every key that the field *name* may be read from; none if it is deeper."""
        return self.aliases.get(name, (part.key or name,))


def record_members(record: Record) -> Members | None:
    """Returns how *record* is written, or None if a validator may read anything instead."""
    cls: Any = record.type
    texts = descriptions(cls)
    if record.style == "namedtuple":
        return Members(descriptions=texts, is_array=True)
    if record.style == "struct":
        config = cls.__struct_config__
        tag = None if config.tag is None else (config.tag_field or "type", config.tag)
        return Members(
            descriptions=texts,
            is_closed=config.forbid_unknown_fields,
            is_array=config.array_like,
            tag=tag,
        )
    if record.style == "typeddict":
        return Members(descriptions=texts, is_closed=extra_items(cls) is te.Never)
    if hasattr(cls, "__pydantic_decorators__"):
        return _pydantic(record, cls, texts)
    return Members(descriptions=texts)


def _pydantic(record: Record, cls: Any, texts: dict[str, str]) -> Members | None:
    """Reads a pydantic model or dataclass."""
    decorators = cls.__pydantic_decorators__
    if any(one.info.mode in _BEFORE for one in decorators.model_validators.values()):
        return None
    if "__get_pydantic_core_schema__" in _own_names(cls):
        return None
    if getattr(cls, "__pydantic_root_model__", False):
        return Members(root=record.fields["root"].schema)
    converted: set[str] = set()
    for one in decorators.field_validators.values():
        if one.info.mode in _BEFORE:
            converted.update(record.fields if "*" in one.info.fields else one.info.fields)
    config = getattr(cls, "model_config", None) or getattr(cls, "__pydantic_config__", None) or {}
    infos = getattr(cls, "__pydantic_fields__", {})
    return Members(
        aliases={
            name: _aliases(name, info) for name, info in infos.items() if info.validation_alias
        },
        descriptions=texts,
        converted=frozenset(converted),
        is_closed=config.get("extra") == "forbid",
    )


def _own_names(cls: Any) -> set[str]:
    """Returns what the author's classes define, without pydantic's and Python's."""
    bases = (one for one in cls.__mro__ if not one.__module__.startswith(("pydantic", "builtins")))
    return {name for base in bases for name in vars(base)}


def _aliases(name: str, info: Any) -> tuple[str, ...]:
    """Returns the keys that pydantic reads a field from: its name, and its aliases."""
    alias = info.validation_alias
    choices = getattr(alias, "choices", None) or [alias]
    if not all(isinstance(one, str) for one in choices):  # an AliasPath looks into other values
        return ()
    return tuple(dict.fromkeys([*choices, name]))
