"""Checks what an iteration of a loop gives the next one, when the loop is made.

A loop repeats a task group (Airflow 3.4). The last task of the group returns the state of the loop,
and tasks of the next iteration and ``until`` read it: ``loop: Loop[State]``.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any, Union, get_args, get_origin

from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.airflow.private import LoopTaskGroup
from typedxcom.airflow.wiring.call import wiring_sentence
from typedxcom.airflow.wiring.flows import describe, operator_contract
from typedxcom.airflow.wiring.readers import loop_around, read_in
from typedxcom.annotations import read_hints
from typedxcom.contracts import Contract, Promise
from typedxcom.errors import ContractError
from typedxcom.loops import LOOP, state_in
from typedxcom.promises import promise_of
from typedxcom.schema import schema_of
from typedxcom.schema.relation import mismatches
from typedxcom.scopes import local_names

__all__ = ["CHECKED", "check_loop", "loops_of", "refuse_loop", "refuse_until", "state_of"]

CHECKED = "__typedxcom_loop__"
"""An attribute of the gate of a loop that was checked where it was made."""


def refuse_loop(contract: Contract, name: str, operator_class: type, group: Any) -> None:
    """Raise ContractError if a task's ``Loop[T]`` cannot be filled.

    Args:
        contract: The contract of the task.
        name: The task, for messages.
        operator_class: What runs it.
        group: The task group that it is in.
    """
    for parameter in contract.loops:
        if wrong := _unfilled(contract.signature, parameter, operator_class, group):
            raise ContractError(f"{name}({parameter}) {wrong}.")


def _unfilled(
    signature: inspect.Signature, parameter: str, operator_class: type, group: Any
) -> str:
    """Why Airflow does not fill a parameter that is annotated ``Loop[T]``; "" if it does."""
    if parameter != LOOP:
        return f"is a `Loop`, which Airflow only gives to a parameter called `{LOOP}`: rename it"
    found = signature.parameters[LOOP]
    if found.kind is not inspect.Parameter.KEYWORD_ONLY:
        return "must be keyword-only: write `*, loop: Loop[...]` as the last parameter"
    if kind_of(operator_class).place != "worker":
        return "is a `Loop`, which only a task that runs in the worker's own Python can read"
    if loop_around(group) is None and found.default is inspect.Parameter.empty:
        version = metadata.version("apache-airflow-core")
        if not LoopTaskGroup.__module__.startswith("airflow."):
            return f"is a `Loop`, but Airflow {version} has no loops. They came with 3.4"
        return (
            "is a `Loop`, but the task is in no loop: call it in a @task_group that you repeat with "
            ".loop(max_iterations=...)"
        )
    return ""


def check_loop(group: Any) -> Iterator[str]:
    """What is wrong with the readers of a loop's state, one sentence each.

    Args:
        group: The loop.
    """
    tasks = {task.task_id: task for task in group}
    last, gate = tasks[group.terminal_task_id], tasks[group.gate_task_id]
    for task in tasks.values():
        contract = operator_contract(task)
        if contract is not None and LOOP in contract.loops:
            yield from _misfit(task.task_id, contract.loops[LOOP], last, group)
    if gate.until is not None:
        promise = state_of(gate.until)
        if promise is not None:
            yield from _misfit(gate.task_id, promise, last, group)


def _misfit(reader: str, promise: Promise, last: Any, group: Any) -> Iterator[str]:
    with read_in(group):
        written = describe(last.output)
    for problem in mismatches(written, promise.schema)[:1]:
        subject = f"{reader}({LOOP})"
        words = wiring_sentence(subject, promise.schema, written, problem, last.output)
        yield f"{words} `Loop[T]` takes what the last task of an iteration returns."


def refuse_until(until: Any) -> None:
    """Raise ContractError if ``until`` cannot take the loop, or does not say whether to stop."""
    name = getattr(until, "__name__", type(until).__name__)
    hints = read_hints(until, local_names=local_names(until), importing=False).found
    for parameter, annotation in hints.items():
        if state_in(annotation) is not None and parameter not in (LOOP, "return"):
            raise ContractError(
                f"until={name}: the parameter `{parameter}` is a `Loop`, which Airflow only gives to a "
                f"parameter called `{LOOP}`: rename it."
            )
    if not _may_stop(hints.get("return", Any)):
        returned = schema_of(hints["return"])
        raise ContractError(
            f"until={name} returns `{returned}`. It must return a `bool`, or a `LoopDecision`."
        )


def _may_stop(returned: Any) -> bool:
    if get_origin(returned) in (Union, types.UnionType):
        return all(map(_may_stop, get_args(returned)))
    if not isinstance(returned, type):
        return returned is not None
    return returned in (Any, bool, object) or returned.__name__ == "LoopDecision"


def state_of(until: Callable[..., Any]) -> Promise | None:
    """The promise of the state that ``until`` reads, or None if it does not say.

    Raises:
        ContractError: No XCom can hold such a value.
    """
    hints = read_hints(until, local_names=local_names(until), importing=False)
    state = state_in(hints.found.get(LOOP))
    return None if state is None else promise_of(state)


def loops_of(dag: Any) -> list[Any]:
    """The loops of *dag*."""
    groups = dag.task_group.get_task_group_dict().values()
    return [group for group in groups if isinstance(group, LoopTaskGroup)]
