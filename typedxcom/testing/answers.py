"""Answers people's forms in `typed_dag_run`, as Airflow's REST API writes an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from typedxcom.airflow.private import resume_asked
from typedxcom.airflow.wiring.code import near
from typedxcom.errors import CodecError, ValidationError
from typedxcom.promises import promise_of

if TYPE_CHECKING:
    from airflow.sdk import DAG

    from typedxcom.forms import FormModel

__all__ = ["Answers"]

_OPTIONS, _INPUT = "chosen_options", "params_input"


class Answers:
    """The answers of one run.

    Args:
        dag: The DAG.
        given: Task id to what somebody answers, as `typed_dag_run` takes it.

    Raises:
        ValueError: The DAG has no such task.

    Attributes:
        missing: What went unanswered, with the error of that task.
    """

    def __init__(self, dag: DAG, given: Mapping[str, Any]) -> None:
        self._given = dict(given)
        self.missing: list[BaseException] = []
        for task_id in self._given:
            if not dag.has_task(task_id):
                raise ValueError(
                    f"`answers` names {task_id!r}, but DAG {dag.dag_id!r} has no such task."
                    f"{near(task_id, dag.task_ids)}"
                )

    def answer(self, name: str, what: Any, task: Any, result: Any) -> None:
        """Answers the form of a task that waits for people. It leaves others alone.

        Args:
            name: How messages name the task, as in ``each[2]``.
            what: Its task instance.
            task: Its operator.
            result: How its start ended.

        Raises:
            AssertionError: Nobody answers.
            ValueError: The answer does not choose what the form offers.
        """
        if result.state in ("deferred", "awaiting_input"):
            resume_asked(what, result, lambda asked: self._respond(name, what, task, asked))

    def _respond(self, name: str, what: Any, task: Any, asked: Any) -> tuple[list[str], Any]:
        """Returns the options and the fields of the answer to the request *asked*."""
        try:
            given = self._given_to(name, what)
        except AssertionError as error:
            self.missing.append(error)
            raise
        form = getattr(getattr(task, "operator_class", type(task)), "_form", None)
        options, fields = _parts(given)
        if options is None:
            options = _only_option(name, list(asked.options))
        wrong = [one for one in options if one not in asked.options]
        if wrong or not options or (len(options) > 1 and not asked.multiple):
            count = "some of" if asked.multiple else "one of"
            raise ValueError(
                f"The answer to task {name!r} chooses {options!r}; "
                f"`{_OPTIONS}` takes {count} {list(asked.options)!r}."
            )
        return options, _as_json(name, fields, form)

    def _given_to(self, name: str, what: Any) -> Any:
        if what.task_id not in self._given:
            raise AssertionError(_unanswered(what.task_id, name))
        given = self._given[what.task_id]
        if isinstance(given, Callable):  # type: ignore[arg-type]
            return given(what.map_index)
        if not isinstance(given, list):
            return given
        if what.map_index < 0:
            raise ValueError(f"Task {name!r} asks once, so its answer is no list.")
        if what.map_index >= len(given):
            raise AssertionError(
                f"Task {name!r} waits for people, and `answers` gives only {len(given)} for "
                f"{what.task_id!r}. Add one, or give a function of the map index."
            )
        return given[what.map_index]


def _unanswered(task_id: str, name: str) -> str:
    return (
        f"Task {name!r} waits for people, and nobody answers in a test. Give an answer: "
        f'typed_dag_run(dag, answers={{"{task_id}": …}}).'
    )


def _parts(given: Any) -> tuple[list[str] | None, Any]:
    """Returns the options of an answer, or None if it names none, and its fields."""
    if isinstance(given, str):
        return [given], {}
    if isinstance(given, Mapping) and _OPTIONS in given and given.keys() <= {_OPTIONS, _INPUT}:
        chosen = given[_OPTIONS]
        return [chosen] if isinstance(chosen, str) else list(chosen), given.get(_INPUT, {})
    return None, given


def _only_option(name: str, options: list[str]) -> list[str]:
    """Returns what somebody chooses who only fills in the fields."""
    if len(options) == 1 or options == ["Approve", "Reject"]:
        return options[:1]
    raise ValueError(
        f"Task {name!r} lets people choose one of {options!r}. "
        f'Say which: {{"{_OPTIONS}": [{options[0]!r}], "{_INPUT}": …}}.'
    )


def _as_json(name: str, fields: Any, form: FormModel | None) -> Any:
    if isinstance(fields, Mapping):  # a test may give a wrong answer: the task itself refuses it
        return to_jsonable_python(fields, fallback=lambda value: _tree(value, None))
    try:
        return _tree(fields, form)
    except (ValidationError, CodecError) as error:
        raise error.about(f"The answer to task {name!r}") from error.__cause__


def _tree(value: Any, form: FormModel | None) -> Any:
    codec: Any = (promise_of(type(value)) if form is None else form.promise).codec
    return codec.to_tree(codec.check(value))
