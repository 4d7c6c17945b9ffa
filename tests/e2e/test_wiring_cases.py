"""Each wiring case is imported; its mistake, and nothing else, raises while the DAG is parsed."""

from __future__ import annotations

import ast
import importlib
import json
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk import DAG

from tests.e2e.support import AIRFLOW
from typedxcom.airflow.private import DagContext
from typedxcom.airflow.wiring.dag import check_dag

# Airflow 3.1 says so of every name that is imported only while type checking.
pytestmark = pytest.mark.filterwarnings("ignore:Cannot infer multiple_outputs")
FOLDER = Path(__file__).parent / "wiring_cases"
CASES = json.loads((FOLDER / "cases.json").read_text())
TOO_OLD = {"dag_ok_03": (3, 3)}
NEEDS_PYTHON = {"mo_ok_04": (3, 11)}  # typing.NotRequired


@pytest.fixture(autouse=True)
def cases_path(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The cases import each other by plain names, and leave no module and no DAG behind."""
    monkeypatch.syspath_prepend(FOLDER)
    known = set(sys.modules)
    monkeypatch.setattr(DagContext, "autoregistered_dags", set())
    monkeypatch.setattr(DagContext, "current_autoregister_module_name", None)
    yield
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(FOLDER)):
            del sys.modules[name]


def parse(name: str) -> list[str]:
    """Import one case as Airflow would, then check its DAGs as the cluster policy does."""
    DagContext.current_autoregister_module_name = name
    module = importlib.import_module(name)
    found = [dag for dag, _ in DagContext.autoregistered_dags]
    found += [one for one in vars(module).values() if isinstance(one, DAG)]
    assert found, "the case defines no DAG"
    return [wrong for dag in dict.fromkeys(found) for wrong in check_dag(dag)]


def statement_of(path: Path, line: int) -> tuple[int, int]:
    """The first and the last line of the smallest statement around *line*."""
    found = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(found)


def select(verdict: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["expect"] == verdict]


@pytest.mark.parametrize("case", select("ok"))
def test_a_correct_dag_is_accepted(case):
    """No call of it raises, and the whole-DAG check says nothing."""
    if TOO_OLD.get(case["id"], (3, 0)) > AIRFLOW:
        pytest.skip("this Airflow has no @result")
    if NEEDS_PYTHON.get(case["id"], (3, 10)) > sys.version_info[:2]:
        pytest.skip("the case needs a newer Python")
    assert parse(case["id"]) == []


@pytest.mark.parametrize("case", select("error"))
def test_a_mistake_is_found_on_its_line(case):
    """The error names both tasks and the parameter, and comes from the author's statement."""
    try:
        told = "\n".join(parse(case["id"]))
        assert told, "nothing was found"
    except (TypeError, AttributeError) as error:
        told = str(error)
        first, last = statement_of(FOLDER / case["file"], case["line"])
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == str(FOLDER / case["file"])
        ]
        assert any(first <= (line or 0) <= last for line in lines), lines
    assert [name for name in case.get("mentions", ()) if name not in told] == [], told
