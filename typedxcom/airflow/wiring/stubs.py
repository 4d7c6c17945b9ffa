"""Tasks in other languages: what goes into a ``@task.stub``, and what comes out of it.

The body of such a task is Java or Go. It reads the JSON of an XCom itself, so a pointer to a store
says nothing to it, and nobody checks there what it returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.airflow.wiring.call import holds_output
from typedxcom.airflow.wiring.edges import arguments_of, outputs_in
from typedxcom.airflow.wiring.flows import describe, operator_contract, producers
from typedxcom.contracts import Argument, Contract
from typedxcom.errors import ContractError
from typedxcom.promises import RETURN_PLACE, parameter_place
from typedxcom.schema import Schema
from typedxcom.schema.nodes import Opaque, Scalar, TableOf, walk

__all__ = ["is_read_elsewhere", "is_stub", "refuse_stub", "stub_problems"]

_CURES = {
    "table": "pass the address of a file that both can open, or the rows as a `list`",
    "file": "pass its address as a `str`",
    "bytes": "pass a `str`, such as its base64 text",
}


def is_stub(operator_class: type) -> bool:
    """Whether the body of a task is in another language."""
    return kind_of(operator_class).is_foreign


def refuse_stub(operator_class: type, contract: Contract) -> None:
    """Raise ContractError if another language cannot read a parameter, or give the result.

    Args:
        operator_class: What runs the task.
        contract: Its contract.
    """
    if not is_stub(operator_class):
        return
    promises = [(parameter_place(name), one) for name, one in contract.parameters.items()]
    for place, promise in [*promises, (RETURN_PLACE, contract.returned)]:
        if wrong := _unreadable(promise.schema):
            raise ContractError(
                f"Task function {contract.name!r}, {place}: {wrong[0]}. Instead: {wrong[1]}."
            )


def stub_problems(task: str, arguments: Iterable[Argument]) -> Iterator[str]:
    """What is wrong with the outputs that go into a task in another language, one sentence each.

    Args:
        task: The task, for messages.
        arguments: Its arguments that hold outputs.
    """
    for argument in arguments:
        for output in outputs_in(argument.value):
            if wrong := _unreadable(describe(output)):
                source = ", ".join(dict.fromkeys(producers(output)))
                yield (
                    f"{task}({argument.name}) gets the output of {source!r}: {wrong[0]}. "
                    f"Instead: {wrong[1]}."
                )


def _unreadable(schema: Schema) -> tuple[str, str] | None:
    """Why another language cannot read a value, and what to write instead."""
    for path, node in walk(schema):
        if kind := _stored_kind(node):
            where = "" if path == "$" else f" - at `{path}`"
            return f"another language cannot read or write a `{node}`{where}", _CURES[kind]
    return None


def _stored_kind(node: Schema) -> str:
    match node:
        case TableOf():
            return "table"
        case Opaque(type=kind) if getattr(kind, "__typedxcom_file__", False):
            return "file"
        case Scalar(type=kind) if issubclass(kind, (bytes, bytearray)):
            return "bytes"
    return ""


def is_read_elsewhere(operator: Any) -> bool:
    """Whether a task in another language reads an output of *operator*."""
    if not operator.has_dag():
        return False
    tasks = operator.dag.task_dict
    for task_id in tasks[operator.task_id].downstream_task_ids:
        reader = tasks[task_id]
        if not is_stub(getattr(reader, "operator_class", type(reader))):
            continue
        for argument, _ in arguments_of(reader, operator_contract(reader)):
            if holds_output(argument.value) and operator.task_id in producers(argument.value):
                return True
    return False
