"""Finds keys that Airflow's client, which puts them into a URL, would take for others."""

from __future__ import annotations

from mypy.types import Instance, LiteralType, ProperType, TypedDictType, UnionType, get_proper_type

from typedxcom.key_faults import key_fault
from typedxcom.mypy.types.tables import fields_of

__all__ = ["key_fault", "pushed_key_fault"]


def pushed_key_fault(value: ProperType) -> tuple[str, str] | None:
    """Returns the first key of a result that cannot be pushed on its own, and the reason."""
    found = ((key, key_fault(key)) for key in _names(value))
    return next(((key, fault) for key, fault in found if fault is not None), None)


def _names(value: ProperType) -> list[str]:
    if isinstance(value, TypedDictType):
        return list(value.items)
    if not isinstance(value, Instance):
        return []
    if value.type.has_base("typing.Mapping"):
        return _literals(get_proper_type(value.args[0])) if value.args else []
    return list(fields_of(value) or ())


def _literals(key: ProperType) -> list[str]:
    if isinstance(key, UnionType):
        return [text for item in key.items for text in _literals(get_proper_type(item))]
    return [key.value] if isinstance(key, LiteralType) and isinstance(key.value, str) else []
