"""Finds whether a body can reach its end, where Python returns ``None``."""

from __future__ import annotations

from mypy.nodes import (
    Block,
    BreakStmt,
    ForStmt,
    IfStmt,
    MatchStmt,
    NameExpr,
    RaiseStmt,
    ReturnStmt,
    Statement,
    TryStmt,
    WhileStmt,
    WithStmt,
)

from typedxcom.mypy.features.statements import blocks_of

__all__ = ["falls_through"]


def falls_through(body: list[Statement]) -> bool:
    """Whether Python may reach the end of *body*. In doubt, the answer is yes."""
    return all(map(_goes_on, body))


def _goes_on(statement: Statement) -> bool:
    """Whether Python may go on with the next statement after this one."""
    if isinstance(statement, (ReturnStmt, RaiseStmt)):
        return False
    if isinstance(statement, Block):
        return falls_through(statement.body)
    if isinstance(statement, IfStmt):
        return any(map(_block, statement.body)) or _block(statement.else_body)
    if isinstance(statement, TryStmt):
        if statement.finally_body is not None and not _block(statement.finally_body):
            return False
        tried = _block(statement.body) and _block(statement.else_body)
        return tried or any(map(_block, statement.handlers))
    if isinstance(statement, WhileStmt):
        test = statement.expr
        forever = isinstance(test, NameExpr) and test.fullname == "builtins.True"
        return not forever or _breaks(statement.body)
    if isinstance(statement, MatchStmt):
        return True
    return not isinstance(statement, WithStmt) or _block(statement.body)


def _block(block: Block | None) -> bool:
    return block is None or falls_through(block.body)


def _breaks(block: Block) -> bool:
    """Whether a loop's body leaves the loop."""
    return any(
        isinstance(statement, BreakStmt)
        or (
            not isinstance(statement, (ForStmt, WhileStmt))
            and any(map(_breaks, blocks_of(statement)))
        )
        for statement in block.body
    )
