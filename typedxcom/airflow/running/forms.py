"""The operators behind `Form`: Airflow asks, and the model reads the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import Param

from typedxcom.airflow.decorator_kinds import KeepsContract
from typedxcom.airflow.forms import ANSWERED
from typedxcom.airflow.modes import warns
from typedxcom.airflow.private import mark_class
from typedxcom.airflow.running.failing import without_retries
from typedxcom.airflow.running.push import push_form
from typedxcom.contracts import Contract
from typedxcom.errors import CodecError, ValidationError, as_sentence
from typedxcom.forms import FormModel
from typedxcom.params import NO_DEFAULT, TypedParam

if TYPE_CHECKING:
    from airflow.sdk import Context

__all__ = ["form_operator"]

_INPUT = "params_input"


class FormOperator(KeepsContract):
    """A mixin for operators that ask people.

    The fields are no params of the task. There, each would need a value before anybody is asked,
    and would hide a parameter of the DAG by the same name.
    """

    _form: ClassVar[FormModel]
    _is_whole: ClassVar[bool]  # whether the task pushes the options too

    @property
    def serialized_params(self) -> dict[str, dict[str, Any]]:
        """The fields, as Airflow's form shows them."""
        return {name: _shown(field) for name, field in self._form.fields.items()}

    def validate_params_input(self, params_input: Any) -> None:
        """The answer was read before Airflow looks at it."""

    def process_trigger_event_error(self, event: dict[str, Any]) -> None:
        """Before Airflow 3.3, the triggerer compares an answer with the schema of each field."""
        if event["error_type"] == "validation":
            with without_retries():
                raise ValidationError(as_sentence(f"{self._about}: {event['error']}"))
        super().process_trigger_event_error(event)  # type: ignore[misc]  # a mixin

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        """Go on with the answer.

        Raises:
            ValidationError: It breaks the model. The task is not retried.
        """
        answer = None if "error" in event else self._read(event, context["ti"])
        result = super().execute_complete(context=context, event=event)  # type: ignore[misc]
        if self._is_whole:
            answer = {**result, _INPUT: answer}
        if answer is None:
            return None
        return push_form(answer, getattr(self, ANSWERED), self, context["ti"])

    def _read(self, event: dict[str, Any], ti: Any) -> Any:
        answer = event[_INPUT] or {}
        is_rejected = event["chosen_options"] == [getattr(self, "REJECT", None)]
        try:
            return self._form.read(answer)
        except (ValidationError, CodecError) as error:
            if is_rejected:  # what is filled in does not matter
                return None
            if warns(ti.dag_id):
                return dict(answer)
            with without_retries():
                raise error.about(self._about) from error.__cause__

    @property
    def _about(self) -> str:
        task_id = getattr(self, "task_id", "")
        return (
            f"Task {task_id!r} got an answer that breaks `{self._form.name}`; clear it to ask again"
        )


def _shown(field: TypedParam) -> dict[str, Any]:
    schema = dict(field.schema)
    value = None if field.default is NO_DEFAULT else field.default
    return Param(value, schema.pop("description", None), schema=schema).serialize()


def form_operator(
    operator_class: Any, form: FormModel, answered: Contract, *, is_whole: bool
) -> Any:
    """*operator_class* with the mixin. It keeps its name, which the UI shows.

    Args:
        operator_class: An operator of Airflow's that asks people.
        form: What it asks.
        answered: What its readers get.
        is_whole: Whether that has the chosen options beside the model.
    """
    names = {
        "__module__": operator_class.__module__,
        "__doc__": operator_class.__doc__,
        "_form": form,
        "_is_whole": is_whole,
        ANSWERED: answered,
        **mark_class(),
    }
    return type(operator_class)(operator_class.__name__, (FormOperator, operator_class), names)
