"""Finds the expressions of a DAG's body that cannot be anything but outputs.

Whoever asks has an output at hand, and wants to know whether the author meant to ask it. So a name
counts only if every assignment to it that the text shows is of an output.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from airflow.sdk import BaseOperator

from typedxcom.airflow.private import MappedOperator, is_decorated_task
from typedxcom.needs.names import bound_by

__all__ = ["SureOutputs"]

# What a task gives on the way to its output, and what an output gives: `xs.map(f)`.
_STEPS = frozenset({"override", "partial", "expand", "expand_kwargs"})
_DERIVING = frozenset({"map", "zip", "concat"})
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class SureOutputs:
    """The outputs of one body.

    Attributes:
        nodes: The nodes of the body, without those of functions and classes inside it.

    Args:
        scope: The text of the body, a function or a module.
        names: The names that it sees, with what they stand for now.
    """

    def __init__(self, scope: ast.AST, names: Mapping[str, Any]) -> None:
        self._scope, self._names = scope, names
        self.nodes = list(_own_nodes(scope))
        self._asking: set[str] = set()  # names that are being looked at: `a = b["x"]; b = a`

    def is_output(self, expr: ast.expr) -> bool:
        """Whether *expr* cannot be anything but an output."""
        match expr:
            case ast.NamedExpr(value=value) | ast.Subscript(value=value):
                return self.is_output(value)
            case ast.Name(id=name):
                return self._is_only_set_to_outputs(name)
            case ast.Attribute(attr="output", value=value):
                return self._is_operator(value)
            case ast.Call(func=ast.Attribute(attr=attr, value=value)) if attr in _DERIVING:
                return self.is_output(value)
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
        found: Any = self._names.get(node.id)
        while steps and (inspect.ismodule(found) or inspect.isclass(found)):
            found = getattr(found, steps.pop(), None)
        return is_decorated_task(found) and _STEPS.issuperset(steps)

    def _is_operator(self, node: ast.expr) -> bool:
        """Whether it is a classic operator, by its class or by a name that is bound once."""
        match node:
            case ast.Name(id=name):
                found = self._names.get(name)
                is_one = isinstance(found, (BaseOperator, MappedOperator))
                return is_one and len(self._bound(name)) == 1
            case ast.Call(func=ast.Name(id=name)):
                found = self._names.get(name)
                return isinstance(found, type) and issubclass(found, BaseOperator)
        return False

    def _is_only_set_to_outputs(self, name: str) -> bool:
        if name in self._asking:
            return False
        self._asking.add(name)
        sure = [
            node
            for node in self.nodes
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name) and target.id == name
            if node.value is not None and self.is_output(node.value)
        ]
        self._asking.discard(name)
        return bool(sure) and len(self._bound(name)) == len(sure)

    def _bound(self, name: str) -> list[ast.AST]:
        """The nodes that may give *name* a value, such as ``nonlocal`` in a function inside."""
        shared = [node for node in ast.walk(self._scope) if _shares(node, name)]
        return [*shared, *(node for node in self.nodes if name in bound_by(node))]


def _shares(node: ast.AST, name: str) -> bool:
    return isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, without those of functions and classes inside it."""
    todo: list[ast.AST] = [scope]
    while todo:
        node = todo.pop()
        yield node
        if node is scope or not isinstance(node, _SCOPES):
            todo.extend(ast.iter_child_nodes(node))
