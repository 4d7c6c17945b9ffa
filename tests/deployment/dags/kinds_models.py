"""What `kinds` imports: models, and an operator that defers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from airflow.sdk.bases.decorator import DecoratedOperator, task_decorator_factory
from airflow.triggers.base import BaseTrigger, TriggerEvent
from pydantic import BaseModel, Field


class Order(BaseModel):
    id: int = Field(gt=0)
    price: Decimal


@dataclass(frozen=True)
class Point:
    x: int
    y: float = 0.5


class Trip(BaseModel):
    id: int
    km: float = Field(ge=0)


class Now(BaseTrigger):
    """Fires at once."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Now", {"n": self.n}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield TriggerEvent({"n": self.n})


class DeferringOperator(DecoratedOperator):
    """Defers to the triggerer, then calls its function with the arguments."""

    custom_operator_name = "@task.deferring"

    def execute(self, context: Any) -> Any:
        self.defer(trigger=Now(len(self.op_args)), method_name="resume")

    def resume(self, context: Any, event: dict[str, Any]) -> Any:
        assert event == {"n": len(self.op_args)}
        return self.python_callable(*self.op_args, **self.op_kwargs)

    @classmethod
    def decorator(cls, function: Any = None, **options: Any) -> Any:
        """The task decorator of this operator."""
        return task_decorator_factory(
            function, decorated_operator_class=cls, multiple_outputs=False, **options
        )
