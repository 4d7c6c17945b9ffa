"""Task groups, setup and teardown, the DAG's result, tuples, fields, deferral."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from airflow.sdk import task as airflow_task
from airflow.sdk.bases.decorator import DecoratedOperator, task_decorator_factory
from airflow.triggers.base import BaseTrigger, TriggerEvent

from tests.e2e.support import AIRFLOW, Order, Point, Split, Stats, succeed
from tests.harness.dagtest import run_dag
from typedxcom import ValidationError, WiringError, dag, setup, task, task_group, teardown, typed

DAY = datetime(2024, 1, 2)


@task
def order(n: int) -> Order:
    return Order(id=n, at=DAY)


@task
def number(order: Order) -> int:
    assert type(order) is Order
    return order.id


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


def test_a_task_group_passes_typed_outputs_through():
    """Groups nest, take outputs by keyword, and return outputs."""

    @task_group
    def inner(order: Any) -> Any:
        return number(order)

    @task_group(group_id="outer")
    def outer(n: Any, *, by: Any = 2) -> Any:
        return [inner(order=order(n)), inner.override(group_id="again")(order=order(by))]

    @dag(schedule=None)
    def groups():
        @task
        def one() -> int:
            return 1

        total(outer(one(), by=one.override(task_id="two")()))

    result = succeed(groups())
    assert result.xcom("total") == 2
    assert "outer.inner.number" in result.states


def test_a_mapped_task_group_gives_each_instance_its_typed_argument():
    """`.expand` and `.expand_kwargs` of a group, and a reduce over what it returns."""

    @task_group
    def per_order(order: Any, factor: Any = 1) -> Any:
        @task
        def times(n: int, factor: int) -> int:
            assert type(factor) is int
            return n * factor

        return times(number(order), factor)

    @dag(schedule=None)
    def mapped_groups():
        @task
        def orders() -> list[Order]:
            return [Order(id=n, at=DAY) for n in (1, 2**70)]

        @task
        def plans() -> list[dict[str, int]]:
            return [{"factor": 3}]

        total(per_order.expand(order=orders()))
        kwargs = per_order.override(group_id="by_keyword")
        total.override(task_id="sum")(kwargs.partial(order=order(5)).expand_kwargs(plans()))

    result = succeed(mapped_groups())
    assert result.states["total"] == "success"
    assert result.xcom("per_order.times", map_index=0) == 1
    assert result.xcom("sum") == 15


def test_setup_and_teardown_of_typed_tasks():
    """`setup` and `teardown` take plain functions and tasks; the teardown runs after a failure."""

    @dag(schedule=None)
    def resources():
        @setup
        def create() -> Point:
            return Point(3)

        @setup
        @task
        def login() -> str:
            return "token"

        @task
        def work(point: Point, token: str) -> None:
            assert type(point) is Point
            raise ValueError(token)

        @teardown
        def delete(point: Point) -> int:
            return point.x

        @teardown(on_failure_fail_dagrun=True)
        @task
        def logout(token: str) -> str:
            return token

        with pytest.raises(WiringError, match=r"delete\(point\) expects `Point`"):
            delete(login())
        point, token = create(), login()
        work(point, token) >> [delete(point), logout(token)]

    made = resources()
    assert made.get_task("create").is_setup
    assert made.get_task("delete").is_teardown
    assert made.get_task("logout").on_failure_fail_dagrun
    result = run_dag(made)
    assert result.states["work"] == "failed"
    assert (result.xcom("delete"), result.xcom("logout")) == (3, "token")


def test_as_setup_and_as_teardown_keep_the_output():
    """An output can be made a setup, a teardown, and a context manager."""

    @dag(schedule=None)
    def managed():
        start = order(1).as_setup()
        stop = number.override(task_id="stop")(start).as_teardown(setups=start)
        with stop:
            number(start)

    result = succeed(managed())
    assert set(result.states.values()) == {"success"}


@pytest.mark.skipif(AIRFLOW < (3, 3), reason="Airflow has @result from 3.3 on")
def test_the_result_of_a_dag():
    """`@result` marks a typed task as the one whose value is the DAG's."""
    from typedxcom import result

    @dag(schedule=None)
    def with_result():
        @result
        @task
        def answer() -> Decimal:
            return Decimal("42")

        answer()

    made = with_result()
    assert made.get_task("answer").returns_dag_result
    assert succeed(made).xcom("answer") == "42"


def test_a_tuple_of_known_length_unpacks():
    """`a, b = two()` gives each item its own type, for tuples and NamedTuples, also as text."""

    @dag(schedule=None)
    def unpacked():
        @task
        def two() -> tuple[int, Order]:
            return 2**70, Order(id=1, at=DAY)

        @task
        def split() -> Split:
            return Split([1], [2, 3])

        @task
        def check(n: int, order: Order, train: list[int], test: list[int], text: str) -> int:
            assert (n, type(order), train, test) == (2**70, Order, [1], [2, 3])
            return order.id

        n, made = two()
        train, test = split()
        check(n, made, train, split.override(task_id="other")()[1], f"{test}")

    result = succeed(unpacked())
    assert result.xcom("check") == 1


def test_an_output_of_unknown_length_does_not_unpack():
    """The error says what to annotate."""

    @dag(schedule=None)
    def not_unpacked():
        @task
        def many() -> tuple[int, ...]:
            return (1, 2)

        with pytest.raises(WiringError, match=r"many.*tuple\[A, B\]"):
            _a, _b = many()
        with pytest.raises(WiringError, match="length is not known"):
            for _ in many():
                pass

    not_unpacked()


def test_fields_of_multiple_outputs_are_typed():
    """`output["field"]` is checked by the field's type, and an unknown field is refused."""

    @dag(schedule=None)
    def typed_fields():
        @task
        def stats() -> Stats:
            return {"zeta": 1, "mean": 2.0}

        @task
        def take(mean: float, zeta: int) -> float:
            return mean + zeta

        made = stats()
        with pytest.raises(WiringError, match=r"no key 'median'.*'zeta', 'mean'"):
            made["median"]
        with pytest.raises(WiringError, match=r"take\(zeta\) expects `int`.*`float`"):
            take(made["mean"], made["mean"])
        take(made["mean"], made["zeta"])

    assert succeed(typed_fields()).xcom("take") == 3.0


class Now(BaseTrigger):
    """Fires at once."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{type(self).__module__}.Now", {"n": self.n}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield TriggerEvent({"n": self.n, "at": DAY.isoformat()})


class DeferringOperator(DecoratedOperator):
    """Defers, then gives its function the event together with the arguments."""

    custom_operator_name = "@task.deferring"

    def execute(self, context: Any) -> Any:
        self.defer(trigger=Now(len(self.op_args)), method_name="resume")

    def resume(self, context: Any, event: dict[str, Any]) -> Any:
        assert datetime.fromisoformat(event["at"]).replace(tzinfo=timezone.utc)
        return self.python_callable(*self.op_args, **self.op_kwargs)


def deferring(function: Any = None, **options: Any) -> Any:
    return task_decorator_factory(
        function, decorated_operator_class=DeferringOperator, multiple_outputs=False, **options
    )


def test_a_deferred_task_has_typed_arguments_when_it_resumes():
    """After the trigger fired the arguments are read anew and the result is validated."""

    @dag(schedule=None)
    def deferred():
        @typed(output=Point)
        @deferring
        def wait(order: Order, by: float):
            assert type(order) is Order
            return Point(order.id, by)

        @typed(output=Point)
        @deferring(task_id="wrong")
        def wait_in_vain(order: Order):
            return order

        @task
        def read(point: Point) -> int:
            assert type(point) is Point
            return point.x

        made = order(4)
        read(wait(made, 0.25))
        wait_in_vain(made)

    result = run_dag(deferred())
    assert result.xcom("wait") == {"x": 4, "y": 0.25}
    assert result.xcom("read") == 4
    assert isinstance(result.error("wrong"), ValidationError)
    assert [one.state for one in result.attempts if one.label == "wait"] == ["deferred", "success"]


def test_typed_keeps_contracts_on_airflows_own_decorators():
    """`@typed` on top of `airflow.sdk.task` and its sub-decorators checks wiring and values."""

    @dag(schedule=None)
    def adopted():
        @typed
        @airflow_task
        def make() -> Order:
            return Order(id=1, at=DAY)

        @typed(output=float)
        @airflow_task(task_id="float")
        def untyped():
            return 1.5

        @typed
        @airflow_task.branch
        def choose(order: Order) -> str:
            assert type(order) is Order
            return "number"

        made = make()
        with pytest.raises(WiringError, match=r"number\(order\) expects `Order`.*`float`"):
            number(untyped())
        choose(made) >> number(made)

    result = succeed(adopted())
    assert result.xcom("number") == 1
