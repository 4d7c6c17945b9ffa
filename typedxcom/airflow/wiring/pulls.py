"""``xcom_pull`` with literal ids and keys, in the bodies of tasks and in templates.

What is not literal is not followed, and neither is a pull from another DAG or another run.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from typedxcom.inference.source import node_of, offset_of

__all__ = ["Pull", "pulls_in_body", "pulls_in_text", "templates_in"]

_METHODS = ("xcom_pull", "axcom_pull")
_NAMES = frozenset(_METHODS)
_POSITIONS = ("task_ids", "dag_id", "key", "include_prior_dates")
_OPEN = object()  # an argument that is no literal
_RETURN_KEY = "return_value"


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull.

    Attributes:
        task_ids: The literal ids that it names.
        key: The key; None where it is no literal.
        dag_id: The other DAG that it names, if any.
        is_elsewhere: Whether it may read other DAGs or runs than the task's own.
        field: The key that is read of the one dict that was pulled, where that is a literal.
        line: Its line in the file of the function; None in a template.
    """

    task_ids: tuple[str, ...]
    key: str | None = _RETURN_KEY
    dag_id: str | None = None
    is_elsewhere: bool = False
    field: str | None = None
    line: int | None = None


def pulls_in_body(function: Any) -> list[Pull]:
    """The pulls in the code of *function*, in the order of their lines."""
    function = inspect.unwrap(function) if callable(function) else function
    if not isinstance(function, types.FunctionType) or not _may_pull(function.__code__):
        return []
    node = node_of(function)
    if node is None:
        return []
    fields = {
        id(one.value): one.slice.value
        for one in ast.walk(node)
        if isinstance(one, ast.Subscript) and isinstance(one.slice, ast.Constant)
    }
    found = [
        _pull(
            [_literal(one) for one in call.args],
            {one.arg: _literal(one.value) for one in call.keywords},
            fields.get(id(call)),
            call.lineno + offset_of(function, node),
        )
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _METHODS
    ]
    return sorted(found, key=lambda pull: pull.line or 0)


def _may_pull(code: types.CodeType) -> bool:
    """Whether some code names a method that pulls: quicker than to read its source."""
    inner = (one for one in code.co_consts if isinstance(one, types.CodeType))
    return not _NAMES.isdisjoint(code.co_names) or any(map(_may_pull, inner))


def pulls_in_text(text: str) -> list[Pull]:
    """The pulls in a template; none where Jinja cannot read it."""
    if "xcom_pull" not in text:
        return []
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment(autoescape=False).parse(text)
    except TemplateSyntaxError:
        return []
    fields = {
        id(one.node): one.arg.value
        for one in tree.find_all(nodes.Getitem)
        if isinstance(one.arg, nodes.Const)
    }
    return [
        _pull(
            [_literal_of_jinja(one, nodes) for one in call.args],
            {one.key: _literal_of_jinja(one.value, nodes) for one in call.kwargs},
            fields.get(id(call)),
            None,
        )
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Getattr) and call.node.attr == "xcom_pull"
    ]


def templates_in(value: Any) -> Iterator[str]:
    """The texts in an argument, at any depth, that Jinja will render."""
    if isinstance(value, str):
        if "{{" in value or "{%" in value:
            yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from templates_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from templates_in(part)


def _pull(args: list[Any], kwargs: dict[Any, Any], field: Any, line: int | None) -> Pull:
    given = {**dict(zip(_POSITIONS, args, strict=False)), **kwargs}
    asked, key, dag_id = given.get("task_ids"), given.get("key", _RETURN_KEY), given.get("dag_id")
    ids = [asked] if isinstance(asked, str) else asked if isinstance(asked, (list, tuple)) else []
    is_one = isinstance(asked, str) and given.get("map_indexes") in (None, _OPEN)
    is_elsewhere = None in kwargs or bool(given.keys() & {"include_prior_dates", "run_id"})
    return Pull(
        tuple(one for one in ids if isinstance(one, str)),
        key if isinstance(key, str) else None,
        dag_id if isinstance(dag_id, str) else None,
        is_elsewhere or dag_id is _OPEN,
        field if is_one and isinstance(field, str) else None,
        line,
    )


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_literal(one) for one in node.elts]
    return _OPEN


def _literal_of_jinja(node: Any, nodes: Any) -> Any:
    if isinstance(node, nodes.Const):
        return node.value
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return [_literal_of_jinja(one, nodes) for one in node.items]
    return _OPEN
