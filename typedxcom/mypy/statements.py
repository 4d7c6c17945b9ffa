"""The parts of statements and expressions.

mypyc forbids interpreted subclasses of mypy's own visitors.
"""

from __future__ import annotations

from mypy.nodes import (
    AssertStmt,
    AssignmentStmt,
    Block,
    CallExpr,
    ClassDef,
    ComparisonExpr,
    ConditionalExpr,
    Decorator,
    DictExpr,
    DictionaryComprehension,
    Expression,
    ExpressionStmt,
    ForStmt,
    FuncDef,
    GeneratorExpr,
    IfStmt,
    IndexExpr,
    ListComprehension,
    ListExpr,
    MatchStmt,
    MemberExpr,
    OperatorAssignmentStmt,
    OpExpr,
    ReturnStmt,
    SetExpr,
    StarExpr,
    Statement,
    TryStmt,
    TupleExpr,
    UnaryExpr,
    WhileStmt,
    WithStmt,
)

__all__ = ["blocks_of", "children_of", "conditions_of", "expressions_of"]


def blocks_of(statement: Statement, *, functions: bool = True) -> list[Block]:
    """The blocks inside a statement; those of functions and classes only if asked for."""
    if isinstance(statement, FuncDef):
        return [statement.body] if functions else []
    if isinstance(statement, Decorator):
        return [statement.func.body] if functions else []
    if isinstance(statement, ClassDef):
        return [statement.defs] if functions else []
    if isinstance(statement, WithStmt):
        return [statement.body]
    if isinstance(statement, IfStmt):
        return [*statement.body, *_some(statement.else_body)]
    if isinstance(statement, (ForStmt, WhileStmt)):
        return [statement.body, *_some(statement.else_body)]
    if isinstance(statement, TryStmt):
        rest = (statement.else_body, statement.finally_body)
        return [statement.body, *statement.handlers, *_some(*rest)]
    if isinstance(statement, MatchStmt):
        return list(statement.bodies)
    return [statement] if isinstance(statement, Block) else []


def _some(*blocks: Block | None) -> list[Block]:
    return [block for block in blocks if block is not None]


def expressions_of(statement: Statement) -> list[Expression]:
    """The expressions that stand in a statement, outside its blocks."""
    if isinstance(statement, (ExpressionStmt, ForStmt)):
        return [statement.expr]
    if isinstance(statement, (AssignmentStmt, OperatorAssignmentStmt)):
        return [statement.rvalue]
    if isinstance(statement, WithStmt):
        return statement.expr
    if isinstance(statement, ReturnStmt):
        return [statement.expr] if statement.expr else []
    return conditions_of(statement)


def conditions_of(statement: Statement) -> list[Expression]:
    """The expressions whose truth a statement asks for."""
    if isinstance(statement, IfStmt):
        return statement.expr
    if isinstance(statement, (WhileStmt, AssertStmt)):
        return [statement.expr]
    return []


def children_of(expr: Expression) -> list[Expression]:
    """The expressions that stand directly in another."""
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
    if isinstance(expr, ListComprehension):
        return children_of(expr.generator)
    if isinstance(expr, GeneratorExpr):
        return [expr.left_expr, *expr.sequences, *(t for ts in expr.condlists for t in ts)]
    if isinstance(expr, DictionaryComprehension):
        tests = (t for ts in expr.condlists for t in ts)
        return [expr.value, *expr.sequences, *tests]
    if isinstance(expr, StarExpr):
        return [expr.expr]
    return []
