"""Replaces abstract types in annotations by concrete ones, which pydantic and msgspec can build."""

from __future__ import annotations

import collections.abc as abc
import typing
from typing import Annotated, Any, Union, get_args, get_origin

import typing_extensions as te

from typedxcom.schema.build import is_union

__all__ = ["lowered"]

# A reader gets a list for an Iterable: pydantic would make a generator, and msgspec cannot read it.
_CONCRETE: dict[Any, type] = {
    abc.Iterable: list, abc.Collection: list, abc.Sequence: list, abc.MutableSequence: list,
    abc.Set: set, abc.MutableSet: set, abc.Mapping: dict, abc.MutableMapping: dict,
}  # fmt: skip
_TEXT = (getattr(typing, "LiteralString", te.LiteralString), te.LiteralString)


def lowered(annotation: Any) -> Any:
    """Replaces abstract types in *annotation* by list, set, dict and str, outside of classes."""
    if annotation in _TEXT:
        return str
    if annotation in _CONCRETE:
        return _CONCRETE[annotation]
    origin, args = get_origin(annotation), get_args(annotation)
    if not args:  # for example typing.Sequence
        return annotation if hasattr(annotation, "__args__") else _CONCRETE.get(origin, annotation)
    if origin is Annotated:
        parts = (lowered(args[0]), *annotation.__metadata__)
        return Annotated[parts]
    if is_union(annotation):
        return Union[tuple(map(lowered, args))]  # noqa: UP007  # the members are not known here
    if origin in _CONCRETE or origin in (list, dict, set, frozenset, tuple):
        changed = tuple(map(lowered, args))
        return _CONCRETE.get(origin, origin)[changed]
    return annotation
