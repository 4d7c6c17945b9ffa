"""What mapping over a value gives: Airflow maps over sequences and dicts, and nothing else."""

from __future__ import annotations

from mypy.maptype import map_instance_to_supertype
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    Instance,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.site import Site, unknown
from typedxcom.mypy.tables import is_table

__all__ = ["element_of"]


def element_of(site: Site, found: Type) -> Type | None:
    """What mapping over a value gives, or None where Airflow cannot map over it."""
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


def _pair(site: Site, key: Type, value: Type) -> Type:
    return TupleType([key, value], site.builtin("tuple", [unknown()]))
