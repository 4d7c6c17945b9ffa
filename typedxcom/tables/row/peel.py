"""An annotation beside pydantic's core schema of it: the core has no place for our marks."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

import typing_extensions as te

from typedxcom.annotations import fields_hints
from typedxcom.schema.refusals import hidden_from

__all__ = ["fields_of", "is_secret", "marks_in", "parts_of"]

_LOOSE = (te.Required, te.NotRequired, te.ReadOnly)


def marks_in(annotation: Any) -> tuple[Any, ...]:
    """Every mark on *annotation* itself, outermost first, also inside ``Optional`` and aliases."""
    return tuple(mark for mark, _ in _layers(annotation) if mark is not None)


def parts_of(annotation: Any, count: int) -> tuple[Any, ...]:
    """The arguments of the bare type inside *annotation*; `Any` where they cannot be seen."""
    bare = next(inner for mark, inner in _layers(annotation) if mark is None)
    args = tuple(arg for arg in get_args(bare) if arg is not ...)
    return args if len(args) == count else (Any,) * count


def is_secret(annotation: Any) -> bool:
    """Whether *annotation* is one of pydantic's secrets."""
    bare = next(inner for mark, inner in _layers(annotation) if mark is None)
    bare = get_origin(bare) or bare
    return isinstance(bare, type) and hidden_from(bare)


def fields_of(fields: Any, cls: Any) -> Iterator[tuple[str, Any, Any, Any]]:
    """Each field of a record's core schema.

    Yields:
        Its name, its core schema, its annotation, and pydantic's ``FieldInfo`` where it has one.
    """
    named = fields.items() if isinstance(fields, dict) else ((one["name"], one) for one in fields)
    infos = getattr(cls, "model_fields", None) or getattr(cls, "__pydantic_fields__", None) or {}
    hints = {} if infos else fields_hints(cls)
    for name, core in named:
        info = infos.get(name)
        annotation = hints.get(name, Any) if info is None else _whole(info)
        yield name, core, annotation, info


def _whole(info: Any) -> Any:
    """What the author wrote, from what pydantic took apart."""
    annotation = info.annotation
    for mark in info.metadata:
        annotation = Annotated[annotation, mark]
    return annotation


def _layers(annotation: Any) -> Iterator[tuple[Any, Any]]:
    """Each mark with what it stands on; at last ``(None, bare type)``."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            yield from ((mark, annotation) for mark in annotation.__metadata__)
            annotation = get_args(annotation)[0]
        elif origin in _LOOSE:
            annotation = get_args(annotation)[0]
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif isinstance(annotation, te.TypeAliasType) or hasattr(annotation, "__value__"):
            annotation = annotation.__value__
        elif (inner := _optional(annotation)) is not None:
            annotation = inner
        else:
            yield None, annotation
            return


def _optional(annotation: Any) -> Any:
    """``T`` of ``T | None``."""
    if get_origin(annotation) not in (typing.Union, types.UnionType):
        return None
    members = [arg for arg in get_args(annotation) if arg is not type(None)]
    return members[0] if len(members) == 1 else None
