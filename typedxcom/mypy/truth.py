"""``if extract():`` is always true while the DAG is parsed.

mypy asks no plugin about truth tests, so a checked body is read once more when its decorator is.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    Block,
    ComparisonExpr,
    ConditionalExpr,
    DictionaryComprehension,
    Expression,
    FloatExpr,
    GeneratorExpr,
    IntExpr,
    ListComprehension,
    ListExpr,
    MatchStmt,
    NameExpr,
    OpExpr,
    StarExpr,
    StrExpr,
    TupleExpr,
    UnaryExpr,
    Var,
)
from mypy.types import TupleType

from typedxcom.mypy.codes import XCOM_USE
from typedxcom.mypy.outputs import Output, output_of
from typedxcom.mypy.site import Site, unknown
from typedxcom.mypy.statements import blocks_of, children_of, conditions_of, expressions_of

__all__ = ["check_truth"]

_LEAVES: Final = (NameExpr, StrExpr, IntExpr, FloatExpr)


def check_truth(site: Site, body: Block) -> None:
    """Report outputs in the place of a truth value."""
    for statement in body.body:
        for expr in expressions_of(statement):
            _walk(site, expr)
        for tested in conditions_of(statement):
            _check(site, tested)
        if isinstance(statement, MatchStmt):
            _check(site, statement.subject, "cannot be matched while the DAG is parsed")
        elif isinstance(statement, AssignmentStmt):
            _check_unpacking(site, statement)
        for block in blocks_of(statement, functions=False):
            check_truth(site, block)


def _output(site: Site, expr: Expression) -> Output | None:
    return output_of(site.api.lookup_type(expr)) if site.api.has_type(expr) else None


def _check(
    site: Site, expr: Expression, verb: str = "is always true while the DAG is parsed"
) -> None:
    if (output := _output(site, expr)) is not None:
        cure = "use @task.branch or @task.short_circuit to decide on its value"
        site.fail(f"The output of {output.phrase()} {verb}: {cure}", expr, XCOM_USE)


def _check_unpacking(site: Site, statement: AssignmentStmt) -> None:
    """``a, b = rows()``: mypy says so, and then that it does not know ``a``."""
    names = [n for n in statement.lvalues if isinstance(n, (TupleExpr, ListExpr))]
    output = _output(site, statement.rvalue) if names else None
    if output is None or isinstance(site.api.lookup_type(statement.rvalue), TupleType):
        return
    text = (
        f"The output of {output.phrase()} cannot be unpacked while the DAG is parsed: "
        f"only a tuple of known length can, from a task of typedxcom"
    )
    site.fail(text, statement.rvalue, XCOM_USE)
    for name in (item for target in names for item in target.items):
        inner = name.expr if isinstance(name, StarExpr) else name
        if isinstance(inner, NameExpr) and isinstance(inner.node, Var) and inner.node.type is None:
            inner.node.type = unknown()


def _check_comparison(site: Site, expr: ComparisonExpr) -> None:
    """``out == 3``: Python falls back to identity, and mypy to ``int.__eq__``."""
    for operator, sides in zip(expr.operators, pairwise(expr.operands), strict=True):
        output = next((o for s in sides if (o := _output(site, s)) is not None), None)
        if operator in ("==", "!=") and output is not None:
            text = (
                f"The output of {output.phrase()} cannot be compared while the DAG is parsed: "
                f"do it inside a task"
            )
            site.fail(text, expr, XCOM_USE)


def _walk(site: Site, expr: Expression) -> None:
    """Look at an expression and at all inside it."""
    if isinstance(expr, _LEAVES):
        return
    if isinstance(expr, ComparisonExpr):
        _check_comparison(site, expr)
    for tested in _tested(expr):
        _check(site, tested)
    for child in children_of(expr):
        _walk(site, child)


def _tested(expr: Expression) -> list[Expression]:
    """The parts of *expr* whose truth is asked for."""
    if isinstance(expr, ConditionalExpr):
        return [expr.cond]
    if isinstance(expr, UnaryExpr) and expr.op == "not":
        return [expr.expr]
    if isinstance(expr, OpExpr) and expr.op in ("and", "or"):
        return [expr.left]
    loop = expr.generator if isinstance(expr, ListComprehension) else expr
    if isinstance(loop, (GeneratorExpr, DictionaryComprehension)):
        return [test for conditions in loop.condlists for test in conditions]
    return []
