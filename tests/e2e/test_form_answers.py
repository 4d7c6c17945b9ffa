"""`typed_dag_run(dag, answers={...})`: forms are answered in process, and none waits forever."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, Literal

import pytest
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.sdk import Param
from airflow.sdk import task as stock_task
from pydantic import BaseModel
from typing_extensions import TypedDict

from tests.harness import dagtest
from typedxcom import Form, ValidationError, dag, task
from typedxcom.testing import typed_dag_run


class Verdict(Enum):
    SHIP = "ship"
    HOLD = "hold"


class Review(BaseModel):
    verdict: Verdict
    score: int = 5
    day: date = date(2024, 1, 2)


class When(TypedDict):
    chosen_options: list[Literal["today", "tomorrow"]]
    params_input: Review


SHIPPED = Review(verdict=Verdict.SHIP, day=date(2025, 6, 7))


def run(made: Any, **options: Any) -> Any:
    """As `typed_dag_run`, with the DAG in the database."""
    with dagtest._quiet():
        dagtest._ready()
        dagtest._register(made)
        return typed_dag_run(made, **options)


def states(done: Any) -> dict[str, str]:
    return {one.task_id: str(one.state) for one in dagtest._instances(done)}


def test_each_operator_that_asks_gets_its_answer():
    """Models, dicts with Python's values, options and both; the readers get them as from people."""
    seen: dict[str, Any] = {}

    @dag(schedule=None)
    def asked():
        @task
        def keep(name: str, review: Review) -> None:
            seen[name] = review

        @task
        def plan(when: When) -> None:
            seen["when"] = when

        @stock_task
        def stock(answer):
            seen["stock"] = answer["chosen_options"], answer["params_input"]

        @stock_task
        def left():
            seen["left"] = True

        @stock_task
        def right():
            seen["right"] = True

        @task
        def all_of(reviews: list[Review]) -> None:
            seen.setdefault("all", []).append([one.score for one in reviews])

        keep("model", Form[Review](task_id="review", subject="?"))
        keep.override(task_id="k2")("dict", Form[Review](task_id="fields", subject="?"))
        keep.override(task_id="k3")(
            "approved", Form[Review](ApprovalOperator, task_id="approve", subject="?")
        )
        keep.override(task_id="never")(
            "rejected", Form[Review](ApprovalOperator, task_id="reject", subject="?")
        )
        plan(Form[Review](task_id="when", subject="?", options=["today", "tomorrow"]))
        way = HITLBranchOperator(task_id="way", subject="?", options=["left", "right"])
        way >> [left(), right()]
        stock(HITLOperator(task_id="plain", subject="?", options=["a", "b"], multiple=True).output)
        entry = HITLEntryOperator(
            task_id="entry", subject="?", params={"n": Param(1, type="integer")}
        )
        stock.override(task_id="stock_entry")(entry.output)
        for name in ("each", "every"):
            forms = Form[Review].partial(task_id=name, subject="?").expand(body=["a", "b"])
            all_of.override(task_id=f"all_{name}")(forms)

    done = run(
        asked(),
        answers={
            "review": SHIPPED,
            "fields": {"verdict": Verdict.HOLD, "day": date(2025, 6, 7)},
            "approve": SHIPPED,
            "reject": "Reject",
            "when": {"chosen_options": "tomorrow", "params_input": SHIPPED},
            "way": "right",
            "plain": {"chosen_options": ["a", "b"]},
            "entry": {"n": 7},
            "each": [Review(verdict=Verdict.SHIP, score=1), {"verdict": "ship", "score": 2}],
            "every": lambda index: {"verdict": "ship", "score": index},
        },
    )
    assert str(done.state) == "success"
    ended = states(done)
    assert (ended["never"], ended["left"]) == ("skipped", "skipped")
    assert seen["model"] == seen["approved"] == SHIPPED
    assert seen["dict"] == Review(verdict=Verdict.HOLD, day=date(2025, 6, 7))
    assert seen["when"]["chosen_options"] == ["tomorrow"]
    assert seen["when"]["params_input"] == SHIPPED
    assert (seen["right"], sorted(seen["all"])) == (True, [[0, 1], [1, 2]])
    assert seen["stock"] in ((["a", "b"], {}), (["OK"], {"n": 7}))


def one_form(**options: Any) -> Any:
    @dag(schedule=None)
    def one():
        @task(trigger_rule="all_done")
        def after() -> None: ...

        Form[Review](task_id="review", subject="?", **options) >> after()

    return one()


def mapped_form() -> Any:
    @dag(schedule=None)
    def mapped():
        Form[Review].partial(task_id="each", subject="?").expand(body=["a", "b"])

    return mapped()


@pytest.mark.parametrize(
    ("make", "answers", "words"),
    [
        (one_form, None, r"Task 'review' waits for people.*answers={\"review\": …}"),
        (mapped_form, {}, r"Task 'each\[\d\]' waits for people.*answers={\"each\": …}"),
        (mapped_form, {"each": [SHIPPED]}, r"Task 'each\[1\]' waits.*gives only 1 for 'each'"),
    ],
)
def test_a_form_without_an_answer_fails_at_once(make, answers, words):
    """Even where the run goes on after the task and succeeds."""
    with pytest.raises(AssertionError, match=words):
        run(make(), answers=answers)


@pytest.mark.parametrize(
    ("options", "answer", "error", "words"),
    [
        ({"options": ["a", "b"]}, {"verdict": "ship"}, ValueError, r"one of \['a', 'b'\]. Say which"),
        ({"options": ["a", "b"]}, "c", ValueError, r"chooses \['c'\].*takes one of \['a', 'b'\]"),
        ({}, [SHIPPED], ValueError, "asks once, so its answer is no list"),
        ({}, 5, ValidationError, "The answer to task 'review'"),
        ({}, {"verdict": "what"}, ValidationError, "Task 'review' got an answer that breaks"),
    ],
)  # fmt: skip
def test_a_wrong_answer_fails_the_task(options, answer, error, words):
    """An answer that people could give is refused by the task, any other before it gets there."""

    @dag(schedule=None)
    def wrong():
        Form[Review](task_id="review", subject="?", **options)

    with pytest.raises(error, match=words):
        run(wrong(), answers={"review": answer})


def test_an_answer_for_no_task_is_refused():
    """Before the run, with the task that was meant."""
    with pytest.raises(ValueError, match=r"no such task\. Did you mean 'review'\?"):
        run(one_form(), answers={"reviews": SHIPPED})
