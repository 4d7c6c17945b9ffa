"""The arguments of a classic operator's function: ``PythonOperator(op_kwargs={"n": out})``.

Only outputs are compared with annotations, and only the names that decide whether the function can
be called. Airflow drops a name that the function does not take, so one is an error only where it is
nearly that of a parameter.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterator, Mapping
from typing import Any

from typedxcom.airflow.private import NOTSET, MappedOperator, ResolveMixin
from typedxcom.airflow.wiring.call import check_arguments, holds_output
from typedxcom.airflow.wiring.code import near
from typedxcom.airflow.wiring.flows import injected_names
from typedxcom.airflow.wiring.kept import kept
from typedxcom.contracts import Contract, contract_of
from typedxcom.schema.relation import Solution

__all__ = ["check_callable"]

_MODULES = (
    "airflow.providers.standard.operators.python",
    "airflow.providers.standard.sensors.python",
)
_GIVEN_BY_AIRFLOW = injected_names() | {"templates_dict"}


def check_callable(operator: Any) -> Iterator[str]:
    """What is wrong with the arguments of the function of *operator*, one sentence each."""
    contract = kept("callable", operator, functools.partial(_contract, operator))
    if contract is None:
        return
    if not isinstance(operator, MappedOperator):
        given: list[Any] = [(operator.op_args, operator.op_kwargs)]
    else:
        given = _of_instances(operator)
    found = (
        sentence
        for args, kwargs in given
        for sentence in _wrong(contract, operator.task_id, args, kwargs)
    )
    yield from dict.fromkeys(found)


def _contract(operator: Any) -> Contract | None:
    """The contract of the function, if the operator is Airflow's own and calls it directly."""
    operator_class = getattr(operator, "operator_class", type(operator))
    partial = getattr(operator, "partial_kwargs", None) or {}
    function = partial.get("python_callable", getattr(operator, "python_callable", None))
    if (
        operator_class.__module__ not in _MODULES
        or not isinstance(function, types.FunctionType)
        or hasattr(function, "__wrapped__")
        or contract_of(function) is not None
    ):
        return None
    return Contract(function, injected=_GIVEN_BY_AIRFLOW)


def _of_instances(operator: Any) -> list[tuple[Any, Any]]:
    """What each instance of a mapped operator gives its function, where the author wrote that."""
    partial, mapped = operator.partial_kwargs, operator.expand_input.value
    if not isinstance(mapped, Mapping):
        return []
    args, kwargs = mapped.get("op_args"), mapped.get("op_kwargs")
    if args is None and kwargs is None:
        return [(partial.get("op_args") or (), partial.get("op_kwargs") or {})]
    if isinstance(kwargs, (list, tuple)) and args is None:
        return [(partial.get("op_args") or (), one) for one in kwargs]
    if isinstance(args, (list, tuple)) and kwargs is None:
        return [(one, partial.get("op_kwargs") or {}) for one in args]
    return []


def _wrong(contract: Contract, task: str, args: Any, kwargs: Any) -> Iterator[str]:
    if not isinstance(args, (list, tuple)) or not isinstance(kwargs, Mapping):
        return  # an output, whose items and keys are not known
    parameters = contract.signature.parameters
    known = [
        name
        for name, one in parameters.items()
        if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    is_open = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    strange = [name for name in kwargs if name not in known and not is_open]
    filled = {
        one.name for one in contract.bind(args, dict.fromkeys(known)) if one.place != one.name
    }
    free = [name for name in known if name not in kwargs and name not in filled]
    for name in strange:
        if hint := near(name, free) if isinstance(name, str) else "":
            yield f"{task}: its function has no parameter `{name}`, which op_kwargs gives.{hint}"
            return
    outputs = {k: _as_output(v) for k, v in kwargs.items() if k not in strange}
    positions = [*map(_as_output, args)]
    yield from check_arguments(contract, task, positions, outputs, Solution())
    for name in free:
        if parameters[name].default is inspect.Parameter.empty and not contract.is_injected(name):
            yield f"{task}: the parameter `{name}` of its function is never given: add it to op_kwargs."


def _as_output(value: Any) -> Any:
    """An argument that holds an output; nothing is asked of any other, or of a template."""
    return value if isinstance(value, ResolveMixin) or holds_output(value) else NOTSET
