"""Branches into tasks that the DAG does not have: an error of the whole DAG's check."""

from __future__ import annotations

import re

import pytest

from tests.harness.dagtest import DagImportError, load_dags
from tests.mypy.support import CASES as CASES_OF_MYPY
from tests.mypy.support import expected
from typedxcom.cli.findings import examine

DAG = """
from typing import Literal

from airflow.providers.standard.operators.python import BranchPythonOperator
from airflow.sdk import DAG, task as plain_task, task_group
from typedxcom import task


def choose(n=1)RETURNS:
    BODY


with DAG("flow", schedule=None):
    @DECORATOR
    def load(): ...

    @DECORATOR
    def load_us(): ...

    @DECORATOR
    def clean_up(): ...

    @task_group
    def heavy():
        @DECORATOR
        def train(): ...

        train()

    MADE >> [load(), load_us(), clean_up(), heavy()]
"""
MADE = {
    "task": "task.branch(choose)()",
    "plain_task": "plain_task.branch(choose)()",
    "task()": "BranchPythonOperator(task_id='choose', python_callable=choose)",
}

# What the function promises and returns, and which task must be named; none where it may be right.
CASES = {
    ("", "return 'lod'"): "load",
    ("", "return 'load'"): "",
    ("", "return 'heavy'"): "",
    ("", "return 'heavyy'"): "heavy",
    ("", "return 'heavy.train'"): "",
    ("", "return 'heavy.trian'"): "heavy.train",
    ("", "return 'train'"): "heavy.train",
    ("", "return ['load', 'cleanup']"): "clean_up",
    ("", "return ['load', 'heavy.train']"): "",
    ("", "return {'clean_upp'}"): "clean_up",
    ("", "return 'load' if n else 'claen_up'"): "clean_up",
    ("", "return 'clean_up' if n else None"): "",
    (" -> str | None", "chosen = 'lod'; return chosen"): "load",
    (" -> Literal['clean_up', 'lod']", "return n"): "load",
    (" -> list[Literal['lod']]", "return n"): "load",
    (" -> str", "return str(n)"): "",
    ("", "return 'lod' if n else f'load{n}'"): "",
    ("", "return 'lod' if n else unknown(n)"): "",
    ("", "found = ['load']; found.append(n); return found"): "",
    # These tasks may be made in another environment only.
    ("", "return 'load_eu'"): "",
    ("", "return 'load_us_2'"): "",
    ("", "return 'load' if n else 'lode'"): "",
    ("", "return 'quite_another'"): "",
    ("", "return []"): "",
    ("", "return None"): "",
}


@pytest.mark.parametrize("decorator", MADE)
@pytest.mark.parametrize(("written", "meant"), CASES.items())
def test_a_branch_into_a_task(tmp_path, decorator, written, meant):
    returns, body = written
    source = DAG.replace("RETURNS", returns).replace("BODY", body).replace("MADE", MADE[decorator])
    file = tmp_path / "flow.py"
    file.write_text(source.replace("DECORATOR", decorator.removesuffix("()")))
    found = examine([file]).findings
    assert len(found) == bool(meant), found
    if meant:
        assert found[0].message.startswith("choose branches into ")
        assert found[0].message.endswith(f"but this DAG has no such task. Did you mean {meant!r}?")
        if decorator == "task":
            with pytest.raises(DagImportError, match="branches into"):
                load_dags(file)


@pytest.mark.parametrize("name", ["wire_branches", "wire_branches_groups"])
def test_mypy_says_the_same_of_branches(name):
    """The cases of the mypy plugin have their errors for the ids that `check` names."""
    file = CASES_OF_MYPY / f"{name}.py"
    told = re.compile(r"""branches into ["'](.*?)["'], .*id you mean ["'](.*?)["']\?""")
    in_mypy = [text for texts in expected(file).values() for text in texts]
    in_check = [one.message for one in examine([file]).findings]
    meant = [{one for text in found for one in told.findall(text)} for found in (in_mypy, in_check)]
    assert meant[0] == meant[1] != set()
