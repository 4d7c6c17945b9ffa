"""What pages show beside their executed snippets is what is really said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from typedxcom.airflow.wiring.dag import check_dag

pytestmark = pytest.mark.airflow

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
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


def test_the_hook_of_the_page_is_the_one_of_this_repository():
    """Who copies the hook for pre-commit gets what the repository's own hook does."""
    page = (DOCS / "how-to" / "ci.md").read_text()
    (shown,) = re.findall(r"^```yaml\n# \.pre-commit-config\.yaml\n(.*?)^```$", page, re.M | re.S)
    ((repo,),) = yaml.safe_load(shown).values()
    (hook,) = repo["hooks"]
    ours, _ = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert repo["repo"] == "local"
    del ours["description"]
    assert hook == {**ours, "files": "^dags/"}
