"""Finds where the value of a variable comes from, for types that a join has made vague.

mypy joins ``[extract(), count()]`` to one element type before a plugin sees it, and both notes
are lost. The expressions that the variable was set to still have them.
"""

from __future__ import annotations

from typing import Final

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

from typedxcom.mypy.features.statements import blocks_of, children_of, expressions_of
from typedxcom.mypy.types.outputs import Note, first_output
from typedxcom.mypy.types.site import Site

__all__ = ["assigned", "note_of", "origins"]

MAX_DEPTH: Final = 6
DISPLAYS: Final = (TupleExpr, ListExpr)


def origins(site: Site, expr: Expression) -> list[Expression]:
    """Returns the expressions that a name may stand for, through variables and displays."""
    found: list[Expression] = []
    _follow(site, expr, found, 0)
    return found


def note_of(site: Site, expr: Expression) -> Note | None:
    """Returns the first note on any origin of *expr*."""
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
    if isinstance(expr, CallExpr) and _builtin(expr) is not None:
        return expr.args  # list(xs), reversed(xs)
    if isinstance(expr, NameExpr):
        return assigned(site, expr)
    return []


def assigned(site: Site, name: Expression) -> list[Expression]:
    """Returns everything that the name is set to in its file."""
    found: list[Expression] = []
    if isinstance(name, NameExpr) and name.node is not None:
        _scan(site.api.tree.defs, name.node, found)
    return found


def _scan(body: list[Statement], node: Node, found: list[Expression]) -> None:
    for statement in body:
        if isinstance(statement, AssignmentStmt):
            targets = [target for target in statement.lvalues if _binds(target, node)]
            found += [_part(target, node, statement.rvalue) for target in targets]
        elif isinstance(statement, ForStmt) and _binds(statement.index, node):
            found.append(_item(statement.index, node, statement.expr))
        for expr in expressions_of(statement):
            _scan_expression(expr, node, found)
        for block in blocks_of(statement):
            _scan(block.body, node, found)


def _scan_expression(expr: Expression, node: Node, found: list[Expression]) -> None:
    """Adds what the loops of comprehensions set the name to."""
    if isinstance(expr, ListComprehension):
        expr = expr.generator
    if isinstance(expr, (GeneratorExpr, DictionaryComprehension)):
        for index, sequence in zip(expr.indices, expr.sequences, strict=True):
            if _binds(index, node):
                found.append(_item(index, node, sequence))
    for child in children_of(expr):
        _scan_expression(child, node, found)


def _part(target: Expression, node: Node, value: Expression) -> Expression:
    """Returns the item of ``a, b = f(), g()`` that a name gets."""
    if not isinstance(target, DISPLAYS) or not isinstance(value, DISPLAYS):
        return value
    pairs = zip(target.items, value.items, strict=False)
    return next((item for name, item in pairs if _binds(name, node)), value)


def _item(index: Expression, node: Node, sequence: Expression) -> Expression:
    """Returns what a name comes from in a loop over ``enumerate(xs)`` or ``zip(xs, ys)``."""
    called = _builtin(sequence)
    if called is None or not isinstance(index, TupleExpr):
        return sequence
    args = sequence.args if isinstance(sequence, CallExpr) else []
    if called == "enumerate":
        return args[0] if args else sequence
    if called == "zip" and len(args) == len(index.items):
        return next(a for t, a in zip(index.items, args, strict=True) if _binds(t, node))
    return sequence


def _builtin(expr: Expression) -> str | None:
    """Returns the name of the built-in function or class that is called."""
    callee = expr.callee if isinstance(expr, CallExpr) else None
    if isinstance(callee, NameExpr) and callee.fullname.startswith("builtins."):
        return callee.name
    return None


def _binds(target: Expression, node: Node) -> bool:
    if isinstance(target, NameExpr):
        return target.node is node
    if isinstance(target, (TupleExpr, ListExpr)):
        return any(_binds(item, node) for item in target.items)
    return isinstance(target, IndexExpr) and _binds(target.base, node)
