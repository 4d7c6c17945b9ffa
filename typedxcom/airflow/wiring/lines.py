"""The line of a DAG file that makes a task, for the import error of a DAG.

Airflow keeps no line of a task. So the file is read again, once something is wrong; where more than
one line may have made a task, none is named. `typedxcom check` sees the lines while it imports.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

__all__ = ["DagLines"]

_NUMBERED = re.compile(r"__\d+$")  # what Airflow adds to the id of a function's second task


class DagLines:
    """The lines of one DAG's file.

    Args:
        dag: The DAG.
    """

    def __init__(self, dag: Any) -> None:
        self._dag = dag

    def of(self, task_id: str) -> int | None:
        """The line of the call that makes the task; None where that is not certain."""
        operator = self._dag.task_dict.get(task_id)
        base, name = _base(task_id), _function_name(operator)
        found = [one for one in self._calls if _given_id(one[0]) == base]
        found = found or [one for one in self._calls if name and _callee(one[0]) == name]
        if len(found) == 1:
            return found[0][0].lineno
        own = [call for call, dag_id in found if dag_id == self._dag.dag_id]
        same = [one for one in self._dag.task_dict if _base(one) == base]
        is_certain = len(own) == len(same) and all(dag_id for _, dag_id in found)
        return own[same.index(task_id)].lineno if is_certain else None

    @cached_property
    def _calls(self) -> list[tuple[ast.Call, str | None]]:
        """The calls of the file, each with the DAG whose function or block it is in, if any."""
        try:
            tree = ast.parse(Path(self._dag.fileloc).read_bytes())
        except (OSError, SyntaxError, ValueError):  # of an archive, say
            return []
        owners = {
            id(call): dag_id
            for node in ast.walk(tree)
            for dag_id in _makes(node)
            for call in ast.walk(node)
        }
        found = sorted(_outermost(tree), key=lambda call: (call.lineno, call.col_offset))
        return [(call, owners.get(id(call))) for call in found]


def _function_name(operator: Any) -> str:
    """The name of the function of a decorated task."""
    is_decorated = hasattr(getattr(operator, "operator_class", operator), "custom_operator_name")
    function = getattr(operator, "python_callable", None)
    return str(getattr(function, "__name__", "")) if is_decorated else ""


def _base(task_id: str) -> str:
    return _NUMBERED.sub("", task_id.rpartition(".")[2])


def _makes(node: ast.AST) -> Iterator[str]:
    """The DAG that is made in a function or a block."""
    match node:
        case ast.FunctionDef(name=name, decorator_list=decorators):
            yield from (_dag_id(one) or name for one in decorators if _callee(one) == "dag")
        case ast.With(items=items):
            yield from filter(None, (_dag_id(one.context_expr) for one in items))


def _dag_id(node: ast.expr) -> str | None:
    """The id that ``DAG("id")`` or ``@dag(dag_id="id")`` gives."""
    if not isinstance(node, ast.Call):
        return None
    given = [*node.args[:1], *(one.value for one in node.keywords if one.arg == "dag_id")]
    found = given[-1] if given else None
    return str(found.value) if isinstance(found, ast.Constant) else None


def _outermost(tree: ast.AST) -> Iterator[ast.Call]:
    """Each call that is no part of a longer chain: of ``load.partial().expand()`` the last."""
    inner = {id(one.func) for one in ast.walk(tree) if isinstance(one, ast.Call)}
    inner |= {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and id(node) not in inner:
            yield node


def _given_id(call: ast.Call) -> str | None:
    """The ``task_id`` that a chain of calls gives."""
    node: ast.expr = call
    while isinstance(node, (ast.Call, ast.Attribute)):
        if isinstance(node, ast.Call):
            for one in node.keywords:
                if one.arg == "task_id" and isinstance(one.value, ast.Constant):
                    return str(one.value.value)
        node = node.func if isinstance(node, ast.Call) else node.value
    return None


def _callee(node: ast.expr) -> str:
    """The name at the start of a chain: ``load`` of ``load.partial(n=1).expand(x=xs)``."""
    while isinstance(node, (ast.Call, ast.Attribute)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
