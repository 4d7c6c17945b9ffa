"""Finds the parts of statements and expressions.

mypyc forbids interpreted subclasses of mypy's own visitors. So there is a function for each class.
That is also the quickest way, because the plugin walks every body of a DAG.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from mypy.nodes import (
    AssertStmt,
    AssignmentStmt,
    AwaitExpr,
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
    NameExpr,
    OperatorAssignmentStmt,
    OpExpr,
    ReturnStmt,
    SetExpr,
    StarExpr,
    Statement,
    StrExpr,
    TryStmt,
    TupleExpr,
    UnaryExpr,
    WhileStmt,
    WithStmt,
)

__all__ = [
    "all_statements",
    "blocks_of",
    "children_of",
    "conditions_of",
    "expressions_of",
    "parts_of",
]

_Blocks = Callable[[Any], list[Block]]
_Expressions = Callable[[Any], list[Expression]]


def blocks_of(statement: Statement) -> list[Block]:
    """Returns the blocks inside a statement, also the body of a function or a class."""
    kind = type(statement)
    parts = _BLOCKS.get(kind) or _DEFINED.get(kind)
    return parts(statement) if parts else []


def expressions_of(statement: Statement) -> list[Expression]:
    """Returns the expressions of a statement, outside its blocks."""
    parts = _EXPRESSIONS.get(type(statement))
    return parts(statement) if parts else conditions_of(statement)


def conditions_of(statement: Statement) -> list[Expression]:
    """Returns the expressions that a statement takes as true or false."""
    parts = _CONDITIONS.get(type(statement))
    return parts(statement) if parts else []


def all_statements(body: list[Statement]) -> list[Statement]:
    """Returns the statements of a body and of the blocks in it, but not of functions in it."""
    found = []
    for statement in body:
        found.append(statement)
        if (blocks := _BLOCKS.get(type(statement))) is not None:
            for block in blocks(statement):
                found += all_statements(block.body)
    return found


def parts_of(statement: Statement, kinds: Collection[type]) -> list[Expression]:
    """Returns a statement's expressions of these kinds, at any depth but outside its blocks."""
    found, todo = [], [*expressions_of(statement)]
    for expr in todo:  # the list grows meanwhile
        kind = type(expr)
        if kind is NameExpr or kind is StrExpr:
            continue
        if kind in kinds:
            found.append(expr)
        if (parts := _CHILDREN.get(kind)) is not None:
            todo += parts(expr)
    return found


def children_of(expr: Expression) -> list[Expression]:
    """Returns the expressions directly inside another."""
    parts = _CHILDREN.get(type(expr))
    return parts(expr) if parts else []


def _some(*blocks: Block | None) -> list[Block]:
    return [block for block in blocks if block is not None]


def _of_call(call: CallExpr) -> list[Expression]:
    return call.args if isinstance(call.callee, NameExpr) else [call.callee, *call.args]


def _of_generator(loop: GeneratorExpr) -> list[Expression]:
    return [loop.left_expr, *loop.sequences, *(test for tests in loop.condlists for test in tests)]


_DEFINED: Final[dict[type, _Blocks]] = {
    FuncDef: lambda it: [it.body],
    Decorator: lambda it: [it.func.body],
    ClassDef: lambda it: [it.defs],
}
_BLOCKS: Final[dict[type, _Blocks]] = {
    Block: lambda it: [it],
    WithStmt: lambda it: [it.body],
    IfStmt: lambda it: [*it.body, *_some(it.else_body)],
    ForStmt: lambda it: [it.body, *_some(it.else_body)],
    WhileStmt: lambda it: [it.body, *_some(it.else_body)],
    TryStmt: lambda it: [it.body, *it.handlers, *_some(it.else_body, it.finally_body)],
    MatchStmt: lambda it: list(it.bodies),
}
_EXPRESSIONS: Final[dict[type, _Expressions]] = {
    ExpressionStmt: lambda it: [it.expr],
    ForStmt: lambda it: [it.expr],
    AssignmentStmt: lambda it: [it.rvalue],
    OperatorAssignmentStmt: lambda it: [it.rvalue],
    WithStmt: lambda it: it.expr,
    ReturnStmt: lambda it: [it.expr] if it.expr else [],
}
_CONDITIONS: Final[dict[type, _Expressions]] = {
    IfStmt: lambda it: it.expr,
    WhileStmt: lambda it: [it.expr],
    AssertStmt: lambda it: [it.expr],
}
_CHILDREN: Final[dict[type, _Expressions]] = {
    CallExpr: _of_call,
    ListExpr: lambda it: it.items,
    TupleExpr: lambda it: it.items,
    SetExpr: lambda it: it.items,
    DictExpr: lambda it: [value for _, value in it.items],
    OpExpr: lambda it: [it.left, it.right],
    ComparisonExpr: lambda it: it.operands,
    ConditionalExpr: lambda it: [it.cond, it.if_expr, it.else_expr],
    UnaryExpr: lambda it: [it.expr],
    MemberExpr: lambda it: [it.expr],
    IndexExpr: lambda it: [it.base, it.index],
    ListComprehension: lambda it: _of_generator(it.generator),
    GeneratorExpr: _of_generator,
    DictionaryComprehension: lambda it: [
        it.value,
        *it.sequences,
        *(test for tests in it.condlists for test in tests),
    ],
    StarExpr: lambda it: [it.expr],
    AwaitExpr: lambda it: [it.expr],
}
