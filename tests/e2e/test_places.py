"""None from one instance of a mapped task, beside the values of the others."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk import task as plain_task

from tests.e2e.support import succeed
from tests.harness.dagtest import run_dag
from typedxcom import task

try:
    from airflow.sdk.exceptions import AirflowSkipException
except ImportError:  # Airflow 3.1
    from airflow.exceptions import AirflowSkipException  # type: ignore[no-redef, attr-defined]


@task
def numbers() -> list[int]:
    return [0, 1, 2, 3]


@task
def tens(n: int) -> int | None:
    """None for 0, ten times the number for others; 3 is skipped."""
    if n == 3:
        raise AirflowSkipException
    return None if n == 0 else 10 * n


def keep(got: list[Any], annotation: Any, rule: str = "all_done") -> Any:
    def read(value):
        got.append(value if isinstance(value, (int, type(None))) else list(value))

    read.__annotations__ = {"value": annotation} if annotation else {}
    return task(trigger_rule=rule)(read)


def test_none_keeps_its_place_where_every_reader_is_annotated():
    """In a list of all, and for a task that is mapped over it; a skipped instance is left out."""
    whole: list[Any] = []
    each: list[Any] = []
    with DAG("annotated", schedule=None) as dag:
        output = tens.expand(n=numbers())
        keep(whole, list[int | None])(output)
        keep(each, int | None).override(task_id="each").expand(value=output)
    result = succeed(dag)
    assert whole == [[None, 10, 20]]
    assert sorted(each, key=str) == [10, 20, None]
    assert result.rows()["tens", 0, "return_value"] is None


def test_zip_pairs_an_item_with_its_own():
    """Whoever reads it, a lambda too."""
    got: list[Any] = []
    with DAG("zipped", schedule=None) as dag:
        known = numbers()
        pairs = tens.expand(n=known).zip(known).map(lambda pair: list(pair))
        keep(got, Any).expand(value=pairs)
    succeed(dag)
    assert sorted(got, key=lambda pair: pair[1]) == [[None, 0], [10, 1], [20, 2]]


@pytest.mark.parametrize("kind", ["untyped", "plain", "mapped function", "beside a typed one"])
def test_a_reader_that_says_nothing_gets_the_shorter_list(kind):
    """As in Airflow, where returning None leaves an item out."""
    got: list[Any] = []
    expected = [11, 21] if kind == "mapped function" else [10, 20]
    with DAG("shorter", schedule=None) as dag:
        output = tens.expand(n=numbers())
        if kind == "mapped function":
            keep(got, None).expand(value=output.map(lambda n: n + 1))
        elif kind == "plain":
            plain_task(keep(got, None).function, trigger_rule="all_done")(output)
        else:
            keep(got, None)(output)
            if kind == "beside a typed one":
                keep([], list[int | None]).override(task_id="typed")(output)
    result = succeed(dag)
    assert ("tens", 0, "return_value") not in result.rows()
    assert (sorted(got) if kind == "mapped function" else got[0]) == expected


def test_none_that_is_not_promised_pushes_nothing():
    """The value is checked first."""
    with DAG("unpromised", schedule=None) as dag:

        @task
        def wrong(n: int) -> int:
            return None  # type: ignore[return-value]

        keep([], list[int])(wrong.expand(n=[1]))
    result = run_dag(dag)
    assert "breaks its own contract" in str(result.error("wrong", 0))
    assert not [row for row in result.rows() if row[0] == "wrong"]
