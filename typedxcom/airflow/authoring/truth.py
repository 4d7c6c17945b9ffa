"""``if extract():`` in the body of a DAG: always true, because the value does not exist yet.

Python allows it, so only the source text shows whether it is a mistake: ``if previous:`` may ask
whether there is an output at all. It is a mistake if the expression is sure to be an output: a call
of a task, or a name to which only such calls are assigned. Airflow itself and the constructors of
operators ask outputs for their truth too. They may.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from typedxcom.airflow.authoring.warned import refuse_wiring
from typedxcom.airflow.private import DagContext, is_decorated_task

__all__ = ["refuse_comparison", "refuse_truth"]

_INNER = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")  # of Python before 3.12
# Where Airflow calls the function under @dag and under @task_group.
_CALLERS = ("airflow/sdk/definitions/dag.py", "airflow/sdk/definitions/decorators/task_group.py")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_Question = Callable[[ast.AST], Iterator[ast.expr]]


def refuse_truth(task_id: str) -> None:
    """Raise WiringError if the author's code asks whether an output is true."""
    body = _authors_body(sys._getframe())
    if body is not None and _asks(*body, _tested):
        refuse_wiring(
            f"The output of task {task_id!r} is always true while the DAG is parsed: its value "
            "exists only when the task has run. Decide on it with @task.branch or "
            "@task.short_circuit."
        )


def refuse_comparison(task_id: str) -> None:
    """Raise WiringError if the author's code asks whether an output equals a value."""
    body = _authors_body(sys._getframe())
    if body is not None and _asks(*body, _compared):
        refuse_wiring(
            f"The output of task {task_id!r} cannot be compared while the DAG is parsed: its value "
            "exists only when the task has run. Compare it inside a task."
        )


def _authors_body(frame: FrameType | None) -> tuple[FrameType, int] | None:
    """The frame of a DAG's body with the line in it that is running, if it asked."""
    while frame is not None and (frame.f_code.co_name in _INNER or _is_ours(frame)):
        frame = frame.f_back
    if frame is None:
        return None
    is_body = (
        DagContext.get_current() is not None
        if frame.f_code.co_name == "<module>"
        else _is_called_by_airflow(frame)
    )
    return (frame, frame.f_lineno) if is_body else None


def _is_called_by_airflow(frame: FrameType) -> bool:
    """Whether it is the function under ``@dag`` or ``@task_group``, Airflow's or ours."""
    caller = frame.f_back
    while caller is not None and _is_ours(caller):
        caller = caller.f_back
    return caller is not None and caller.f_code.co_filename.replace("\\", "/").endswith(_CALLERS)


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("typedxcom.airflow.")


def _asks(frame: FrameType, line: int, question: _Question) -> bool:
    """Whether the code of *frame* asks *question* on *line* about a sure output."""
    scope = _scope(frame)
    if scope is None:
        return False
    sure = SureOutputs(frame, scope)
    return any(
        sure.is_output(asked)
        for node in _own_nodes(scope)
        for asked in question(node)
        if asked.lineno <= line <= (_last_line(node, asked) or line)
    )


def _last_line(node: ast.AST, asked: ast.expr) -> int | None:
    """The last line of a question. Python runs that of ``match`` on the line of each case."""
    return node.cases[-1].pattern.end_lineno if isinstance(node, ast.Match) else asked.end_lineno


def _scope(frame: FrameType) -> ast.AST | None:
    """The text of the function or module that *frame* runs."""
    text = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    code = frame.f_code
    if code.co_name == "<module>":
        return tree
    found = (
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name
        if min([node.lineno, *(d.lineno for d in node.decorator_list)]) == code.co_firstlineno
    )
    return next(found, None)


def _tested(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions whose truth *node* asks for."""
    if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)):
        yield from _leaves(node.test)
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield from _leaves(test)
    elif isinstance(node, ast.BoolOp):
        for value in node.values[:-1]:
            yield from _leaves(value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _leaves(node.operand)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "bool":
        yield from node.args


def _leaves(test: ast.expr) -> Iterator[ast.expr]:
    if isinstance(test, ast.BoolOp):
        for value in test.values:
            yield from _leaves(value)
    else:
        yield test


def _compared(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that *node* compares by ``==``, ``!=`` or ``match``."""
    if isinstance(node, ast.Compare):
        if any(isinstance(how, (ast.Eq, ast.NotEq)) for how in node.ops):
            yield from (node.left, *node.comparators)
    elif isinstance(node, ast.Match):
        yield node.subject


class SureOutputs:
    """Finds the expressions of one body that are sure to be outputs."""

    def __init__(self, frame: FrameType, scope: ast.AST) -> None:
        self.names = {**frame.f_globals, **frame.f_locals}
        self.scope = scope

    def is_output(self, expr: ast.expr) -> bool:
        """Whether *expr* cannot be anything but an output."""
        if isinstance(expr, ast.NamedExpr):
            return self.is_output(expr.value)
        if isinstance(expr, ast.Name):
            return self._is_only_set_to_outputs(expr.id)
        return isinstance(expr, ast.Call) and self._calls_a_task(expr)

    def _calls_a_task(self, call: ast.Call) -> bool:
        """``t(...)``, ``module.t(...)``, ``t.override(...)(...)``, ``t.partial().expand(...)``."""
        steps: list[str] = []
        node: ast.expr = call
        while not isinstance(node, ast.Name):
            if isinstance(node, ast.Call):
                node = node.func
            elif isinstance(node, ast.Attribute):
                steps.append(node.attr)
                node = node.value
            else:
                return False
        found: Any = self.names.get(node.id)
        while steps and (inspect.ismodule(found) or inspect.isclass(found)):
            found = getattr(found, steps.pop(), None)
        return is_decorated_task(found) and set(steps) <= {
            "override",
            "partial",
            "expand",
            "expand_kwargs",
        }

    def _is_only_set_to_outputs(self, name: str) -> bool:
        bound = [node for node in _own_nodes(self.scope) if _binds(node, name)]
        sure = [
            node
            for node in _own_nodes(self.scope)
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr))
            if isinstance(node.value, ast.Call) and self._calls_a_task(node.value)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and target.id == name
        ]
        return bool(bound) and len(bound) == len(sure)


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, without those of functions and classes inside it."""
    todo: list[ast.AST] = [scope]
    while todo:
        node = todo.pop()
        yield node
        if node is scope or not isinstance(node, _SCOPES):
            todo.extend(ast.iter_child_nodes(node))


def _binds(node: ast.AST, name: str) -> bool:
    """Whether *node* may give *name* a value."""
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return name in node.names
    return isinstance(node, ast.arg) and node.arg == name
