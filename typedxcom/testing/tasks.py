"""`run_task` runs the body of one task with its contract: no database, and no scheduler."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from typedxcom.airflow.config import settings
from typedxcom.airflow.keynames import refuse_pushed_keys
from typedxcom.airflow.raw import as_airflow, in_airflows_form
from typedxcom.airflow.running.push import about_result
from typedxcom.annotations import signature_of
from typedxcom.contracts import Contract, contract_of
from typedxcom.exchange import outgoing
from typedxcom.exchange.arguments import load_arguments
from typedxcom.testing.wire import Wire

__all__ = ["run_task"]


def run_task(task: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Runs the body of one task with its contract, and returns what the next task would get.

    The arguments travel like the results of other tasks: they become an entry, and are read by the
    annotations of the parameters. The result travels in the same way. Large values go through a
    store in memory. A parameter without an annotation gets your argument as it is. Parameters that
    Airflow fills, such as ``ds`` or ``ti``, take what you give. The body of a task that runs in
    another interpreter (``@task.virtualenv``) runs in this process.

    Args:
        task: A task function that a decorator of typedxcom made, also one with ``.override(...)``.
        *args: Arguments of the task, by position.
        **kwargs: Arguments of the task, by name.

    Returns:
        The result, as the next task with the same annotation would get it. A task such as
        ``@task.branch``, which pushes something else, returns what its body returned.

    Raises:
        ContractError: No XCom can hold values of an annotated type.
        ValidationError: An argument or the result breaks the contract.
        EncodeError: The result would not come back as it is.
        TypeError: *task* is no typed task, or an argument is missing.
    """
    function = getattr(task, "function", None)
    contract = contract_of(function)
    if contract is None:
        raise TypeError(f"run_task takes a task function that `typedxcom.task` made, got {task!r}.")
    contract.refuse_unsupported()
    wire, name = Wire(settings()), str(task.kwargs.get("task_id") or contract.name)
    args, kwargs = _given(contract, wire, args, kwargs)
    loaded, named = load_arguments(
        contract,
        args,
        kwargs,
        task_id=name,
        lax=not wire.settings.strict,
        stores=wire.stores,
        airflow=as_airflow,
    )
    result = contract.function(*loaded, **named)
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    with about_result(name):
        return _pushed(result, contract, wire, has_keys=_has_keys(task))


def _given(
    contract: Contract, wire: Wire, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    signature_of(contract.function).bind(*args, **kwargs)  # raises TypeError as a call does
    travelled = {
        one.place: one.value if one.injected else wire.given(one.value, one.promise)
        for one in contract.bind(args, kwargs)
    }
    return tuple(travelled[at] for at in range(len(args))), {
        name: travelled[name] for name in kwargs
    }


def _has_keys(task: Any) -> bool:
    return bool(task.kwargs.get("multiple_outputs", getattr(task, "multiple_outputs", False)))


def _pushed(result: Any, contract: Contract, wire: Wire, *, has_keys: bool) -> Any:
    """Returns the result as the next task gets it."""
    if not contract.returns:
        if contract.body.known:
            contract.body.codec.check(result)
        return result
    promise = contract.returned
    if not promise.known:
        if has_keys:
            refuse_pushed_keys(result)
        return as_airflow(in_airflows_form(result))
    if has_keys:
        refuse_pushed_keys(outgoing(result, promise.codec, settings=wire.settings).keys())
    return wire.read(wire.entry(result, promise, contract.format), promise)
