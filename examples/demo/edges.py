"""Each edge of a DAG: from which task to which parameter, of what type, how large, in what form."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from airflow.sdk import XComArg
from airflow.sdk.definitions.mappedoperator import MappedOperator

from demo.run import Run, size
from typedxcom.airflow.authoring.outputs import FirstRowsArg
from typedxcom.airflow.wiring.flows import describe
from typedxcom.pointer import is_pointer


@dataclass(frozen=True)
class Edge:
    upstream: str
    downstream: str
    type: str
    bytes: int
    form: str

    def __str__(self) -> str:
        edge = f"{self.upstream} -> {self.downstream}:"
        return f"{edge:<54} {self.type}, {self.bytes:,} bytes, {self.form}"


def edges(dag: Any, run: Run) -> list[Edge]:
    """What flowed along each edge of *dag* in one *run*."""
    return [
        edge
        for operator in dag.topological_sort()
        for name, value in arguments(operator)
        for edge in _into(f"{operator.task_id}.{name}", value, run)
    ]


def arguments(operator: Any) -> Iterator[tuple[str, Any]]:
    """The arguments of a decorated task, as they stand in the DAG file."""
    if isinstance(operator, MappedOperator):
        given: Any = operator
        yield from given.op_kwargs_expand_input.value.items()
        yield from given.partial_kwargs.get("op_kwargs", {}).items()
    elif hasattr(operator, "python_callable"):
        signature = inspect.signature(operator.python_callable)
        bound = signature.bind_partial(*operator.op_args, **operator.op_kwargs)
        yield from bound.arguments.items()


def _into(downstream: str, value: Any, run: Run) -> Iterator[Edge]:
    # The second is of the task that counts batches: no edge of the DAG's author.
    if not isinstance(value, XComArg) or isinstance(value, FirstRowsArg):
        return
    for operator, key in XComArg.iter_xcom_references(value):
        rows = [
            row
            for (task, _, name), row in run.rows.items()
            if (task, name) == (operator.task_id, key)
        ]
        upstream = operator.task_id + ("" if key == "return_value" else f'["{key}"]')
        forms = sorted({form(row) for row in rows})
        yield Edge(
            upstream, downstream, str(describe(value)), sum(map(size, rows)), "/".join(forms)
        )


def form(row: Any) -> str:
    """How typedxcom wrote a row: the JSON of the value, one JSON text, or a pointer to a store."""
    if is_pointer(row):
        return "pointer"
    is_text = isinstance(row, dict) and isinstance(row.get("$typedxcom"), int)
    return "text" if is_text else "plain"
