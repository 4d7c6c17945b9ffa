"""Finds the return type of a function without annotations from its own code.

It reads displays, constants, calls of classes and of annotated functions, parameters, and names
that are bound once. If anything is uncertain, the type is ``Any``, as without this module. The
parse check reads the same from Python's own syntax trees. `tests/data/inferred.py` is the table
that both agree on.

mypy infers nothing here: it may not know yet which type a name inside a body has.
"""

from __future__ import annotations

from collections.abc import Mapping

from mypy.nodes import EllipsisExpr, Expression, ExpressionStmt, FuncDef, ReturnStmt, StrExpr
from mypy.types import AnyType, NoneType, Type, TypedDictType

from typedxcom.mypy.features.statements import all_statements
from typedxcom.mypy.types.expressions import Reader
from typedxcom.mypy.types.falling import falls_through
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.unions import members, union

__all__ = ["is_stub", "keys_of", "return_in_code", "type_in_code"]


def return_in_code(
    site: Site, func: FuncDef, given: Mapping[str, Type] | None = None
) -> Type | None:
    """Returns what a function of this file returns, or None where that is not known.

    A union lists what may come. A reader need not take all of it. Of a generator, Airflow pushes
    what it returns at its end.

    Args:
        site: The file.
        func: The function.
        given: Parameter without annotation -> what one call gives it.
    """
    if func.is_async_generator or is_stub(func):
        return None
    statements = all_statements(func.body.body)
    returned = [each.expr for each in statements if isinstance(each, ReturnStmt)]
    reader = Reader(site, func, given)
    found = [NoneType() if expr is None else reader.type_of(expr) for expr in returned]
    if falls_through(func.body.body):
        found.append(NoneType())
    if reader.asks_for_parameters:
        site.passing.add(func)
    if not found or any(isinstance(one, AnyType) for one in found):
        return None
    return union(found)


def type_in_code(site: Site, func: FuncDef, expr: Expression) -> Type:
    """Returns the type of one expression in a function, or ``Any`` where that is not known."""
    return Reader(site, func).type_of(expr)


def is_stub(func: FuncDef) -> bool:
    """Whether a body is still to be written, such as ``...``."""
    body = func.body.body
    return all(
        isinstance(one, ExpressionStmt) and isinstance(one.expr, (EllipsisExpr, StrExpr))
        for one in body
    )


def keys_of(inferred: Type) -> TypedDictType | None:
    """Returns the keys of all returned dict displays together, or None for any other value."""
    items: dict[str, list[Type]] = {}
    shown = [one for one in members(inferred) if not isinstance(one, NoneType)]
    for one in shown:
        if not isinstance(one, TypedDictType):
            return None
        for name, value in one.items.items():
            items.setdefault(name, []).append(value)
    dicts = [one for one in shown if isinstance(one, TypedDictType)]
    if not items:
        return None
    required = set.intersection(*(set(one.items) for one in dicts))
    merged: dict[str, Type] = {name: union(values) for name, values in items.items()}
    return TypedDictType(merged, required, set(), dicts[0].fallback)
