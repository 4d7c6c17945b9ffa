"""Decides whether None from one instance of a mapped task keeps its place among the others.

Airflow pushes nothing for None, so a reduce gets a shorter list, and `zip` pairs values of
different instances. An entry that holds null keeps the place. Readers that do not mention None
expect the shorter list and get it, because many authors leave items out by returning None.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.decorator_kinds import is_typed
from typedxcom.airflow.private import AirflowXComArg, MapXComArg, ZipXComArg
from typedxcom.airflow.wiring.edges import arguments_of
from typedxcom.airflow.wiring.flows import operator_contract, producers

__all__ = ["keeps_place"]


def keeps_place(operator: Any) -> bool:
    """Whether None of one instance of *operator* is pushed as null.

    Yes if the output is zipped, which always goes by place. Yes too if every reader is a typed task
    whose annotation was checked against the None. A function given to `map` may be a lambda, so it
    counts as a reader that does not mention None.
    """
    if not operator.has_dag() or not operator.dag.task_dict[operator.task_id].is_mapped:
        return False
    found = list(_readers(operator.dag, operator.task_id))
    return any(is_zipped for is_zipped, _ in found) or (
        bool(found) and all(is_known for _, is_known in found)
    )


def _readers(dag: Any, task_id: str) -> Iterator[tuple[bool, bool]]:
    """Each argument that the output goes into: whether it is zipped, and whether None is known."""
    for reader in dag.tasks:
        for argument, _ in arguments_of(reader, operator_contract(reader)):
            for output in _outputs(argument.value):
                if task_id in producers(output):
                    known = is_typed(reader) and argument.promise.known
                    yield _holds(output, ZipXComArg), known and not _holds(output, MapXComArg)


def _outputs(value: Any) -> Iterator[Any]:
    if isinstance(value, AirflowXComArg):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _outputs(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _outputs(part)


def _holds(output: Any, kind: Any) -> bool:
    """Whether a chain of map, zip and concat has a step of *kind*."""
    if isinstance(output, kind):
        return True
    parts = [
        *getattr(output, "args", ()),
        *([output.arg] if isinstance(output, MapXComArg) else []),
    ]
    return any(_holds(part, kind) for part in parts)
