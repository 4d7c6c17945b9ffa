"""What the next Airflow says of two versions of a DAG."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness.dagtest import load_dag

pytestmark = pytest.mark.airflow

PRICES = """
from airflow.sdk import dag
from typedxcom import task


@dag(schedule=None)
def prices() -> None:
    @task
    def price() -> int: ...

    @task
    def show(price: float) -> None: ...

    show(price())


prices()
"""


def test_the_comparison_of_versions_shows_which_contract_changed() -> None:
    """That of the task, and no other, with the types before and after."""
    from airflow.serialization.dag_version_diff import build_serialized_dag_diff
    from airflow.serialization.serialized_objects import DagSerialization

    versions = PRICES, PRICES.replace("-> int", "-> float")
    before, after = (DagSerialization.to_dict(load_dag(source)) for source in versions)
    found: Any = build_serialized_dag_diff(base_data=before, target_data=after, include_values=True)
    (changed,) = (one for one in found["changes"] if "doc_json" in str(one))
    assert changed["path"] == "/dag/tasks/price/doc_json"
    assert [changed[name] for name in ("before_value", "after_value")] == [
        '{"typedxcom":1,"returns":"int"}',
        '{"typedxcom":1,"returns":"float"}',
    ]
