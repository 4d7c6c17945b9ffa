"""Operators that do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink

__all__ = ["AirflowLink", "MockOperator"]


class MockOperator(BaseOperator):
    """An operator with two templated fields."""

    template_fields: Sequence[str] = ("arg1", "arg2")

    def __init__(self, arg1: Any = "", arg2: Any = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arg1, self.arg2 = arg1, arg2

    def execute(self, context: Any) -> None:
        """Nothing."""


class AirflowLink(BaseOperatorLink):
    """A link to Airflow's site."""

    name = "airflow"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The site."""
        return "https://airflow.apache.org"
