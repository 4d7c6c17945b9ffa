"""How much `typedxcom check` could check, and what it suggests to annotate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_check import run

MIXED = """
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import dag, task
from typedxcom import typed_output


@task
def listed(path) -> list[int]:
    return [1]


@task
def guessed():
    return {"id": 1, "name": "a"}


@task
def vague(path):
    return path.rows


@task
def total(values: list[int]) -> int:
    return sum(values)


@task
def show(value, title: str = "") -> None:
    title.join(value)


@task
def whole(row: dict) -> None:
    print(row)


@dag(schedule=None)
def mixed():
    numbers = listed("a")
    total(numbers)
    show(numbers)
    whole(guessed())
    total(vague("b"))
    show(vague("b"))
    show.partial(title="each").expand(value=numbers)
    total(PythonOperator(task_id="run", python_callable=print).output)


mixed()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mixed.py").write_text(MIXED)
    return tmp_path


def test_check_ends_with_a_line_on_coverage(folder: Path) -> None:
    """How many edges are typed, how many say more than `dict`, and which end lacks its type."""
    printed = run(folder, "check", "mixed.py").stdout.splitlines()
    assert printed[-1] == (
        "coverage: 29 % of edges typed at both ends, 14 % precisely; untyped: 2 lacking what the "
        "task returns, 2 lacking the parameter's type, 1 lacking both"
    )


BY_CODE = """
from airflow.sdk import dag, task


@task
def counted():
    return {"rows": 1, "path": "a"}


@task
def report(counts, title=""):
    print(counts["rows"])


@task
def log(value):
    print(value)


@dag(schedule=None)
def by_code():
    report(counted())
    log(counted())


by_code()
"""


def test_a_reader_without_annotations_counts_by_its_code(tmp_path: Path) -> None:
    """Where the code shows what it needs, or that any value will do, the edge is typed."""
    (tmp_path / "by_code.py").write_text(BY_CODE)
    printed = run(tmp_path, "check", "by_code.py").stdout.splitlines()
    assert printed[1:] == [
        "  counted -> report.counts: {'rows': int, 'path': str} as Any (counts['rows'])",
        "  counted__1 -> log.value: {'rows': int, 'path': str} as Any (any value)",
        "0 errors, 2 edges (0 untyped) in 1 DAGs of 1 files",
        "coverage: 100 % of edges typed at both ends, 50 % precisely, 100 % by the reader's code",
    ]


def test_the_json_report_has_the_counts(folder: Path) -> None:
    """In `coverage`, and for each edge what is missing."""
    report = json.loads(run(folder, "check", "mixed.py", "--format", "json").stdout)
    assert report["coverage"] == {
        "edges": 7, "typed": 2, "precise": 1, "by_code": 0, "writer": 2, "reader": 2, "both": 1, "percent": 28.6,
    }  # fmt: skip
    missing = [edge["missing"] for edge in report["dags"][0]["edges"]]
    assert missing.count(["writer", "reader"]) == 1
    assert missing.count([]) == 2


def test_too_few_typed_edges_fail(folder: Path) -> None:
    """`--min-typed` is a floor for CI; it says how much is typed and what helps."""
    assert run(folder, "check", "mixed.py", "--min-typed", "28.5").returncode == 0
    done = run(folder, "check", "mixed.py", "--min-typed", "80")
    assert done.returncode == 1
    assert "28.6 % of edges are typed, less than --min-typed 80" in done.stderr


def test_a_dag_without_edges_is_covered(tmp_path: Path) -> None:
    """Nothing is missing where nothing flows, so nothing is said."""
    (tmp_path / "empty.py").write_text("from airflow.sdk import DAG\nDAG('empty', schedule=None)\n")
    done = run(tmp_path, "check", "empty.py", "--min-typed", "100")
    assert done.returncode == 0
    assert "coverage" not in done.stdout


def test_each_untyped_edge_gets_one_suggestion(folder: Path) -> None:
    """The line of the function, and the annotation that the other end asks for."""
    printed = run(folder, "check", "mixed.py", "--suggest").stdout
    said = printed[printed.index("coverage: ") :].splitlines()[1:]
    assert said == [
        "mixed.py:28: annotate show(value: list[int]) (from 'listed')",
        "mixed.py:18: annotate vague() -> list[int] (`total__1(values)` takes `list[int]`)",
        "mixed.py:18: annotate what vague() returns: -> ...",
        "mixed.py:28: annotate show(value: int) (from 'listed')",
        "run: wrap the operator: typed_output(..., list[int])",
    ]


PARTS = """
from airflow.sdk import dag, task

@task
def one() -> int:
    return 1

@task
def open_(n=0):
    return n.x

@task
def read(value):
    return max(value).y

@task
def typed(values: list[int]) -> None: ...

@dag(schedule=None)
def parts():
    read([one(), one(), one(), one(), one()])
    read({"a": one()})
    read.expand(value=[[one(), 2]])
    typed([open_(), open_()])
    typed([[open_()]])
parts()
"""


def test_a_suggestion_is_about_the_whole_argument(tmp_path: Path) -> None:
    """Where outputs are parts of a display; each annotation once, with the tasks that show it."""
    (tmp_path / "parts.py").write_text(PARTS)
    printed = run(tmp_path, "check", "parts.py", "--suggest").stdout
    said = printed[printed.index("coverage: ") :].splitlines()[1:]
    assert said == [
        "parts.py:13: annotate read(value: list[int]) (from 'one', 'one__1', 'one__2', 3 more)",
        "parts.py:13: annotate read(value: dict[str, int]) (from 'one__5')",
        "parts.py:9: annotate open_() -> int (`typed(values)` takes `list[int]`)",
        "parts.py:9: annotate what open_() returns: -> ...",
    ]
