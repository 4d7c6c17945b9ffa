"""Finds which keys a task pushes itself: ``ti.xcom_push(key="bucket", value=...)``.

The parse check has the same rules for Python's own syntax trees, in
`typedxcom.airflow.wiring.pushed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from mypy.nodes import (
    ARG_STAR2,
    AssignmentStmt,
    CallExpr,
    Context,
    Decorator,
    Expression,
    FuncDef,
    IndexExpr,
    LambdaExpr,
    MemberExpr,
    NameExpr,
    Statement,
    StrExpr,
    SymbolNode,
)
from mypy.types import CallableType

from typedxcom.mypy.features.statements import blocks_of, children_of, expressions_of
from typedxcom.mypy.types.callbacks import callbacks_push
from typedxcom.mypy.types.imports import CONTEXT
from typedxcom.mypy.types.site import Site

__all__ = ["UNKNOWN_KEYS", "keys_of_body", "keys_of_task"]

UNKNOWN_KEYS: Final = None
INSTANCES: Final = ("ti", "task_instance")
PUSHES: Final = ("xcom_push", "axcom_push")


def keys_of_task(site: Site, where: Context, function: CallableType) -> tuple[str, ...] | None:
    """Returns the keys that a task's own code pushes, or `UNKNOWN_KEYS` where that cannot be seen.

    Args:
        site: The file.
        where: The decorator, or the call of one.
        function: The decorated function.
    """
    func = where.func if isinstance(where, Decorator) else function.definition
    return keys_of_body(site, func)


def keys_of_body(site: Site, func: SymbolNode | None) -> tuple[str, ...] | None:
    """Returns the keys that a task with this function as its body pushes, likewise."""
    if not isinstance(func, FuncDef) or not site.defines(func) or callbacks_push(site):
        return UNKNOWN_KEYS
    handles = {
        name
        for name, kind in zip(func.arg_names, func.arg_kinds, strict=True)
        if name and (name in INSTANCES or kind is ARG_STAR2)
    }
    if not handles and not site.asks_for_context:
        return ()
    body = _Body(handles)
    body.statements(func.body.body)
    return UNKNOWN_KEYS if body.is_open else tuple(dict.fromkeys(body.keys))


class _Body:
    """Collects the pushes in a body.

    Attributes:
        handles: Names that code can push through: the task instance's and the context's.
        keys: The literal keys so far.
        is_open: Whether some key cannot be seen.
    """

    def __init__(self, handles: set[str]) -> None:
        self.handles = handles
        self.keys: list[str] = []
        self.is_open = False

    def statements(self, body: Iterable[Statement]) -> None:
        for statement in body:
            if isinstance(statement, AssignmentStmt) and self._is_handle(statement.rvalue):
                for target in statement.lvalues:
                    if isinstance(target, NameExpr):
                        self.handles.add(target.name)
            for expr in expressions_of(statement):
                self.expression(expr)
            for block in blocks_of(statement):
                self.statements(block.body)

    def expression(self, expr: Expression) -> None:
        if isinstance(expr, CallExpr):
            self._call(expr)
        elif isinstance(expr, LambdaExpr):
            self.statements(expr.body.body)
        elif isinstance(expr, MemberExpr) and expr.name in PUSHES:
            self.is_open = True  # the method is passed on, not called
        for child in children_of(expr):
            if not (isinstance(expr, CallExpr) and child is expr.callee and _is_push(child)):
                self.expression(child)

    def _call(self, call: CallExpr) -> None:
        if _is_push(call.callee):
            rows = zip(call.arg_names, call.args, strict=True)
            keys = [arg for name, arg in rows if name in (None, "key")][:1]
            if keys and isinstance(keys[0], StrExpr):
                self.keys.append(keys[0].value)
            else:
                self.is_open = True
        elif any(map(self._is_handle, call.args)):
            self.is_open = True  # a helper may push

    def _is_handle(self, expr: Expression) -> bool:
        if isinstance(expr, NameExpr):
            return expr.name in self.handles
        if isinstance(expr, CallExpr):
            name = expr.callee.name if isinstance(expr.callee, (NameExpr, MemberExpr)) else ""
            return name == CONTEXT
        return (
            isinstance(expr, IndexExpr)
            and isinstance(expr.index, StrExpr)
            and expr.index.value in INSTANCES
            and self._is_handle(expr.base)
        )


def _is_push(callee: Expression) -> bool:
    return isinstance(callee, MemberExpr) and callee.name in PUSHES
