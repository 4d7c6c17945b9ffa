"""Infers what a function without a return annotation returns, from its code.

It reads the syntax of the source and runs nothing. Whatever is not certain is unknown. The plugin
has the same rules for mypy, and ``tests/data/inferred.py`` tests both.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from typedxcom.inference.arriving import arriving
from typedxcom.inference.bindings import Bindings
from typedxcom.inference.expressions import Expressions
from typedxcom.inference.flow import falls_through
from typedxcom.inference.kinds import one_of
from typedxcom.inference.source import FunctionNode, node_of, surely_returns_nothing
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import Scalar, Unknown, inferred

__all__ = ["polled_by", "returned_by"]

_KEPT = "__typedxcom_seen__"
_NOTHING = Scalar(type(None))


def returned_by(
    function: Any,
    local_names: Mapping[str, Any] | None = None,
    given: Callable[[str], Schema] | None = None,
) -> Schema:
    """Returns what *function* returns by its code: an `Inferred` schema, or unknown.

    Of a generator, that is what it returns at its end, which is what Airflow pushes.

    Args:
        function: A plain function. The result for a wrapper, a partial or an object is unknown.
        local_names: Names of the scope that it was defined in, in addition to its closure's.
        given: Returns what one call gives a parameter without annotation. It is only asked if the
            result depends on that.
    """
    if not isinstance(function, types.FunctionType) or hasattr(function, "__wrapped__"):
        return UNKNOWN
    known: _Known | None = vars(function).get(_KEPT)
    if known is None or known.code is not function.__code__:
        asked: set[str] = set()
        found = _returned(function, local_names or {}, {}, asked)
        known = _Known(function.__code__, found, tuple(sorted(asked)))
        setattr(function, _KEPT, known)
    if given is None or not known.asked:
        return known.found
    values = tuple(arriving(given(name)) for name in known.asked)
    if all(isinstance(one, Unknown) for one in values):
        return known.found
    if values not in known.by_values:
        parameters = dict(zip(known.asked, values, strict=True))
        known.by_values[values] = _returned(function, local_names or {}, parameters, set())
    return known.by_values[values]


def polled_by(function: Any, local_names: Mapping[str, Any] | None = None) -> Schema:
    """Returns what a sensor pushes by its code: an `Inferred` schema, or unknown.

    That is the ``xcom_value`` of its ``PokeReturnValue``, or None if it only answers yes or no.

    Args:
        function: The sensor's function.
        local_names: As for `returned_by`.
    """
    if not isinstance(function, types.FunctionType) or hasattr(function, "__wrapped__"):
        return UNKNOWN
    try:
        node = node_of(function)
        if node is None or _is_stub(node) or (bindings := Bindings(node)).is_open:
            return UNKNOWN
        expressions = Expressions(function, node, bindings, local_names or {}, {})
        found = [expressions.polled(one) for one in bindings.returns if one is not None]
        pushed = [one for one in found if one is not None]
        return inferred(one_of(pushed or [_NOTHING])) if found else UNKNOWN
    except Exception:  # as above
        return UNKNOWN


@dataclass(slots=True)
class _Known:
    """What was read of a function.

    Attributes:
        code: Its code, which may be replaced.
        found: What it returns whatever it is given.
        asked: The parameters on which more depends.
        by_values: Types of these -> what it returns then.
    """

    code: types.CodeType
    found: Schema
    asked: tuple[str, ...]
    by_values: dict[tuple[Schema, ...], Schema] = field(default_factory=dict)


def _returned(
    function: types.FunctionType,
    local_names: Mapping[str, Any],
    parameters: Mapping[str, Schema],
    asked: set[str],
) -> Schema:
    try:
        if surely_returns_nothing(function):
            return inferred(_NOTHING)
        node = node_of(function)
        if node is None:
            return UNKNOWN
        return inferred(_type_of(function, node, local_names, parameters, asked))
    except Exception:  # its names may run any code, and a failed guess must not break a DAG
        return UNKNOWN


def _type_of(
    function: types.FunctionType,
    node: FunctionNode,
    local_names: Mapping[str, Any],
    parameters: Mapping[str, Schema],
    asked: set[str],
) -> Schema:
    bindings = Bindings(node)
    if bindings.is_open or inspect.isasyncgenfunction(function) or _is_stub(node):
        return UNKNOWN
    expressions = Expressions(function, node, bindings, local_names, parameters)
    found = [_NOTHING if one is None else expressions.type_of(one) for one in bindings.returns]
    asked.update(expressions.asked)
    return one_of([*found, _NOTHING] if falls_through(node.body) else found)


def _is_stub(node: Any) -> bool:
    """Returns whether a body is only ``...`` or a docstring, so that the code shows nothing."""
    return all(
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) for one in node.body
    )
