"""Where the value of a variable comes from, for types that a join has made vague.

mypy joins ``[extract(), count()]`` to one element type before a plugin sees it, and the notes of
both are gone. What the variable was set to still has them.
"""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    ConditionalExpr,
    DictExpr,
    DictionaryComprehension,
    Expression,
    ForStmt,
    GeneratorExpr,
    IndexExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    Node,
    SetExpr,
    Statement,
    TupleExpr,
)

from typedxcom.mypy.outputs import Note, first_output
from typedxcom.mypy.site import Site
from typedxcom.mypy.statements import blocks_of

__all__ = ["assigned", "note_of", "origins"]

MAX_DEPTH = 6


def origins(site: Site, expr: Expression) -> list[Expression]:
    """The expressions that a name may stand for, followed through variables and displays."""
    found: list[Expression] = []
    _follow(site, expr, found, 0)
    return found


def note_of(site: Site, expr: Expression) -> Note | None:
    """The first note on any origin of *expr*."""
    for origin in origins(site, expr):
        output = first_output(site.type_of(origin))
        if output is not None and output.note is not None:
            return output.note
    return None


def _follow(site: Site, expr: Expression, found: list[Expression], depth: int) -> None:
    if depth > MAX_DEPTH or len(found) > 20:
        return
    for inner in _inner(site, expr):
        _follow(site, inner, found, depth + 1)
    if isinstance(expr, CallExpr):
        found.append(expr)


def _inner(site: Site, expr: Expression) -> list[Expression]:
    if isinstance(expr, (ListExpr, TupleExpr, SetExpr)):
        return expr.items
    if isinstance(expr, DictExpr):
        return [value for _, value in expr.items]
    if isinstance(expr, ConditionalExpr):
        return [expr.if_expr, expr.else_expr]
    if isinstance(expr, ListComprehension):
        return [expr.generator.left_expr]
    if isinstance(expr, GeneratorExpr):
        return [expr.left_expr]
    if isinstance(expr, DictionaryComprehension):
        return [expr.value]
    if isinstance(expr, IndexExpr):
        return [expr.base]
    if isinstance(expr, CallExpr) and isinstance(expr.callee, MemberExpr):
        return [expr.callee.expr]  # d.values(), xs.copy()
    if isinstance(expr, NameExpr):
        return assigned(site, expr)
    return []


def assigned(site: Site, name: Expression) -> list[Expression]:
    """Everything that the name is set to in its file."""
    found: list[Expression] = []
    if isinstance(name, NameExpr) and name.node is not None:
        _scan(site.api.tree.defs, name.node, found)
    return found


def _scan(body: list[Statement], node: Node, found: list[Expression]) -> None:
    for statement in body:
        if isinstance(statement, AssignmentStmt):
            if any(_binds(target, node) for target in statement.lvalues):
                found.append(statement.rvalue)
        elif isinstance(statement, ForStmt) and _binds(statement.index, node):
            found.append(statement.expr)
        for block in blocks_of(statement):
            _scan(block.body, node, found)


def _binds(target: Expression, node: Node) -> bool:
    if isinstance(target, NameExpr):
        return target.node is node
    if isinstance(target, (TupleExpr, ListExpr)):
        return any(_binds(item, node) for item in target.items)
    return isinstance(target, IndexExpr) and _binds(target.base, node)
