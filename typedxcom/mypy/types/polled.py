"""Finds what a sensor pushes by its code: the ``xcom_value`` of its ``PokeReturnValue``.

The parse check reads the same, in `typedxcom.inference`.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, Expression, FuncDef, NameExpr, RefExpr, ReturnStmt
from mypy.types import AnyType, Instance, LiteralType, NoneType, ProperType, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.features.statements import all_statements
from typedxcom.mypy.types.expressions import Reader
from typedxcom.mypy.types.inferred import is_stub
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.unions import union, without_constants

__all__ = ["polled_in_code"]

_ARGUMENTS: Final = ("is_done", "xcom_value")


def polled_in_code(site: Site, func: FuncDef) -> Type | None:
    """Returns what a sensor pushes, or None where that is not known.

    That is nothing if it only answers yes or no.
    """
    if is_stub(func):
        return None
    reader = Reader(site, func)
    returned = [one.expr for one in all_statements(func.body.body) if isinstance(one, ReturnStmt)]
    found = [_polled(reader, expr) for expr in returned if expr is not None]
    pushed = [one for one in found if one is not None]
    if not found or any(isinstance(one, AnyType) for one in pushed):
        return None
    return union(pushed) if pushed else NoneType()


def _polled(reader: Reader, expr: Expression) -> ProperType | None:
    """Returns what a sensor pushes that returns *expr*; None if it goes on waiting."""
    given = _poke(expr)
    if given is None:
        found = get_proper_type(reader.type_of(expr))
        if isinstance(found, LiteralType) and found.value is False:
            return None
        shown = get_proper_type(without_constants(found))
        is_bool = isinstance(shown, Instance) and shown.type.fullname == "builtins.bool"
        return NoneType() if is_bool else unknown()
    done, value = given.get("is_done"), given.get("xcom_value")
    if isinstance(done, NameExpr) and done.name == "False":
        return None
    return NoneType() if value is None else get_proper_type(reader.type_of(value))


def _poke(expr: Expression) -> dict[str, Expression] | None:
    """Returns the arguments of ``PokeReturnValue(...)``; None for any other expression."""
    if not isinstance(expr, CallExpr) or not isinstance(expr.callee, RefExpr):
        return None
    is_open = any(kind.is_star() for kind in expr.arg_kinds)
    if expr.callee.fullname != names.SDK_POKE or is_open:
        return None
    places = [*_ARGUMENTS, *expr.arg_names]
    return {
        name or str(places[at]): value
        for at, (name, value) in enumerate(zip(expr.arg_names, expr.args, strict=True))
    }
