"""What pages show beside their executed snippets is what is really said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from typedxcom.airflow.wiring.dag import check_dag

pytestmark = pytest.mark.airflow

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = 'with DAG("the_other_way"):\n    BashOperator(task_id="show", bash_command=count())'


def test_an_operators_field_is_checked_as_the_page_says():
    """The check of the whole DAG names the field, the operator's task and the upstream."""
    page = (DOCS / "how-to" / "classic-operators.md").read_text()
    assert SHOWN in page
    (shown,) = re.findall(r"^```text\n(.*?)\n```$", page, re.M | re.S)
    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.sdk import DAG

    from typedxcom import task

    @task
    def count() -> int:
        return 3

    with DAG("the_other_way") as dag:
        BashOperator(task_id="show", bash_command=count())
    assert check_dag(dag) == [shown]
