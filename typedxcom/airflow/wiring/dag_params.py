"""Compares the model of a task's ``params`` with the parameters of its DAG.

The values are JSON on their way, so a type fits as soon as its JSON may be read: a `date` of the
DAG may be a `str` of the task.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typedxcom.airflow.decorator_kinds import is_typed
from typedxcom.airflow.params import params_of
from typedxcom.airflow.private import MappedOperator
from typedxcom.airflow.wiring.code import near
from typedxcom.airflow.wiring.flows import operator_contract
from typedxcom.codecs.jsonschema import form_schema
from typedxcom.codecs.jsonschema.lost import loses
from typedxcom.errors import TypedXComError
from typedxcom.params import DagParams
from typedxcom.schema import Schema
from typedxcom.schema.nodes import Record
from typedxcom.schema.relation import mismatches

__all__ = ["param_problems"]

_PARAMS = "params"


def param_problems(dag: Any) -> Iterator[tuple[str, str]]:
    """What the tasks of *dag* read that it does not have: the task's id and one sentence."""
    declared = None
    for operator in dag.tasks:
        model = _model_of(operator)
        if model is None:
            continue
        declared = declared or params_of(dag) or DagParams(dag.dag_id)
        for sentence in _problems(dag, operator, model, declared):
            yield operator.task_id, sentence


def _model_of(operator: Any) -> Record | None:
    """The model that a task of ours reads the parameters of its run as."""
    if not is_typed(operator):
        return None
    contract = operator_contract(operator)
    if contract is None or _PARAMS not in contract.signature.parameters or _is_given(operator):
        return None
    schema = contract.of_context(_PARAMS).schema
    return schema if isinstance(schema, Record) else None


def _is_given(operator: Any) -> bool:
    """Whether the author gives the parameter another value."""
    if not isinstance(operator, MappedOperator):
        return _PARAMS in (operator.op_kwargs or {})
    decorated: Any = operator
    mapped = decorated.op_kwargs_expand_input.value
    is_open = not isinstance(mapped, dict)  # of expand_kwargs
    return is_open or _PARAMS in mapped or _PARAMS in operator.partial_kwargs.get("op_kwargs", {})


def _problems(dag: Any, operator: Any, model: Record, declared: DagParams) -> Iterator[str]:
    known = {*dag.params, *(operator.params or {}), *declared.names}
    # A run that somebody triggers may have more in its conf than the DAG declares.
    is_closed = bool(declared) or dag.schedule is not None
    for name, part in model.fields.items():
        key = part.key or name
        about = f"{operator.task_id}(params) reads `{key}` of `{model}`"
        typed = declared.params.get(key)
        if key not in known:
            if part.required and is_closed:
                yield _missing(dag, about, key, known)
        elif (
            typed is not None
            and not _is_own(dag, operator, key)
            and _cannot_fit(typed.promise.schema, part.schema)
        ):
            yield (
                f"{about} as `{part.schema}`, but the parameter of the DAG {dag.dag_id!r} is "
                f"`{typed.promise.schema}`. Give both the same type."
            )


def _is_own(dag: Any, operator: Any, key: str) -> bool:
    """Whether the task has a Param of its own by this name. It inherits those of the DAG."""
    if key not in operator.params or key not in dag.params:
        return key in operator.params
    own, inherited = operator.params.get_param(key), dag.params.get_param(key)
    return bool(own.schema != inherited.schema)


def _missing(dag: Any, about: str, key: str, known: set[str]) -> str:
    has = ", ".join(f"`{name}`" for name in sorted(known))
    having = f"it has {has}" if has else "it has none"
    return (
        f"{about}, but the DAG {dag.dag_id!r} has no such parameter: {having}."
        f"{near(key, sorted(known))} Add it to the DAG, or give the field a default."
    )


def _cannot_fit(up: Schema, down: Schema) -> bool:
    if not mismatches(up, down):
        return False
    try:
        return loses(form_schema(up), form_schema(down))
    except TypedXComError:  # a type of the task that no form can give
        return False
