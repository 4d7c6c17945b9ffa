"""The model of a task's ``params`` against the parameters of its DAG, when the DAG is parsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from airflow.sdk import Param
from airflow.sdk import dag as stock_dag
from airflow.sdk import task as stock_task
from pydantic import BaseModel, Field, create_model

from tests.harness.dagtest import DagImportError, load_dag
from typedxcom import dag, task
from typedxcom.airflow.wiring.dag import check_dag


class Region(Enum):
    EU = "eu"
    US = "us"


class Window(BaseModel):
    first: date
    last: date


@dataclass
class Span:
    first: date
    last: date


class Longer(BaseModel):
    first: date
    step: int


class Options(BaseModel):
    limit: int
    day: date = date(2024, 1, 1)


def checked(parameter: Any, read: Any) -> list[str]:
    """What is wrong where a DAG has a parameter of one type, and its task reads another."""
    model = create_model("Reads", one=(read, ...))

    def made(one: int) -> None:
        def reads(params: Any) -> None: ...

        reads.__annotations__["params"] = model
        task(reads)()

    made.__annotations__["one"] = parameter
    return check_dag(dag(schedule=None)(made)())


FIT = [
    (int, int), (int, float), (int, int | None), (int, Annotated[int, Field(ge=1)]), (int, Any),
    (date, str), (str, date), (UUID, str), (Decimal, str | float), (Region, str),
    (str, Region), (Region, Literal["eu", "us"]), (Window, Span), (Window, dict[str, date]),
    (list[int], set[int]), (list[Window], list[Span]), (date, datetime | date),
]  # fmt: skip
BREAK = [
    (int, str), (str, int), (float, int), (bool, str), (date, int), (str | None, str),
    (int | str, int), (Region, Literal["eu"]), (Region, int), (Window, str), (Window, Longer),
    (list[int], list[str]), (list[int], int), (int, list[int]), (list[Window], list[Longer]),
]  # fmt: skip


@pytest.mark.parametrize(("parameter", "read"), FIT, ids=str)
def test_a_type_whose_json_may_be_read_is_right(parameter, read):
    """The run decides about the value, as it does for limits."""
    assert checked(parameter, read) == []


@pytest.mark.parametrize(("parameter", "read"), BREAK, ids=str)
def test_a_type_that_cannot_fit_is_an_error(parameter, read):
    """The sentence names the task, the field, the model and the DAG."""
    (sentence,) = checked(parameter, read)
    assert sentence.startswith("reads(params) reads `one` of `Reads` as `"), sentence
    assert "but the parameter of the DAG 'made' is `" in sentence
    assert sentence.endswith("Give both the same type.")


def test_a_field_that_the_dag_does_not_have_is_an_error_unless_it_has_a_default():
    """In a typed DAG; a value that the author gives, and a stock task, are none of its business."""

    @dag(schedule=None)
    def typed(limmit: int = 5) -> None:
        @task
        def reads(params: Options) -> None: ...

        @stock_task
        def stock(params: Options) -> None: ...

        reads()
        reads.override(task_id="own", params={"limit": 5, "day": 1})()
        reads.override(task_id="given")(params=Options(limit=1))
        stock()

    (sentence,) = check_dag(typed())
    assert sentence == (
        "reads(params) reads `limit` of `Options`, but the DAG 'typed' has no such parameter: it has "
        "`limmit`. Did you mean 'limmit'? Add it to the DAG, or give the field a default."
    )


def test_only_a_scheduled_dag_of_plain_params_surely_lacks_a_field():
    """Whoever triggers a run may give more than the DAG declares."""

    def build(schedule: Any, **params: Any) -> list[str]:
        @stock_dag(schedule=schedule, params=params)
        def plain() -> None:
            @task
            def reads(params: Options) -> None: ...

            reads()

        return check_dag(plain())

    assert build(None) == build("@daily", limit=Param(1, type="integer")) == []
    (sentence,) = build("@daily")
    assert (
        "`limit` of `Options`, but the DAG 'plain' has no such parameter: it has none" in sentence
    )


def test_the_error_is_an_import_error_on_the_line_of_the_task():
    """So a wrong DAG does not run at all."""
    with pytest.raises(DagImportError, match=r"line 13: reads\(params\) reads `limmit`"):
        load_dag("""
from airflow.sdk import DAG
from pydantic import BaseModel
from typedxcom import dag, task

class Options(BaseModel):
    limmit: int

@dag(schedule=None)
def wrong(limit: int = 5) -> None:
    @task
    def reads(params: Options) -> None: ...
    reads()

wrong()
""")
