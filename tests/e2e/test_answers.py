"""What language models and people answer: `output_type`, options and forms, at run time.

The model is pydantic-ai's own for tests, which needs no network.
"""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, Literal

import pytest
from airflow.providers.standard.operators.hitl import (
    ApprovalOperator,
    HITLBranchOperator,
    HITLEntryOperator,
    HITLOperator,
)
from airflow.sdk import DAG, BaseOperator, Param
from airflow.sdk import task as plain_task
from pydantic import BaseModel

from tests.e2e.support import succeed
from tests.harness.dagtest import run_dag
from typedxcom import ContractError, ValidationError, WiringError, dag, task
from typedxcom.airflow.wiring.classic import argument_of, classic_output
from typedxcom.airflow.wiring.dag import check_dag
from typedxcom.codecs import make_codec
from typedxcom.operator_outputs import OUTPUTS
from typedxcom.schema import schema_of

HITL = "airflow.providers.standard.operators.hitl"


class City(BaseModel):
    name: str
    people: int
    founded: date
    area: Decimal


ANSWER = City(name="a", people=0, founded=date(2024, 1, 1), area=Decimal("0.0"))
ASKED = {"name": "a", "people": 0, "founded": "2024-01-01", "area": "0.0"}


@pytest.fixture
def llm(monkeypatch):
    """A connection to pydantic-ai's model for tests."""
    pytest.importorskip("airflow.providers.common.ai", reason="no LLM provider for this Airflow")
    monkeypatch.setenv(
        "AIRFLOW_CONN_LLM", '{"conn_type": "pydanticai", "extra": {"model": "test"}}'
    )
    return {"llm_conn_id": "llm"}


def test_readers_get_what_output_type_says(llm):
    """From our task, Airflow's own and a classic operator, mapped or not; JSON is in the entry."""
    from airflow.providers.common.ai.operators.llm import LLMOperator

    seen: dict[str, Any] = {}

    @dag(schedule=None)
    def asked():
        @task.llm(**llm, output_type=City)
        def ask(text: str) -> str:
            return text

        @plain_task.llm(**llm, output_type=City)
        def plain(text: str) -> str:
            return text

        @task.agent(**llm)
        def words(text: str) -> list[str]:
            return [text]

        @task.llm(**llm, output_type=City, serialize_output=True)
        def dumped(text: str) -> str:
            return text

        @task
        def keep_one(name: str, city: City) -> None:
            seen[name] = city

        @task
        def keep_all(name: str, cities: list[City]) -> None:
            seen[name] = cities

        @task
        def keep_text(name: str, text: str) -> None:
            seen[name] = text

        @task
        def keep(name: str, value) -> None:
            seen[name] = value

        keep_one("ours", ask("a"))
        keep_all("ours mapped", ask.override(task_id="each").expand(text=["a", "b"]))
        keep_one("plain", plain("a"))
        keep_all("plain mapped", plain.override(task_id="plain_each").expand(text=["a", "b"]))
        keep_one("classic", LLMOperator(task_id="op", prompt="a", **llm, output_type=City).output)
        keep_text("text", words("a"))
        keep("un-annotated", ask.override(task_id="again")("a"))
        keep_one("dumped", dumped("a"))
        keep_text("other", ask.override(task_id="other", output_type=str)("a"))

    result = succeed(asked())
    assert seen == {
        "ours": ANSWER,
        "ours mapped": [ANSWER, ANSWER],
        "plain": ANSWER,
        "plain mapped": [ANSWER, ANSWER],
        "classic": ANSWER,
        "text": "success (no tool calls)",
        "un-annotated": ANSWER,
        "dumped": ANSWER,
        "other": "success (no tool calls)",
    }
    assert result.xcom("ask") == ASKED


def test_a_model_is_a_dict_before_airflow_3_3(llm, monkeypatch):
    """A reader of Airflow's own task may ask for the dict, or for the model; ours promises that."""
    from airflow.providers.common.ai.operators.llm import LLMOperator

    monkeypatch.setattr("typedxcom.operator_outputs.keeps_models", lambda: False)

    @plain_task.llm(**llm, output_type=City)
    def plain(text: str) -> str:
        return text

    @task.llm(**llm, output_type=City)
    def ours(text: str) -> str:
        return text

    @task
    def use_dict(value: dict[str, Any]) -> None: ...

    @task
    def use_city(value: City) -> None: ...

    @task
    def use_text(value: str) -> None: ...

    with DAG("before", schedule=None):
        classic = LLMOperator(task_id="op", prompt="a", **llm, output_type=City).output
        for output in (plain("a"), classic):
            use_dict(output)
            use_city(output)
            with pytest.raises(WiringError, match=r"use_text\(value\) expects `str`"):
                use_text(output)
        use_city(ours("a"))
        with pytest.raises(WiringError, match="returns `City`"):
            use_dict(ours("a"))


def test_a_prompt_that_breaks_its_annotation_is_not_retried(llm):
    """The model is not asked, and the message says what was returned."""

    @dag(schedule=None)
    def asked():
        @task.llm(**llm, retries=2)
        def ask() -> str:
            return 5  # type: ignore[return-value]  # the mistake

        ask()

    result = run_dag(asked())
    assert result.tries == {"ask": 1}
    assert isinstance(result.error("ask"), ValidationError)
    assert "'ask' breaks its own contract, returned value: expected `str`, got `5`" in str(
        result.error("ask")
    )


def test_a_wrong_prompt_function_is_refused_when_the_dag_is_parsed(llm):
    """By our task at its call, and for Airflow's own in the check of the whole DAG."""

    @task.llm(**llm)
    def number() -> int:
        return 1

    @plain_task.agent(**llm)
    def nothing() -> None: ...

    @task.llm_batch(**llm, result_path="/x")
    def single() -> str:
        return ""

    @dag(schedule=None)
    def wrong():
        for made, words in ((number, "the prompt: a `str`"), (single, "a `list.str.`")):
            with pytest.raises(ContractError, match=words):
                made()
        nothing()

    (sentence,) = check_dag(wrong())
    assert "'nothing' is a @task.agent: it must return the prompt: a `str`" in sentence


class Their(BaseOperator):
    """An operator of somebody else, which declares where its result's class is."""

    deserialization_allowed_class_fields = ("model",)

    def __init__(self, *, model: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model

    def execute(self, context: Any) -> Any:
        return self.model(name="a", people=1, founded=date(2024, 1, 1), area=Decimal(1))


class Listed(Their):
    def execute(self, context: Any) -> list[Any]:
        return []


def test_an_operator_that_declares_its_class_is_known():
    """Unless what its `execute` promises is another thing."""
    seen: list[Any] = []

    @task
    def keep(city: City) -> None:
        seen.append(city)

    @task
    def number(city: int) -> None: ...

    @dag(schedule=None)
    def theirs():
        with pytest.raises(WiringError, match="but upstream 'a' returns `City`"):
            number(Their(task_id="a", model=City).output)
        number(Listed(task_id="b", model=City).output)
        number(Their(task_id="c").output)

    assert check_dag(theirs()) == []
    with DAG("d", schedule=None):
        assert str(classic_output(Their(task_id="a", model=City))) == "City"
        assert str(classic_output(Their(task_id="b", model=City | None))) == "City | None"
        mapped = Their.partial(task_id="c", model=City).expand(doc=["a"])
        assert str(classic_output(mapped)) == "City"


def answered(operator: Any, options: list[str], **form: Any) -> Any:
    """What *operator* returns for a person's answer."""
    event = {
        "chosen_options": options,
        "params_input": form,
        "responded_at": datetime(2026, 1, 1, tzinfo=timezone.utc),
        "responded_by_user": {"id": "1", "name": "Ada"},
    }
    return operator.execute_complete({"ti": None, "task": operator}, event)


def annotation_of(operator: Any) -> Any:
    row = OUTPUTS[f"{HITL}.{type(operator).__name__}"]
    return row.of(lambda name, default: argument_of(operator, name, default))


def test_what_people_answer_is_typed_by_options_and_params(monkeypatch):
    """The operators' own results fit the types, and other options do not."""
    monkeypatch.setattr(HITLBranchOperator, "do_branch", lambda *_, branches_to_execute, **__: (
        branches_to_execute
    ))  # fmt: skip
    with DAG("d", schedule=None):
        form = {"size": Param(1, type="integer"), "note": Param("a", type=["string", "null"])}
        ask = HITLOperator(task_id="a", subject="s", options=["x", "y"], params=form)
        approve = ApprovalOperator(task_id="b", subject="s")
        branch = HITLBranchOperator(
            task_id="c", subject="s", options=["x", "y"], options_mapping={"x": "load"}
        )
        entry = HITLEntryOperator(task_id="d", subject="s")
    for operator, options, params in (
        (ask, ["y"], {"size": 2, "note": None}),
        (approve, ["Approve"], {}),
        (entry, ["OK"], {}),
    ):
        annotation = annotation_of(operator)
        codec = make_codec(annotation, schema_of(annotation))
        result = answered(operator, options, **params)
        codec.check(result)
        with pytest.raises(ValidationError):
            codec.check({**result, "chosen_options": ["other"]})
    assert annotation_of(branch) == list[Literal["load", "y"]]
    assert answered(branch, ["x"]) == ["load"]
    annotation = annotation_of(ask)
    codec, result = make_codec(annotation, schema_of(annotation)), answered(ask, ["x"])
    with pytest.raises(ValidationError):
        codec.check({**result, "params_input": {"size": "big"}})
