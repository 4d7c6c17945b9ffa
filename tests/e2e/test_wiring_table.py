"""The table of the relation, through real tasks: the check at DAG parse agrees with every row."""

from __future__ import annotations

from typing import Any

import pytest
from airflow.sdk import DAG

from tests.data.relation import DIFFERS, ROWS, Row, meaning
from tests.e2e.wired import returns, takes
from typedxcom import WiringError

PAIRS = list({(row.up, row.down): row for row in ROWS}.values())


@pytest.fixture(autouse=True)
def inside_a_dag():
    with DAG("wiring", schedule=None) as dag:
        yield dag


@pytest.mark.parametrize("row", PAIRS, ids=str)
def test_the_call_agrees(row: Row) -> None:
    """An output of the one goes into a parameter of the other, or raises with both names."""
    up, down = meaning(row.up), meaning(row.down)
    if row.verdict == DIFFERS:
        with pytest.raises(WiringError, match=r"^downstream\(value\) expects .*'upstream'"):
            wire(up, down)
    else:
        wire(up, down)


def wire(up: Any, down: Any) -> None:
    takes(down)(returns(up))
