"""Finds functions without annotations that make a DAG or tasks where they are called.

mypy skips their bodies: helpers that wire some tasks, and functions that build a DAG and return it.
"""

from __future__ import annotations

from mypy.nodes import CallExpr, Decorator, Expression, FuncDef, MemberExpr, RefExpr, TypeInfo
from mypy.server.subexpr import get_subexpressions

from typedxcom.mypy import names
from typedxcom.mypy.features.statements import all_statements
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import task_of

__all__ = ["makes_tasks"]


def makes_tasks(site: Site, func: FuncDef) -> bool:
    """Whether a function of this file visibly makes a DAG or a task, of its own or by a call."""
    return site.sees_airflow and _makes_tasks(site, func, set())


def _makes_tasks(site: Site, func: FuncDef, seen: set[FuncDef]) -> bool:
    if func in seen or not site.defines(func):
        return False
    seen.add(func)
    body = all_statements(func.body.body)
    if any(isinstance(one, Decorator) and _is_airflows(one) for one in body):
        return True
    return any(
        isinstance(expr, CallExpr) and _makes_task(site, expr.callee, seen)
        for expr in get_subexpressions(func.body)
    )


def _makes_task(site: Site, callee: Expression, seen: set[FuncDef]) -> bool:
    if isinstance(callee, MemberExpr) and callee.name in ("expand", "expand_kwargs"):
        return True
    node = callee.node if isinstance(callee, RefExpr) else None
    if isinstance(node, FuncDef):
        return node.type is None and _makes_tasks(site, node, seen)
    if isinstance(node, TypeInfo):
        return node.fullname == names.SDK_DAG
    if not isinstance(node, Decorator):
        return False
    return _is_airflows(node) or (node.var.type is not None and task_of(node.var.type) is not None)


def _is_airflows(decorated: Decorator) -> bool:
    """Whether a decorator of Airflow's or of ours makes a task, a group or a DAG."""
    return any(map(_is_airflows_name, decorated.original_decorators))


def _is_airflows_name(expr: Expression) -> bool:
    while isinstance(expr, CallExpr):
        expr = expr.callee
    owner = expr.expr if isinstance(expr, MemberExpr) else None
    found = [one.fullname for one in (expr, owner) if isinstance(one, RefExpr)]
    return any(name.startswith((f"{names.SDK}.", f"{names.PUBLIC}.")) for name in found)
