"""Which keys a task pushes itself: ``ti.xcom_push(key="bucket", value=...)``.

Used only before a key is refused. The plugin has the same rules for mypy's syntax trees, in
`typedxcom.mypy.types.pushed`.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Iterator
from typing import Any

__all__ = ["PushingBody", "keys_of_task"]

_INSTANCES = ("ti", "task_instance")
_PUSHES = ("xcom_push", "axcom_push")
_CONTEXT = "get_current_context"
# What Airflow calls around the body, with the same context.
_CALLBACKS = tuple(
    f"on_{event}_callback" for event in ("execute", "success", "failure", "retry", "skipped")
)
_HOOKS = ("pre_execute", "post_execute")
_DEPTH = 3  # of helpers that a callback calls


def keys_of_task(
    task: Any, function: Any, reading: type[PushingBody] | None = None
) -> tuple[str, ...] | None:
    """The keys that the code of *task* pushes, or None if the code does not show them.

    Args:
        task: The operator.
        function: Its body.
        reading: What reads it; `PushingBody` if that is not said.
    """
    return None if any(map(_may_push, _called_around(task))) else _keys_of_body(function, reading)


def _called_around(task: Any) -> Iterator[Any]:
    """Yields the callbacks and hooks of a task."""
    partial = getattr(task, "partial_kwargs", {})
    for name in _CALLBACKS:
        given = partial.get(name, getattr(task, name, None))
        yield from given if isinstance(given, (list, tuple)) else [given]
    for name in _HOOKS:
        yield partial.get(name, getattr(task, f"_{name}_hook", None))


def _may_push(function: Any, depth: int = _DEPTH) -> bool:
    """Whether a function, or one that it calls, mentions a push. A notifier does not push."""
    function = inspect.unwrap(getattr(function, "func", function)) if callable(function) else None
    if not isinstance(function, types.FunctionType):
        return False
    names = set(_names_in(function.__code__))
    if not names.isdisjoint(_PUSHES):
        return True
    called = (function.__globals__.get(name) for name in names)
    return depth > 0 and any(_may_push(one, depth - 1) for one in called)


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _names_in(inner)


def _keys_of_body(function: Any, reading: type[PushingBody] | None) -> tuple[str, ...] | None:
    function = inspect.unwrap(function) if callable(function) else function
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None
    if not isinstance(tree, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    names = [*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs]
    handles = {one.arg for one in names if one.arg in _INSTANCES}
    if tree.args.kwarg is not None:
        handles.add(tree.args.kwarg.arg)
    body = (reading or PushingBody)(handles, function)
    for statement in tree.body:
        body.visit(statement)
    return None if body.is_open else tuple(dict.fromkeys(body.keys))


class PushingBody(ast.NodeVisitor):
    """Collects the pushes in the body of a function.

    Attributes:
        handles: Names through which somebody can push: of the task instance, of the context.
        function: The function itself.
        keys: The literal keys so far.
        is_open: Whether some key cannot be seen.
    """

    def __init__(self, handles: set[str], function: Any) -> None:
        self.handles = handles
        self.function = function
        self.keys: list[str] = []
        self.is_open = False

    def visit_Assign(self, node: ast.Assign) -> None:
        """Keep the names of what can push."""
        if self._is_handle(node.value):
            self.handles.update(one.id for one in node.targets if isinstance(one, ast.Name))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Keep the names of what can push."""
        if node.value is not None and self._is_handle(node.value):
            self.handles.update([node.target.id] if isinstance(node.target, ast.Name) else [])
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Find a method that pushes and is not called here."""
        if node.attr in _PUSHES:
            self.is_open = True  # passed on, not called
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """Find the pushes."""
        given = [*node.args, *(one.value for one in node.keywords)]
        if isinstance(node.func, ast.Attribute) and node.func.attr in _PUSHES:
            self._push(node)
            self.visit(node.func.value)
        else:
            self.is_open = self.is_open or any(map(self._is_handle, given))  # a helper may push
            self.visit(node.func)
        for one in given:
            self.visit(one)

    def _push(self, call: ast.Call) -> None:
        keys = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "key")]
        key = keys[0] if keys else None
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.keys.append(key.value)
        else:
            self.is_open = True

    def _is_handle(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self.handles
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                return name == _CONTEXT
            case ast.Subscript(value=value, slice=ast.Constant(value=key)):
                return key in _INSTANCES and self._is_handle(value)
            case ast.Starred(value=value):
                return self._is_handle(value)
        return False
