"""Mistakes of a first day, while the DAG is parsed: the message names the task and the cure."""

from __future__ import annotations

import datetime as dt
import traceback
from typing import Annotated, Any, Sequence  # noqa: UP035  # the old spellings are meant

import pytest
from airflow.sdk import DAG, BaseOperator
from airflow.sdk import task as airflow_task
from pydantic import AfterValidator, BaseModel, Field

from typedxcom import (
    ContractError,
    UnsupportedTypeError,
    WiringError,
    contract,
    register_codec,
    task,
)
from typedxcom.contracts import Contract, contract_of


class Order(BaseModel):
    id: int


@pytest.fixture
def body() -> Any:
    """A function that no other test has decorated: a contract is left on it."""

    def body(n): ...

    return body


@pytest.mark.parametrize(
    ("annotation", "cure"),
    [
        ((int, str), r"annotate with tuple\[A, B\]"),
        ([int], "annotate with a class"),
        (5, "annotate with a class"),
        (any, "annotate with a class"),
        (dt, "annotate with a class"),
        (Order(id=1), "`Order\\(id=1\\)` cannot travel"),
    ],
)
def test_an_annotation_that_is_no_type_is_refused(body: Any, annotation: Any, cure: str) -> None:
    """A value, a function or a module in the place of a type is told, also an unhashable one."""
    with DAG("no_type", schedule=None), pytest.raises(UnsupportedTypeError, match=cure):
        task(output=annotation)(body)(1)


@pytest.mark.parametrize("annotation", [dict, list, Sequence])
def test_a_bare_alias_of_typing_says_nothing_of_its_items(body: Any, annotation: Any) -> None:
    """`-> Dict` is `-> dict`."""
    promise = Contract(body, output=annotation).returned
    value: Any = {"a": [1]} if annotation is dict else [1]
    assert promise.codec.decode_tree(value) == value


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"inputs": dict}, r"'body': @task\(inputs=...\) takes a pydantic model.*got `dict\["),
        ({"inputs": "Order"}, r"@task\(inputs=...\) names something that does not exist"),
        (
            {"output": "Order"},
            r"@task\(output=...\) names something that does not exist.*Give the class",
        ),
    ],
)
def test_what_the_decorator_is_given_must_be_a_class(body: Any, said: Any, words: str) -> None:
    """A name in quotes, or a builtin over all inputs, fails where the task is called."""
    with DAG("said", schedule=None), pytest.raises(ContractError, match=words):
        task(**said)(body)(1)


def test_one_task_decorator_is_enough(body: Any) -> None:
    """`@task` on top of a task says so, whosever it is."""
    for made in (task(body), airflow_task(body)):
        with pytest.raises(ContractError, match=r"'body' is already a task.*@typed"):
            task(made)


def test_contract_goes_on_a_function() -> None:
    """`@contract` on anything else says what it got."""
    with pytest.raises(ContractError, match="goes on a function, got `int`"):
        contract(5)


def test_an_argument_that_a_task_does_not_take_is_named_with_those_it_takes(body: Any) -> None:
    """Airflow would only name the argument."""
    with (
        DAG("arity", schedule=None),
        pytest.raises(WiringError, match=r"body has no parameter `m`: it takes `n`"),
    ):
        task(body)(m=1)


def bare(x, run_id=None): ...


def annotated(x: int, run_id: Any = None) -> int:
    return x


def bad_default(x, ds="today"): ...


def two(x):
    return x, x


AIRFLOWS_OWN: dict[str, tuple[Any, Any]] = {
    "too few": (bare, lambda made: made()),
    "too many": (bare, lambda made: made(1, 2, 3)),
    "a context key with a default": (bad_default, lambda made: made(1)),
    "a bad task_id": (bare, lambda made: made.override(task_id="a b")(1)),
    "an option that no task has": (bare, lambda made: made.override(nope=1)(1)),
    "a trigger rule that is none": (bare, lambda made: made.override(trigger_rule="nope")(1)),
    "no teardown": (bare, lambda made: made.override(on_failure_fail_dagrun=True)(1)),
    "partial of a context key": (bare, lambda made: made.partial(run_id="r")),
    "partial of no parameter": (bare, lambda made: made.partial(nope=1)),
    "partial of two that are none": (annotated, lambda made: made.partial(nope=1, no=2)),
    "partial of the same": (bare, lambda made: made.partial(x=1).partial(x=1)),
    "expand of a context key": (bare, lambda made: made.expand(run_id=["r"])),
    "expand of no parameter": (annotated, lambda made: made.expand(x=[1], nope=[1])),
    "expand of nothing": (bare, lambda made: made.expand()),
    "expand of text": (bare, lambda made: made.expand(x="abc")),
    "expand of a number": (annotated, lambda made: made.expand(x=1)),
    "expand of a set": (bare, lambda made: made.expand(x={1})),
    "expand of a key": (bare, lambda made: made.expand(x=made(1)["key"])),
    "expand of pools that are none": (
        bare,
        lambda made: made.override(pool_slots=0).expand(x=[1]),
    ),
    "expand_kwargs of text": (annotated, lambda made: made.expand_kwargs("abc")),
    "expand_kwargs of a number": (annotated, lambda made: made.expand_kwargs(5)),
    "expand_kwargs of numbers": (bare, lambda made: made.expand_kwargs([1])),
    "an item of no tuple": (two, lambda made: made(1)[0]),
    "iteration over no tuple": (bare, lambda made: iter(made(1))),
    "map of a task": (two, lambda made: made(1).map(made)),
    "map of a key": (two, lambda made: made(1)["key"].map(str)),
}


def raised_by(decorator: Any, function: Any, mistake: Any) -> Exception:
    """What *mistake* raises, made with a task of *decorator*."""
    with DAG("mistakes", schedule=None), pytest.raises(Exception) as caught:  # noqa: PT011
        mistake(decorator(function))
    return caught.value


@pytest.mark.parametrize("name", AIRFLOWS_OWN)
def test_what_airflow_refuses_keeps_its_class_and_its_words(name: str) -> None:
    """`except ValueError`, or what looks for the words, works with our task too, which is named."""
    function, mistake = AIRFLOWS_OWN[name]
    airflows = raised_by(airflow_task, function, mistake)
    ours = raised_by(task, function, mistake)
    assert isinstance(ours, type(airflows))
    if name != "iteration over no tuple":  # ours, because tuples can be unpacked
        words = str(airflows).partition(". Invalid arguments were")[0]
        assert " ".join(words.split()).rstrip(".") in str(ours)
    assert function.__name__ in "".join(traceback.format_exception(ours))


def test_an_error_of_the_authors_own_operator_keeps_its_traceback() -> None:
    """Only what Airflow and we raise is shown on the line of the call."""

    class Own(BaseOperator):
        def __init__(self, **options: Any) -> None:
            raise ValueError("from the author")

    made = task(bare)
    made.operator_class = Own
    with DAG("own", schedule=None), pytest.raises(ValueError, match="from the author") as caught:
        made(1)
    assert caught.traceback[-1].name == "__init__"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda made: made.expand(x={"foo": "bar"}), r"pairs of key and value: `\('foo', 'bar'\)`"),
        (lambda made: made.expand(x=[1, "b", 3]), r"expects `int`, got `'b'` \(item 1 of the list"),
        (
            lambda made: made.expand_kwargs([{"x": 1}, {"x": "b"}]),
            r"expects `int`, got `'b'` \(item 1 of the list\)",
        ),
        (lambda made: made.expand(x=[1, text()]), r"expects `int`, but upstream 'text' returns"),
        (lambda made: made.expand(x=[[1]]), r"expects `int`, got `\[1\]` \(item 0 of the list"),
    ],
)
def test_of_a_mapped_literal_the_wrong_item_is_named(make: Any, words: str) -> None:
    """Not the whole literal, and not the union of its items' types."""
    with DAG("items", schedule=None), pytest.raises(WiringError, match=words):
        make(task(annotated))


@task
def text() -> str:
    return ""


def even(n: int) -> int:
    assert n % 2 == 0, "must be even."
    return n


def limited(n: Annotated[int, AfterValidator(even), Field(gt=0)]) -> None: ...


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: task(annotated)("x"),
        lambda: task(annotated)([1]),
        lambda: task(annotated)(x={"a": text()}),
        lambda: task(annotated).expand(x={1: 2}),
        lambda: task(annotated).expand_kwargs([1]),
        lambda: task(annotated)(text().map(str)),
        lambda: task(annotated)(text),
        lambda: task(limited)(1),
    ],
)
def test_a_message_has_one_full_stop(mistake: Any) -> None:
    """Also where it quotes a sentence that ends with one."""
    with DAG("stops", schedule=None), pytest.raises(TypeError) as caught:
        mistake()
    for sentence in "".join(traceback.format_exception_only(caught.value)).splitlines():
        assert ".." not in sentence.replace("...", "")


def test_what_is_no_class_no_name_and_no_function_is_refused(body: Any) -> None:
    """`register_codec`, `store=` and `.map` say what they take, and what they got."""
    with pytest.raises(ContractError, match="takes a class, got `5`"):
        register_codec(5, encode=str, decode=int)
    with DAG("odd", schedule=None):
        with pytest.raises(ContractError, match="name of a store, got `5`"):
            task(store=5)(body)(1)
        with pytest.raises(WiringError, match="takes a function, got `5`"):
            task(body).expand(n=[1]).map(5)


def test_a_function_may_be_two_tasks(body: Any) -> None:
    """What one decorator was told is not what the other was."""
    first, second = task(output=int)(body), task(body)
    assert contract_of(first.function).output is int
    assert contract_of(second.function).output is None
