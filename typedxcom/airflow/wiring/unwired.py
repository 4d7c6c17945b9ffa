"""Readings of XComs that no wiring shows: templates, and pulls by the id of a task.

Such a reader gets JSON, because nobody knows while the DAG is parsed whose contract decodes it.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from typedxcom.airflow.wiring.edges import arguments_of
from typedxcom.airflow.wiring.flows import RETURN_KEY, is_template, operator_contract
from typedxcom.airflow.wiring.promised import promised_under
from typedxcom.contracts import contract_of
from typedxcom.schema import Schema, Unknown
from typedxcom.schema.nodes import MappingOf, Scalar, SequenceOf, walk

__all__ = ["unwired_in"]

_PULLED = re.compile(r"xcom_pull\(\s*(?:task_ids\s*=\s*)?\[?\s*['\"]([^'\"]+)['\"]")
_JSON = frozenset({str, int, float, bool, type(None)})


def unwired_in(dag: Any) -> Iterator[str]:
    """One sentence for each reading of *dag* that gets JSON where a type was promised."""
    for operator in dag.tasks:
        yield from _templates(dag, operator)
        yield from _pulls(dag, operator)


def _templates(dag: Any, operator: Any) -> Iterator[str]:
    """Templates that pull from a task of ours whose value is more than JSON."""
    seen: set[tuple[str, str]] = set()
    for argument, _ in arguments_of(operator, operator_contract(operator)):
        for task_id in _pulled_in(argument.value):
            promised = promised_under(dag.task_dict.get(task_id), RETURN_KEY).schema
            if _is_more_than_json(promised) and (argument.name, task_id) not in seen:
                seen.add((argument.name, task_id))
                yield (
                    f"{operator.task_id}.{argument.name} pulls {task_id!r} in a template: it gets "
                    f"JSON, not `{promised}`. Give the output as an argument to get that."
                )


def _pulled_in(value: Any) -> Iterator[str]:
    """The ids of tasks that templates in *value* pull from."""
    for text in _texts(value):
        if is_template(text):
            yield from _PULLED.findall(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)


def _is_more_than_json(schema: Schema) -> bool:
    """Whether plain JSON is another value than what *schema* promises."""
    return not all(
        isinstance(node, (MappingOf, Unknown))
        or (isinstance(node, Scalar) and node.type in _JSON)
        or (isinstance(node, SequenceOf) and node.type is list)
        for _, node in walk(schema)
    )


def _pulls(dag: Any, operator: Any) -> Iterator[str]:
    """Pulls in the body of a task of ours by an id that no task of its DAG has."""
    contract = contract_of(getattr(operator, "python_callable", None))
    for call in _calls(contract.function) if contract is not None else ():
        given = {word.arg: word.value for word in call.keywords}
        other = given.get("dag_id")
        if isinstance(other, ast.Constant) and other.value not in (None, dag.dag_id):
            yield (
                f"{operator.task_id} pulls from the DAG {other.value!r} by xcom_pull: it gets "
                "JSON. Use an XComKey to say of what type."
            )
            continue
        asked = call.args[0] if call.args else given.get("task_ids")
        for task_id in _constants(asked):
            if task_id not in dag.task_dict and other is None:
                yield (
                    f"{operator.task_id} pulls {task_id!r} by xcom_pull, which is no task of this "
                    "DAG: it gets JSON, or None."
                )


def _calls(function: Callable[..., Any]) -> Iterator[ast.Call]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):  # made at run time, say
        return
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("xcom_pull", "axcom_pull")
    ]
    yield from sorted(found, key=lambda call: (call.lineno, call.col_offset))


def _constants(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.List, ast.Tuple)):
        for part in node.elts:
            yield from _constants(part)
