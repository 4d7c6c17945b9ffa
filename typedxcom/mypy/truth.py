"""``if extract():`` is always true while the DAG is parsed.

mypy asks no plugin about truth tests, so a checked body is read once more when its decorator is.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from mypy.nodes import (
    AssertStmt,
    AssignmentStmt,
    Block,
    CallExpr,
    ComparisonExpr,
    ConditionalExpr,
    DictExpr,
    Expression,
    ExpressionStmt,
    FloatExpr,
    ForStmt,
    IfStmt,
    IndexExpr,
    IntExpr,
    ListComprehension,
    ListExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    ReturnStmt,
    SetExpr,
    Statement,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    WhileStmt,
)

from typedxcom.mypy.codes import XCOM_USE
from typedxcom.mypy.outputs import output_of
from typedxcom.mypy.site import Site
from typedxcom.mypy.statements import blocks_of

__all__ = ["check_truth"]

_LEAVES: Final = (NameExpr, StrExpr, IntExpr, FloatExpr)


def check_truth(site: Site, body: Block) -> None:
    """Report outputs in the place of a truth value."""
    for statement in body.body:
        for expr in _expressions(statement):
            _walk(site, expr)
        for tested in _conditions(statement):
            _check(site, tested)
        for block in blocks_of(statement, functions=False):
            check_truth(site, block)


def _check(site: Site, expr: Expression) -> None:
    output = output_of(site.api.lookup_type(expr)) if site.api.has_type(expr) else None
    if output is not None:
        text = (
            f"The output of {output.phrase()} is always true while the DAG is parsed: "
            f"use @task.branch or @task.short_circuit to decide on its value"
        )
        site.fail(text, expr, XCOM_USE)


def _check_comparison(site: Site, expr: ComparisonExpr) -> None:
    """``out == 3``: Python falls back to identity, and mypy to ``int.__eq__``."""
    for operator, sides in zip(expr.operators, pairwise(expr.operands), strict=True):
        outputs = [output_of(site.api.lookup_type(s)) for s in sides if site.api.has_type(s)]
        output = next((o for o in outputs if o is not None), None)
        if operator in ("==", "!=") and output is not None:
            text = (
                f"The output of {output.phrase()} cannot be compared while the DAG is parsed: "
                f"do it inside a task"
            )
            site.fail(text, expr, XCOM_USE)


def _conditions(statement: Statement) -> list[Expression]:
    if isinstance(statement, IfStmt):
        return statement.expr
    if isinstance(statement, (WhileStmt, AssertStmt)):
        return [statement.expr]
    return []


def _expressions(statement: Statement) -> list[Expression]:
    if isinstance(statement, (ExpressionStmt, ForStmt)):
        return [statement.expr]
    if isinstance(statement, AssignmentStmt):
        return [statement.rvalue]
    if isinstance(statement, ReturnStmt):
        return [statement.expr] if statement.expr else []
    return _conditions(statement)


def _walk(site: Site, expr: Expression) -> None:
    """Look at an expression and at all inside it."""
    if isinstance(expr, _LEAVES):
        return
    if isinstance(expr, ComparisonExpr):
        _check_comparison(site, expr)
    for tested in _tested(expr):
        _check(site, tested)
    for child in _children(expr):
        _walk(site, child)


def _tested(expr: Expression) -> list[Expression]:
    """The parts of *expr* whose truth is asked for."""
    if isinstance(expr, ConditionalExpr):
        return [expr.cond]
    if isinstance(expr, UnaryExpr) and expr.op == "not":
        return [expr.expr]
    if isinstance(expr, OpExpr) and expr.op in ("and", "or"):
        return [expr.left]
    if isinstance(expr, ListComprehension):
        return [test for conditions in expr.generator.condlists for test in conditions]
    return []


def _children(expr: Expression) -> list[Expression]:
    if isinstance(expr, CallExpr):
        return [expr.callee, *expr.args]
    if isinstance(expr, (ListExpr, TupleExpr, SetExpr)):
        return expr.items
    if isinstance(expr, DictExpr):
        return [value for _, value in expr.items]
    if isinstance(expr, OpExpr):
        return [expr.left, expr.right]
    if isinstance(expr, ComparisonExpr):
        return expr.operands
    if isinstance(expr, ConditionalExpr):
        return [expr.cond, expr.if_expr, expr.else_expr]
    if isinstance(expr, (UnaryExpr, MemberExpr)):
        return [expr.expr]
    if isinstance(expr, IndexExpr):
        return [expr.base, expr.index]
    return []
