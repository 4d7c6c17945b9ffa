"""Hundreds of lines of wiring, parsed and run: see ``tests/data/lines.py``."""

from __future__ import annotations

import importlib
import linecache
import re
import sys
from typing import Any

import pytest
from airflow.sdk import DAG

from tests.data.lines import Line, header, lines
from tests.e2e.support import succeed
from tests.harness.dagtest import load_dags
from typedxcom import TypedXComError
from typedxcom.airflow.dagcheck import check_dag
from typedxcom.airflow.private import DagContext

WRITTEN = lines()
RIGHT = [line for line in WRITTEN if line.is_right]
WRONG = [line for line in WRITTEN if not line.is_right and "static" not in line.marks]


@pytest.fixture(scope="module")
def tasks():
    """The module of tasks, under the name by which the lines import it."""
    sys.modules["wiring_tasks"] = importlib.import_module("tests.data.wiring_tasks")
    yield
    del sys.modules["wiring_tasks"]


def parse(line: Line) -> list[str]:
    """Parse the line as a DAG file; what the check of the whole DAG says of it."""
    file = f"/lines/{line.dag_id}.py"
    text = f"{header()}\n{line.text()}"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space: dict[str, Any] = {"__name__": line.dag_id, "__file__": file}
    DagContext.autoregistered_dags.clear()
    DagContext.current_autoregister_module_name = __name__
    try:
        exec(compile(text, file, "exec"), space)
        made = space[line.dag_id]() if line.dag_id in space else None
        found = [made] if made else [dag for dag, _ in DagContext.autoregistered_dags]
    finally:
        DagContext.current_autoregister_module_name = None
        DagContext.autoregistered_dags.clear()
    assert found
    assert all(isinstance(dag, DAG) for dag in found)
    return [wrong for dag in found for wrong in check_dag(dag)]


@pytest.mark.parametrize("line", RIGHT, ids=str)
def test_a_right_line_is_accepted(tasks, line):
    """No call raises, and the whole-DAG check says nothing."""
    assert parse(line) == []


@pytest.mark.parametrize("line", WRONG, ids=str)
def test_a_wrong_line_is_found(tasks, line):
    """The error names what the line joins, unless Python itself raises it on that line."""
    try:
        told = "\n".join(parse(line))
        assert told, "nothing was found"
    except TypedXComError as error:
        told = str(error)
    except (TypeError, ValueError):
        return
    assert [name for name in line.names if not re.search(rf"\b{name}(__\d+)?\b", told)] == [], told


def test_right_lines_run():
    """What the checks accept runs to its end: each line in a task group of one DAG."""
    groups = "".join(
        f"    with TaskGroup('{line.dag_id}'):\n{line.body('        ')}"
        for line in RIGHT
        if "run" in line.marks
    )
    imports = header().replace("from wiring_tasks", "from tests.data.wiring_tasks")
    succeed(
        load_dags(f"{imports}\n@dag(schedule=None)\ndef lines():\n{groups}\nlines()\n")["lines"]
    )
