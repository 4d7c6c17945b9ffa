"""Functions that yield, and dicts where Airflow takes items by number or keys as text."""

from __future__ import annotations

import enum
from collections.abc import Generator, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest
from airflow.sdk import DAG, Asset, Metadata
from airflow.sdk import task as plain_task
from typing_extensions import TypedDict

from tests.e2e.support import succeed
from typedxcom import ContractError, WiringError, contract, task
from typedxcom.airflow.wiring.dag import check_dag

TRIPS = Asset("yielded")
PROMISE_VALUES = [
    *(
        list[int],
        int,
        Iterator[int],
        Iterable[str],
        Generator[int, None, None],
        Iterator[str | int],
    ),
]
PROMISE_NONE = [
    *(None, Any, Iterator, Iterator[Any], Iterator[Metadata], Iterable[Metadata | str]),
    *(Generator[Metadata, None, None], Generator[Metadata, None, int], Generator[int, None, int]),
    *(Iterator[object], Generator),
]


def yields(annotation: Any) -> Any:
    def produce():
        yield 1

    produce.__annotations__ = {"return": annotation}
    return produce


@pytest.mark.parametrize("annotation", PROMISE_VALUES, ids=str)
def test_a_function_that_yields_what_it_promises_is_refused(annotation):
    """Airflow pushes only what it returns in the end."""
    with DAG("yields", schedule=None) as dag:
        with pytest.raises(ContractError, match="'produce' yields, so it pushes nothing of `"):
            task(yields(annotation))()
        plain_task(yields(annotation))()
        plain_task(task_id="checked")(contract(yields(annotation)))()
    assert len(check_dag(dag)) == 2


@pytest.mark.parametrize("decorator", [task, plain_task], ids=["typed", "plain"])
def test_without_annotations_a_generator_gives_what_it_returns(decorator):
    """So it is when the DAG runs, and the parse check knows it. What it yields goes nowhere."""
    with DAG("returns", schedule=None) as dag:

        @decorator
        def returns():
            yield 7
            return [1, 2]

        @decorator
        def only_yields():
            yield [1, 2]

        @decorator
        def add(n: int, more: int | None) -> int:
            return n + (more or 10)

        add.partial(more=only_yields()).expand(n=returns())
    result = succeed(dag)
    assert [result.xcom("add", map_index=at) for at in range(2)] == [11, 12]
    assert result.xcom("returns") == [1, 2]
    with pytest.raises(KeyError):
        result.xcom("only_yields")

    @task
    def text(value: str) -> None: ...

    with DAG("wrong", schedule=None):
        with pytest.raises(WiringError, match="`None` cannot be mapped over"):
            text.expand(value=only_yields())
        with pytest.raises(
            WiringError, match="the code of upstream 'only_yields__1' returns `None"
        ):
            text(only_yields())
        with pytest.raises(WiringError, match="gives items of `int`"):
            text.override(task_id="items").expand(value=returns())


@pytest.mark.parametrize("annotation", [*PROMISE_VALUES, None], ids=str)
def test_an_async_generator_is_refused(annotation):
    """Airflow never runs its body."""

    async def produce():
        yield 1

    produce.__annotations__ = {"return": annotation}
    with DAG("yields", schedule=None) as dag:
        with pytest.raises(ContractError, match="'produce' is an async generator"):
            task(produce)()
        plain_task(produce)()
    assert len(check_dag(dag)) == 1


@pytest.mark.parametrize("annotation", PROMISE_NONE, ids=str)
def test_a_function_that_yields_metadata_or_promises_nothing_is_fine(annotation):
    """So is one whose result is what it returns."""
    with DAG("metadata", schedule=None) as dag:
        task(yields(annotation))()
        plain_task(yields(annotation))()
    assert check_dag(dag) == []


class Low(enum.IntEnum):
    ONE = 1


class Number(enum.Enum):
    ONE = 1


class Word(enum.Enum):
    A = "a"


TEXTS = {
    str: "a",
    Word: Word.A,
    Literal["a"]: "a",
    date: date(2026, 1, 1),
    UUID: UUID(int=1),
    Decimal: Decimal("1.50"),
    bytes: b"\xff",
}


def unmade(annotation: Any, value: Any = None) -> Any:
    def produce():
        return value

    produce.__annotations__ = {"return": annotation}
    return produce


def returns(annotation: Any, value: Any = None) -> Any:
    return task(multiple_outputs=False)(unmade(annotation, value))


@pytest.mark.parametrize("key", [int, float, bool, Low, Number, Literal[1, 2]], ids=str)
def test_mapping_over_a_dict_with_numbers_as_keys_is_refused(key):
    """They would arrive as text. A dict in the DAG file keeps its keys."""
    with DAG("numbers", schedule=None) as dag:

        @task
        def read(pair: Any) -> None: ...

        for kind in (dict[key, str], dict[key, str] | None):
            with pytest.raises(WiringError, match=r"^read\(pair\) expands over .* arrive as text"):
                read.expand(pair=returns(kind)())
        read.expand(pair={1: "a", 2: "b"})
        plain_task(lambda pair: None).override(task_id="plain").expand(
            pair=returns(dict[key, str])()
        )
    assert ["arrive as text" in sentence for sentence in check_dag(dag)] == [True]


def test_mapping_over_a_dict_with_texts_as_keys_gives_them_back():
    """Whatever is a text in JSON: the pair arrives as it was."""
    got = {}
    with DAG("texts", schedule=None) as dag:
        for index, (kind, value) in enumerate(TEXTS.items()):

            def read(pair, index=index):
                got[index] = pair

            read.__annotations__ = {"pair": tuple[kind, int]}
            task(task_id=f"read{index}")(read).expand(pair=returns(dict[kind, int], {value: 1})())
    succeed(dag)
    assert list(dict(sorted(got.items())).values()) == [(value, 1) for value in TEXTS.values()]


class Counts(TypedDict):
    a: int


@pytest.mark.parametrize("kind", [dict[str, int], Counts, dict[str, int] | None], ids=str)
@pytest.mark.parametrize("how", ["map", "zip", "other_zip", "concat", "other_concat"])
def test_map_zip_and_concat_take_no_dict(kind, how):
    """Airflow asks a dict for item 0 there, which is a KeyError."""
    chains = {
        "map": lambda dicts, pairs: dicts.map(str),
        "zip": lambda dicts, pairs: dicts.zip(pairs),
        "other_zip": lambda dicts, pairs: pairs.zip(dicts),
        "concat": lambda dicts, pairs: dicts.concat(pairs),
        "other_concat": lambda dicts, pairs: pairs.concat(dicts),
    }
    with DAG("chains", schedule=None) as dag:
        dicts, pairs = returns(kind)(), returns(list[int])()
        with pytest.raises(WiringError, match="has no items by number"):
            chains[how](dicts, pairs)
        plain = [plain_task(unmade(one))() for one in (kind, list[int])]
        plain_task(lambda item: None).override(task_id="reads").expand(item=chains[how](*plain))
    assert ["has no items by number" in sentence for sentence in check_dag(dag)] == [True]


def test_map_over_the_dicts_of_a_mapped_task_is_fine():
    """There the items are the dicts, which have numbers."""
    with DAG("many", schedule=None) as dag:

        @task(multiple_outputs=False)
        def count(n: int) -> dict[str, int]:
            return {"n": n}

        @task
        def total(n: int) -> int:
            return n

        def number(counts: dict[str, int]) -> int:
            return counts["n"]

        total.expand(n=count.expand(n=[1, 2]).map(number))
    result = succeed(dag)
    assert [result.xcom("total", map_index=index) for index in (0, 1)] == [1, 2]
