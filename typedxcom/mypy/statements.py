"""Walking a function's body. mypyc forbids interpreted subclasses of mypy's own visitors."""

from __future__ import annotations

from mypy.nodes import (
    Block,
    ClassDef,
    Decorator,
    ForStmt,
    FuncDef,
    IfStmt,
    Statement,
    TryStmt,
    WhileStmt,
    WithStmt,
)

__all__ = ["blocks_of"]


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
    return [statement] if isinstance(statement, Block) else []


def _some(*blocks: Block | None) -> list[Block]:
    return [block for block in blocks if block is not None]
