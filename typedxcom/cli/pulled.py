"""What task bodies and templates pull and push by themselves, for the contracts in files.

`xcom_pull` with literal ids reads a key and no type. ``KEY.pull(ti, task_ids="extract")`` reads the
type of the `XComKey`, and ``KEY.push(ti, value)`` writes it.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from typedxcom.airflow.authoring.keys import XComKey
from typedxcom.airflow.wiring.pulls import pulls_in_body
from typedxcom.airflow.wiring.pushed import PushingBody
from typedxcom.airflow.wiring.unwired import body_of, pulls_in_templates, pushed_keys
from typedxcom.contracts import Promise
from typedxcom.errors import ContractError
from typedxcom.inference.source import node_of
from typedxcom.promises import ANYTHING, promise_of

__all__ = ["Pulled", "keys_pushed", "promises_pushed", "pulled_by", "pulled_later"]

_POSITIONS = ("ti", "task_ids")
_ELSEWHERE = frozenset({"dag_id", "run_id", "include_prior_dates"})
_PULL = "xcom_pull"


@dataclass(frozen=True, slots=True)
class Pulled:
    """One value that a task pulls by the id of another task of its DAG.

    Attributes:
        name: What pulls: ``xcom_pull``, the templated argument, or the name of the key.
        upstream: The id of the task.
        key: The XCom key.
        promise: What is read; unknown for `xcom_pull`.
        needed: Whether the task fails if nothing was pushed.
    """

    name: str
    upstream: str
    key: str
    promise: Promise = ANYTHING
    needed: bool = False


def pulled_by(operator: Any) -> Iterator[Pulled]:
    """Yields what *operator* pulls from its own DAG and run, with literal ids and keys."""
    found = [(_PULL, one) for one in pulls_in_body(body_of(operator))]
    for name, pull in (*found, *pulls_in_templates(operator)):
        is_here = not pull.is_elsewhere and pull.dag_id in (None, operator.dag.dag_id)
        for task_id in pull.task_ids if is_here and pull.key is not None else ():
            yield Pulled(name, task_id, str(pull.key))
    for call in _key_calls(body_of(operator)):
        if call.is_pull and call.task_id is not None and not call.options & _ELSEWHERE:
            needed = "default" not in call.options
            yield Pulled(f"{call.name}.pull", call.task_id, call.key.name, call.promise, needed)


def pulled_later(operator: Any, dag_id: str) -> Iterator[str]:
    """Yields the ids of the tasks whose values *operator* pulls from other runs."""
    for pull in pulls_in_body(body_of(operator)):
        if pull.is_elsewhere and pull.dag_id in (None, dag_id):
            yield from pull.task_ids
    for call in _key_calls(body_of(operator)):
        if call.is_pull and call.task_id and call.options & {"run_id", "include_prior_dates"}:
            yield call.task_id


def keys_pushed(operator: Any) -> tuple[str, ...] | None:
    """Returns the keys that a task pushes beside its return value; None if they are not known."""
    return pushed_keys(operator, KeyedBody)


def promises_pushed(operator: Any) -> dict[str, Promise]:
    """Returns what the body of a task pushes with an `XComKey`: key to promise."""
    calls = _key_calls(body_of(operator))
    return {one.key.name: one.promise for one in calls if not one.is_pull}


@dataclass(frozen=True, slots=True)
class KeyCall:
    """One call of ``KEY.pull`` or ``KEY.push``.

    Attributes:
        name: How the body calls the key.
        key: The key.
        is_pull: Whether it pulls.
        task_id: The literal id that it names.
        options: The names of its further arguments.
    """

    name: str
    key: XComKey[Any]
    is_pull: bool
    task_id: str | None
    options: frozenset[str]

    @property
    def promise(self) -> Promise:
        """What the key's values are; unknown if its type cannot be read."""
        try:
            return promise_of(self.key.annotation)
        except (ContractError, NameError):
            return Promise()


class KeyedBody(PushingBody):
    """Collects the pushes of a body, also those of an `XComKey`."""

    def visit_Call(self, node: ast.Call) -> None:
        """Counts a call of a key, which pushes nothing else."""
        call = _key_call(node, self.function)
        if call is None:
            super().visit_Call(node)
            return
        if not call.is_pull:
            self.keys.append(call.key.name)
        for one in [*node.args[1:], *(one.value for one in node.keywords if one.arg != "ti")]:
            self.visit(one)


def _key_calls(function: Any) -> list[KeyCall]:
    function = inspect.unwrap(function) if callable(function) else function
    if not isinstance(function, types.FunctionType) or not _names_key(function):
        return []
    node = node_of(function)
    if node is None:
        return []
    calls = (one for one in ast.walk(node) if isinstance(one, ast.Call))
    found = (_key_call(one, function) for one in calls)
    return [one for one in found if one is not None]


def _names_key(function: types.FunctionType) -> bool:
    """Whether the code names a method of keys: quicker than to read its source."""
    todo, names = [function.__code__], {"pull", "push"}
    while todo:
        code = todo.pop()
        if not names.isdisjoint(code.co_names):
            return True
        todo.extend(one for one in code.co_consts if isinstance(one, types.CodeType))
    return False


def _key_call(node: ast.Call, function: Any) -> KeyCall | None:
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in ("pull", "push"):
        return None
    key = _value_of(node.func.value, function)
    if not isinstance(key, XComKey):
        return None
    given = dict(zip(_POSITIONS, node.args, strict=False))
    given.update({one.arg: one.value for one in node.keywords if one.arg is not None})
    task_id = given.get("task_ids")
    is_literal = isinstance(task_id, ast.Constant) and isinstance(task_id.value, str)
    has_more = any(one.arg is None for one in node.keywords)
    return KeyCall(
        ast.unparse(node.func.value),
        key,
        node.func.attr == "pull",
        task_id.value if is_literal and not has_more else None,  # type: ignore[union-attr]
        frozenset(given),
    )


def _value_of(node: ast.expr, function: Any) -> Any:
    """Returns what a name outside of a body stands for; None if that is not known."""
    if isinstance(node, ast.Attribute):
        owner = _value_of(node.value, function)
        return (
            getattr(owner, node.attr, None) if isinstance(owner, (types.ModuleType, type)) else None
        )
    if not isinstance(node, ast.Name) or node.id in function.__code__.co_varnames:
        return None
    free = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    try:
        return free[node.id].cell_contents if node.id in free else function.__globals__[node.id]
    except (KeyError, ValueError):
        return None
