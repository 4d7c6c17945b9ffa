"""What tasks read that typedxcom has not written: Airflow's own forms, a person's, a language's."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pandas as pd
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param
from airflow.sdk import task as plain
from neighbours_models import Custom, Point
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from typedxcom import Table, dag, task

DAG_ID = Path(__file__).stem


class Cell(BaseModel):
    n: int


class Order(BaseModel):
    id: int
    lines: list[str]


class Price(BaseModel):
    total: float = Field(ge=0)
    order: int = Field(alias="for")


class Form(TypedDict):
    size: int


class Answer(TypedDict):
    chosen_options: list[Literal["yes", "no"]]
    params_input: Form


@dag(DAG_ID, schedule=None, default_args={"retries": 0})
def neighbours() -> None:
    @plain(multiple_outputs=True)
    def untyped() -> Any:
        return {
            "point": Point(1, 2),
            "frame": pd.DataFrame({"n": [1, 2]}),
            "custom": Custom(3),
        }

    @task
    def order() -> Order:
        return Order(id=7, lines=["a", "b"])

    @task.stub(queue="tiny")
    def price(order: Order) -> Price: ...

    @task
    def check(
        point: Point, frame: Table[Cell], custom: Cell, price: Price, answer: Answer
    ) -> float:
        assert (point, frame.to_pydict(), custom) == (Point(1, 2), {"n": [1, 2]}, Cell(n=3))
        assert price == Price.model_validate({"total": 3.0, "for": 7})
        assert answer == {"chosen_options": ["yes"], "params_input": {"size": 3}}
        return price.total

    asked = HITLOperator(
        task_id="asked",
        subject="How many?",
        options=["yes", "no"],
        params={"size": Param(1, type="integer")},
    )
    found = untyped()
    answer: Any = asked.output
    check(found["point"], found["frame"], found["custom"], price(order()), answer)


neighbours()
