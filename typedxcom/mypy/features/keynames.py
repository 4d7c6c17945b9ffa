"""Finds keys that Airflow's client, which puts them into a URL, would take for others."""

from __future__ import annotations

from mypy.nodes import Expression, StrExpr
from mypy.plugin import FunctionContext
from mypy.types import (
    Instance,
    LiteralType,
    ProperType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.key_faults import key_fault
from typedxcom.mypy.codes import XCOM_KEY
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tables import fields_of

__all__ = ["declared_key", "key_fault", "pushed_key_fault", "shown_key", "text_of"]


def declared_key(site: Site, ctx: FunctionContext) -> Type:
    """Checks the name in ``XComKey("row_count", int)``."""
    given = ctx.args[0] if ctx.args else []
    name = text_of(site, given[0]) if given else None
    if name is not None and (fault := key_fault(name)) is not None:
        site.fail(f'"{shown_key(name)}" cannot name an XCom: {fault}', given[0], XCOM_KEY)
    return ctx.default_return_type


def shown_key(key: str) -> str:
    """Returns a key as a message shows it, on one line."""
    return key if key.isprintable() else ascii(key)[1:-1]


def text_of(site: Site, key: Expression) -> str | None:
    """Returns the text that an expression stands for, if its type says which."""
    if isinstance(key, StrExpr):
        return key.value
    found = site.type_of(key)
    if isinstance(found, Instance) and found.last_known_value is not None:
        found = found.last_known_value
    if isinstance(found, LiteralType) and isinstance(found.value, str):
        return found.value
    return None


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
