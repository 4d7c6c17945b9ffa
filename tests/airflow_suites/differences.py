"""Tests of Airflow's that end otherwise with our `task`, each with the reason why they should.

A difference that is not here fails `make test-airflow`; so does an entry that no longer differs.
"""

from __future__ import annotations

__all__ = ["DIFFERENCES"]

_PYTHON = "unit.standard.decorators.test_python"
_GROUP = "task_sdk.definitions.decorators.test_task_group"
_NO_KEY = (
    "The test reads a key that its task never pushes, as the task's code shows, and expects Airflow "
    "to refuse later that a group is mapped over a key."
)
_ENTRY = (
    "An entry of a typed task is the plain JSON of its value: a tuple is a list there. Who reads "
    "it, as an argument or by xcom_pull in a typed task, gets the tuple."
)
_WORDS = "The test compares the whole message. Ours names what was called, and ends with Airflow's words."

DIFFERENCES: dict[str, str] = {
    f"{_GROUP}::test_expand_fail_empty": _WORDS,
    f"{_PYTHON}::test_mapped_decorator_wrong_argument": _WORDS,
    f"{_GROUP}::test_expand_invalid_xcomarg_return_value": _NO_KEY,
    f"{_GROUP}::test_expand_kwargs_invalid_xcomarg_return_value": _NO_KEY,
    f"{_PYTHON}.TestAirflowTaskDecorator::test_fails_bad_signature": (
        "The test gives 'test' to a parameter that says int, and expects no error."
    ),
    f"{_PYTHON}::test_mapped_decorator": (
        "The test maps a dict and numbers into parameters that say str, and runs nothing."
    ),
    f"{_PYTHON}.TestAirflowTaskDecorator::test_manual_multiple_outputs_false_with_typings": _ENTRY,
    f"{_PYTHON}.TestAirflowTaskDecorator::test_multiple_outputs_ignore_typing": _ENTRY,
}
