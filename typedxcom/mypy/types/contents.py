"""The outputs inside a list or a dict that goes to a task, for what the task's code does with them.

mypy types a list by what is put into it first. All outputs share one class, so that type does not
show the tasks of those that follow. Here each of them is looked up.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    ARG_POS,
    AssignmentStmt,
    CallExpr,
    DictExpr,
    Expression,
    ForStmt,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    OperatorAssignmentStmt,
    OpExpr,
    RefExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
)
from mypy.types import TupleType, Type, TypedDictType

from typedxcom.mypy.types.bindings import deep_statements
from typedxcom.mypy.types.outputs import holds_output, output_of
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import task_of
from typedxcom.mypy.types.unions import union, without_constants

__all__ = ["shown_in"]

MAX_DEPTH: Final = 4
# They change no list, and keep none.
_HARMLESS: Final = frozenset({"builtins.len", "builtins.print"})
_ORDERING: Final = frozenset({"chain", "chain_linear", "cross_downstream"})


def shown_in(site: Site, expr: Expression, depth: int = 0) -> Type:
    """Returns the type that a task gets, as far as code and annotations show it, else ``Any``."""
    found = site.type_of(expr)
    if (output := output_of(found)) is not None:
        return output.value if output.inferred is None else output.inferred
    if depth > MAX_DEPTH or not holds_output(found):
        return unknown() if depth > MAX_DEPTH else without_constants(found)
    if isinstance(expr, TupleExpr) and not _is_starred(expr.items):
        items = [shown_in(site, one, depth + 1) for one in expr.items]
        return TupleType(items, site.builtin("tuple", [unknown()]))
    if isinstance(expr, DictExpr):
        return _dict(site, expr, depth)
    if any(one is expr for one in _running):  # `parts.append(merge(parts))` asks for it again
        return unknown()
    _running.append(expr)
    try:
        parts = _contents(site, expr)
        item = union([shown_in(site, one, depth + 1) for one in parts]) if parts else unknown()
    finally:
        _running.remove(expr)
    return site.builtin("list", [item]) if parts else unknown()


_running: list[Expression] = []


def _dict(site: Site, expr: DictExpr, depth: int) -> Type:
    items = {
        key.value: shown_in(site, value, depth + 1)
        for key, value in expr.items
        if isinstance(key, StrExpr)
    }
    fallback = site.instance("typing._TypedDict")
    if len(items) < len(expr.items) or fallback is None:
        return unknown()
    return TypedDictType(items, set(items), set(), fallback)


def _contents(site: Site, expr: Expression) -> list[Expression]:
    """Returns everything that a list holds; nothing if that is not sure."""
    if isinstance(expr, ListExpr):
        return [] if _is_starred(expr.items) else expr.items
    if isinstance(expr, ListComprehension):
        return [expr.generator.left_expr]
    if isinstance(expr, NameExpr) and expr.node is not None:
        return _put_into(site, expr.node)
    return []


def _put_into(site: Site, node: Node) -> list[Expression]:
    """Returns all that a variable's list gets, if each use of the variable is understood."""
    found: list[Expression] = []
    seen = understood = 0
    for expr in site.parts_of(site.api.tree):
        if isinstance(expr, NameExpr):
            seen += expr.node is node
        elif isinstance(expr, CallExpr):
            owner = expr.callee.expr if isinstance(expr.callee, MemberExpr) else None
            if _is(owner, node):
                is_append = getattr(expr.callee, "name", "") == "append"
                if is_append and expr.arg_kinds == [ARG_POS]:
                    found.append(expr.args[0])
                    understood += 1
            elif any(_is(one, node) for one in expr.args) and _only_reads(site, expr):
                understood += sum(_is(one, node) for one in expr.args)
        elif isinstance(expr, OpExpr) and expr.op in (">>", "<<"):
            understood += _is(expr.left, node) + _is(expr.right, node)
    for statement in deep_statements(site.api.tree.defs):
        targets: list[Expression] = []
        if isinstance(statement, AssignmentStmt):
            targets = statement.lvalues
        elif isinstance(statement, OperatorAssignmentStmt) and statement.op == "+":
            targets = [statement.lvalue]
        elif isinstance(statement, ForStmt):
            understood += _is(statement.expr, node)
        count = sum(_is(one, node) for one in targets)
        if count and isinstance(statement.rvalue, (ListExpr, ListComprehension)):
            found += (parts := _contents(site, statement.rvalue))
            is_empty = isinstance(statement.rvalue, ListExpr) and not statement.rvalue.items
            understood += count if parts or is_empty else 0
    return found if seen == understood else []


def _only_reads(site: Site, call: CallExpr) -> bool:
    """Whether a call is one of a task, or leaves a list as it is."""
    callee = call.callee
    if isinstance(callee, RefExpr) and callee.fullname in _HARMLESS:
        return True
    is_ordering = isinstance(callee, RefExpr) and callee.fullname.split(".")[-1] in _ORDERING
    if is_ordering:
        return True
    # The type of the call itself may be what is being inferred.
    maps = isinstance(callee, MemberExpr) and callee.name in ("expand", "partial")
    called = callee.expr if maps and isinstance(callee, MemberExpr) else callee
    return task_of(site.type_of(called)) is not None


def _is(expr: Expression | None, node: Node) -> bool:
    return isinstance(expr, NameExpr) and expr.node is node


def _is_starred(items: list[Expression]) -> bool:
    return any(isinstance(one, StarExpr) for one in items)
