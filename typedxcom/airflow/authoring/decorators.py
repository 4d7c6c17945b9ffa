"""`task`, a drop-in for Airflow's; `typed` and `contract` for code that keeps Airflow's own."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk import setup as airflow_setup
from airflow.sdk import task as airflow_task
from airflow.sdk import teardown as airflow_teardown

from typedxcom.airflow.authoring.lines import noted, on_the_authors_line
from typedxcom.airflow.authoring.outputs import typed_arg
from typedxcom.airflow.decorator_kinds import kind_of
from typedxcom.airflow.keynames import refuse_declared_keys
from typedxcom.airflow.private import (
    DagContext,
    TaskDecoratorType,
    TaskGroupContext,
    ensure_xcomarg_return_value,
    is_decorated_task,
)
from typedxcom.airflow.raw import as_airflow
from typedxcom.airflow.running.arguments import expanded_raw
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.operators import push_form, typed_operator
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.wiring.call import check_arguments, check_call
from typedxcom.airflow.wiring.flows import injected_names, output_schema, pushed_by
from typedxcom.airflow.wiring.mapping import check_expand, check_expand_kwargs, wired_arguments
from typedxcom.airflow.wiring.marking import (
    marked_in_call,
    marked_in_expand,
    marked_in_expand_kwargs,
)
from typedxcom.airflow.wiring.readers import read_in, reader_group
from typedxcom.airflow.wiring.results import refuse_generator, refuse_result
from typedxcom.annotations import read_hints
from typedxcom.contracts import CONTRACT, Contract, contract_of
from typedxcom.errors import ContractError, WiringError, shorten
from typedxcom.schema.relation import Solution, substitute
from typedxcom.scopes import local_names, settle
from typedxcom.stored.access import TableFormat

__all__ = ["TypedTask", "contract", "setup", "task", "teardown", "typed"]


class TypedTask(TaskDecoratorType[Any, Any, Any]):
    """A decorated function: calling it checks the wiring and makes a typed output."""

    @on_the_authors_line
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the task. Raises WiringError where an argument does not fit."""
        contract, solution = _checked(self, check_call, args, kwargs)
        if contract is not None:
            args, kwargs = marked_in_call(contract, args, kwargs)
        with _named(self):
            arg = super().__call__(*args, **kwargs)
        return _output(arg, contract, solution)

    @on_the_authors_line
    def partial(self, **kwargs: Any) -> Any:
        """Fix some arguments. Raises WiringError where one does not fit."""
        contract, _ = _checked(
            self,
            check_arguments,
            (),
            kwargs,
            refused=lambda: super(TypedTask, _rehearsing(self)).partial(**kwargs),
        )
        if contract is not None:
            _, kwargs = marked_in_call(contract, (), kwargs)
        with _named(self):
            return super().partial(**kwargs)

    @on_the_authors_line
    def expand(self, **kwargs: Any) -> Any:
        """Map over the arguments. Raises WiringError where an item does not fit."""
        contract, solution = _checked(
            self,
            check_expand,
            _partial(self),
            kwargs,
            refused=lambda: super(TypedTask, _rehearsing(self)).expand(**kwargs),
        )
        if contract is not None:
            kwargs = marked_in_expand(contract, kwargs)
        with _named(self):
            arg = super().expand(**kwargs)
        return _output(arg, contract, solution)

    def _expand(self, expand_input: Any, *, strict: bool) -> Any:
        """Map over what will be pulled as it lies."""
        return super()._expand(expanded_raw(expand_input), strict=strict)

    @on_the_authors_line
    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> Any:
        """Map over a list of dicts. Raises WiringError where a value does not fit."""
        contract, solution = _checked(
            self,
            check_expand_kwargs,
            _partial(self),
            kwargs,
            refused=lambda: super(TypedTask, _rehearsing(self)).expand_kwargs(kwargs),
        )
        if contract is not None:
            kwargs = marked_in_expand_kwargs(contract, kwargs)
        with _named(self):
            arg = super().expand_kwargs(kwargs, strict=strict)
        return _output(arg, contract, solution)


def _checked(
    made: TypedTask,
    check: Callable[..., list[str]],
    *arguments: Any,
    refused: Callable[[], object] = lambda: None,
) -> tuple[Contract | None, Solution]:
    """The contract of a task whose arguments fit, and what its type variables stand for.

    Args:
        made: The task.
        check: Which check of ours.
        *arguments: What it checks.
        refused: Raises what Airflow itself says of the arguments. It is asked where ours finds
            something, so that an error that Airflow has too is Airflow's.
    """
    contract, solution = _declared(made), Solution()
    if contract is not None and contract.has_local:
        contract.refuse_wired(wired_arguments(contract, check, *arguments))
    with read_in(made.kwargs.get("task_group") or reader_group()):
        wrong = check(contract, _shown_name(made), *arguments, solution) if contract else []
    if wrong:
        sentences = "\n".join(wrong)
        with noted(lambda: sentences):
            refused()
        raise WiringError(sentences)
    return contract, solution


def _rehearsing(made: TypedTask) -> TypedTask:
    """*made* whose ``expand`` refuses what Airflow refuses, and makes no task."""
    copied = TypedTask.__new__(TypedTask)
    vars(copied).update(
        vars(made),
        kwargs=dict(made.kwargs),
        _expand=lambda given, **_: ensure_xcomarg_return_value(given.value),
    )
    return copied


def _named(made: TypedTask) -> AbstractContextManager[None]:
    """Name the task in what Python and Airflow raise about its arguments."""
    return noted(lambda: f"In the call of task {_shown_name(made)!r}.")


def _shown_name(made: TypedTask) -> str:
    """The function's name for messages, with the task groups that it is called in."""
    group = TaskGroupContext.get_current(DagContext.get_current())
    name = str(made.function.__name__)
    return name if group is None else str(group.child_id(name))  # type: ignore[no-untyped-call]


def _declared(made: TypedTask) -> Contract | None:
    """The contract of a task, refused here if one of its types cannot travel."""
    contract = contract_of(made.function)
    if contract is not None:
        if not contract.is_resolved:  # a class that was defined after the task
            contract.learn(local_names(contract.function))
        contract.refuse_unsupported()
        refuse_result(made.operator_class, contract)
        refuse_generator(contract)
        refuse_declared_keys(made, contract)
    return contract


def _partial(made: TypedTask) -> dict[str, Any]:
    return dict(made.kwargs.get("op_kwargs") or {})


def _output(arg: Any, contract: Contract | None, solution: Solution) -> Any:
    if contract is None:
        return arg
    schema = output_schema(contract, getattr(arg.operator, "operator_class", type(arg.operator)))
    return typed_arg(arg, substitute(schema, solution))


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
    """Apply Airflow's own decorator and take over what it makes."""
    if args and is_decorated_task(args[0]):
        raise ContractError(
            f"{args[0].function.__name__!r} is a task already: one task decorator is enough. "
            "For contracts on another decorator's task use @typed on top of it."
        )
    said = {name: kwargs.pop(name, None) for name in ("inputs", "output", "store", "format")}
    made = decorator(*args, **kwargs)
    if is_decorated_task(made):
        return _adopt(made, **said)
    return lambda function: _adopt(made(function), **said)


def typed(
    decorated: Any = None,
    *,
    inputs: Any = None,
    output: Any = None,
    store: str | None = None,
    format: TableFormat | None = None,  # noqa: A002
) -> Any:
    """Keep contracts on a task that some other decorator made.

    Args:
        decorated: What ``@task.something`` of Airflow or a provider gave.
        inputs: As for ``@task(inputs=...)``.
        output: As for ``@task(output=...)``.
        store: As for ``@task(store=...)``.
        format: As for ``@task(format=...)``.

    Raises:
        ContractError: It is not a decorated task.
    """
    if decorated is None:
        return functools.partial(typed, inputs=inputs, output=output, store=store, format=format)
    if not is_decorated_task(decorated):
        raise ContractError(
            "@typed goes on top of a task decorator: @typed above @task.docker, say. "
            "For a plain function use @typedxcom.task."
        )
    return _adopt(decorated, inputs=inputs, output=output, store=store, format=format)


def _adopt(made: Any, **said: Any) -> TypedTask:
    if not isinstance(said["store"], (str, types.NoneType)):
        got = shorten(said["store"])
        raise ContractError(
            f"Task function {made.function.__name__!r}: store takes the name of a store, got `{got}`."
        )
    if said["output"] is not None or said["inputs"] is not None:
        settle([said["output"], said["inputs"]])
    if said["output"] is None:
        said["output"] = pushed_by(made.operator_class, made.kwargs)
    function = _with_contract(made.function, made.operator_class, said)
    # Airflow asks for it some five times a task, which is a large part of a parse.
    function.__signature__ = made.function_signature
    # Taken over as it is: Airflow's own initializer has run, and takes a large part of a parse.
    adopted = TypedTask.__new__(TypedTask)
    operator_class = typed_operator(made.operator_class)
    vars(adopted).update(vars(made), function=function, operator_class=operator_class)
    functools.update_wrapper(adopted, function)
    return adopted


def _with_contract(function: Any, operator_class: Any, said: dict[str, Any]) -> Any:
    """*function* with its contract left on it; a copy where it has another one already.

    Args:
        function: The author's function.
        operator_class: What Airflow runs it with.
        said: ``inputs``, ``output``, ``store`` and ``format`` as the decorator was given them.
    """
    existing = contract_of(function)
    if existing is not None:
        if existing.function is not function:  # @contract below: what it said counts
            said = {name: value or getattr(existing, name) for name, value in said.items()}
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


def contract(function: Any = None, *, inputs: Any = None, output: Any = None) -> Any:
    """Keep a function's contract under Airflow's own ``@task``.

    The function checks itself, so this works where the body runs in the worker. Where it runs
    elsewhere (``virtualenv``, ``docker``) use `typedxcom.task` or `typed` instead: the whole-DAG
    check says so.

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
            "@contract goes under @task, next to the function; on top of it use @typed."
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
            return promised.load_arguments(
                args, kwargs, task_id=promised.name, stores=stores(), airflow=as_airflow
            )

    def finish(value: Any) -> Any:
        return _finish(promised, value)

    checked = functools.update_wrapper(_around(function, load, finish), function)
    # Airflow reads the return annotation with the names of this module.
    known = read_hints(function, local_names=promised.local_names, importing=False).found
    checked.__annotations__ = {**getattr(function, "__annotations__", {}), **known}
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
