"""Leaves a contract on its function, where `contract_of` finds it."""

from __future__ import annotations

import functools
import types
from dataclasses import replace
from typing import Any

from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.airflow.wiring.flows import injected_names
from typedxcom.contracts import CONTRACT, Contract, contract_of
from typedxcom.scopes import local_names

__all__ = ["with_contract", "with_output"]


def with_contract(function: Any, operator_class: Any, said: dict[str, Any]) -> Any:
    """*function* with its contract left on it; a copy where it has another one already.

    Args:
        function: The author's function.
        operator_class: What Airflow runs it with.
        said: ``inputs``, ``output``, ``store``, ``format`` and ``preview`` as the decorator was
            given them.
    """
    existing = contract_of(function)
    if existing is not None:
        if existing.function is not function:  # @contract below: what it said counts
            said = {
                name: getattr(existing, name) if value is None else value
                for name, value in said.items()
            }
        function = _copy(existing.function)  # one check is enough
    kind = kind_of(operator_class)
    made = Contract(
        function,
        injected=injected_names(),
        reserved=kind.has_context,
        returns=kind.returns_value,
        local_names=local_names(function),
        **said,
    )
    try:
        setattr(function, CONTRACT, made)
    except AttributeError:  # a bound method, say: nothing can be left on it
        function = _wrapped(function)
        setattr(function, CONTRACT, made)
    return function


def with_output(contract: Contract, output: Any) -> Any:
    """A copy of a contract's function that promises *output*."""
    function = _copy(contract.function)
    setattr(function, CONTRACT, replace(contract, function=function, output=output))
    return function


def _wrapped(function: Any) -> Any:
    """A plain function that does what *function* does."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return call


def _copy(function: Any) -> Any:
    if not isinstance(function, types.FunctionType):
        return function
    copied = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copied.__kwdefaults__ = function.__kwdefaults__
    return functools.update_wrapper(copied, function, updated=())
