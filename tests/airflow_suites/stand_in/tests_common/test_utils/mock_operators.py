"""Operators that do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator

__all__ = ["MockOperator"]


class MockOperator(BaseOperator):
    """An operator with two templated fields."""

    template_fields: Sequence[str] = ("arg1", "arg2")

    def __init__(self, arg1: Any = "", arg2: Any = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arg1, self.arg2 = arg1, arg2

    def execute(self, context: Any) -> None:
        """Nothing."""
