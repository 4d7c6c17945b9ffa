"""Gives a task the parameters of its DAG as the model that its ``params`` is annotated with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from typedxcom.airflow.params import dag_param, params_of
from typedxcom.airflow.private import DagParam, ResolveMixin
from typedxcom.contracts import Contract
from typedxcom.schema.nodes import Record

__all__ = ["PARAMS_KEY", "ReadParam", "restored", "typed_params"]

PARAMS_KEY = "params"
"""The name of the context, and so of the parameter that Airflow fills from it."""


def typed_params(contract: Contract, dag: Any, context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The values for the parameter ``params`` of a task, still in JSON.

    Args:
        contract: The contract of the task.
        dag: Its DAG, or None.
        context: The context of the task that runs.

    Returns:
        The parameters of the DAG that its model reads; None if the task has no such model.
    """
    if PARAMS_KEY not in contract.signature.parameters or PARAMS_KEY not in context:
        return None
    schema = contract.of_context(PARAMS_KEY).schema
    if not isinstance(schema, Record):
        return None
    values, declared = dict(context[PARAMS_KEY]), params_of(dag)
    return declared.given_to(schema, values) if declared is not None else values


class ReadParam(ResolveMixin):
    """A parameter of a DAG for a reader without a type, which gets it as the DAG annotates it."""

    def __init__(self, param: DagParam) -> None:
        self._param = param
        self.current_dag, self._name = param.current_dag, param._name

    def iter_references(self) -> Iterable[tuple[Any, str]]:
        """No task pushes it."""
        return ()

    def resolve(self, context: Any, **_: Any) -> Any:
        """The value in the run that *context* is of."""
        value, typed = self._param.resolve(context), dag_param(self._param)
        return value if typed is None else typed.load(value)

    def serialize(self) -> Any:
        """As the parameter itself."""
        return self._param.serialize()


@contextlib.contextmanager
def restored(context: Any) -> Iterator[None]:
    """Gives the context its own ``params`` back, which Airflow replaces by a task's argument."""
    before = context.get(PARAMS_KEY) if isinstance(context, Mapping) else None
    try:
        yield
    finally:
        if before is not None:
            context[PARAMS_KEY] = before
