"""One table says what each task decorator does; the plugin, which cannot import it, agrees."""

from __future__ import annotations

import importlib.metadata

import pytest
from airflow.exceptions import AirflowOptionalProviderFeatureException
from airflow.sdk import task
from airflow.sdk.bases.decorator import DecoratedOperator

from typedxcom.airflow.decorator_kinds import KINDS, DecoratorKind, kind_of
from typedxcom.mypy import names
from typedxcom.operator_outputs import ANSWERS

OPTIONS = {  # what a decorator cannot do without
    "external_python": {"python": "python3"},
    "branch_external_python": {"python": "python3"},
    "sql": {"conn_id": "none"},
}
PROCESSED = {"bash_processed"}  # the plugin's own name for bash with an output_processor


def kinds(**wanted: object) -> set[str]:
    """The names of the rows that have these values."""
    return {
        name
        for name, row in KINDS.items()
        if all(getattr(row, attribute) == value for attribute, value in wanted.items())
    }


def listed() -> list[str]:
    """The decorators of all installed providers."""
    providers = importlib.metadata.entry_points(group="apache_airflow_provider")
    return [one["name"] for it in providers for one in it.load()().get("task-decorators", [])]


def test_the_plugin_has_the_same_table() -> None:
    """Each set of the plugin holds the rows of the table that say so, and no other."""
    assert kinds(result="branch") == names.BRANCHES
    assert kinds(result="value") | kinds(result="branch") == names.RUNS_FUNCTION
    assert kinds(result="command") == names.COMMANDS
    assert kinds(has_context=True) | PROCESSED == names.MERGES_CONTEXT
    assert kinds(result="prompt") == names.PROMPTS
    assert kinds(result="text") == names.TEXT_PROMPTS
    assert kinds(result="prompts") == names.BATCHES
    assert (
        {name for name in KINDS if KINDS[name].pushes}
        == {"bash", *ANSWERS}
        == {"bash"} | names.ANSWERS
    )
    assert set(KINDS) >= names.STANDARD_KINDS - PROCESSED


def test_every_installed_decorator_has_a_row() -> None:
    """A decorator that a provider adds is looked at by a person. Until then, the default counts."""
    assert len(listed()) > 10
    assert set(listed()) <= set(KINDS)


@pytest.mark.parametrize("name", sorted(set(listed()) & set(KINDS)))
def test_a_row_is_true_of_the_operator(name: str) -> None:
    """What runs in another interpreter pickles for it; the operator is found by its name."""
    options = OPTIONS.get(name, {"llm_conn_id": "none"} if name in names.ANSWERS else {})
    try:
        decorator = getattr(task, name)
    except (AttributeError, AirflowOptionalProviderFeatureException) as error:
        pytest.skip(f"the provider wants what is optional: {error}")
    made = decorator(**options)(lambda: None) if options else decorator(work)
    operator = made.operator_class
    assert kind_of(operator) is KINDS[name]
    bases = {base.__name__ for base in operator.__mro__}
    assert (KINDS[name].place == "interpreter") == ("_BasePythonVirtualenvOperator" in bases)


def work() -> None:
    """Do nothing: the body of a task."""


class Unlisted(DecoratedOperator):
    """A provider's operator that nobody has looked at."""

    custom_operator_name = "@task.unlisted"


def test_an_unlisted_decorator_says_nothing_unless_it_is_a_python_task() -> None:
    """The default row: only what Airflow's own Python decorator is made of returns a value."""
    python = task.python(work).operator_class
    names_of = {"custom_operator_name": "@task.later"}
    assert kind_of(Unlisted) == DecoratorKind("worker", "other", has_context=False)
    assert kind_of(type("Later", (python,), names_of)) is KINDS["python"]
    names_of = {"custom_operator_name": "@task.later_branch"}
    assert kind_of(type("Later", (python,), names_of)).result == "other"
