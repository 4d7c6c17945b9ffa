"""Finds the typed parameters of a DAG, while it is built, checked and run."""

from __future__ import annotations

from typing import Any

from typedxcom.airflow.private import DagParam
from typedxcom.params import PARAMS, DagParams, TypedParam

__all__ = ["DAG_ID", "dag_param", "params_of", "place_of"]

DAG_ID = "__typedxcom_dag_id__"
"""The attribute of what `dag` made that holds the id of its DAG."""


def params_of(made: Any) -> DagParams | None:
    """The typed parameters of a DAG, or of the function that makes it; None if it has none.

    Raises:
        ContractError: The function's annotations cannot be parameters.
    """
    found = getattr(made, PARAMS, None)
    found = found() if callable(found) else found
    return found or None


def dag_param(value: Any) -> TypedParam | None:
    """The typed parameter that *value* stands for, if it is an argument of a DAG function."""
    if not isinstance(value, DagParam):
        return None
    params = params_of(value.current_dag)
    return params.params.get(value._name) if params is not None else None


def place_of(value: Any) -> str:
    """Names an argument of a DAG function in a message."""
    return f"the parameter {value._name!r} of the DAG {value.current_dag.dag_id!r}"
