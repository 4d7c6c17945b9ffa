"""What an argument may be: a literal, a default, a template, context, outputs inside containers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.e2e.support import Order, Point, Stats, succeed
from tests.harness.dagtest import run_dag
from typedxcom import ValidationError, XComArg, dag, task

DAY = datetime(2024, 1, 2)


def test_literals_and_defaults_are_read_by_their_annotation():
    """Python objects pass as they are, JSON is decoded, defaults stay untouched."""

    @dag(schedule=None)
    def literals():
        @task
        def check(
            n: int,
            day: date,
            point: Point,
            stats: Stats,
            order: Order,
            none: int | None,
            x: float = 2,
        ) -> str:
            assert (n, day, none) == (1, DAY.date(), None)
            assert (point, type(stats)) == (Point(1, 2.0), dict)
            assert type(order) is Order
            return type(x).__name__

        order = Order(id=1, at=DAY)
        check(1, DAY.date(), Point(1, 2.0), {"zeta": 1, "mean": 1.0}, order, None)

    assert succeed(literals()).xcom("check") == "int"


def test_star_arguments_are_read_one_by_one():
    """`*args: T` and `**kwargs: T` speak for each argument, and the context is left alone."""

    @dag(schedule=None)
    def stars():
        @task
        def day() -> date:
            return DAY.date()

        @task
        def numbers(first: int, *more: int) -> int:
            return first + sum(more)

        @task
        def names(*days: date, **dates: Any) -> bool:
            assert set(dates) >= {"ti", "dag_run", "until"}
            return days == (DAY.date(),)

        numbers(1, 2, numbers.override(task_id="inner")(3, 4))
        names(day(), until=day())

    result = succeed(stars())
    assert (result.xcom("numbers"), result.xcom("names")) == (10, True)


def test_keyword_only_and_positional_only_parameters():
    """Every kind of parameter is checked and filled."""

    @dag(schedule=None)
    def kinds_of_parameters():
        @task
        def both(a: int, /, b: int, *, c: int, d: int = 4) -> list[int]:
            return [a, b, c, d]

        both(1, b=2, c=3)

    assert succeed(kinds_of_parameters()).xcom("both") == [1, 2, 3, 4]


def test_the_context_fills_its_parameters():
    """Context parameters need no argument, with or without a default, whatever is written there."""

    @dag(schedule=None)
    def contexts():
        @task
        def defaulted(n: int, ti=None, dag_run=None) -> str:
            return f"{ti.task_id} {dag_run.conf['x']} {n}"

        @task
        def required(n: int, ti: int, params: list[int]) -> str:
            return f"{ti.task_id} {n}"

        @task
        def all_of_it(n: int, **context: Any) -> str:
            return f"{context['ti'].task_id} {n}"

        @task
        def mapped(n: int, ti=None) -> int:
            return ti.map_index * n

        defaulted(1)
        required(2)
        all_of_it(3)
        mapped.expand(n=[5, 6])

    result = succeed(contexts(), run_conf={"x": "conf"})
    assert result.xcom("defaulted") == "defaulted conf 1"
    assert (result.xcom("required"), result.xcom("all_of_it")) == ("required 2", "all_of_it 3")
    assert result.xcom("mapped", map_index=1) == 6


def test_default_args_fill_a_parameter_of_the_same_name():
    """The DAG's `default_args` give arguments, as in plain Airflow, and they are checked."""

    @dag(schedule=None, default_args={"level": "7", "retries": 0})
    def defaulted_by_dag():
        @task
        def text(level: str) -> str:
            return level

        @task
        def number(level: int) -> int:
            return level

        text()
        number()

    result = run_dag(defaulted_by_dag())
    assert result.xcom("text") == "7"
    assert isinstance(result.error("number"), ValidationError)


@pytest.mark.parametrize("native", [False, True])
def test_templates_become_what_the_annotation_says(native):
    """Jinja can only make strings, so what it rendered is read leniently; `str` stays as it is."""

    @dag("templates", schedule=None, render_template_as_native_obj=native)
    def templates():
        @task
        def check(
            n: int,
            numbers: list[int],
            mapping: dict[str, float],
            none: int | None,
            flag: bool,
            day: date,
            order: Order,
            text: str,
        ) -> str:
            assert (n, numbers, mapping) == (3, [1, 2], {"a": 1.5})
            assert (none, flag, day) == (None, True, date(2024, 1, 2))
            assert type(order) is Order
            return text

        check(
            "{{ 1 + 2 }}",
            "{{ [1, 2] }}",
            "{{ {'a': 1.5} }}",
            "{{ none }}",
            "{{ 1 == 1 }}",
            "{{ '2024-01-02' }}",
            '{"id": {{ 1 }}, "at": "2024-01-02T00:00:00"}',
            "{{ 'te' }}xt",
        )

    assert succeed(templates()).xcom("check") == "text"


def test_a_template_that_renders_something_else_fails():
    """Lenient is not blind: a word is no number."""

    @dag(schedule=None)
    def template_wrong():
        @task
        def take(n: int) -> None: ...

        take("{{ 'three' }}")

    error = run_dag(template_wrong()).error("take")
    assert isinstance(error, ValidationError)
    assert "Task 'take', argument `n`" in str(error)


def test_templates_inside_containers():
    """A template deep in a list or a dict is rendered, then read leniently too."""

    @dag(schedule=None)
    def deep_templates():
        @task
        def total(numbers: list[int], by_name: dict[str, int]) -> int:
            return sum(numbers) + by_name["x"]

        @task
        def flat(rows: list[list[int]]) -> int:
            return sum(map(sum, rows))

        @task
        def double(n: int) -> int:
            return 2 * n

        total([1, "{{ 2 }}"], {"x": "{{ 3 }}"})
        flat([[1], "{{ [2, 3] }}"])
        double.expand(n=["{{ 4 }}", 5])
        double.override(task_id="by_keyword").expand_kwargs([{"n": "{{ 6 }}"}, {"n": 7}])

    result = succeed(deep_templates())
    assert (result.xcom("total"), result.xcom("flat")) == (6, 6)
    assert result.xcom("double", map_index=0) == 8
    assert result.xcom("by_keyword", map_index=0) == 12


def test_an_output_in_a_template_string():
    """`f"{output}"` and `xcom_pull` in Jinja read what a typed task pushed."""

    @dag(schedule=None)
    def pulled():
        @task
        def number() -> int:
            return 3

        @task(multiple_outputs=False)
        def stats() -> Stats:
            return {"zeta": 1, "mean": 2.5}

        @task
        def check(n: int, text: str, mean: float) -> str:
            return f"{n} {text} {mean}"

        n = number()
        check(f"{n}", f"n={n}", "{{ ti.xcom_pull('stats')['mean'] }}") << stats()

    assert succeed(pulled()).xcom("check") == "3 n=3 2.5"


def test_outputs_inside_lists_dicts_and_tuples():
    """Outputs are found at any depth, and the whole is read by the annotation."""

    @dag(schedule=None)
    def nested():
        @task
        def order(n: int) -> Order:
            return Order(id=n, at=DAY)

        @task
        def big() -> float:
            return float("inf")

        @task
        def check(
            orders: list[Order],
            by_name: dict[str, Order],
            pair: tuple[int, Order],
            sizes: list[float],
        ) -> list[int]:
            assert {type(one) for one in [*orders, *by_name.values(), pair[1]]} == {Order}
            assert sizes == [1.0, float("inf")]
            assert type(pair) is tuple
            return [*(one.id for one in orders), by_name["x"].id, pair[1].id]

        one, two = order(1), order.override(task_id="two")(2)
        check([one, Order(id=9, at=DAY), two], {"x": two}, (1, one), [1.0, big()])

    assert succeed(nested()).xcom("check") == [1, 9, 2, 2, 1]


def test_a_template_searchpath_file_is_rendered_and_read(tmp_path):
    """An argument in `templates_exts` comes from a file and is read leniently."""
    (tmp_path / "numbers.sql").write_text("[{{ 1 }}, 2]")

    @dag(schedule=None, template_searchpath=[str(tmp_path)])
    def from_file():
        @task(templates_exts=[".sql"])
        def total(query: str) -> str:
            return query

        total("numbers.sql")

    assert succeed(from_file()).xcom("total") == "[1, 2]"


def test_xcomarg_in_an_annotation_means_its_value():
    """`XComArg[T]` types helper functions of the DAG file and changes nothing at run time."""

    def helper(number: XComArg[int]) -> XComArg[int]:
        return double.override(task_id="helped")(number)

    @task
    def double(n: int) -> int:
        return 2 * n

    @dag(schedule=None)
    def helpers():
        double(helper(double.override(task_id="first")(1)))

    assert succeed(helpers()).xcom("double") == 8


def test_skipped_and_missing_upstreams_are_none():
    """A parameter that allows None gets it where the upstream was skipped; another one fails."""

    @dag(schedule=None)
    def skipped():
        @task.run_if(lambda context: False)
        @task
        def maybe() -> int:
            return 1

        @task(trigger_rule="all_done")
        def optional(n: int | None) -> bool:
            return n is None

        @task(trigger_rule="all_done")
        def required(n: int) -> None: ...

        @task(trigger_rule="all_done")
        def defaulted(n: int = 1) -> None: ...

        n = maybe()
        optional(n)
        required(n)
        defaulted(n)

    result = run_dag(skipped())
    assert result.xcom("optional") is True
    assert isinstance(result.error("required"), ValidationError)
    assert isinstance(result.error("defaulted"), ValidationError)


def test_a_reader_of_a_mapped_task_without_instances_gets_an_empty_list():
    """Airflow skips what is mapped over nothing; a reader that runs all the same gets ``[]``."""

    @dag(schedule=None)
    def nothing():
        @task
        def items() -> list[int]:
            return []

        @task
        def double(n: int) -> int:
            return 2 * n

        @task(trigger_rule="all_done")
        def total(numbers: list[int]) -> int:
            assert numbers == []
            return sum(numbers)

        total(double.expand(n=items()))

    assert run_dag(nothing()).xcom("total") == 0
