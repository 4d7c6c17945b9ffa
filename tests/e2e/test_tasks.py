"""`typedxcom.task` in the place of Airflow's own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Generator
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

import pytest
from airflow.sdk import task as airflow_task

from tests.e2e.support import AIRFLOW, Item, Order, Point, Split, Stats, Tick, succeed
from typedxcom import dag, task

ORDER = Order(id=1, at=datetime(2024, 1, 1, tzinfo=timezone.utc), items=[Item(sku="a", qty=2)])
HAS_ASYNC = pytest.mark.skipif(AIRFLOW < (3, 2), reason="Airflow 3.1 has no async tasks")


def test_every_kind_of_value_arrives_as_its_own_type():
    """A model, a dataclass, a Struct, a NamedTuple and a TypedDict are what the next task gets."""

    @dag(schedule=None)
    def kinds():
        @task
        def order() -> Order:
            return ORDER

        @task
        def point() -> Point:
            return Point(1)

        @task
        def tick() -> Tick:
            return Tick("IBM", Decimal("1.50"))

        @task
        def split() -> Split:
            return Split([1, 2], [3])

        @task(multiple_outputs=False)
        def stats() -> Stats:
            return {"zeta": 1, "mean": 2.0}

        @task
        def check(order: Order, point: Point, tick: Tick, split: Split, stats: Stats) -> None:
            assert (order, type(order.items[0])) == (ORDER, Item)
            assert point == Point(1)
            assert tick == Tick("IBM", Decimal("1.50"))
            assert (type(split), split) == (Split, Split([1, 2], [3]))
            assert (list(stats), type(stats["mean"])) == (["zeta", "mean"], float)

        check(order(), point(), tick(), split(), stats())

    result = succeed(kinds())
    assert result.xcom("point") == {"x": 1, "y": 0.5}
    assert result.xcom("split") == [[1, 2], [3]]


def test_bare_and_with_arguments():
    """`@task`, `@task()` and `@task(task_id=...)` make the same task, with its options."""

    @dag(schedule=None)
    def forms():
        @task
        def bare() -> int:
            return 1

        @task()
        def called(n: int) -> int:
            return n + 1

        @task(task_id="named", retries=2, queue="fast")
        def with_options(n: int) -> int:
            return n + 1

        @task.python
        def last(n: int) -> int:
            return n + 1

        last(with_options(called(bare())))

    made = forms()
    assert (made.get_task("named").retries, made.get_task("named").queue) == (2, "fast")
    assert succeed(made).xcom("last") == 4


def test_override_makes_another_task_of_the_same_contract():
    """`.override()` keeps checking and passes the operator's options on."""

    @dag(schedule=None)
    def overridden():
        @task
        def double(n: int) -> int:
            assert type(n) is int
            return 2 * n

        double.override(task_id="twice", retries=1)(double.override(task_id="once")(1))
        double.override(task_id="mapped").partial().expand(n=[1, 2])

    made = overridden()
    assert made.get_task("twice").retries == 1
    result = succeed(made)
    assert result.xcom("twice") == 4
    assert result.xcom("mapped", map_index=1) == 4


def test_a_key_that_the_body_pushes_itself_is_no_mistake():
    """Beside the fields of what it returns, a task may push more."""

    @dag(schedule=None)
    def more():
        @task
        def make(ti=None) -> Stats:
            ti.xcom_push("extra", 3)
            return {"zeta": 1, "mean": 2.0}

        @task
        def read(n: int, mean: float) -> float:
            return n + mean

        made = make()
        read(made["extra"], made["mean"])

    assert succeed(more()).xcom("read") == 5.0


def test_multiple_outputs_push_every_field():
    """A TypedDict, a dict, a model and a dataclass are pushed whole and by field."""

    @dag(schedule=None)
    def fields():
        @task
        def typed_dict() -> Stats:
            return {"zeta": 3, "mean": 0.5}

        @task
        def plain_dict() -> dict[str, int]:
            return {"b": 1, "a": 2}

        @task(multiple_outputs=True)
        def model() -> Order:
            return ORDER

        @task(multiple_outputs=True)
        def dataclass() -> Point:
            return Point(4)

        @task
        def check(zeta: int, b: int, at: datetime, items: list[Item], x: int) -> None:
            assert (zeta, b, at, x) == (3, 1, ORDER.at, 4)
            assert items == ORDER.items

        order = model()
        check(
            typed_dict()["zeta"], plain_dict()["b"], order["at"], order["items"], dataclass()["x"]
        )

    result = succeed(fields())
    keys = {(task_id, key) for task_id, _, key in result.rows()}
    assert {
        ("typed_dict", "mean"),
        ("plain_dict", "a"),
        ("model", "price"),
        ("dataclass", "y"),
    } < keys
    assert {("typed_dict", "return_value"), ("model", "return_value")} < keys
    assert ("plain_dict", "$typedxcom") not in keys


@HAS_ASYNC
def test_an_async_task_is_checked_like_any_other():
    """An async body gets typed arguments and its result is validated."""

    @dag(schedule=None)
    def asynchronous():
        @task
        async def fetch(n: int) -> Order:
            return ORDER.model_copy(update={"id": n})

        @task
        async def number(order: Order) -> int:
            return order.id

        number.expand(order=[fetch(1)])
        number.override(task_id="again")(fetch.override(task_id="other")(2))

    result = succeed(asynchronous())
    assert (result.xcom("number", map_index=0), result.xcom("again")) == (1, 2)


def test_a_generator_function_pushes_what_it_returns_as_in_plain_airflow():
    """A generator's result is what it returns in the end, read from `Generator[Y, S, R]`."""

    @dag(schedule=None)
    def generated():
        @task
        def numbers(count: int) -> Generator[str, None, list[int]]:
            assert type(count) is int
            yield "on the way"
            return list(range(count))

        @task
        def total(numbers: list[int]) -> int:
            return sum(numbers)

        total(numbers(3))

    result = succeed(generated())
    assert (result.xcom("numbers"), result.xcom("total")) == ([0, 1, 2], 3)


class Adder:
    __name__ = "adder"
    __annotations__ = {}  # Airflow reads it of the object itself

    def __call__(self, n: int) -> int:
        return n + 2

    def method(self, order: Order) -> int:
        return order.id


def scale(n: int, by: int) -> int:
    return n * by


def logged(function: Any) -> Any:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


def test_callables_that_are_no_plain_functions_are_tasks_where_airflow_takes_them():
    """A callable object, a partial, a bound method, a lambda and a wrapped function run."""
    triple = functools.partial(scale, by=3)
    triple.__name__, triple.__annotations__ = "triple", {}

    @dag(schedule=None)
    def callables():
        @task
        @logged
        def order(n: int) -> Order:
            assert type(n) is int
            return ORDER.model_copy(update={"id": n})

        added = task(task_id="added")(Adder())(1)
        tripled = task(task_id="tripled")(triple)(added)
        same = task(task_id="same")(lambda n: n)(tripled)
        task(task_id="number")(Adder().method)(order(same))

    assert succeed(callables()).xcom("number") == 9


def test_the_plain_function_stays_for_unit_tests():
    """`.function` and `__wrapped__` are the author's function; the task keeps its name."""

    def area(width: int, height: int = 2) -> int:
        """Multiply."""
        return width * height

    made = task(area)
    assert made.function is area
    assert made.__wrapped__ is area
    assert (made.__name__, made.__doc__) == ("area", "Multiply.")
    assert list(inspect.signature(made.function).parameters) == ["width", "height"]
    assert made.function(3) == 6


def test_the_ui_shows_what_airflow_shows():
    """Operator names, task types and documentation equal those of the plain decorator."""

    def build(decorators: Any, dag_id: str) -> Any:
        @dag(dag_id, schedule=None)
        def shown():
            @decorators
            def python() -> int:
                """Return one."""
                return 1

            @decorators.branch
            def branch() -> str:
                return "python"

            @decorators.sensor
            def sensor() -> bool:
                return True

            @decorators.bash
            def bash() -> str:
                return "true"

            @decorators
            def mapped(n: int) -> int:
                return n

            mapped.expand(n=[1])
            for one in (python, branch, sensor, bash):
                one()

        return shown()

    ours, airflows = build(task, "ours"), build(airflow_task, "airflows")
    for one, other in zip(ours.tasks, airflows.tasks, strict=True):
        assert (one.operator_name, one.task_type) == (other.operator_name, other.task_type)
        assert (one.doc_md, one.ui_color) == (other.doc_md, other.ui_color)
        assert one.template_fields == other.template_fields
    assert ours.get_task("python").operator_name == "@task"
    assert ours.get_task("bash").operator_name == "@task.bash"


def test_an_untyped_function_is_left_alone():
    """Without annotations a task is Airflow's own, down to the row."""

    @dag(schedule=None)
    def untyped():
        @task
        def make():
            return {"a": (1, 2), "when": datetime(2024, 1, 1, tzinfo=timezone.utc)}

        @task
        def take(value):
            assert value["when"].year == 2024
            return type(value["a"]).__name__

        take(make())

    result = succeed(untyped())
    assert result.xcom("take") == "tuple"


def test_do_xcom_push_false_pushes_nothing():
    """A task that pushes nothing is still validated, and leaves no row."""

    @dag(schedule=None)
    def silent():
        @task(do_xcom_push=False)
        def quiet() -> Order:
            return ORDER

        quiet()

    assert succeed(silent()).rows() == {}
