"""Every way to wire a call while the DAG is parsed: what passes and what raises."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from airflow.sdk import DAG, task_group
from airflow.sdk import task as plain_task
from pydantic import Field

from tests.e2e.wired import (
    Animal,
    Color,
    Dog,
    K,
    Less,
    Partly,
    Point,
    T,
    Total,
    V,
    returns,
    takes,
)
from typedxcom import OutputAttributeError, WiringError, task
from typedxcom.airflow.wiring.dag import check_dag


@pytest.fixture(autouse=True)
def inside_a_dag():
    with DAG("wiring", schedule=None) as dag:
        yield dag


def test_override_partial_and_expand_in_one_chain():
    """Checks survive `.override().partial().expand()`, and partial arguments are checked."""

    @task
    def load(a: int, b: str, c: float = 0) -> str: ...

    made = load.override(task_id="x").partial(a=1)
    with pytest.raises(WiringError, match=r"load\(b\) expects `str`"):
        made.expand(b=[1])
    with pytest.raises(WiringError, match=r"load\(a\) expects `int`"):
        load.override(task_id="x").partial(a="1").expand(b=["x"])
    with pytest.raises(WiringError, match="`b` is never given"):
        made.expand(c=[1.0])
    made.expand(b=["x"], c=returns(list[int]))


def test_expanding_over_dicts_gives_pairs():
    """A dict, a TypedDict and a dict of models are mapped over as key and value."""
    takes(tuple[str, Animal]).expand(value=returns(dict[str, Dog]))
    takes(tuple[str, int | str]).expand(value=returns(Total))
    takes(tuple[str, int]).expand(value={"a": 1})
    with pytest.raises(WiringError, match=r"items of `tuple\[str, Dog\]`"):
        takes(Dog).expand(value=returns(dict[str, Dog]))
    with pytest.raises(WiringError, match="expects `tuple"):
        takes(tuple[str, int]).expand(value={"a": "x"})


def test_what_cannot_be_mapped_over_is_refused():
    """Scalars, sets, models and optional lists are no lists."""
    for annotation in (int, str, set[int], Dog, list[int] | None, int | None, Iterable[int]):
        with pytest.raises(WiringError, match="cannot be mapped over"):
            takes(Any).expand(value=returns(annotation))
    takes(int).expand(value=returns(tuple[int, ...]))
    takes(int).expand(value=returns(Point))


def test_expand_kwargs_fits_keywords():
    """Names, types and what is missing are checked for TypedDicts, dicts and literals."""

    @task
    def load(a: int, b: str = "x") -> None: ...

    load.expand_kwargs(returns(list[Total]))
    load.expand_kwargs(returns(list[Less]))
    load.expand_kwargs(returns(list[Partly]))
    load.expand_kwargs(returns(list[dict[str, Any]]))
    load.expand_kwargs([{"a": 1}, {"a": 2, "b": "y"}])
    load.partial(b="z").expand_kwargs([{"a": returns(int)}])
    for wrong, words in [
        (returns(list[dict[str, bytes]]), "fit no parameter"),
        (returns(list[int]), "it needs dicts"),
        (returns(Total), "it needs dicts"),
        ([{"a": "x"}], r"load\(a\) expects `int`"),
        ([{"a": 1}, {"b": "x"}], "`a` is never given"),
        ([{"a": 1, "c": 2}], "no parameter `c`"),
        ([{"a": returns(str)}], r"load\(a\) expects `int`.*'upstream"),
    ]:
        with pytest.raises(WiringError, match=words):
            load.expand_kwargs(wrong)


def test_generic_tasks_solve_their_variables():
    """One variable has one meaning in a call; the result follows from it, also with two."""

    @task(multiple_outputs=False)
    def swap(pair: tuple[K, V]) -> dict[V, K]: ...

    @task
    def first(items: list[T]) -> T: ...

    @task
    def same(a: T, b: list[T]) -> T: ...

    takes(dict[str, int])(swap(returns(tuple[int, str])))
    takes(int)(first(returns(list[int])))
    takes(Animal)(first([returns(Dog)]))
    takes(list[int])(first.expand(items=returns(list[list[int]])))
    same(returns(int), returns(list[int]))
    with pytest.raises(WiringError, match=r"expects `dict\[int, str\]`"):
        takes(dict[int, str])(swap(returns(tuple[int, str])))
    with pytest.raises(WiringError, match="expects `str`"):
        takes(str)(first(returns(list[int])))


def test_containers_of_outputs():
    """Lists, tuples, dicts and TypedDicts with outputs inside are compared part by part."""
    one, text = returns(int), returns(str)
    takes(dict[str, list[int]])({"a": [one, 1], "b": []})
    takes(tuple[int, str])((one, text))
    takes(Total)({"a": one, "b": text})
    takes(list[int | str])([one, text])
    for annotation, value, path in [
        (dict[str, list[int]], {"a": [one, text]}, r"\$\.a"),
        (tuple[int, str], (text, one), r"\$\[0\]"),
        (Total, {"a": text, "b": text}, r"\$\.a"),
        (Total, {"a": one}, "missing `b`"),
        (list[int], [one, [one]], r"\$\[1\]|is not `int`"),
    ]:
        with pytest.raises(WiringError, match=path):
            takes(annotation)(value)


def test_star_arguments():
    """Each of `*args` and `**kwargs` is checked by their one annotation."""

    @task
    def total(first: str, *numbers: int, **named: Animal) -> None: ...

    total("x", 1, returns(int), dog=returns(Dog))
    total(*["x", 1])
    total.partial(first="x").expand(dog=returns(list[Dog]))
    for args, kwargs, name in [
        (("x", returns(str)), {}, r"\*numbers"),
        (("x", 1, 2, "y"), {}, r"\*numbers"),
        (("x",), {"dog": returns(int)}, "dog"),
        ((returns(int),), {}, "first"),
    ]:
        with pytest.raises(WiringError, match=rf"total\({name}\) expects"):
            total(*args, **kwargs)


def test_parameters_that_airflow_fills():
    """Context names are never checked and never missing, whatever is written there."""

    @task
    def work(n: int, ti: int, *, params: str, dag_run: Any = None, **context: Any) -> None: ...

    work(1)
    work(n=returns(int))
    work.expand(n=[1])
    work.partial(extra=returns(str)).expand(n=[1])
    with pytest.raises(WiringError, match=r"work\(n\)"):
        work(returns(str))


def test_default_args_fill_parameters(inside_a_dag):
    """A parameter that `default_args` gives is not missing in a mapped task."""

    @task
    def work(n: int, level: str) -> None: ...

    with pytest.raises(WiringError, match="`level` is never given"):
        work.expand(n=[1])
    inside_a_dag.default_args["level"] = "x"
    work.expand(n=[1])


def test_zip_concat_and_map_carry_types():
    """Pairs, fill values, unions and the results of functions are compared."""
    ints, texts = returns(list[int]), returns(list[str])

    def size(text: str) -> int: ...

    def label(n: int) -> str: ...

    takes(tuple[int, str]).expand(value=ints.zip(texts))
    takes(tuple[int, str, int]).expand(value=ints.zip(texts, ints))
    takes(tuple[int | None, str | None]).expand(value=ints.zip(texts, fillvalue=None))
    takes(int | str).expand(value=ints.concat(texts))
    takes(list[int | str])(ints.concat(texts))
    takes(str).expand(value=texts.map(size).map(label))
    takes(tuple[int, str]).expand(value=texts.map(size).zip(ints.map(label)))
    takes(bytes).expand(value=texts.map(lambda text: text))
    takes(list[int])(takes(int).expand(value=ints).map(lambda n: n))
    takes(str).expand(value=ints.map(size.__class__))
    for wire in (
        lambda: takes(tuple[str, int]).expand(value=ints.zip(texts)),
        lambda: takes(tuple[int, str]).expand(value=ints.zip(texts, fillvalue=None)),
        lambda: takes(int).expand(value=ints.concat(texts)),
        lambda: ints.map(size),
        lambda: texts.map(size).map(size),
        lambda: takes(str).expand(value=texts.map(size)),
        lambda: takes(int)(ints.map(label)),
        lambda: ints.zip(returns(int)),
        lambda: ints.concat(returns(set[int])),
    ):
        with pytest.raises(WiringError):
            wire()


def test_mapped_tasks_give_lists():
    """A mapped task's output is a list of results, and expands to each of them."""
    mapped = takes(int).expand(value=[1, 2])
    untyped = task(task_id="untyped")(lambda: eval("1"))

    @task
    def text(n: int) -> str: ...

    texts = text.expand(n=[1])
    takes(list[str])(texts)
    takes(str).expand(value=texts)
    takes(list[Any])(mapped)
    takes(int)(untyped())
    for wire in (
        lambda: takes(str)(texts),
        lambda: takes(list[int])(texts),
        lambda: takes(int).expand(value=texts),
        lambda: takes(list[list[str]])(texts),
    ):
        with pytest.raises(WiringError):
            wire()


def test_outputs_by_condition_and_from_helpers():
    """Which output arrives is decided while parsing, and the one that does is checked."""

    def either(flag: bool) -> Any:
        return returns(int) if flag else returns(str)

    takes(int)(either(True))
    with pytest.raises(WiringError):
        takes(int)(either(False))
    takes(int | str).expand(value=[either(flag) for flag in (True, False)])
    with pytest.raises(WiringError, match=r"'upstream"):
        takes(int).expand(value=[either(flag) for flag in (True, False)])


def test_groups_pass_types_on(inside_a_dag):
    """Keyword wiring, mapped groups, what a group returns, and `expand_kwargs` of a group."""

    @task
    def double(n: int) -> int: ...

    @task_group
    def group(*, n: Any, label: Any = "x") -> Any:
        return double(n)

    takes(int)(group(n=returns(int)))
    takes(list[int])(group.override(group_id="g2").expand(n=returns(list[int])))
    takes(list[int])(group.override(group_id="g3").expand_kwargs(returns(list[Total])))
    for number, wire in enumerate(
        (
            lambda group: takes(str)(group(n=returns(int))),
            lambda group: group(n=returns(str)),
            lambda group: group.expand(n=returns(list[str])),
            lambda group: takes(int)(group.expand(n=returns(list[int]))),
            lambda group: group.expand(n=returns(dict[str, int])),
        )
    ):
        with pytest.raises(WiringError):
            wire(group.override(group_id=f"wrong{number}"))


def test_plain_tasks_are_upstreams_and_downstreams(inside_a_dag):
    """A plain `@task` with annotations is known at both ends; one without is not."""

    @plain_task
    def text() -> str: ...

    @plain_task
    def number(n: int) -> int: ...

    @plain_task
    def anything(value): ...

    takes(str)(text())
    takes(str)(anything(returns(int)))
    with pytest.raises(WiringError, match=r"expects `int`.*'text__1' returns `str`"):
        takes(int)(text())
    assert check_dag(inside_a_dag) == []
    number(returns(str))
    (wrong,) = check_dag(inside_a_dag)
    assert "number(n) expects `int`" in wrong


def test_an_output_is_no_value_while_parsing():
    """Using the value of an output says where the value exists."""
    with pytest.raises(OutputAttributeError, match="exists only when the task has run"):
        _ = returns(Dog).age
    with pytest.raises(WiringError, match="gets the task 'downstream' itself; call it"):
        takes(int)(takes(int))
    with pytest.raises(WiringError, match="dict_values"):
        takes(list[int])({"a": returns(int)}.values())
    assert not hasattr(returns(Dog), "age")


def test_literals_are_checked_by_type_and_by_limits():
    """A literal that breaks a constraint or a Literal is refused where it stands."""
    takes(Annotated[int, Field(ge=0)])(1)
    takes(Literal["a", "b"])("a")
    takes(float)(1)
    takes(Decimal)(Decimal(1))
    takes(Dog)(Dog(name="x", age=1))
    takes(Animal)(Dog(name="x", age=1))
    takes(int)("{{ 1 }}")
    takes(Color)(Color.RED)
    for annotation, value in [
        (Annotated[int, Field(ge=0)], -1),
        (Annotated[str, Field(max_length=2)], "abc"),
        (Literal["a"], "c"),
        (int, 1.5),
        (int, "1"),
        (list[int], ["x"]),
        (Dog, Animal(name="x")),
        (int, None),
    ]:
        with pytest.raises(WiringError, match=r"downstream\(value\)"):
            takes(annotation)(value)
