"""Types that an expression of a function may have, put together and taken apart."""

from __future__ import annotations

from typing import Any, Final

from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.site import unknown

__all__ = [
    "NO_ITEM",
    "args_of",
    "is_empty_list",
    "is_nothing",
    "is_scalar",
    "members",
    "name_of",
    "union",
    "without_constants",
]


def without_constants(found: Type) -> Type:
    """Returns the type as people read it: ``str`` instead of one literal text."""
    proper = get_proper_type(found)
    if isinstance(proper, LiteralType):
        return proper.fallback
    if isinstance(proper, UnionType):
        return union([without_constants(item) for item in proper.items])
    if isinstance(proper, Instance):
        return proper.copy_modified(args=[without_constants(arg) for arg in proper.args])
    if isinstance(proper, TupleType):
        return proper.copy_modified(items=[without_constants(item) for item in proper.items])
    if isinstance(proper, TypedDictType):
        return proper.copy_modified(item_types=list(map(without_constants, proper.items.values())))
    return proper


def members(found: Type) -> list[ProperType]:
    """Returns the members of a union, or the one type itself."""
    proper = get_proper_type(found)
    if isinstance(proper, UnionType):
        return [one for item in proper.items for one in members(item)]
    return [proper]


def union(found: list[Any]) -> ProperType:
    """Joins all types that may come, each once. mypy's own join makes ``1 | True`` an ``int``.

    An empty list is one of any other list: ``return []`` beside ``return [1]``.
    """
    kept: list[ProperType] = []
    nothing: list[ProperType] = []
    for item in (one for each in found for one in members(each)):
        if is_nothing(item) or is_empty_list(item):
            nothing.append(item)
        elif isinstance(item, AnyType):
            return unknown()
        elif item not in kept:
            kept.append(item)
    is_listed = any(name_of(one) == "builtins.list" for one in kept)
    kept += [one for one in nothing if is_empty_list(one) and not is_listed][:1]
    kept = kept or nothing[:1]
    return kept[0] if len(kept) == 1 else get_proper_type(UnionType.make_union(list(kept)))


NO_ITEM: Final = AnyType(TypeOfAny.suggestion_engine)
"""The items of a list that code shows to have none. No other ``Any`` here is of this kind."""


def is_nothing(found: Type) -> bool:
    """Whether a type is that of the items of an empty list."""
    proper = get_proper_type(found)
    return isinstance(proper, AnyType) and proper.type_of_any == TypeOfAny.suggestion_engine


def is_empty_list(found: Type) -> bool:
    """Whether code shows a list without items."""
    return name_of(found) == "builtins.list" and any(map(is_nothing, args_of(found)))


def is_scalar(found: ProperType) -> bool:
    """Whether a type is a number, a text or bytes."""
    return name_of(without_constants(found)) in _SCALARS


_SCALARS: Final = frozenset(f"builtins.{name}" for name in ("int", "float", "str", "bool", "bytes"))


def name_of(found: Type) -> str:
    """Returns the full name of a class; empty for any other type."""
    proper = get_proper_type(found)
    return proper.type.fullname if isinstance(proper, Instance) else ""


def args_of(found: Type) -> list[Type]:
    """Returns the arguments of a generic class; none for any other type."""
    proper = get_proper_type(found)
    return list(proper.args) if isinstance(proper, Instance) else []
