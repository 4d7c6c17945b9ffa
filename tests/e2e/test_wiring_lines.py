"""Hundreds of lines of wiring, parsed and run: see ``tests/data/lines.py``."""

from __future__ import annotations

import importlib
import linecache
import re
import sys
from types import ModuleType
from typing import Any

import pytest
from airflow.sdk import DAG

from tests.data.lines import Line, header, lines, tasks_text
from tests.e2e.support import succeed
from tests.harness.dagtest import load_dags
from typedxcom import TypedXComError
from typedxcom.airflow.private import DagContext
from typedxcom.airflow.wiring.dag import check_dag

WRITTEN = lines()
RIGHT = [line for line in WRITTEN if line.is_right]
WRONG = [line for line in WRITTEN if not line.is_right and "static" not in line.marks]
PLAIN = [line for line in WRONG if line.marks.isdisjoint({"typed", "call"})]


@pytest.fixture(scope="module")
def tasks():
    """The module of tasks, under the name by which the lines import it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(
            sys.modules, "wiring_tasks", importlib.import_module("tests.data.wiring_tasks")
        )
        yield


@pytest.fixture(scope="module")
def plain_tasks():
    """The same tasks by `airflow.sdk.task`."""
    made, text, file = ModuleType("wiring_tasks"), tasks_text(plain=True), "wiring_tasks.py"
    # As of a real file, the source can be read: a task's body shows which keys it pushes.
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), vars(made))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "wiring_tasks", made)
        yield


def parse(line: Line, *, plain: bool = False) -> list[str]:
    """Parse the line as a DAG file; what the check of the whole DAG says of it."""
    file = f"/lines/{line.dag_id}.py"
    text = f"{header(plain=plain)}\n{line.text()}"
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


@pytest.mark.parametrize("line", [line for line in RIGHT if "typed" not in line.marks], ids=str)
def test_a_right_line_of_airflows_own_tasks_is_accepted(plain_tasks, line):
    """The whole-DAG check says nothing."""
    assert parse(line, plain=True) == []


@pytest.mark.parametrize("line", PLAIN, ids=str)
def test_a_wrong_line_of_airflows_own_tasks_is_found(plain_tasks, line):
    """The whole-DAG check names what the line joins, unless Airflow raises on that line."""
    try:
        told = "\n".join(parse(line, plain=True))
    except (TypeError, ValueError, AttributeError):
        return
    assert told, "nothing was found"
    # Of Airflow's own task only its id is known, which may not be the function's name.
    names = [] if "task_id" in line.code else line.names
    assert [name for name in names if not re.search(rf"\b{name}(__\d+)?\b", told)] == [], told


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
