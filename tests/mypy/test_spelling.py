"""The plugin knows every argument that the installed operators take."""

from __future__ import annotations

import inspect

import pytest
from airflow.providers.standard.operators import python
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import BaseOperator
from airflow.sdk.bases.decorator import DecoratedOperator

from typedxcom.mypy import names

OPERATORS = [
    DecoratedOperator,
    BashOperator,
    PythonSensor,
    *(
        kind
        for kind in vars(python).values()
        if isinstance(kind, type) and issubclass(kind, BaseOperator)
    ),
]


def arguments(operator: type) -> set[str]:
    """What the constructors of a class and its bases take."""
    made = [base.__dict__["__init__"] for base in operator.__mro__ if "__init__" in vars(base)]
    return {name for init in made for name in inspect.signature(init).parameters} - {"self"}


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda kind: kind.__name__)
def test_a_right_argument_is_never_taken_for_a_misspelt_one(operator: type) -> None:
    """An argument that the list lacks may look like a misspelt one."""
    wild = {"args", "kwargs"}
    assert arguments(operator) - arguments(BaseOperator) - wild <= names.STANDARD_SETTINGS
