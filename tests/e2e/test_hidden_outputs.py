"""Outputs of branches and sensors, and outputs where Airflow does not look for them."""

from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk import DAG, PokeReturnValue
from airflow.sdk import task as plain_task

from typedxcom import WiringError, task
from typedxcom.airflow.wiring.dag import check_dag


@task
def number() -> int:
    return 1


@task
def add(n: int) -> int:
    return n


@task
def anything(value): ...


def adds(ids: list[int]) -> Any:
    return (add(one) for one in ids)


HIDING: dict[str, Callable[[Any], Any]] = {
    "generator over outputs": lambda out: (one for one in [out, out]),
    "generator of a variable": lambda out: (out for _ in range(3)),
    "generator that calls a task": lambda out: (number() for _ in range(3)),
    "generator that calls a task of a closure": lambda out: adds([1, 2]),
    "generator over a generator": lambda out: (two for two in (one for one in (out,))),
    "map over outputs": lambda out: map(str, [out]),
    "map of a task": lambda out: map(add, [1, 2]),
    "zip": lambda out: zip([1], [out], strict=True),
    "enumerate": lambda out: enumerate([out]),
    "filter": lambda out: filter(None, [out]),
    "iter": lambda out: iter([out]),
    "reversed": lambda out: reversed([out]),
    "dict values": lambda out: {"a": out}.values(),
    "deque": lambda out: collections.deque([out]),
}
PLAIN: dict[str, Callable[[], Any]] = {
    "generator": lambda: (one for one in [1, 2]),
    "generator with a global": lambda: (len(str(one)) for one in [1, 2]),
    "attribute named like a task": lambda: (one.add for one in [1, 2]),
    "map": lambda: map(str, [1]),
    "range": lambda: iter(range(3)),
    "dict values": lambda: {"a": 1}.values(),
}


@pytest.mark.parametrize("place", HIDING)
def test_an_output_in_a_hiding_place_is_refused(place):
    """Airflow would hand the body the reference itself, or make the task when it is too late."""
    with DAG("hiding", schedule=None) as dag:
        hiding = HIDING[place](number())
        with pytest.raises(WiringError, match="where Airflow does not look for outputs"):
            anything(hiding)
        plain_task(lambda value: None).override(task_id="plain")(HIDING[place](number()))
    assert ["does not look" in sentence for sentence in check_dag(dag)] == [True]


@pytest.mark.parametrize("place", PLAIN)
def test_an_iterator_without_outputs_is_left_as_it_is(place):
    """It is neither refused nor used up."""
    with DAG("plain", schedule=None) as dag:
        iterator = PLAIN[place]()
        anything(iterator)
    assert check_dag(dag) == []
    if hasattr(iterator, "__next__") and "attribute" not in place:
        assert next(iterator) is not None


def functions() -> tuple[Any, Any, Any]:
    def choose() -> str: ...

    def ready() -> bool: ...

    def poke() -> PokeReturnValue: ...

    return choose, ready, poke


@pytest.mark.parametrize("decorators", [task, plain_task], ids=["typed", "plain"])
def test_what_a_branch_chose_is_a_text_and_a_sensor_gives_nothing(decorators):
    """The reader of either is checked against that, as in mypy."""

    def text(value: str | None) -> None: ...

    def whole(value: int) -> None: ...

    choose, ready, poke = functions()
    right = [(decorators.branch(choose), text), (decorators.sensor(ready), text)]
    right += [(decorators.sensor(poke), whole)]
    wrong = [(decorators.branch(choose), whole, "str"), (decorators.sensor(ready), whole, "None")]
    with DAG("kinds", schedule=None) as dag:
        for up, down in right:
            decorators(down)(up())
        for index, (up, down, given) in enumerate(wrong):
            reader = decorators(task_id=f"wrong{index}")(down)
            if decorators is plain_task:
                reader(up())
                continue
            with pytest.raises(WiringError, match=rf"expects `int`, but .* returns `{given}`"):
                reader(up())
    assert len(check_dag(dag)) == (2 if decorators is plain_task else 0)
