"""`Form[Model]`: people fill in a model, and readers get it. Answers are simulated here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.sdk import DAG
from airflow.sdk import task as stock_task
from pydantic import BaseModel, Field, SecretStr, model_validator
from typing_extensions import NotRequired, TypedDict

from tests.harness.dagtest import run_dag
from typedxcom import ContractError, Form, Table, ValidationError, WiringError, dag, task
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.airflow.wiring.edges import edges_of


class Verdict(Enum):
    SHIP = "ship"
    HOLD = "hold"


class Review(BaseModel):
    verdict: Verdict
    score: int = Field(5, ge=1, le=9, description="From 1 to 9.", examples=[5])
    day: date = date(2024, 1, 2)
    note: str | None = None

    @model_validator(mode="after")
    def _reasons(self) -> Review:
        if self.verdict is Verdict.HOLD and not self.note:
            raise ValueError("say why you hold it")
        return self


class Sized(BaseModel):
    size: int = 3


@dataclass
class Amount:
    euros: int


class Limits(TypedDict):
    low: int
    high: NotRequired[int]


class Chosen(TypedDict):
    chosen_options: list[Literal["now", "later"]]
    params_input: Review


class Misspelt(TypedDict):
    chosen_options: list[Literal["Now"]]


@pytest.fixture
def answers(monkeypatch):
    """Task id -> the options that somebody chooses, and what they fill in. No task waits."""
    given: dict[str, tuple[list[str], dict[str, Any]]] = {}

    def execute(self: Any, context: Any) -> Any:
        options, form = given[self.task_id]
        event = {
            "chosen_options": options,
            "params_input": form,
            "responded_at": datetime(2026, 1, 1, tzinfo=timezone.utc),
            "responded_by_user": {"id": "1", "name": "Ada"},
        }
        return self.execute_complete(context, event)

    monkeypatch.setattr(HITLOperator, "execute", execute)
    return given


def test_fields_of_the_form_come_from_the_model():
    """As Airflow shows them, with the texts, limits and labels, and without a value if required."""
    with DAG("d", schedule=None):
        asked = Form[Review](task_id="review", subject="Ship it?").operator
        fields = asked.serialized_params
    assert isinstance(asked, HITLEntryOperator)
    assert (asked.task_type, dict(asked.params)) == ("HITLEntryOperator", {})
    assert asked.defaults is None  # a timeout cannot answer for a person
    assert list(fields) == ["verdict", "score", "day", "note"]
    assert {name: one["value"] for name, one in fields.items()} == {
        "verdict": None, "score": 5, "day": "2024-01-02", "note": None,
    }  # fmt: skip
    assert fields["verdict"]["schema"]["values_display"] == {"ship": "SHIP", "hold": "HOLD"}
    assert fields["score"]["description"] == "From 1 to 9."
    assert fields["score"]["schema"] == {
        "type": "integer", "minimum": 1, "maximum": 9, "examples": [5],
    }  # fmt: skip
    assert fields["day"]["schema"] == {"type": "string", "format": "date"}


def test_readers_get_the_model(answers):
    """From each operator that asks, mapped or not; JSON is in the entry."""
    full = {"verdict": "hold", "score": 7, "day": "2024-05-06", "note": "late"}
    answers.update(
        review=(["OK"], full),
        approve=(["Approve"], {"verdict": "ship"}),
        reject=(["Reject"], {}),
        way=(["left"], {"euros": 5}),
        each=(["OK"], {"low": 1}),
        choose=(["later"], {"verdict": "ship"}),
        bare=(["OK"], full),
    )  # fmt: skip
    seen: dict[str, Any] = {}

    @dag(schedule=None)
    def asked(score: int = 3):
        @task
        def text() -> str:
            return "Is it right?"

        @task
        def keep(name: str, review: Review) -> None:
            seen[name] = review

        @task
        def amount(euros: Amount) -> None:
            seen["amount"] = euros

        @task
        def limits(all_limits: list[Limits]) -> None:
            seen["limits"] = all_limits

        @task
        def chosen(answer: Chosen) -> None:
            seen["chosen"] = answer

        @task
        def untyped(review) -> None:
            seen["untyped"] = review

        @stock_task
        def stock(review) -> None:
            seen["stock"] = review

        review = Form[Review](task_id="review", subject="{{ params.score }}?", body=text())
        keep("entry", review)
        stock(review)
        keep("approved", Form[Review](ApprovalOperator, task_id="approve", subject="?"))
        keep.override(task_id="never")(
            "rejected", Form[Review](ApprovalOperator, task_id="reject", subject="?")
        )
        way = Form[Amount](
            HITLBranchOperator, task_id="way", subject="?", options=["left"],
            options_mapping={"left": "amount"},
        )  # fmt: skip
        amount(way)
        limits(Form[Limits].partial(task_id="each", subject="?").expand(body=["a", "b"]))
        chosen(Form[Review](task_id="choose", subject="?", options=["now", "later"]))
        untyped(Form[Review](task_id="bare", subject="?"))
        late = Form[Sized](task_id="late", subject="?").operator
        timed_out = {name: one["value"] for name, one in late.serialized_params.items()}
        answers["late"] = (late.defaults, timed_out)  # as Airflow's scheduler answers

    result = run_dag(asked())
    assert result.state == "success", result
    assert (result.states["never"], result.states["reject"]) == ("skipped", "success")
    whole = Review(verdict=Verdict.HOLD, score=7, day=date(2024, 5, 6), note="late")
    shipped = Review(verdict=Verdict.SHIP)
    answer = seen.pop("chosen")
    assert (answer["chosen_options"], answer["params_input"]) == (["later"], shipped)
    assert seen == {
        "entry": whole,
        "stock": whole,
        "approved": shipped,
        "amount": Amount(5),
        "limits": [{"low": 1}, {"low": 1}],
        "untyped": whole,
    }
    assert result.xcom("review") == full
    assert result.xcom("late") == {"size": 3}
    assert result.rendered("review")["subject"] == "3?"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"verdict": "ship", "score": 10}, r"expected .*9.*, got `10` - at `\$\.score`"),
        ({"score": 3}, r"missing.*verdict"),
        ({"verdict": "hold"}, "say why you hold it"),
        ({"verdict": "ship", "scor": 3}, r"no such field, it has `verdict`, .* at `\$\.scor`"),
    ],
)
def test_a_wrong_answer_is_not_retried(answers, form, words):
    """The task fails with what is wrong, also by a rule between fields, and with the cure."""
    answers["review"] = (["OK"], form)

    @dag(schedule=None)
    def asked():
        Form[Review](task_id="review", subject="?", retries=2)

    result = run_dag(asked())
    error = result.error("review")
    assert isinstance(error, ValidationError)
    assert result.tries == {"review": 1}
    about = "Task 'review' got an answer that breaks `Review`; clear it to ask again: "
    assert str(error).startswith(about), error
    with pytest.raises(ValidationError, match=words):
        raise error


class Secret(BaseModel):
    token: SecretStr


@dataclass
class Rows:
    trips: Table[Amount]


class Limited(BaseModel):
    size: Annotated[int, Field(ge=1)] = 0


@pytest.mark.parametrize(
    ("model", "given", "words"),
    [
        (Secret, {}, r"Form\[Secret\], the field `token`: .* holds a secret, and Airflow stores"),
        (Rows, {}, r"Form\[Rows\], the field `trips`: .* give the path of a file"),
        (Limited, {}, r"Form\[Limited\], the field `size`, its default: expected .* 1"),
        (int, {}, "takes a model whose fields people fill in, got `int`"),
        (Amount, {"params": {"x": 1}}, r"Form\[Amount\] takes its fields from the model"),
        (TypedDict("Odd", {"_options": int}), {}, r"Form\[Odd\]: Airflow has a field `_options`"),
    ],
)
def test_a_form_that_cannot_be_is_refused_when_the_dag_is_parsed(model, given, words):
    """With the field and the cure, on the author's line."""
    with DAG("d", schedule=None), pytest.raises(ContractError, match=words):
        Form[model](task_id="a", subject="?", **given)


def test_only_operators_that_ask_people_have_a_form():
    """A form over another class is an error when the DAG is parsed."""
    with DAG("d", schedule=None), pytest.raises(ContractError, match="such as ApprovalOperator"):
        Form[Amount](DAG, task_id="a", subject="?")


def test_a_reader_that_does_not_fit_is_an_error_when_the_dag_is_parsed():
    """At the call, and in the check of the whole DAG for readers that it alone sees."""

    @dag(schedule=None)
    def wired():
        @task
        def keep(review: Review) -> None: ...

        @task
        def number(n: int) -> None: ...

        @task
        def chosen(answer: Misspelt) -> None: ...

        @stock_task
        def stock(n: int) -> None: ...

        review = Form[Review](task_id="review", subject="?")
        keep(review)
        with pytest.raises(WiringError, match="but upstream 'review' returns `Review`"):
            number(review)
        with pytest.raises(WiringError, match=r"'now' is not in `Literal.'Now'.`"):
            chosen(Form[Review](task_id="choose", subject="?", options=["now"]))
        with pytest.raises(WiringError, match=r"'each' returns `list.Review.`"):
            keep(Form[Review].partial(task_id="each", subject="?").expand(body=["a"]))
        stock(review.operator.output)

    made = wired()
    (sentence,) = check_dag(made)
    assert "stock(n) expects `int`, but upstream 'review' returns `Review`" in sentence
    assert "review -> keep.review: Review" in map(str, edges_of(made))


def test_before_airflow_33_the_triggerer_refuses_what_breaks_the_schema():
    """It does so after the answer, too, and the task is not retried."""
    with DAG("d", schedule=None):
        asked = Form[Review](task_id="review", subject="?").operator
    event = {"error": "Invalid input for param score: 10 is greater", "error_type": "validation"}
    with pytest.raises(
        ValidationError, match=r"'review' got an answer .*: Invalid input"
    ) as caught:
        asked.execute_complete({"ti": None}, event)
    assert any(one.__name__ == "AirflowFailException" for one in type(caught.value).__mro__)


def test_without_an_answer_the_task_fails_as_airflow_says():
    """A form with a field that somebody must fill in has no defaults to go on with."""
    with DAG("d", schedule=None):
        asked = Form[Review](task_id="review", subject="?").operator
    with pytest.raises(Exception, match="nobody answered") as caught:
        asked.execute_complete({"ti": None}, {"error": "nobody answered", "error_type": "timeout"})
    assert type(caught.value).__name__ == "HITLTimeoutError"
