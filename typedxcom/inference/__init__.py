"""Infers what a function without a return annotation returns, from its code.

It reads the syntax of the source and runs nothing. Whatever is not certain is unknown. The plugin
has the same rules for mypy, and ``tests/data/inferred.py`` tests both.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Mapping
from typing import Any

from typedxcom.inference.bindings import Bindings
from typedxcom.inference.expressions import Expressions
from typedxcom.inference.flow import falls_through
from typedxcom.inference.kinds import one_of
from typedxcom.inference.source import node_of, surely_returns_nothing
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import Scalar, inferred

__all__ = ["returned_by"]

_KEPT = "__typedxcom_seen__"
_NOTHING = Scalar(type(None))


def returned_by(function: Any, local_names: Mapping[str, Any] | None = None) -> Schema:
    """Returns what *function* returns by its code: an `Inferred` schema, or unknown.

    Of a generator, that is what it returns at its end, which is what Airflow pushes.

    Args:
        function: A plain function. The result for a wrapper, a partial or an object is unknown.
        local_names: Names of the scope that it was defined in, in addition to its closure's.
    """
    if not isinstance(function, types.FunctionType) or hasattr(function, "__wrapped__"):
        return UNKNOWN
    code: types.CodeType | None
    found: Schema
    code, found = vars(function).get(_KEPT, (None, UNKNOWN))
    if code is not function.__code__:
        found = _returned(function, local_names or {})
        setattr(function, _KEPT, (function.__code__, found))
    return found


def _returned(function: types.FunctionType, local_names: Mapping[str, Any]) -> Schema:
    try:
        if surely_returns_nothing(function):
            return inferred(_NOTHING)
        node = node_of(function)
        found = UNKNOWN if node is None else _type_of(function, node, local_names)
    except Exception:  # its names may run any code, and a failed guess must not break a DAG
        return UNKNOWN
    return inferred(found)


def _type_of(function: types.FunctionType, node: Any, local_names: Mapping[str, Any]) -> Schema:
    bindings = Bindings(node)
    if bindings.is_open or inspect.isasyncgenfunction(function) or _is_stub(node):
        return UNKNOWN
    expressions = Expressions(function, node, bindings, local_names)
    found = [_NOTHING if one is None else expressions.type_of(one) for one in bindings.returns]
    return one_of([*found, _NOTHING] if falls_through(node.body) else found)


def _is_stub(node: Any) -> bool:
    """Returns whether a body is only ``...`` or a docstring, so that the code shows nothing."""
    return all(
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in node.body
    )
