"""Outputs inside texts: ``f"s3://bucket/{name()}.csv"`` makes a template, but no dependency.

Airflow renders it when the reader runs, which may be before the other task has pushed anything. If
the author orders the two with ``>>``, it is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.wiring.edges import arguments_of
from typedxcom.airflow.wiring.flows import operator_contract

__all__ = ["lost_dependencies"]

# What Airflow's `XComArg.__str__` writes.
_OUTPUT = re.compile(r"task_instance\.xcom_pull\(task_ids='([^']+)', dag_id='([^']+)'")


def lost_dependencies(dag: Any) -> Iterator[str]:
    """One sentence for each reader in *dag* with an output in a text that it does not wait for."""
    for operator in dag.tasks:
        found = {
            (task_id, argument.name): None
            for argument, _ in arguments_of(operator, operator_contract(operator))
            for task_id in _outputs_in(argument.value, dag.dag_id)
        }
        waits_for = operator.get_flat_relative_ids(upstream=True) if found else ()
        for task_id, name in found:
            if task_id in dag.task_dict and task_id not in waits_for:
                yield (
                    f"{operator.task_id}({name}) has the output of {task_id!r} in a text, and does "
                    f"not wait for it. Pass the output itself, or order the two: {task_id} >> "
                    f"{operator.task_id}."
                )


def _outputs_in(value: Any, dag_id: str) -> Iterator[str]:
    """The tasks whose outputs are in the texts of an argument, at any depth."""
    if isinstance(value, str):
        for task_id, where in _OUTPUT.findall(value) if "xcom_pull" in value else ():
            if where == dag_id:
                yield task_id
    elif isinstance(value, dict):
        for part in value.values():
            yield from _outputs_in(part, dag_id)
    elif isinstance(value, (list, tuple, set)):
        for part in value:
            yield from _outputs_in(part, dag_id)
