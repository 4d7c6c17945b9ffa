"""The arguments of a classic operator's function: ``PythonOperator(op_kwargs={"n": out})``.

Only outputs are compared with annotations, and only the names that decide whether the function can
be called. Airflow drops a name that the function does not take, so one is an error only where it is
nearly that of a parameter.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from typedxcom.airflow.private import NOTSET, MappedOperator, ResolveMixin
from typedxcom.airflow.wiring.call import (
    check_arguments,
    holds_output,
    wiring_sentence,
)
from typedxcom.airflow.wiring.code import near
from typedxcom.airflow.wiring.flows import NotAnItem, describe, element, injected_names
from typedxcom.airflow.wiring.kept import kept
from typedxcom.airflow.wiring.mapping import each_kind
from typedxcom.airflow.wiring.needed import needs_of_parameter
from typedxcom.contracts import Contract, contract_of
from typedxcom.inference.needed import broken_by, lacks
from typedxcom.schema import Schema
from typedxcom.schema.nodes import Record
from typedxcom.schema.relation import Solution, mismatches

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
        given: list[Any] = [(operator.op_args, _described(operator.op_kwargs))]
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
    first, second = partial.get("op_args") or (), _described(partial.get("op_kwargs") or {})
    if args is None and kwargs is None:
        return [(first, second)]
    if isinstance(kwargs, (list, tuple)) and args is None:
        return [(first, _described(one)) for one in kwargs]
    if isinstance(kwargs, ResolveMixin) and args is None:
        with contextlib.suppress(NotAnItem):  # which is an error elsewhere
            return [(first, _Described(kwargs, element(describe(kwargs)), is_item=True))]
    if isinstance(args, (list, tuple)) and kwargs is None:
        return [(one, second) for one in args]
    return []


@dataclass(frozen=True)
class _Described:
    """An output in the place of op_kwargs.

    Attributes:
        value: The output.
        schema: What one instance gets of it.
        is_item: Whether that is an item of it.
    """

    value: Any
    schema: Schema
    is_item: bool = False


def _described(kwargs: Any) -> Any:
    return _Described(kwargs, describe(kwargs)) if isinstance(kwargs, ResolveMixin) else kwargs


def _wrong(contract: Contract, task: str, args: Any, kwargs: Any) -> Iterator[str]:
    if isinstance(args, (list, tuple)) and (too_many := _too_many(contract, task, len(args))):
        yield too_many
        return
    if isinstance(args, (list, tuple)) and isinstance(kwargs, _Described):
        check = functools.partial(_wrong_keys, contract, task, args, kwargs)
        yield from each_kind(kwargs.schema, check)
        return
    if not isinstance(args, (list, tuple)) or not isinstance(kwargs, Mapping):
        return  # an output, whose items and keys are not known
    strange, free = _names(contract, args, kwargs)
    misspelt = _misspelt(task, strange, free)
    if misspelt is not None:
        yield misspelt
        return
    outputs = {k: _as_output(v) for k, v in kwargs.items() if k not in strange}
    positions = [*map(_as_output, args)]
    yield from check_arguments(contract, task, positions, outputs, Solution())
    yield from _missing(contract, task, free)


def _too_many(contract: Contract, task: str, given: int) -> str | None:
    parameters = contract.signature.parameters.values()
    most = sum(one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD) for one in parameters)
    if given <= most or any(one.kind is one.VAR_POSITIONAL for one in parameters):
        return None
    takes = {0: "no arguments", 1: "1 argument"}.get(most, f"{most} arguments")
    return f"{task}: its function takes {takes} by position, but op_args gives {given}."


def _wrong_keys(
    contract: Contract, task: str, args: Any, given: _Described, item: Schema
) -> Iterator[str]:
    """What is wrong with a dict of known keys that is an output."""
    if not isinstance(item, Record) or item.style == "namedtuple":
        return
    strange, free = _names(contract, args, item.fields)
    misspelt = _misspelt(task, strange, free)
    if misspelt is not None:
        yield misspelt
        return
    for name, field in item.fields.items():
        if name in strange or contract.is_injected(name):
            continue
        downstream = contract.parameter(name).schema
        for problem in mismatches(field.schema, downstream)[:1]:
            subject = f"{task}({name})"
            yield wiring_sentence(
                subject, downstream, field.schema, problem, given.value, items=given.is_item
            )
        needs = needs_of_parameter(contract, name)
        need = broken_by(field.schema, needs, is_exact=False)
        if need is not None:
            lacking = lacks(need, field.schema)
            key = f"op_kwargs gives `{field.schema}`{lacking}"
            yield f"{task}({name}) is used as `{need.words}`, but {key}."
    yield from _missing(contract, task, free)


def _names(contract: Contract, args: Any, given: Collection[Any]) -> tuple[list[Any], list[str]]:
    """The names that the function does not take, and its parameters that nobody gives."""
    parameters = contract.signature.parameters
    known = [
        name
        for name, one in parameters.items()
        if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    is_open = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    strange = [name for name in given if name not in known and not is_open]
    filled = {
        one.name for one in contract.bind(args, dict.fromkeys(known)) if one.place != one.name
    }
    return strange, [name for name in known if name not in given and name not in filled]


def _misspelt(task: str, strange: list[Any], free: list[str]) -> str | None:
    for name in strange:
        if hint := near(name, free) if isinstance(name, str) else "":
            return f"{task}: its function has no parameter `{name}`, which op_kwargs gives.{hint}"
    return None


def _missing(contract: Contract, task: str, free: list[str]) -> Iterator[str]:
    parameters = contract.signature.parameters
    for name in free:
        if parameters[name].default is inspect.Parameter.empty and not contract.is_injected(name):
            yield f"{task}: the parameter `{name}` of its function is never given: add it to op_kwargs."


def _as_output(value: Any) -> Any:
    """An argument that holds an output; nothing is asked of any other, or of a template."""
    return value if isinstance(value, ResolveMixin) or holds_output(value) else NOTSET
