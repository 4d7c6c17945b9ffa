"""Checks every edge of one DAG."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from typedxcom.airflow.decorator_kinds import is_typed, kind_of
from typedxcom.airflow.keynames import refuse_declared_keys
from typedxcom.airflow.private import AirflowXComArg, ListOfDictsExpandInput, MappedOperator
from typedxcom.airflow.wiring.branches import wrong_branches
from typedxcom.airflow.wiring.call import check_call, check_value, holds_output, wiring_sentence
from typedxcom.airflow.wiring.callables import check_callable
from typedxcom.airflow.wiring.chains import late_problems
from typedxcom.airflow.wiring.dag_params import param_problems
from typedxcom.airflow.wiring.edges import arguments_of, fields_of
from typedxcom.airflow.wiring.fields import field_schema
from typedxcom.airflow.wiring.flows import NotAnItem, describe, element, operator_contract
from typedxcom.airflow.wiring.loops import CHECKED, check_loop, loops_of, state_of
from typedxcom.airflow.wiring.mapping import check_expand, check_expand_kwargs
from typedxcom.airflow.wiring.readers import read_in
from typedxcom.airflow.wiring.results import refuse_generator, refuse_result
from typedxcom.airflow.wiring.stubs import is_stub, refuse_stub, stub_problems
from typedxcom.contracts import contract_of
from typedxcom.errors import ContractError, as_sentence
from typedxcom.schema.nodes import Unknown
from typedxcom.schema.relation import Solution, mismatches

__all__ = ["check_dag", "check_tasks", "uses_contracts"]


def uses_contracts(dag: Any) -> bool:
    """Whether any task of *dag* was made by typedxcom."""
    return any(
        is_typed(operator) or contract_of(_function(operator)) is not None for operator in dag.tasks
    )


def check_dag(dag: Any) -> list[str]:
    """What is wrong with the wiring of *dag*, one sentence each. Empty if all is right."""
    return [sentence for _, sentence in check_tasks(dag)]


def check_tasks(dag: Any) -> Iterator[tuple[str, str]]:
    """As `check_dag`, each sentence with the id of the task that reads."""
    for operator in dag.tasks:
        with read_in(operator.task_group):
            found = list(_check_operator(operator))
        for sentence in found:
            yield operator.task_id, sentence
    yield from param_problems(dag)
    for loop in loops_of(dag):
        yield from ((loop.gate_task_id, sentence) for sentence in _check_plain_loop(loop))


def _check_plain_loop(loop: Any) -> Iterator[str]:
    """A loop of Airflow's own ``task_group``; ours was checked where it was made."""
    gate = loop.dag.get_task(loop.gate_task_id)
    if hasattr(gate, CHECKED):
        return
    if gate.until is not None and state_of(gate.until) is not None:
        yield (
            f"{gate.task_id}(loop) is a `Loop`, which the loops of Airflow's own task_group do not "
            "fill. Import task_group from typedxcom."
        )
    yield from check_loop(loop)


def _check_operator(operator: Any) -> Iterator[str]:
    yield from _check_fields(operator)
    yield from wrong_branches(operator)
    if is_typed(operator):  # each call was checked where it stands, apart from Airflow's outputs
        for value in _given(operator):
            if isinstance(value, AirflowXComArg):
                yield from late_problems(value)
        return
    contract = operator_contract(operator)
    if contract is None:
        yield from check_callable(operator)
        return
    if contract_of(_function(operator)) is not None and not _runs_here(operator):
        yield (
            f"{operator.task_id}: @contract cannot follow a body that runs elsewhere. "
            "Use typedxcom.task, or @typed on top of the decorator."
        )
    yield from _said_by(refuse_generator, contract)
    if contract_of(_function(operator)) is None and contract.loops:
        yield (
            f"{operator.task_id}(loop) is a `Loop`, which Airflow's own task does not fill. Import "
            "task from typedxcom."
        )
    yield from _check_plain(operator, contract)
    if contract_of(_function(operator)) is None:
        yield from _check_late(operator, contract)


def _given(operator: Any) -> Iterator[Any]:
    """The arguments of a task, as they stand in its call."""
    if not isinstance(operator, MappedOperator):
        yield from getattr(operator, "op_args", ())
        yield from getattr(operator, "op_kwargs", {}).values()
        return
    yield from (operator.partial_kwargs.get("op_kwargs") or {}).values()
    mapped = getattr(getattr(operator, "op_kwargs_expand_input", None), "value", {})
    yield from mapped.values() if isinstance(mapped, dict) else [mapped]


def _check_plain(operator: Any, contract: Any) -> list[str]:
    """A task of plain `airflow.sdk.task`, by its annotations."""
    name, solution = operator.task_id, Solution()
    if not isinstance(operator, MappedOperator):
        return check_call(contract, name, operator.op_args, operator.op_kwargs, solution)
    given: Any = operator
    partial = given.partial_kwargs.get("op_kwargs") or {}
    expand_input = given.op_kwargs_expand_input
    if isinstance(expand_input, ListOfDictsExpandInput):
        return check_expand_kwargs(contract, name, partial, expand_input.value, solution)
    return check_expand(contract, name, partial, expand_input.value, solution)


def _check_late(operator: Any, contract: Any) -> Iterator[str]:
    """For plain tasks: the checks that our own task makes when it is decorated or called."""
    operator_class = getattr(operator, "operator_class", type(operator))
    yield from _said_by(refuse_result, operator_class, contract)
    yield from _said_by(refuse_declared_keys, operator, contract)
    yield from _said_by(refuse_stub, operator_class, contract)
    arguments = [argument for argument, _ in arguments_of(operator, contract)]
    if is_stub(operator_class):
        yield from stub_problems(operator.task_id, arguments)
    for argument in arguments:
        yield from late_problems(argument.value)


def _said_by(refuse: Callable[..., None], *what: Any) -> list[str]:
    """The message of the error that *refuse* raises, if it does."""
    try:
        refuse(*what)
    except ContractError as error:
        return [error.sentence]
    return []


def _check_fields(operator: Any) -> Iterator[str]:
    """The templated fields of an operator that hold outputs, `env` of ``@task.bash`` too."""
    is_mapped = isinstance(operator, MappedOperator)
    operator_class: Any = operator.operator_class if is_mapped else type(operator)
    mapped = operator.expand_input.value if is_mapped else {}
    given = {**operator.partial_kwargs, **mapped} if is_mapped and isinstance(mapped, dict) else {}
    for name in fields_of(operator):
        value = given.get(name) if is_mapped else getattr(operator, name, None)
        if value is None:
            continue
        yield from late_problems(value)
        downstream = field_schema(operator_class, name)
        if isinstance(downstream, Unknown):
            continue
        subject = f"{operator_class.__name__}({name}) of task {operator.task_id!r}"
        items = is_mapped and name in mapped
        if not isinstance(value, AirflowXComArg):
            if holds_output(value):
                for one in _given_items(value) if items else [value]:
                    yield from check_value(subject, one, downstream, Solution())
            continue
        try:
            upstream = element(describe(value)) if items else describe(value)
        except NotAnItem as error:
            yield as_sentence(f"{subject}: {error}")
            continue
        for problem in mismatches(upstream, downstream)[:1]:
            yield wiring_sentence(subject, downstream, upstream, problem, value, items=items)


def _given_items(value: Any) -> list[Any]:
    """The items of what the author mapped an operator over, as far as they hold outputs."""
    items = value.items() if isinstance(value, dict) else value
    return [one for one in items if holds_output(one)]


def _function(operator: Any) -> Any:
    return getattr(operator, "python_callable", None)


def _runs_here(operator: Any) -> bool:
    kind = kind_of(getattr(operator, "operator_class", type(operator)))
    return kind.returns_value and kind.place == "worker"
