"""Puts what each task reads and returns into the DAG, where Airflow's server finds it.

The server has the serialized DAG and runs no code. Of a task, Airflow serializes only fields that
it knows. One of them is ``doc_json``, which documents a task as JSON. What an author wrote there
stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.private import MappedOperator
from typedxcom.airflow.wiring.edges import sources_of
from typedxcom.airflow.wiring.flows import instance_output, operator_contract
from typedxcom.airflow.wiring.needed import needs_of_parameter
from typedxcom.airflow.wiring.readers import read_in
from typedxcom.contracts import Argument, contract_of
from typedxcom.preview import Read, declared_text
from typedxcom.schema.nodes import Unknown

__all__ = ["declare_tasks"]


def declare_tasks(dag: Any) -> None:
    """Write the contract of each task of *dag* into its documentation."""
    for operator in dag.tasks:
        fields = _fields(operator)
        if fields.get("doc_json") is None:
            text = declared_text(_returned(operator), _reads(operator))
            if text is not None:
                fields["doc_json"] = text


def _fields(operator: Any) -> dict[str, Any]:
    """The fields of a task as Airflow serializes them."""
    return operator.partial_kwargs if isinstance(operator, MappedOperator) else vars(operator)


def _returned(operator: Any) -> str | None:
    contract = contract_of(getattr(operator, "python_callable", None))
    if contract is not None and contract.returned.is_surely_read:
        return contract.returned.text
    with read_in(operator.task_group):
        shown = instance_output(operator)
    return None if isinstance(shown, Unknown) else str(shown)


def _reads(operator: Any) -> Iterator[Read]:
    for argument, is_mapped, _, sources in sources_of(operator):
        read = _read(operator, argument)
        each = " (each item)" if read and is_mapped else ""
        for writer in sources:
            yield Read(argument.name, writer, f"{read}{each}" if read else None)


def _read(operator: Any, argument: Argument) -> str | None:
    """What the reader's annotation says, or what its code needs."""
    promise = argument.promise
    if promise.known:
        return promise.text
    contract = operator_contract(operator)
    if contract is None:
        return None
    needs = needs_of_parameter(contract, argument.name)
    return f"needs {needs}" if needs.found else str(needs) if needs else None
