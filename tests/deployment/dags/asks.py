"""A form that people fill in by REST, and a task that reads what they answer."""

# Without the word Airflow in it, Airflow would take this file for none of its own.

from __future__ import annotations

from datetime import date
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, Field, model_validator

from typedxcom import Form, dag, task

DAG_ID = Path(__file__).stem


class Verdict(Enum):
    SHIP = "ship"
    HOLD = "hold"


class Review(BaseModel):
    verdict: Verdict
    score: int = Field(5, ge=1, le=9, description="From 1 to 9.")
    day: date = date(2024, 1, 2)
    note: str | None = None

    @model_validator(mode="after")
    def has_reason(self) -> Review:
        if self.verdict is Verdict.HOLD and not self.note:
            raise ValueError("say why you hold it")
        return self


@dag(DAG_ID, schedule=None)
def asks(score: int = 8) -> None:
    @task
    def reads(review: Review) -> str:
        return f"{review.verdict.name} {review.score} {review.day:%d.%m.%Y}"

    reads(Form[Review](task_id="review", subject="{{ params.score }} of 9?", retries=2))


asks()
