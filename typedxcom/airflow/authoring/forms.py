"""`Form[Review](task_id="review", subject="…")`: people fill in a model while the task waits.

It makes one of Airflow's human-in-the-loop operators. The fields of its form, with their texts,
limits and defaults, come from the model, and the answer is read as the model.
"""

from __future__ import annotations

import functools
from typing import Any

from typing_extensions import TypedDict

from typedxcom.airflow.authoring.error_lines import on_the_authors_line
from typedxcom.airflow.authoring.outputs import typed_arg
from typedxcom.contracts import Contract
from typedxcom.errors import ContractError
from typedxcom.forms import FormModel, read_form
from typedxcom.operator_outputs import response
from typedxcom.scopes import settle

__all__ = ["Form"]


class _Forms:
    """``Form``, of which ``Form[Model]`` is one form."""

    def __getitem__(self, model: Any) -> ModelForm:
        return ModelForm(model)


class ModelForm:
    """``Form[Model]``: call it to make the task that asks.

    Its output is the model. Where people choose one of several ``options`` besides, the output is
    Airflow's dict with ``chosen_options``, whose ``params_input`` is the model.
    """

    def __init__(self, model: Any) -> None:
        self._model = model

    @on_the_authors_line
    def __call__(self, operator: Any = None, /, **options: Any) -> Any:
        """Make the task.

        Args:
            operator: ``ApprovalOperator`` or ``HITLBranchOperator``, or a class of your own that
                is one. Without it, ``HITLOperator`` if there are ``options``, else
                ``HITLEntryOperator``.
            **options: What the operator takes, such as ``task_id``, ``subject`` and ``body``.

        Raises:
            ContractError: A field cannot be in a form, or it is no operator that asks people.
        """
        typed, answered = self._prepared(operator, options)
        return typed_arg(typed(**options).output, answered.returned.schema)

    @on_the_authors_line
    def partial(self, operator: Any = None, /, **options: Any) -> FormPartial:
        """As the call, for several forms: ``.partial(task_id=…).expand(body=…)``."""
        typed, answered = self._prepared(operator, options)
        return FormPartial(typed.partial(**options), answered)

    def _prepared(self, operator: Any, options: dict[str, Any]) -> tuple[Any, Contract]:
        """The class of the task and what it pushes; *options* get what the form decides."""
        kind, form = _operator_class(operator, options), self._form
        if "params" in options:
            raise ContractError(
                f"Form[{form.name}] takes its fields from the model. Leave `params` out."
            )
        from airflow.providers.standard.operators.hitl import (
            ApprovalOperator,
            HITLBranchOperator,
            HITLEntryOperator,
        )

        from typedxcom.airflow.running.forms import form_operator

        if issubclass(kind, HITLEntryOperator) and form.has_required:
            options.setdefault("defaults", None)  # a timeout gives no values
        is_whole = "options" in options and not issubclass(kind, HITLBranchOperator)
        is_whole = is_whole and not issubclass(kind, ApprovalOperator)
        answered = Contract(_answer, output=_whole(form, options) if is_whole else self._model)
        return form_operator(kind, form, answered, is_whole=is_whole), answered

    @functools.cached_property
    def _form(self) -> FormModel:
        settle([self._model])
        return read_form(self._model)


class FormPartial:
    """``Form[Model].partial(...)``, which you expand over texts of the form."""

    def __init__(self, partial: Any, answered: Contract) -> None:
        self._partial, self._schema = partial, answered.returned.schema

    @on_the_authors_line
    def expand(self, **mapped: Any) -> Any:
        """One form for each item. The output is a list of answers."""
        return typed_arg(self._partial.expand(**mapped).output, self._schema)

    @on_the_authors_line
    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> Any:
        """One form for each dict of arguments."""
        made = self._partial.expand_kwargs(kwargs, strict=strict)
        return typed_arg(made.output, self._schema)


def _operator_class(operator: Any, options: dict[str, Any]) -> Any:
    from airflow.providers.standard.operators.hitl import HITLEntryOperator, HITLOperator

    if operator is None:
        return HITLOperator if "options" in options else HITLEntryOperator
    if isinstance(operator, type) and issubclass(operator, HITLOperator):
        return operator
    name = operator.__name__ if isinstance(operator, type) else type(operator).__name__
    raise ContractError(
        f"Form[...] takes a class of operators that ask people, such as ApprovalOperator, got `{name}`."
    )


def _whole(form: FormModel, options: dict[str, Any]) -> Any:
    """Airflow's own answer, with the model in it."""
    fields = dict(response(options.get).__annotations__)
    return TypedDict("Answer", {**fields, "params_input": form.promise.annotation})  # type: ignore[operator]


def _answer() -> None:
    """Stands for the form."""


Form = _Forms()
