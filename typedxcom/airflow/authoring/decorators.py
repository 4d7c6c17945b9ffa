"""`task`, a drop-in for Airflow's; `typed` and `contract` for code that keeps Airflow's own."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Mapping
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk import setup as airflow_setup
from airflow.sdk import task as airflow_task
from airflow.sdk import teardown as airflow_teardown

from typedxcom.airflow.authoring.refused import named_error
from typedxcom.airflow.authoring.tasks import adopt
from typedxcom.airflow.modes import warns
from typedxcom.airflow.private import is_decorated_task
from typedxcom.airflow.raw import as_airflow
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.loops import typed_loop
from typedxcom.airflow.running.operators import authored, push_form, raw_arguments
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.running.warned import passing
from typedxcom.airflow.wiring.flows import injected_names
from typedxcom.annotations import annotations_of, class_returned_by, read_hints
from typedxcom.contracts import CONTRACT, Contract
from typedxcom.errors import ContractError
from typedxcom.exchange.arguments import Forgive, load_arguments
from typedxcom.loops import LOOP
from typedxcom.scopes import local_names
from typedxcom.stored.access import TableFormat

__all__ = ["contract", "setup", "task", "teardown", "typed"]

_OWN = ("inputs", "output", "store", "format", "preview")  # what Airflow's decorators do not take


class _TypedDecorators:
    """Airflow's `@task` and all its sub-decorators, each with contracts."""

    run_if = staticmethod(airflow_task.run_if)
    skip_if = staticmethod(airflow_task.skip_if)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _decorate(airflow_task, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        return functools.partial(_decorate_with, getattr(airflow_task, name))

    def __dir__(self) -> list[str]:
        return dir(airflow_task)


task = _TypedDecorators()


def _decorate_with(decorator: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return _decorate(decorator, args, kwargs)


def _decorate(decorator: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Apply Airflow's own decorator, and make a task of ours of the result."""
    if args and is_decorated_task(args[0]):
        raise ContractError(
            f"{args[0].function.__name__!r} is already a task: it needs only one task decorator. "
            "To add a contract to the task of another decorator, put @typed on top of it."
        )
    said = {name: kwargs.pop(name, None) for name in _OWN}
    if decorator is airflow_task and len(args) == 1 and not kwargs:
        kwargs = _has_parts(args[0])
    made = _made(decorator, *args, **kwargs)
    if is_decorated_task(made):
        return adopt(made, **said)
    return lambda function: adopt(_made(made, function), **said)


def _made(decorator: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What Airflow's *decorator* makes. Its errors name the function."""
    try:
        return decorator(*args, **kwargs)
    except (TypeError, ValueError) as error:
        name = getattr(args[0] if args else None, "__name__", None)
        label = "A task decorator" if name is None else f"Task function {name!r}"
        raise named_error(label, error).with_traceback(None) from None


def _has_parts(function: Any) -> dict[str, bool]:
    """What Airflow infers about ``multiple_outputs`` from an annotation, where that is a class.

    Airflow takes a tenth of a parse for it, because it asks Python for all that a string may mean.
    """
    found = class_returned_by(function)
    return {} if found is None else {"multiple_outputs": issubclass(found, Mapping)}


def typed(
    decorated: Any = None,
    *,
    inputs: Any = None,
    output: Any = None,
    store: str | None = None,
    format: TableFormat | None = None,  # noqa: A002
    preview: int | None = None,
) -> Any:
    """Keep contracts on a task that some other decorator made.

    Args:
        decorated: What ``@task.something`` of Airflow or a provider gave.
        inputs: As for ``@task(inputs=...)``.
        output: As for ``@task(output=...)``.
        store: As for ``@task(store=...)``.
        format: As for ``@task(format=...)``.
        preview: As for ``@task(preview=...)``.

    Raises:
        ContractError: It is not a decorated task.
    """
    said = {
        "inputs": inputs, "output": output, "store": store, "format": format, "preview": preview,
    }  # fmt: skip
    if decorated is None:
        return functools.partial(typed, **said)
    if not is_decorated_task(decorated):
        raise ContractError(
            "@typed goes on top of a task decorator, for example above @task.docker. For a plain "
            "function, use @typedxcom.task."
        )
    return adopt(decorated, **said)


def contract(function: Any = None, *, inputs: Any = None, output: Any = None) -> Any:
    """Keep a function's contract under Airflow's own ``@task``.

    The function checks itself, so its body must run in the worker. If it runs elsewhere
    (``virtualenv``, ``docker``), use `typedxcom.task` or `typed` instead. The whole-DAG check says
    so too.

    Args:
        function: The function; or give only the keywords and use the result as a decorator.
        inputs: As for ``@task(inputs=...)``.
        output: As for ``@task(output=...)``.
    """
    if function is None:
        return functools.partial(contract, inputs=inputs, output=output)
    if not callable(function):
        raise ContractError(f"@contract goes on a function, got `{type(function).__name__}`.")
    if is_decorated_task(function):
        raise ContractError(
            "@contract goes below @task, next to the function. Above @task, use @typed."
        )
    promised = Contract(
        function,
        injected=injected_names(),
        inputs=inputs,
        output=output,
        local_names=local_names(function),
    )

    def load(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        with without_retries():
            loaded, named = load_arguments(
                promised,
                args,
                kwargs,
                task_id=promised.name,
                stores=stores(),
                airflow=as_airflow,
                forgive=_forgiving(promised),
            )
        return loaded, _with_loop(promised, named)

    def finish(value: Any) -> Any:
        return _finish(promised, value)

    checked = functools.update_wrapper(_around(function, load, finish), function)
    # Airflow reads the return annotation with the names of this module.
    known = read_hints(function, local_names=promised.local_names, importing=False).found
    checked.__annotations__ = {**annotations_of(function), **known}
    setattr(checked, CONTRACT, promised)
    return checked


def _around(function: Any, load: Callable[..., Any], finish: Callable[[Any], Any]) -> Any:
    """*function* between *load* and *finish*, of its own kind: async, generator or plain."""

    async def checked_async(*args: Any, **kwargs: Any) -> Any:
        loaded, named = load(args, kwargs)
        return finish(await function(*loaded, **named))

    def checked_generator(*args: Any, **kwargs: Any) -> Any:
        loaded, named = load(args, kwargs)
        return finish((yield from function(*loaded, **named)))

    def checked(*args: Any, **kwargs: Any) -> Any:
        loaded, named = load(args, kwargs)
        return finish(function(*loaded, **named))

    if inspect.iscoroutinefunction(function):
        return checked_async
    return checked_generator if inspect.isgeneratorfunction(function) else checked


def _with_loop(promised: Contract, named: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the loop that the function names, in the place of Airflow's own."""
    promise = promised.loops.get(LOOP)
    if promise is None or named.get(LOOP) is None:
        return named
    return {**named, LOOP: typed_loop(named[LOOP], promise, get_current_context()["ti"])}


def _forgiving(promised: Contract) -> Forgive | None:
    """What takes arguments that break *promised*, inside a task of a DAG that only warns."""
    try:
        ti = get_current_context()["ti"]
    except RuntimeError:  # merely called
        return None
    if not warns(ti.dag_id):
        return None
    written = raw_arguments(ti.task, promised)
    return passing(ti.dag_id, promised.name, written, authored(ti.task))


def _finish(promised: Contract, value: Any) -> Any:
    """The row form inside a running task; the value itself where the function is merely called."""
    if not promised.returned.known:
        return value
    try:
        ti = get_current_context()["ti"]
    except RuntimeError:
        with without_retries():
            promised.returned.codec.check(value)
        return value
    return push_form(value, promised, ti.task, ti)


def setup(function: Any) -> Any:
    """Airflow's ``@setup``; a plain function becomes a typed task first."""
    return airflow_setup(task(function) if isinstance(function, types.FunctionType) else function)


def teardown(function: Any = None, *, on_failure_fail_dagrun: bool = False) -> Any:
    """Airflow's ``@teardown``; a plain function becomes a typed task first."""
    if function is None:
        return functools.partial(teardown, on_failure_fail_dagrun=on_failure_fail_dagrun)
    made = task(function) if isinstance(function, types.FunctionType) else function
    return airflow_teardown(on_failure_fail_dagrun=on_failure_fail_dagrun)(made)
