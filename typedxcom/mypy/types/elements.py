"""Finds what mapping over a value gives. Airflow maps over sequences and dicts only."""

from __future__ import annotations

from mypy.maptype import map_instance_to_supertype
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tables import is_table

__all__ = ["element_of", "has_numbers_as_keys", "is_dict"]


def element_of(site: Site, found: Type) -> Type | None:
    """Returns what mapping over a value gives, or None where Airflow cannot map over it."""
    proper = get_proper_type(found)
    if isinstance(proper, AnyType):
        return proper
    if is_table(proper):
        return None
    if isinstance(proper, UnionType):
        items = [element_of(site, item) for item in proper.items]
        return make_simplified_union([i for i in items if i]) if all(items) else None
    if isinstance(proper, TupleType):
        return make_simplified_union(proper.items) if proper.items else unknown()
    if isinstance(proper, TypedDictType):
        values = make_simplified_union(list(proper.items.values()))
        return _pair(site, site.builtin("str"), values)
    return _element_of_instance(site, proper) if isinstance(proper, Instance) else None


def _element_of_instance(site: Site, found: Instance) -> Type | None:
    if found.type.fullname == "builtins.list":
        return found.args[0]
    if found.type.fallback_to_any:
        return unknown()
    if any(found.type.has_base(f"builtins.{name}") for name in ("str", "bytes", "bytearray")):
        return None
    for base in found.type.mro:
        if base.fullname == "typing.Sequence":
            return map_instance_to_supertype(found, base).args[0]
        if base.fullname == "typing.Mapping":
            return _pair(site, *map_instance_to_supertype(found, base).args)
    return None


def is_dict(found: Type) -> bool:
    """Whether a value is or may be a dict, which has no items by number."""
    proper = get_proper_type(found)
    if isinstance(proper, UnionType):
        return any(map(is_dict, proper.items))
    if isinstance(proper, TypedDictType):
        return True
    return isinstance(proper, Instance) and proper.type.has_base("typing.Mapping")


def has_numbers_as_keys(found: Type) -> bool:
    """Whether a dict has numbers as keys, which JSON turns into text."""
    proper = get_proper_type(found)
    if isinstance(proper, UnionType):
        return any(map(has_numbers_as_keys, proper.items))
    if not isinstance(proper, Instance):
        return False
    for base in proper.type.mro:
        if base.fullname == "typing.Mapping":
            return _is_number(get_proper_type(map_instance_to_supertype(proper, base).args[0]))
    return False


def _is_number(key: ProperType) -> bool:
    if isinstance(key, UnionType):  # a union of literals
        items = [get_proper_type(item) for item in key.items]
        return all(isinstance(item, LiteralType) for item in items) and any(map(_is_number, items))
    if isinstance(key, LiteralType):
        return not isinstance(key.value, str)
    return isinstance(key, Instance) and any(
        key.type.has_base(f"builtins.{name}") for name in ("int", "float")
    )


def _pair(site: Site, key: Type, value: Type) -> Type:
    return TupleType([key, value], site.builtin("tuple", [unknown()]))
