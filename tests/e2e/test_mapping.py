"""Mapping over outputs, mapping functions over them, joining them, and reducing them."""

from __future__ import annotations

import types
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from airflow.sdk import task as airflow_task
from typing_extensions import TypedDict

from tests.e2e.support import Order, Point, Tick, succeed
from tests.harness.dagtest import run_dag
from typedxcom import ValidationError, WiringError, dag, task

try:
    from airflow.sdk.exceptions import AirflowSkipException
except ImportError:  # Airflow 3.1
    from airflow.exceptions import AirflowSkipException

DAY = datetime(2024, 1, 2)


def load_module(path: Path) -> types.ModuleType:
    """A module from a file, whose functions have their source there."""
    found = types.ModuleType(path.stem)
    exec(compile(path.read_text(), str(path), "exec"), vars(found))
    return found


@task
def orders(count: int = 3) -> list[Order]:
    return [Order(id=n, at=DAY) for n in range(1, count + 1)]


@task
def number(order: Order) -> int:
    assert type(order) is Order
    return order.id


@task
def total(numbers: list[int]) -> int:
    assert type(numbers) is list
    return sum(numbers)


def test_expand_gives_each_instance_its_typed_item():
    """A list of models is mapped over, and the results are reduced."""

    @dag(schedule=None)
    def expanded():
        total(number.expand(order=orders()))

    result = succeed(expanded())
    assert result.xcom("total") == 6
    assert result.xcom("orders")[0] == {
        "id": 1,
        "at": "2024-01-02T00:00:00",
        "price": "1.10",
        "items": [],
    }


def test_partial_fixes_arguments_and_several_expand_together():
    """`.partial` and a product of lists and dicts."""

    @dag(schedule=None)
    def product():
        @task
        def prices() -> dict[str, Decimal]:
            return {"zz": Decimal("1.50"), "a": Decimal(2)}

        @task
        def cost(at: datetime, order: Order, price: tuple[str, Decimal]) -> str:
            assert (at, type(order), type(price)) == (DAY, Order, tuple)
            return f"{price[0]} {order.id * price[1]}"

        cost.partial(at=DAY).expand(order=orders(2), price=prices())

    result = succeed(product())
    found = {value for (task_id, _, _), value in result.rows().items() if task_id == "cost"}
    assert found == {"zz 1.50", "zz 3.00", "a 2", "a 4"}


def test_literal_lists_and_dicts_are_mapped_over():
    """Literals, with Python objects and outputs in them, are mapped over like outputs."""

    @dag(schedule=None)
    def literal_lists():
        @task
        def one() -> int:
            return 1

        @task
        def add(n: int, day: datetime) -> int:
            assert day == DAY
            return n + 1

        @task
        def pair(item: tuple[str, int]) -> str:
            return f"{item[0]}={item[1]}"

        total(add.partial(day=DAY).expand(n=[one(), 5]))
        pair.expand(item={"a": 1, "b": 2})

    result = succeed(literal_lists())
    assert result.xcom("total") == 8
    assert result.xcom("pair", map_index=1) == "b=2"


class Keywords(TypedDict):
    n: int
    price: Decimal


def test_expand_kwargs_gives_each_keyword_by_its_annotation():
    """Dicts, TypedDicts and literals become keyword arguments of each instance."""

    @dag(schedule=None)
    def keywords():
        @task
        def plans() -> list[Keywords]:
            return [{"n": 1, "price": Decimal("0.10")}, {"n": 2**70, "price": Decimal(1)}]

        @task
        def check(n: int, price: Decimal, unit: str = "EUR") -> str:
            return f"{n} {price} {unit}"

        check.partial(unit="USD").expand_kwargs(plans())
        check.override(task_id="literal").expand_kwargs([{"n": 1, "price": Decimal(2)}])

    result = succeed(keywords())
    assert result.xcom("check", map_index=0) == "1 0.10 USD"
    assert result.xcom("check", map_index=1) == f"{2**70} 1 USD"
    assert result.xcom("literal", map_index=0) == "1 2 EUR"


def test_items_that_need_text_keep_the_length_of_what_is_mapped():
    """Items that no database keeps as plain JSON are swapped one by one."""
    values = [2**70, 1, -(2**80)]

    @dag(schedule=None)
    def text_items():
        @task
        def make() -> list[int]:
            return values

        @task(multiple_outputs=False)
        def by_name() -> dict[str, float]:
            return {"zz": float("inf"), "a": 1.5}

        @task
        def same(n: int) -> int:
            return n

        @task
        def show(item: tuple[str, float]) -> str:
            return f"{item[0]} {item[1]}"

        @task
        def check(whole: list[int], back: list[int], shown: list[str]) -> None:
            assert (whole, back) == (values, values)
            assert shown == ["zz inf", "a 1.5"]

        made = make()
        check(made, same.expand(n=made), show.expand(item=by_name()))

    result = succeed(text_items())
    assert [type(row).__name__ for row in result.xcom("make")] == ["dict", "int", "dict"]


def test_map_decodes_the_item_for_a_typed_function():
    """A function with annotations gets typed items; its chain and an untyped lambda work too."""

    @dag(schedule=None)
    def maps():
        def identity(order: Order) -> int:
            assert type(order) is Order
            return order.id

        def text(n: int) -> str:
            return f"#{n}"

        @task
        def show(text: str) -> str:
            return text

        made = orders()
        show.expand(text=made.map(identity).map(text))
        total(made.map(lambda order: order.id * 10))
        total.override(task_id="of_mapped")(number.expand(order=made).map(lambda n: n + 1))

    result = succeed(maps())
    assert [result.xcom("show", map_index=index) for index in range(3)] == ["#1", "#2", "#3"]
    assert (result.xcom("total"), result.xcom("of_mapped")) == (60, 9)


class Shop(TypedDict):
    name: str


@pytest.mark.parametrize(
    ("kind", "made", "looked_at", "wrong", "cure"),
    [
        (Order, {"id": 1, "at": DAY}, "one.id", "one.idd", "`Order`: write .id"),
        (Point, {"x": 1}, "one.x", "one.z", "`Point`"),
        (Tick, {"symbol": "a", "price": Decimal(1)}, "one.symbol", "one.symbl", "write .symbol"),
        (Shop, {"name": "a"}, "one['name']", "one['town']", "which has no key 'town'"),
    ],
)
def test_map_gives_a_lambda_what_the_task_promises(tmp_path, kind, made, looked_at, wrong, cure):
    """A lambda gets items of the promised class, and what these do not have is refused."""
    (tmp_path / "lambdas.py").write_text(
        f"right = lambda one: {looked_at}\nwrong = lambda one: {wrong}\n"
    )
    found = load_module(tmp_path / "lambdas.py")

    @dag(schedule=None)
    def with_lambdas():
        def make():
            return [kind(**made)]

        make.__annotations__ = {"return": list[kind]}

        @task
        def read(value: Any) -> Any:
            return value

        out = task(make)()
        read.expand(value=out.map(found.right))
        with pytest.raises(WiringError) as refused:
            out.map(found.wrong)
        told = str(refused.value)
        assert told.startswith("map(<lambda>) uses an item as `")
        assert told.endswith(cure)

    result = succeed(with_lambdas())
    value = next(iter(made.values()))
    assert result.xcom("read", map_index=0) == value
    with pytest.raises((AttributeError, KeyError)):
        found.wrong(kind(**made))


def test_a_typed_dict_gives_a_lambda_its_own_keys_only():
    """A task that returns others fails, so a key that the class does not have is surely missing."""

    @dag(schedule=None)
    def own_keys():
        @task
        def make() -> list[Shop]:
            return [{"name": "a", "town": "b"}]  # type: ignore[typeddict-unknown-key]

        total.expand(numbers=make().map(lambda row: [len(row)]))

    assert run_dag(own_keys()).states == {"make": "failed", "total": "upstream_failed"}


def test_map_of_a_plain_task_gets_what_airflow_gives():
    """`.map` on the output of `airflow.sdk.task` changes nothing."""

    @dag(schedule=None)
    def plain_map():
        @airflow_task
        def make():
            return [1, 2]

        total(make().map(lambda n: n + 1))

    assert succeed(plain_map()).xcom("total") == 5


def test_a_map_may_skip_its_instance():
    """An AirflowSkipException from `.map` skips one instance, as in plain Airflow."""

    @dag(schedule=None)
    def skipping():
        def positive(n: int) -> int:
            if n < 0:
                raise AirflowSkipException
            return n

        @task
        def make() -> list[int]:
            return [1, -1]

        @task
        def take(n: int) -> int:
            return n

        take.expand(n=make().map(positive))

    assert set(run_dag(skipping()).states.values()) == {"success", "skipped"}


def test_zip_and_concat_carry_typed_items():
    """Both mix outputs, mapped outputs and maps; a fill value stands for what is missing."""

    @dag(schedule=None)
    def joined():
        @task
        def points() -> list[Point]:
            return [Point(1), Point(2)]

        @task
        def ticks() -> list[Tick]:
            return [Tick("IBM", Decimal("1.5"))]

        @task
        def both(pair: tuple[Point | None, Tick | None]) -> str:
            point, tick = pair
            assert type(point) is Point
            return f"{point.x} {tick and tick.symbol}"

        @task
        def either(one: Point | int) -> str:
            return type(one).__name__

        @task
        def shortest(pair: tuple[Point, Tick]) -> int:
            return pair[0].x

        made = points()
        both.expand(pair=made.zip(ticks(), fillvalue=None))
        shortest.expand(pair=made.zip(ticks.override(task_id="again")()))
        either.expand(one=made.concat(number.expand(order=orders(1))))

    result = succeed(joined())
    assert [result.xcom("both", map_index=index) for index in range(2)] == ["1 IBM", "2 None"]
    assert [result.xcom("either", map_index=index) for index in range(3)] == [
        "Point",
        "Point",
        "int",
    ]
    assert set(result.states) >= {"shortest[0]"}
    assert "shortest[1]" not in result.states


def test_zip_and_concat_go_into_one_task_whole():
    """What they give is a list where nothing maps over it."""

    @dag(schedule=None)
    def whole():
        @task
        def numbers() -> list[int]:
            return [1, 2]

        @task
        def pairs(pairs: list[tuple[int, int]]) -> int:
            assert type(pairs[0]) is tuple
            return sum(a * b for a, b in pairs)

        made = numbers()
        pairs(made.zip(made.map(lambda n: n + 1)))
        total(made.concat(made).concat(made))

    result = succeed(whole())
    assert (result.xcom("pairs"), result.xcom("total")) == (8, 9)


def test_a_reduce_asks_for_all_instances_at_once():
    """One slice request, not a request for each of them."""
    from airflow.sdk.execution_time.supervisor import InProcessTestSupervisor

    asked: list[str] = []
    handle: Any = InProcessTestSupervisor._handle_request

    def spy(self: Any, msg: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(msg, "task_id", None) == "number":
            asked.append(type(msg).__name__)
        return handle(self, msg, *args, **kwargs)

    @dag(schedule=None)
    def reduced():
        total(number.expand(order=orders(5)))

    with mock.patch.object(InProcessTestSupervisor, "_handle_request", spy):
        result = succeed(reduced())
    assert result.xcom("total") == 15
    assert [one for one in asked if one.startswith("GetXCom")] == ["GetXComSequenceSlice"]


def test_a_wrong_item_fails_only_its_own_instance():
    """What an untyped task pushed is validated item by item, and named with its task."""

    @dag(schedule=None)
    def one_wrong():
        @airflow_task
        def make():
            return [1, "two", 3]

        @task
        def take(n: int) -> int:
            return n

        take.expand(n=make())

    result = run_dag(one_wrong())
    assert [result.states[f"take[{index}]"] for index in range(3)] == [
        "success",
        "failed",
        "success",
    ]
    error = result.error("take", 1)
    assert isinstance(error, ValidationError)
    assert "argument `n` (pushed by 'make'): expected `int`, got `'two'`" in str(error)


@pytest.mark.parametrize("count", [0, 1])
def test_short_lists(count):
    """Nothing to map over skips, and a reduce of nothing gets an empty list."""

    @dag("short_lists", schedule=None)
    def short():
        @task(trigger_rule="all_done")
        def size(numbers: list[int]) -> int:
            return len(numbers)

        size(number.expand(order=orders(count)))

    assert run_dag(short()).xcom("size") == count
