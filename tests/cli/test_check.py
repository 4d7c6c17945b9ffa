"""`typedxcom check` and `typedxcom graph`, as a CI and a person run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

RIGHT = """
from airflow.sdk import dag
from typedxcom import task

@task
def extract(n: int) -> list[int]:
    return list(range(n))

@task
def total(values: list[int]) -> int:
    return sum(values)

@task
def show(value) -> None:
    print(value)

@dag(schedule=None)
def right():
    show(total(extract(3)))

right()
"""

WRONG = """
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from typedxcom import task

@task
def commands() -> list[str]:
    return ["true"]

@dag(schedule=None)
def classic():
    BashOperator(task_id="run", bash_command=commands())

classic()
"""

RAISES = """
from airflow.sdk import dag
from typedxcom import task

@task
def extract() -> str:
    return "a"

@task
def square(n: int) -> int:
    return n * n

@dag(schedule=None)
def pipeline():
    square(extract())

pipeline()
"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, in *tmp_path*."""
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(
        [sys.executable, "-m", "typedxcom", *arguments],
        cwd=tmp_path,
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path / "home"), "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one right and two wrong DAG files, and what is no DAG file."""
    dags = tmp_path / "dags"
    (dags / ".hidden").mkdir(parents=True)
    (dags / "right.py").write_text(RIGHT)
    (dags / "wrong.py").write_text(WRONG)
    (dags / "raises.py").write_text(RAISES)
    (dags / ".hidden" / "not_looked_at.py").write_text("1 / 0")
    return tmp_path


def test_every_edge_is_printed_with_its_types(folder: Path) -> None:
    """A right file prints its edges, marks the untyped one, and exits with 0."""
    done = run(folder, "check", "dags/right.py")
    assert done.returncode == 0, done.stderr
    assert "extract -> total.values: list[int]" in done.stdout
    assert "total -> show.value: int as Any  [untyped]" in done.stdout
    assert done.stdout.endswith("0 errors, 2 edges (1 untyped) in 1 DAGs of 1 files\n")


def test_strict_fails_on_an_untyped_edge(folder: Path) -> None:
    """`--strict` turns an edge without types into exit code 1."""
    assert run(folder, "check", "--strict", "dags/right.py").returncode == 1


def test_errors_carry_file_and_line(folder: Path) -> None:
    """An error at a call has the author's line; one in a classic operator the line of its id."""
    done = run(folder, "check", "dags")
    assert done.returncode == 1
    assert (
        "dags/raises.py:15: error: square(n) expects `int`, but upstream 'extract' returns `str`."
        "  [wiring]" in done.stdout
    )
    assert "dags/wrong.py:12: error: BashOperator(bash_command) of task 'run'" in done.stdout
    assert "hidden" not in done.stdout


def test_json_is_one_object(folder: Path) -> None:
    """`--format json` gives every edge and error to a program."""
    done = run(folder, "check", "dags", "--format", "json")
    report = json.loads(done.stdout)
    assert {dag["dag_id"] for dag in report["dags"]} == {"right", "classic"}
    assert [error["code"] for error in report["errors"]] == ["wiring", "wiring"]
    edge = report["dags"][0]["edges"][0]
    assert (edge["upstream"], edge["parameter"], edge["typed"]) == ("extract", "values", True)


def test_github_annotates_the_lines(folder: Path) -> None:
    """`--format github` prints workflow commands and nothing else."""
    lines = run(folder, "check", "dags", "--format", "github").stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=dags/raises.py,line=15,title=typedxcom wiring::")


def test_junit_counts_failures(folder: Path) -> None:
    """`--format junit` is XML with one failure for each error."""
    suite = ElementTree.fromstring(run(folder, "check", "dags", "--format", "junit").stdout)
    assert suite.get("failures") == "2"
    assert len(suite.findall("testcase/failure")) == 2


def test_a_missing_path_is_wrong_usage(folder: Path) -> None:
    """A path that is not there exits with 2 and says so."""
    done = run(folder, "check", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr


def test_a_file_that_cannot_be_imported_is_an_error(folder: Path) -> None:
    """An import error of any other kind is a finding at its line."""
    (folder / "broken.py").write_text("x = 1\nraise RuntimeError('no')\n")
    done = run(folder, "check", "broken.py")
    assert done.returncode == 1
    assert "broken.py:2: error: RuntimeError: no  [import]" in done.stdout


def test_a_file_that_airflow_never_imports_is_an_error(folder: Path) -> None:
    """Safe mode passes over a file without the word `airflow`; with it switched off, none is."""
    lonely = RIGHT.replace(
        "from airflow.sdk import dag\nfrom typedxcom import task", "from typedxcom import dag, task"
    )
    assert "airflow" not in lonely
    (folder / "lonely.py").write_text(lonely)
    (folder / "comment.py").write_text(f"# An Airflow DAG.\n{lonely}")
    done = run(folder, "check", "lonely.py", "comment.py")
    assert done.returncode == 1
    assert "lonely.py:1: error: Airflow never looks into this file" in done.stdout
    assert "comment.py:1" not in done.stdout


def test_the_graph_is_mermaid(folder: Path) -> None:
    """`graph` draws typed edges with a line and untyped ones with dots."""
    done = run(folder, "graph", "dags/right.py")
    assert done.stdout.splitlines()[0] == "flowchart LR"
    assert 't_extract -->|"values: list[int]"| t_total' in done.stdout
    assert 't_total -.->|"value: int"| t_show' in done.stdout
