"""Calls that are seen to be right at a glance: the whole check of a call finds them right too."""

from __future__ import annotations

import collections
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from benchmarks.suites.parsing import dag_file
from tests.e2e.test_wiring_cases import CASES, cases_path, parse
from tests.harness.dagtest import load_dag, load_dags
from typedxcom.airflow.authoring import tasks
from typedxcom.errors import ContractError
from typedxcom.schema.relation import Solution

__all__ = ["cases_path"]

pytestmark = pytest.mark.filterwarnings("ignore:Cannot infer multiple_outputs")


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> collections.Counter[bool]:
    """How many calls were sure. Each of these is checked in full as well."""
    found: collections.Counter[bool] = collections.Counter()
    is_sure: Callable[..., bool] = tasks._is_sure

    def compared(contract: Any, operator_class: type, check: Any, *arguments: Any) -> bool:
        sure = is_sure(contract, operator_class, check, *arguments)
        found[sure] += 1
        if sure:
            assert check(contract, "it", *arguments, Solution()) == []
            assert not contract.has_local
        return sure

    monkeypatch.setattr(tasks, "_is_sure", compared)
    return found


def test_a_sure_call_is_right(seen):
    """In every case that has no mistake and in every one that has: what is sure is right."""
    for case in CASES:
        try:
            parse(case["id"])
        except (ContractError, TypeError, ValueError, ImportError):
            continue  # the mistake of the case
    assert seen[True] > 50
    assert seen[False] > 50


WRONG = """
from pydantic import BaseModel
from typedxcom import dag, task, task_group

class Order(BaseModel):
    id: int

@task
def one() -> Order: return Order(id=1)

@task
def many() -> list[Order]: return []

@task
def number() -> int: return 1

@task
def read(order: Order, factor: float = 1.0) -> float: return factor

@task
def total(rows: list[float]) -> float: return 1.0

@dag(schedule=None)
def wrong():
    {line}

wrong()
"""
LINES = [
    "read(many())",
    "read(number())",
    "read(one(), factor='x')",
    "read(one(), 1.0, 2.0)",
    "read(one(), other=1)",
    "read.expand(order=one())",
    "read.expand(factor=total.expand(rows=many()))",
    "read.partial(factor=1.0).expand(factor=total([1.0]))",
    "read.partial(order=one()).expand(order=many())",
    "total(read(one()))",
    "total(many())",
    "@task_group\n    def group(n):\n        return read(n)\n    group(many())",
]


@pytest.mark.parametrize("line", LINES)
def test_no_mistake_looks_sure(line, seen):
    """Whatever is wrong with a call, the check of the call is asked, and refuses it."""
    with pytest.raises(Exception, match=r"wrong|read|total|many") as caught:
        load_dags(WRONG.format(line=line))
    assert seen[False] > 0, caught.value


def test_ordinary_calls_are_sure(seen):
    """The calls of the benchmark, of which DAG files are full, are seen to be right."""
    load_dag(dag_file("typedxcom", 10))
    assert (seen[True], seen[False]) == (12, 0)


def test_ordinary_calls_without_return_annotations_are_sure(seen):
    """What the code of an upstream shows is seen to fit, too."""
    load_dag(dag_file("typedxcom", 10, bare=True))
    assert (seen[True], seen[False]) == (12, 0)


BARE = """
from pydantic import BaseModel
from typedxcom import dag, task, task_group

class Order(BaseModel):
    id: int

@task
def one(): return Order(id=1)

@task
def many(): return [Order(id=1)]

@task
def number(): return 1

@task
def names(): return ["a", "b"]

@task
def total(rows: list[int]): return float(len(rows))

@task
def read(order: Order, factor: int = 1) -> float: return 1.0

@task
def upper(text): return text.upper()

@dag(schedule=None)
def wrong():
    {line}

wrong()
"""


@pytest.mark.parametrize(
    "line",
    [
        "read(many())",
        "read(number())",
        "read(one(), factor=names())",
        "total(names())",
        "total(read.expand(order=many()))",
        "total(number())",
        "read.expand(order=one())",
        "read.expand(order=names())",
        "read.partial(order=one()).expand(factor=names())",
        "upper(number())",
        "upper(many())",
        "upper.expand(text=total([1]))",
        "@task_group\n    def group(n):\n        return read(n)\n    group(many())",
    ],
)
def test_no_mistake_that_code_shows_looks_sure(line, seen):
    """The same for tasks whose code says what they return."""
    with pytest.raises(Exception, match=r"read|total|upper|expand") as caught:
        load_dags(BARE.format(line=line))
    assert seen[False] > 0, caught.value


def calls_in(count: int) -> int:
    """How many functions of ours are called to parse a file of *count* tasks."""
    found = 0

    def listen(frame: FrameType, event: str, _: object) -> None:
        nonlocal found
        found += event == "call" and "/typedxcom/" in frame.f_code.co_filename

    text = dag_file("typedxcom", count)
    sys.setprofile(listen)
    try:
        load_dag(text)
    finally:
        sys.setprofile(None)
    return found


def test_a_task_costs_the_same_in_a_large_dag():
    """Eight times as many tasks are eight times as many calls: no task looks at all others."""
    calls_in(5)  # what is imported and read only once
    few, many = calls_in(50), calls_in(400)
    assert many / few == pytest.approx(8, rel=0.1)
