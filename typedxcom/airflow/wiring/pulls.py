"""``xcom_pull`` with literal ids and keys, in the bodies of tasks and in templates.

What is not literal is not followed, and neither is a pull from another DAG or another run.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from typedxcom.inference.needed import meaning_in
from typedxcom.inference.source import node_of, offset_of
from typedxcom.needs import Needs, values_of

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
        asked: How many ids it names, literal or not; -1 if one cannot tell what it gets.
        is_list: Whether it names them in a list, and so gets one.
        instances: How many instances of a mapped task it names: 0 for none, 2 for several or all.
        field: The key that a template reads of the one dict that was pulled.
        uses: What the code of a body does with the value, or with one item of it.
        line: Its line in the file of the function; None in a template.
    """

    task_ids: tuple[str, ...]
    key: str | None = _RETURN_KEY
    dag_id: str | None = None
    is_elsewhere: bool = False
    asked: int = 1
    is_list: bool = False
    instances: int = 0
    field: str | None = None
    uses: tuple[tuple[int | None, Needs], ...] = ()
    line: int | None = None


def pulls_in_body(function: Any) -> list[Pull]:
    """The pulls in the code of *function*, in the order of their lines."""
    function = inspect.unwrap(function) if callable(function) else function
    if not isinstance(function, types.FunctionType) or not _may_pull(function.__code__):
        return []
    node = node_of(function)
    if node is None:
        return []
    calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and _is_pull(one)]
    uses = defaultdict[int, list[tuple[int | None, Needs]]](list)
    for given in values_of(node, _is_pull, meaning_in(function)) if calls else ():
        uses[id(given.call)].append((given.item, given.needs))
    found = [
        replace(
            _pull(
                [_literal(one) for one in call.args],
                {one.arg: _literal(one.value) for one in call.keywords},
            ),
            uses=tuple(uses[id(call)]),
            line=call.lineno + offset_of(function, node),
        )
        for call in calls
    ]
    return sorted(found, key=lambda pull: pull.line or 0)


def _is_pull(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS


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


def _pull(args: list[Any], kwargs: dict[Any, Any], field: Any = None) -> Pull:
    given = {**dict(zip(_POSITIONS, args, strict=False)), **kwargs}
    asked, key, dag_id = given.get("task_ids"), given.get("key", _RETURN_KEY), given.get("dag_id")
    ids = [asked] if isinstance(asked, str) else asked if isinstance(asked, (list, tuple)) else []
    indexes = given.get("map_indexes")
    is_one = isinstance(asked, str) and indexes in (None, _OPEN)
    is_list = isinstance(asked, (list, tuple))
    is_index = isinstance(indexes, int) and not isinstance(indexes, bool)
    is_elsewhere = None in kwargs or bool(given.keys() & {"include_prior_dates", "run_id"})
    return Pull(
        tuple(one for one in ids if isinstance(one, str)),
        key if isinstance(key, str) else None,
        dag_id if isinstance(dag_id, str) else None,
        is_elsewhere or dag_id is _OPEN,
        -1 if not ids or indexes is _OPEN or (is_list and indexes is not None) else len(ids),
        is_list,
        0 if indexes is None else 1 if is_index else 2,
        field if is_one and isinstance(field, str) else None,
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
