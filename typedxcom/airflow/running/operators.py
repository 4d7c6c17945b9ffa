"""The mixin that keeps a contract where an operator runs, one for all decorators."""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context

from typedxcom.airflow.config import settings
from typedxcom.airflow.decorator_kinds import PROMPTS, KeepsContract, kind_of
from typedxcom.airflow.modes import warns
from typedxcom.airflow.private import (
    AirflowXComArg,
    ListOfDictsExpandInput,
    MappedArgument,
    MappedOperator,
    mark_class,
)
from typedxcom.airflow.raw import as_airflow, keep_entries, raw_entries
from typedxcom.airflow.running.advice import advise_annotation
from typedxcom.airflow.running.arguments import pulled_raw
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.foreign import check_foreign
from typedxcom.airflow.running.lineage import (
    facets_of,
    is_recorded,
    note_inputs,
    note_output,
    stored_places,
)
from typedxcom.airflow.running.loops import filled_loop
from typedxcom.airflow.running.origins import origins_of
from typedxcom.airflow.running.other_interpreters import for_child, from_child, runs_elsewhere
from typedxcom.airflow.running.params import PARAMS_KEY, restored, typed_params
from typedxcom.airflow.running.pulls import pulling_promises
from typedxcom.airflow.running.push import about_result, push_form, pushed_by_airflow
from typedxcom.airflow.running.rendered import fields_to_render, show_arguments
from typedxcom.airflow.running.stores import stores
from typedxcom.airflow.running.warned import BROKEN, passing, warn_of_result
from typedxcom.airflow.wiring.flows import is_template, producers
from typedxcom.contracts import Contract, Place, Promise, contract_of
from typedxcom.exchange import outgoing
from typedxcom.exchange.arguments import load_arguments
from typedxcom.pointer import Origin

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = [
    "TypedOperator",
    "authored",
    "holds_template",
    "origins_in",
    "push_form",
    "raw_arguments",
    "typed_operator",
]


class TypedOperator(KeepsContract):
    """Validates the arguments before the body runs, and its result before it is pushed."""

    def render_template(self, content: Any, *args: Any, **kwargs: Any) -> Any:
        """Render as Airflow does, but pull what becomes arguments as it is stored."""
        if content is _any(self).op_args or content is _any(self).op_kwargs:
            content = pulled_raw(content)
        return super().render_template(content, *args, **kwargs)  # type: ignore[misc]  # a mixin

    def _do_render_template_fields(
        self, parent: Any, template_fields: Iterable[str], *args: Any, **kwargs: Any
    ) -> None:
        """Render as Airflow does, then let its page of rendered templates name the arguments."""
        fields = fields_to_render(template_fields)
        super()._do_render_template_fields(parent, fields, *args, **kwargs)  # type: ignore[misc]
        if parent is self:
            show_arguments(self, self._contract, fields)

    def execute(self, context: Context, **kwargs: Any) -> Any:
        """Run the task under its contract."""
        self._load_arguments(context)
        self._check_prompts()
        try:
            with self._pulling(context), restored(context), filled_loop(context, self._contract):
                result = super().execute(context, **kwargs)  # type: ignore[misc]  # a mixin
        except Exception:
            self._refuse_result()
            raise
        return self._push_form(result, context)

    def resume_execution(self, next_method: str, next_kwargs: Any, context: Context) -> Any:
        """Go on after a deferral. The arguments were rendered again, so they are read again."""
        self._load_arguments(context)
        with self._pulling(context), restored(context), filled_loop(context, self._contract):
            result = super().resume_execution(next_method, next_kwargs, context)  # type: ignore[misc]
        return self._push_form(result, context)

    def execute_callable(self) -> Any:
        """Run the body. A branch leaves by an exception, so what it chose is checked here."""
        return self._checked_body(super().execute_callable())  # type: ignore[misc]

    async def aexecute_callable(self) -> Any:
        """As `execute_callable`, for an async body."""
        return self._checked_body(await super().aexecute_callable())  # type: ignore[misc]

    def get_python_source(self) -> str:
        """The function alone, as a child interpreter can run it: no decorators, no annotations."""
        return _bare_source(super().get_python_source())  # type: ignore[misc]

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """The datasets of this task, for OpenLineage's provider, which alone asks for them."""
        before = getattr(super(), "get_openlineage_facets_on_complete", None)
        return facets_of(_any(self), task_instance, before(task_instance) if before else None)

    def _hook_apply_defaults(self, *args: Any, **kwargs: Any) -> Any:
        """Take arguments from the defaults of a DAG, as Airflow does, if there are defaults.

        Airflow asks for each class of the operator, and reads the function's signature each time.
        """
        own = getattr(super(), "_hook_apply_defaults", None)  # a sensor has none
        if own is not None and (kwargs.get("default_args") or "python_callable" not in kwargs):
            return own(*args, **kwargs)
        if own is not None:
            kwargs["op_kwargs"] = kwargs.get("op_kwargs") or {}
        return args, kwargs

    @property
    def _contract(self) -> Contract | None:
        return contract_of(self.python_callable)  # type: ignore[attr-defined]

    def _pulling(self, context: Context) -> AbstractContextManager[None]:
        this = _any(self)
        has_dag = self._contract is not None and this.has_dag()
        return pulling_promises(context["ti"], this.dag if has_dag else None)

    def _load_arguments(self, context: Context) -> None:
        contract, this = self._contract, _any(self)
        if contract is None:
            return
        raw = raw_arguments(this, contract)
        stored = stored_places(contract, this) if is_recorded() else None
        with without_retries(), raw_entries():
            if _is_given_dicts(this):
                this.op_kwargs = _pulled(this.op_kwargs)
            found = typed_params(contract, this.dag if this.has_dag() else None, context)
            if found is not None and PARAMS_KEY not in this.op_kwargs:
                this.op_kwargs = {**this.op_kwargs, PARAMS_KEY: found}
            if not self._only_warns():
                check_foreign(this, authored(this), raw, contract)
            args, this.op_kwargs = load_arguments(
                contract,
                this.op_args,
                this.op_kwargs,
                task_id=this.task_id,
                rendered=frozenset(place for place, value in raw.items() if holds_template(value)),
                sources={
                    place: ", ".join(dict.fromkeys(producers(value)))
                    for place, value in raw.items()
                },
                origins=origins_in(raw, context),
                only_given=True,
                lax=not settings().strict,
                stores=replace(stores(), literals=True),  # entries come as they are stored
                airflow=as_airflow,
                forgive=passing(context["ti"].dag_id, this.task_id, raw, authored(this)),
            )
            if stored is not None:
                note_inputs(this, contract, raw, stored, context["ti"])
            if runs_elsewhere(this):
                args, this.op_kwargs = for_child(contract, args, this.op_kwargs)
            this.op_args = tuple(args) if isinstance(this.op_args, tuple) else args

    def _push_form(self, result: Any, context: Context) -> Any:
        contract = self._contract
        if contract is None:
            return result
        if not contract.returned.known:
            advise_annotation(result, contract, _any(self).task_id)
            return pushed_by_airflow(result, _any(self))
        if runs_elsewhere(self):
            result = from_child(result, contract.returned)
        entry = push_form(result, contract, _any(self), context["ti"])
        if is_recorded():
            note_output(_any(self), entry, contract.returned)
        return entry

    def _check_prompts(self) -> None:
        """Check the prompt that the function returns. Operators of models call it themselves."""
        this = _any(self)
        if kind_of(type(this)).result not in PROMPTS or self._contract is None:
            return
        function = this.python_callable

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            return self._checked_body(function(*args, **kwargs))

        this.python_callable = checked

    def _only_warns(self) -> bool:
        return _any(self).has_dag() and warns(_any(self).dag.dag_id)

    def _checked_body(self, value: Any) -> Any:
        contract = self._contract
        if contract is not None and not contract.returns and contract.body.known:
            try:
                with without_retries():
                    _check(value, contract.body, _any(self).task_id)
            except BROKEN as error:
                if not self._only_warns():
                    raise
                warn_of_result(error, _any(self))
        self._result = value
        return value

    def _refuse_result(self) -> None:
        """Raise our own error about a result on which Airflow's log line failed."""
        contract, result = self._contract, vars(self).pop("_result", None)
        if contract is None or result is None or not (contract.returns and contract.returned.known):
            return
        if self._only_warns():
            return
        with without_retries(), about_result(_any(self).task_id):
            outgoing(result, contract.returned.codec, settings=settings()).check()


def _check(value: Any, promise: Promise, task_id: str) -> None:
    with about_result(task_id):
        promise.codec.check(value)


def raw_arguments(operator: Any, contract: Contract) -> dict[Place, Any]:
    """Place of an argument to what the DAG's author wrote there, before Airflow resolved it."""
    raw = authored(operator)
    if raw is None:
        return {}
    if isinstance(raw, MappedOperator):
        expand_input: Any = raw.op_kwargs_expand_input  # type: ignore[attr-defined]
        partial = raw.partial_kwargs.get("op_kwargs", {})
        if isinstance(expand_input.value, dict):
            return {**partial, **expand_input.value}
        # The dicts of expand_kwargs: each name that came of them, whoever made them.
        mapped = dict.fromkeys(set(operator.op_kwargs).difference(partial), expand_input.value)
        return {**partial, **mapped}
    return {one.place: one.value for one in contract.bind(raw.op_args, raw.op_kwargs)}


def origins_in(raw: dict[Place, Any], context: Context) -> dict[Place, list[Origin]]:
    """Place of an argument to the XComs that it is made of; a template may pull any."""
    if not stores().keys:
        return {}
    known = {place: value for place, value in raw.items() if not holds_template(value)}
    found = {place: origins_of(value, context["ti"]) for place, value in known.items()}
    return {place: origins for place, origins in found.items() if origins}


def authored(operator: Any) -> Any:
    """The operator as it stands in the DAG, mapped or not; None where it has no DAG."""
    return operator.dag.task_dict.get(operator.task_id) if operator.has_dag() else None


def _is_given_dicts(operator: Any) -> bool:
    """Whether `expand_kwargs` was given dicts by the DAG's author."""
    raw = authored(operator)
    if not isinstance(raw, MappedOperator):
        return False
    expand_input: Any = raw.op_kwargs_expand_input  # type: ignore[attr-defined]
    return isinstance(expand_input, ListOfDictsExpandInput) and isinstance(
        expand_input.value, (list, tuple)
    )


def _pulled(value: Any) -> Any:
    """*value* with the outputs pulled that Airflow leaves in the dicts of `expand_kwargs`."""
    if isinstance(value, AirflowXComArg):
        return value.resolve(get_current_context())
    if type(value) is dict:
        return {key: _pulled(part) for key, part in value.items()}
    return type(value)(map(_pulled, value)) if type(value) in (list, tuple) else value


def holds_template(value: Any) -> bool:
    """Whether Jinja renders the argument or a part of it."""
    if isinstance(value, MappedArgument):
        value = value._input.value
    if isinstance(value, dict):
        return any(map(holds_template, value.values()))
    if isinstance(value, (list, tuple, set)):
        return any(map(holds_template, value))
    return isinstance(value, str) and is_template(value)


def _bare_source(source: str) -> str:
    tree = ast.parse(textwrap.dedent(source))
    for function in tree.body:
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            function.decorator_list, function.returns = [], None
            for node in ast.walk(function.args):
                if isinstance(node, ast.arg):
                    node.annotation = None
    return ast.unparse(tree) + "\n"


@functools.cache
def typed_operator(operator_class: Any) -> Any:
    """*operator_class* with the mixin. It keeps its name, which the UI shows."""
    if issubclass(operator_class, TypedOperator):
        return operator_class
    names = {"__module__": operator_class.__module__, "__doc__": operator_class.__doc__}
    names.update(mark_class())
    made = type(operator_class)(operator_class.__name__, (TypedOperator, operator_class), names)
    # Airflow finds no initializer in the mixin, and so wraps the inherited one a second time. Each
    # wrapper merges the defaults of DAG and task group again, which shows when a DAG is parsed.
    if "__init__" in vars(made):
        del made.__init__
    return made


def _any(operator: Any) -> Any:
    """*operator*, typed as the operator that the mixin is mixed into."""
    return operator


keep_entries()  # from here on in this process, for typed tasks alone
