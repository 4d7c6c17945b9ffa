"""Mistakes of a first day, while the DAG is parsed: the message names the task and the cure."""

from __future__ import annotations

import datetime as dt
from typing import Any, Sequence  # noqa: UP035  # the old spellings are meant

import pytest
from airflow.sdk import DAG
from airflow.sdk import task as airflow_task
from pydantic import BaseModel

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
        ({"inputs": "Order"}, r"@task\(inputs=...\) names what does not exist"),
        ({"output": "Order"}, r"@task\(output=...\) names what does not exist.*Give the class"),
    ],
)
def test_what_the_decorator_is_given_must_be_a_class(body: Any, said: Any, words: str) -> None:
    """A name in quotes, or a builtin over all inputs, fails where the task is called."""
    with DAG("said", schedule=None), pytest.raises(ContractError, match=words):
        task(**said)(body)(1)


def test_one_task_decorator_is_enough(body: Any) -> None:
    """`@task` on top of a task says so, whosever it is."""
    for made in (task(body), airflow_task(body)):
        with pytest.raises(ContractError, match=r"'body' is a task already.*@typed"):
            task(made)


def test_contract_goes_on_a_function() -> None:
    """`@contract` on anything else says what it got."""
    with pytest.raises(ContractError, match="goes on a function, got `int`"):
        contract(5)


def test_a_call_with_wrong_arguments_names_the_task(body: Any) -> None:
    """Too few and too many arguments are told with the name of the task."""
    with DAG("arity", schedule=None):
        with pytest.raises(WiringError, match=r"body: missing a required argument: 'n'"):
            task(body)()
        with pytest.raises(WiringError, match="body: too many positional arguments"):
            task(body)(1, 2)
        with pytest.raises(WiringError, match=r"body has no parameter `m`: it takes `n`"):
            task(body)(m=1)


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
