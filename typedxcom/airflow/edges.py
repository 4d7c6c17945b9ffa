"""Every edge of a DAG: which output flows into which parameter, and the types at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from typedxcom.airflow.fields import field_schema
from typedxcom.airflow.outputs import FirstRowsArg
from typedxcom.airflow.private import (
    AirflowXComArg,
    ListOfDictsExpandInput,
    MappedArgument,
    MappedOperator,
)
from typedxcom.airflow.wiring import describe, operator_contract, producers
from typedxcom.contracts import Contract
from typedxcom.schema import UNKNOWN, Schema, Unknown

__all__ = ["Edge", "arguments_of", "edges_of"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One output that flows into one parameter.

    Attributes:
        upstream: The id of the task that pushes.
        downstream: The id of the task that reads.
        parameter: The parameter, the templated field, or ``**`` for `expand_kwargs`.
        written: What is pushed.
        read: What is read.
        mapped: Whether the reader is mapped over it.
    """

    upstream: str
    downstream: str
    parameter: str
    written: Schema
    read: Schema
    mapped: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether both ends say what they are."""
        return not isinstance(self.written, Unknown) and not isinstance(self.read, Unknown)

    def __str__(self) -> str:
        how = " (each item)" if self.mapped else ""
        same = str(self.written) == str(self.read)
        types = f"{self.read}" if same else f"{self.written} as {self.read}"
        return f"{self.upstream} -> {self.downstream}.{self.parameter}: {types}{how}"


def edges_of(dag: Any) -> list[Edge]:
    """The edges of *dag*, in the order of its tasks and their parameters."""
    return [edge for operator in dag.tasks for edge in _into(operator)]


def _into(operator: Any) -> Iterator[Edge]:
    contract = operator_contract(operator)
    operator_class: Any = getattr(operator, "operator_class", type(operator))
    for name, value, mapped in arguments_of(operator, contract):
        if name == "**":
            read: Schema = UNKNOWN
        elif contract is None:
            read = field_schema(operator_class, name)
        else:
            read = contract.parameter(name).schema
        for output in _outputs(value):
            for upstream in dict.fromkeys(producers(output)):
                yield Edge(upstream, operator.task_id, name, describe(output), read, mapped)


def arguments_of(operator: Any, contract: Contract | None) -> Iterator[tuple[str, Any, bool]]:
    """Each argument as the author wrote it: name, value, whether it is mapped over."""
    if contract is None:
        yield from _fields(operator)
    elif isinstance(operator, MappedOperator):
        decorated: Any = operator
        for name, value in (operator.partial_kwargs.get("op_kwargs") or {}).items():
            yield name, value, False
        yield from _mapped(decorated.op_kwargs_expand_input)
    else:
        for name, value in contract.parameter_names(operator.op_args, operator.op_kwargs):
            yield name, value, False


def _fields(operator: Any) -> Iterator[tuple[str, Any, bool]]:
    """The templated fields of a classic operator."""
    if isinstance(operator, MappedOperator):
        for name, value in operator.partial_kwargs.items():
            yield name, value, False
        yield from _mapped(operator.expand_input)
        return
    for name in operator.template_fields:
        yield name, getattr(operator, name, None), False


def _mapped(expand_input: Any) -> Iterator[tuple[str, Any, bool]]:
    if isinstance(expand_input, ListOfDictsExpandInput):
        yield "**", expand_input.value, True
    else:
        for name, value in expand_input.value.items():
            yield name, value, True


def _outputs(value: Any) -> Iterator[Any]:
    """The outputs inside an argument, at any depth."""
    if isinstance(value, FirstRowsArg):
        return  # of the task that counts batches for us: none of the author's edges
    if isinstance(value, AirflowXComArg | MappedArgument):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _outputs(part)
    elif isinstance(value, (list, tuple, set)):
        for part in value:
            yield from _outputs(part)
