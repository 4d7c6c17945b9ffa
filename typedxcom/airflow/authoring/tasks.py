"""A decorated function: calling it checks the wiring and returns a typed output."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

from typedxcom.airflow.authoring.functions import with_contract, with_output
from typedxcom.airflow.authoring.marking import (
    marked_in_call,
    marked_in_expand,
    marked_in_expand_kwargs,
)
from typedxcom.airflow.authoring.outputs import typed_arg
from typedxcom.airflow.authoring.refused import (
    named_error,
    names_the_task,
    refuse_misspelt_settings,
    shown_name,
)
from typedxcom.airflow.authoring.warned import (
    refuse_wiring,
    refused_or_warned,
    warn_of_wiring,
)
from typedxcom.airflow.decorator_kinds import PYTHON, kind_of
from typedxcom.airflow.keynames import refuse_declared_keys
from typedxcom.airflow.modes import warns_in_dag
from typedxcom.airflow.private import (
    TaskDecoratorType,
    ensure_xcomarg_return_value,
    mark_mapped,
)
from typedxcom.airflow.running.arguments import expanded_raw
from typedxcom.airflow.running.operators import typed_operator
from typedxcom.airflow.wiring.call import check_arguments, check_call
from typedxcom.airflow.wiring.flows import output_schema, pushed_by
from typedxcom.airflow.wiring.loops import refuse_loop
from typedxcom.airflow.wiring.mapping import check_expand, check_expand_kwargs, wired_arguments
from typedxcom.airflow.wiring.readers import read_in, reader_group
from typedxcom.airflow.wiring.results import refuse_generator, refuse_result
from typedxcom.airflow.wiring.stubs import is_stub, refuse_stub, stub_problems
from typedxcom.airflow.wiring.sure import sure_calls
from typedxcom.annotations import never_yields
from typedxcom.contracts import CONTRACT, Contract, contract_of
from typedxcom.errors import ContractError, WiringError, not_called, shorten
from typedxcom.schema.relation import Solution, substitute
from typedxcom.scopes import local_names, settle
from typedxcom.settings import MAX_PREVIEW

__all__ = ["TypedTask", "adopt"]


def adopt(made: Any, **said: Any) -> TypedTask:
    """Make a typed task of what one of Airflow's decorators *made*.

    Args:
        made: What Airflow's decorator returned.
        **said: ``inputs``, ``output``, ``store``, ``format`` and ``preview`` as the decorator was
            given them.

    Raises:
        ContractError: One of them is not what it should be.
    """
    if not isinstance(said["store"], (str, types.NoneType)):
        got = shorten(said["store"])
        raise ContractError(
            f"Task function {made.function.__name__!r}: store takes the name of a store, got `{got}`."
        )
    _refuse_preview(made.function.__name__, said["preview"])
    if said["output"] is not None or said["inputs"] is not None:
        settle([said["output"], said["inputs"]])
    if said["output"] is None:
        said["output"] = _pushed(made)
    function = with_contract(made.function, made.operator_class, said)
    # Airflow asks for it some five times a task, which is a large part of a parse.
    function.__signature__ = made.function_signature
    # Taken over as it is: Airflow's own initializer has run, and takes a large part of a parse.
    adopted = TypedTask.__new__(TypedTask)
    operator_class = typed_operator(made.operator_class)
    vars(adopted).update(vars(made), function=function, operator_class=operator_class)
    if function is made.function:  # whose name and the rest Airflow has taken over
        vars(adopted).update(vars(function), __wrapped__=function)
    else:
        functools.update_wrapper(adopted, function)
    return adopted


def _pushed(made: Any) -> Any:
    """What the settings of a task say that it pushes; None if they say nothing."""
    return pushed_by(made.operator_class, made.kwargs.get)


def _refuse_preview(name: str, rows: Any) -> None:
    """Raise ContractError unless *rows* is a number of rows, or says that there is no preview."""
    if rows is None or rows is False:
        return
    if type(rows) is not int or not 0 <= rows <= MAX_PREVIEW:
        raise ContractError(
            f"Task function {name!r}: preview takes a number of rows from 0 to {MAX_PREVIEW}, or False "
            f"for no preview, got `{shorten(rows)}`."
        )


class TypedTask(TaskDecoratorType[Any, Any, Any]):
    """A decorated function: calling it checks the wiring and makes a typed output."""

    @names_the_task
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Make the task. Raises WiringError if an argument does not fit."""
        contract, solution = _checked(self, check_call, args, kwargs)
        if contract is not None:
            args, kwargs = marked_in_call(contract, args, kwargs)
        arg = super().__call__(*args, **kwargs)
        return _output(arg, contract, solution)

    def update_relative(self, *args: Any, **kwargs: Any) -> None:
        """Refuses ``extract >> load()``, where Airflow asks the function to be a task."""
        raise WiringError(not_called(self.function.__name__))

    @names_the_task
    def override(self, **kwargs: Any) -> Any:
        """The same task with other settings, which may decide what it pushes."""
        made = super().override(**kwargs)
        contract, before, now = contract_of(self.function), _pushed(self), _pushed(made)
        if contract is not None and before != now and contract.output == before:
            function = with_output(contract, now)
            function.__signature__ = made.function_signature
            made.function = function
        return made

    @names_the_task
    def partial(self, **kwargs: Any) -> Any:
        """Fix some arguments. Raises WiringError if one does not fit."""
        contract, _ = _checked(
            self,
            check_arguments,
            (),
            kwargs,
            refused=lambda: super(TypedTask, _rehearsing(self)).partial(**kwargs),
        )
        if contract is not None:
            _, kwargs = marked_in_call(contract, (), kwargs)
        return super().partial(**kwargs)

    @names_the_task
    def expand(self, **kwargs: Any) -> Any:
        """Map over the arguments. Raises WiringError if an item does not fit."""
        refuse_misspelt_settings(self)
        contract, solution = _checked(
            self,
            check_expand,
            _partial(self),
            kwargs,
            refused=lambda: super(TypedTask, _rehearsing(self)).expand(**kwargs),
        )
        if contract is not None:
            kwargs = marked_in_expand(contract, kwargs)
        arg = super().expand(**kwargs)
        return _output(arg, contract, solution)

    def _expand(self, expand_input: Any, *, strict: bool) -> Any:
        """Map over the entries as they are stored."""
        made: Any = super()._expand(expanded_raw(expand_input), strict=strict)
        mark_mapped(made.operator)
        return made

    @names_the_task
    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> Any:
        """Map over a list of dicts. Raises WiringError if a value does not fit."""
        refuse_misspelt_settings(self)
        contract, solution = _checked(
            self,
            check_expand_kwargs,
            _partial(self),
            kwargs,
            refused=lambda: super(TypedTask, _rehearsing(self)).expand_kwargs(kwargs),
        )
        if contract is not None:
            kwargs = marked_in_expand_kwargs(contract, kwargs)
        arg = super().expand_kwargs(kwargs, strict=strict)
        return _output(arg, contract, solution)


def _checked(
    made: TypedTask,
    check: Callable[..., list[str]],
    *arguments: Any,
    refused: Callable[[], object] = lambda: None,
) -> tuple[Contract | None, Solution]:
    """Check the arguments; return the contract and what its type variables stand for.

    Args:
        made: The task.
        check: Which check of ours.
        *arguments: What it checks.
        refused: Raises Airflow's own error about the arguments. It is called if our check finds
            something, so that its words are in the error, too.
    """
    contract, solution = _declared(made), Solution()
    if contract is None:
        return None, solution
    group = made.kwargs.get("task_group")
    if group:
        with read_in(group):
            is_sure = _is_sure(contract, made.operator_class, check, *arguments)
    else:  # in the group that is being built, which is what a reader is in anyway
        is_sure = _is_sure(contract, made.operator_class, check, *arguments)
    if is_sure:
        return contract, solution
    group = group or reader_group()
    if contract.has_local:
        wired = wired_arguments(contract, check, *arguments)
        refused_or_warned(contract.refuse_wired, wired)
    with read_in(group):
        wrong = check(contract, shown_name(made), *arguments, solution)
    if wrong:
        sentences = "\n".join(wrong)
        try:
            refused()
        except (TypeError, ValueError) as error:
            raise named_error("", error, sentences) from None
        refuse_wiring(sentences)
    if is_stub(made.operator_class):
        wired = wired_arguments(contract, check, *arguments)
        with read_in(group):
            unread = list(stub_problems(shown_name(made), wired))
        if unread:
            refuse_wiring("\n".join(unread))
    return contract, solution


def _is_sure(
    contract: Contract, operator_class: type, check: Callable[..., list[str]], *arguments: Any
) -> bool:
    """Whether *check*, and all that else looks at the arguments, surely finds nothing."""
    sure = None if check is check_expand_kwargs else sure_calls(contract)
    if sure is None or is_stub(operator_class):
        return False
    takes = sure.takes_each if check is check_expand else sure.takes
    return takes(*arguments)


def _rehearsing(made: TypedTask) -> TypedTask:
    """A copy of *made* whose ``expand`` refuses what Airflow refuses, and makes no task."""
    copied = TypedTask.__new__(TypedTask)
    vars(copied).update(
        vars(made),
        kwargs=dict(made.kwargs),
        _expand=lambda given, **_: ensure_xcomarg_return_value(given.value),
    )
    return copied


def _declared(made: TypedTask) -> Contract | None:
    """The contract of a task. Raises an error if one of its types would not round-trip."""
    contract = found = contract_of(made.function)
    if contract is not None:
        if not contract.is_resolved:  # a class that was defined after the task
            contract = contract.knowing(local_names(contract.function))
        contract = _supported(contract)
        if contract is not found:
            setattr(made.function, CONTRACT, contract)
        if kind_of(made.operator_class) is not PYTHON or not never_yields(contract.function):
            refused_or_warned(refuse_result, made.operator_class, contract)
            refused_or_warned(refuse_generator, contract)
            refused_or_warned(refuse_stub, made.operator_class, contract)
        if contract.loops:
            group = made.kwargs.get("task_group") or reader_group()
            refuse_loop(contract, shown_name(made), made.operator_class, group)
        refuse_declared_keys(made, contract)
    return contract


def _supported(contract: Contract) -> Contract:
    """Refuse what cannot travel; a DAG that only warns leaves it to Airflow, as without types."""
    try:
        contract.refuse_unsupported()
    except ContractError:
        if not warns_in_dag():
            raise
        contract, sentences = contract.forgiving()
        for sentence in sentences:
            warn_of_wiring(sentence)
    return contract


def _partial(made: TypedTask) -> dict[str, Any]:
    return dict(made.kwargs.get("op_kwargs") or {})


def _output(arg: Any, contract: Contract | None, solution: Solution) -> Any:
    if contract is None:
        return arg
    if contract.returned.is_surely_read:  # without type variables
        return typed_arg(arg, contract.returned.schema)
    return typed_arg(arg, substitute(output_schema(contract, arg.operator), solution))
