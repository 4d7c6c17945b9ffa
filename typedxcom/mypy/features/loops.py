"""Checks the state of a loop: the last task of a group returns what ``Loop[State]`` says.

The body of a group is read when the group is decorated. Only a body of plain calls is understood: a
loop or a condition in it may make any task the last one, and then nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.nodes import (
    AssignmentStmt,
    AwaitExpr,
    CallExpr,
    ConditionalExpr,
    Decorator,
    DictionaryComprehension,
    Expression,
    ExpressionStmt,
    FuncDef,
    GeneratorExpr,
    Import,
    ImportFrom,
    LambdaExpr,
    ListComprehension,
    MemberExpr,
    NameExpr,
    NonlocalDecl,
    OpExpr,
    PassStmt,
    ReturnStmt,
    Statement,
    StrExpr,
)
from mypy.types import AnyType, CallableType, Type, get_proper_type

from typedxcom.mypy.codes import XCOM_ARG
from typedxcom.mypy.features.statements import children_of
from typedxcom.mypy.types.chances import may_fit
from typedxcom.mypy.types.outputs import output_of
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import LoopBody, Tasklike, loop_state, task_of

__all__ = ["check_loop", "read_loop"]

MAPS: Final = ("expand", "expand_kwargs", "override", "partial")
# Parts of these may make any number of tasks, or none.
UNSURE: Final = (
    *(AwaitExpr, ConditionalExpr, DictionaryComprehension, GeneratorExpr),
    *(LambdaExpr, ListComprehension),
)
NOTHING: Final = (Decorator, FuncDef, Import, ImportFrom, NonlocalDecl, PassStmt)


def check_loop(site: Site, call: CallExpr, group: Tasklike) -> None:
    """Reports each reader of the loop's state that the last task does not fit."""
    body = group.loop
    if body is None:
        return
    for reader, state in (*body.readers, *_until(site, call)):
        site.depend_on(state)
        if not _fits(body, state):
            wanted, given = site.describe(state, body.inferred or body.result)
            text = f'Argument "loop" of {reader} takes "Loop[{wanted}]", but task "{body.last}"'
            site.fail(f'{text}, the last one, returns "{given}"', call, XCOM_ARG)


def _until(site: Site, call: CallExpr) -> Iterator[tuple[str, Type]]:
    """What ``until`` reads, if it says so."""
    for name, expr in zip(call.arg_names, call.args, strict=True):
        until = site.type_of(expr) if name == "until" else None
        state = loop_state(until) if isinstance(until, CallableType) else None
        if state is not None:
            label = expr.name if isinstance(expr, NameExpr) else "until"
            yield f'"{label}"', state


def _fits(body: LoopBody, state: Type) -> bool:
    if body.inferred is not None and isinstance(get_proper_type(body.result), AnyType):
        return may_fit(body.inferred, state)
    return fits(body.result, state)


def read_loop(site: Site, statements: list[Statement]) -> LoopBody | None:
    """Returns what a checked body gives a loop, or None if that is not certain."""
    calls = _TaskCalls(site)
    for statement in statements:
        if isinstance(statement, NOTHING) or _is_text(statement):
            continue
        expr = _expression(statement)
        if expr is None or not calls.read(expr):
            return None
        if isinstance(statement, AssignmentStmt):
            target = statement.lvalues[0]
            if not isinstance(target, NameExpr):
                return None
            calls.named[target.name] = expr
    return calls.body()


def _is_text(statement: Statement) -> bool:
    return isinstance(statement, ExpressionStmt) and isinstance(statement.expr, StrExpr)


def _expression(statement: Statement) -> Expression | None:
    if isinstance(statement, ExpressionStmt):
        return statement.expr
    if isinstance(statement, AssignmentStmt) and len(statement.lvalues) == 1:
        return statement.rvalue
    return statement.expr if isinstance(statement, ReturnStmt) else None


class _TaskCalls:
    """The calls of tasks in a body, and which of them another task follows."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.named: dict[str, Expression] = {}  # variable -> what was assigned to it
        self._calls: list[tuple[CallExpr, Tasklike]] = []
        self._followed: set[int] = set()

    def read(self, expr: Expression) -> bool:
        """Takes the calls in *expr*. Returns whether all of it is understood."""
        if isinstance(expr, OpExpr) and expr.op in (">>", "<<"):
            before, after = (expr.left, expr.right) if expr.op == ">>" else (expr.right, expr.left)
            # What follows `a >> b` follows b.
            self._follow(before.right if isinstance(before, OpExpr) else before)
            return self.read(before) and self.read(after)
        if isinstance(expr, CallExpr):
            return self._read_call(expr)
        return not isinstance(expr, UNSURE) and all(map(self.read, children_of(expr)))

    def _read_call(self, call: CallExpr) -> bool:
        name, calls = _chain(call)
        held = self._site.held(name) if isinstance(name, NameExpr) else None
        task = task_of(held) if held is not None and name is not None else None
        if task is None or task.group or _is_teardown(name):
            return False
        arguments = [arg for one in calls for arg in one.args]
        for arg in arguments:
            self._follow(arg)
        self._calls.append((call, task))
        return all(map(self.read, arguments))

    def _follow(self, expr: Expression) -> None:
        for part in _inside(expr):
            found = self.named.get(part.name, part) if isinstance(part, NameExpr) else part
            self._followed.add(id(found))

    def body(self) -> LoopBody | None:
        """Returns what the body gives a loop, if exactly one task is the last one."""
        left = [call for call, _ in self._calls if id(call) not in self._followed]
        api = self._site.api
        if len(left) != 1 or not api.has_type(left[0]):
            return None
        output = output_of(api.lookup_type(left[0]))
        if output is None or output.note is None:
            return None
        return LoopBody(output.note.task, output.value, output.inferred, tuple(self._readers()))

    def _readers(self) -> Iterator[tuple[str, Type]]:
        for _, task in self._calls:
            state = loop_state(task.function) if task.function is not None else None
            if state is not None and not isinstance(get_proper_type(state), AnyType):
                yield task.label, state


def _is_teardown(name: Expression | None) -> bool:
    """Whether a task is a teardown, which is never the last task."""
    node = name.node if isinstance(name, NameExpr) else None
    marks = node.original_decorators if isinstance(node, Decorator) else []
    marks = [mark.callee if isinstance(mark, CallExpr) else mark for mark in marks]
    return any(getattr(mark, "name", "") == "teardown" for mark in marks)


def _inside(expr: Expression) -> list[Expression]:
    """*expr* and the parts of it, at any depth."""
    found = [expr]
    for one in found:  # the list grows meanwhile
        found += children_of(one)
    return found


def _chain(call: CallExpr) -> tuple[Expression | None, list[CallExpr]]:
    """The task of ``task.partial(...).expand(...)``, or None for another call, and the calls."""
    found: Expression = call
    calls = []
    while isinstance(found, (CallExpr, MemberExpr)):
        if isinstance(found, CallExpr):
            calls.append(found)
            found = found.callee
        elif found.name in MAPS:
            found = found.expr
        else:
            return None, calls
    return found, calls
