"""The stubs for plain Airflow code fit the Airflow that is installed, whichever it is."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mypy import checkers
from tests.mypy.support import ROOT

STUBS = ROOT / "stubs"
PROGRAM = ROOT / "tests" / "mypy" / "programs" / "right_airflow.py"
# The imports of Airflow 2, which Airflow 3 still takes, and a loop of Airflow 3.4.
OLD_IMPORTS = """
from airflow.decorators import dag, task, task_group

@task
def extract() -> list[int]:
    return [1]

@task
def load(ids: list[int]) -> None: ...

@dag(schedule=None)
def old() -> None:
    @task_group
    def both() -> None:
        load(extract())

    both()
    both.override(group_id="again").loop(max_iterations=2, until=lambda **context: True)

old()
"""
pytestmark = pytest.mark.skipif(
    not STUBS.exists(), reason="a wheel has no stubs: they have their own"
)


@pytest.fixture
def generator():
    """The names of stubs/generate.py."""
    return runpy.run_path(str(STUBS / "generate.py"))


def test_the_stubs_lack_nothing_of_this_airflow():
    """What this Airflow exports, and what its ``@task`` takes, is all there."""
    done = subprocess.run(
        [sys.executable, str(STUBS / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_something_missing_is_found(generator):
    """The check can fail: an export, a sub-decorator and a keyword that the stubs lack."""
    assert set(generator["exports"]("from airflow.sdk.x import New as New\nconf: int")) == {
        "New",
        "conf",
    }
    text = "class C:\n    def bash(self, *, env: str, **kwargs): ...\n    def new(self, a): ..."
    assert generator["accepted"](text) == {"bash": {"self", "env", "**"}, "new": {"self", "a"}}


def test_the_lenient_names_come_from_typedxcom(generator):
    """Names are swapped by the generator, so Airflow must still have them where it looks."""
    found = generator["exports"](generator["airflow_file"]("__init__.pyi"))
    swapped = {name for name, home in found.items() if home == "typedxcom_types"}
    assert {"dag", "setup", "task_group", "teardown"} <= swapped
    assert found["task"] == "airflow.sdk.definitions.decorators"


@pytest.mark.parametrize("name", ["basedpyright", "pyrefly", "ty"])
def test_plain_airflow_code_has_no_error(name, tmp_path: Path):
    """With this Airflow and the stubs no checker reports a false error."""
    folder = tmp_path / "dags"
    folder.mkdir()
    shutil.copy(PROGRAM, folder)
    python = checkers.python_with(tmp_path / "python", stubs=True)
    (folder / "old.py").write_text(OLD_IMPORTS)
    report = checkers.check(name, folder, python, cache=tmp_path)
    assert report.of(PROGRAM.name) == [], report.output
    assert report.of("old.py") == [], report.output
    (folder / PROGRAM.name).write_text("import nothing_of_this_name\n")
    report = checkers.check(name, folder, python, cache=tmp_path)
    assert len(report.of(PROGRAM.name)) == 1, "a checker that finds nothing proves nothing"


def test_the_plugin_knows_old_imports_by_the_stubs(tmp_path: Path):
    """mypy alone rejects `from airflow.decorators import task`; with the stubs it is typed."""
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "old.py").write_text(OLD_IMPORTS.replace("ids: list[int]", "ids: str"))
    python = checkers.python_with(tmp_path / "python", stubs=True)
    report = checkers.check("mypy", folder, python, cache=tmp_path, plugin=True)
    (error,) = report.of("old.py")
    assert 'Argument "ids" of task "load" takes "str"' in error
