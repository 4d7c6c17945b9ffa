"""`typedxcom annotate` for modules of shared tasks, which have no DAG of their own."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_check import run
from typedxcom.cli.findings import examine

TASKS = '''\
"""Tasks of several flows."""
from airflow.sdk import task

from .names import SHOPS


@task
def extract(day,  limit=10):   # two   blanks
    return [{"shop": name, "total": 1.5} for name in SHOPS]


@task
def total(rows, note=None): return len(rows)
'''

FLOW = """\
from airflow.sdk import dag, task
from common.tasks import extract, total

@dag(schedule=None)
def NAME():
    @task
    def keep(rows):
        print(rows)

    rows = extract(DAY)
    keep(rows)
    total(rows, note=NOTE)

NAME()
"""

MADE = '''\
"""Tasks of several flows."""
from airflow.sdk import task

from .names import SHOPS
from typing import Any
from typing_extensions import TypedDict


class ExtractRow(TypedDict):
    shop: Any
    total: float


@task
def extract(day: str,  limit=10) -> list[ExtractRow]:   # two   blanks
    return [{"shop": name, "total": 1.5} for name in SHOPS]


@task
def total(rows: list[ExtractRow], note: int | str | None = None) -> int: return len(rows)
'''


def flow(name: str, day: str = "'today'", note: str = "'x'") -> str:
    """A DAG file that uses the shared tasks."""
    return FLOW.replace("NAME", name).replace("DAY", day).replace("NOTE", note)


@pytest.fixture
def dags(tmp_path: Path) -> Path:
    """A DAGs folder with a package of shared tasks, and two files that use them."""
    folder = tmp_path / "dags"
    (folder / "common").mkdir(parents=True)
    (folder / "common/__init__.py").touch()
    (folder / "common/names.py").write_text('SHOPS = ["a", "b"]\n')
    (folder / "common/tasks.py").write_text(TASKS)
    (folder / "one.py").write_text(flow("one"))
    (folder / "two.py").write_text(flow("two", note="3"))
    return folder


def texts(folder: Path) -> dict[str, str]:
    """All source files below *folder*."""
    return {str(one.relative_to(folder)): one.read_text() for one in folder.rglob("*.py")}


def changed(folder: Path, *arguments: str) -> set[str]:
    """The files that `annotate --write` changes."""
    before = texts(folder)
    done = run(folder, "annotate", *arguments, "--write")
    assert done.returncode == 0, done.stderr
    after = texts(folder)
    return {name for name in after if after[name] != before[name]}


def test_shared_tasks_get_what_all_dag_files_give_them(dags):
    """The module has the union, the DAG files import its classes, and all of it checks."""
    assert changed(dags.parent) == {"dags/common/tasks.py", "dags/one.py", "dags/two.py"}
    assert (dags / "common/tasks.py").read_text() in (MADE, MADE.replace("int | str", "str | int"))
    for name in ("one.py", "two.py"):
        made = (dags / name).read_text()
        assert "from common.tasks import ExtractRow\n" in made
        assert "def keep(rows: list[ExtractRow]) -> None:" in made
    report = examine([dags])
    assert report.findings == []
    assert (report.coverage.typed, report.coverage.edges) == (4, 4)
    assert changed(dags.parent) == set()


def test_a_diff_is_what_would_be_written(dags):
    """Also where one file takes classes that another one would get."""
    before = texts(dags)
    printed = run(dags.parent, "annotate").stdout
    assert texts(dags) == before
    changed(dags.parent)
    for name, text in texts(dags).items():
        old, new = (one.splitlines(keepends=True) for one in (before[name], text))
        made = difflib.unified_diff(old, new, f"a/dags/{name}", f"b/dags/{name}")
        assert "".join(made) in printed
    assert "+from common.tasks import ExtractRow" in printed


def test_only_files_that_you_name_are_written(dags):
    """A module alone gets what its importers give it, and a DAG file alone does not change it."""
    assert changed(dags.parent, "dags/one.py") == {"dags/one.py"}
    assert changed(dags.parent, "dags/common/tasks.py") == {"dags/common/tasks.py"}
    assert "total(rows: list[ExtractRow], note: " in (dags / "common/tasks.py").read_text()


@pytest.mark.parametrize(
    ("day", "line"),
    [
        ("None", "def extract(day: str | None,  limit=10)"),
        ("{'a': 1}", "def extract(day: str | dict[str, int],  limit=10)"),
        ("'{{ ds }}'", "def extract(day,  limit=10)"),
    ],
)
def test_files_that_disagree(dags, day, line):
    """Two types make a union, and one file of which nothing is known is enough to be silent."""
    (dags / "two.py").write_text(flow("two", day))
    changed(dags.parent, "dags/common")
    assert line in (dags / "common/tasks.py").read_text()


@pytest.fixture
def library(dags: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The same package in a folder of its own, from which Python imports."""
    folder = dags.parent / "plugins"
    folder.mkdir()
    (dags / "common").rename(folder / "common")
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "common"]:
        del sys.modules[name]


def test_a_module_elsewhere_on_the_path(library):
    """It is written if you name it beside the DAGs that use it, which show what it gets."""
    here = library.parent
    assert changed(here, "dags") == {"dags/one.py", "dags/two.py"}
    assert changed(here, "plugins") == set()
    assert changed(here, "dags/two.py", "plugins") == {"plugins/common/tasks.py"}
    assert "note: int | None = None" in (library / "common/tasks.py").read_text()


def test_a_package_beside_the_dags_folder(dags, monkeypatch):
    """Its importers are found, and they import from their own folder too."""
    (dags / "common").rename(dags.parent / "common")
    monkeypatch.syspath_prepend(dags.parent)
    (dags / "days.py").write_text("TODAY = 'today'\n")
    (dags / "two.py").write_text("from days import TODAY\n" + flow("two", "TODAY"))
    assert changed(dags.parent, "common") == {"common/tasks.py"}
    assert "def extract(day: str," in (dags.parent / "common/tasks.py").read_text()


def test_a_module_that_was_imported_before(library):
    """A plugin may have imported it. It is read again, and stays for whoever imported it."""
    module = importlib.import_module("common.tasks")
    assert "plugins/common/tasks.py" in changed(library.parent, "dags", "plugins")
    assert (library / "common/tasks.py").read_text().count("list[ExtractRow]") == 2
    assert sys.modules["common.tasks"] is module


def test_a_file_that_fails_and_imports_it(dags):
    """Nobody knows what it gives to the tasks, so the module stays, and the command says why."""
    (dags / "two.py").write_text("from common import tasks\nfrom airflow.sdk import dag\n1 / 0\n")
    done = run(dags.parent, "annotate", "--write")
    assert done.returncode == 1
    assert (
        f"dags/common/tasks.py is left as it is: {dags}/two.py imports it, and fails: "
        "ZeroDivisionError" in done.stderr
    )
    assert texts(dags)["common/tasks.py"] == TASKS
    assert "def keep(rows: list[dict[str, Any]])" in texts(dags)["one.py"]


def test_an_importer_that_would_break(dags):
    """The DAG files that import the module are checked with the new text too."""
    strict = flow("two") + "assert 'return' not in extract.function.__annotations__\n"
    (dags / "two.py").write_text(strict)
    done = run(dags.parent, "annotate", "dags/common/tasks.py", "--write")
    assert done.returncode == 1
    assert "dags/common/tasks.py is left as it is: AssertionError" in done.stderr
    assert texts(dags)["common/tasks.py"] == TASKS


def test_a_module_is_no_dag_file(dags):
    """One with relative imports fails as a DAG file. It is imported, which is what counts."""
    (dags / "common/tasks.py").write_text(TASKS.replace("several flows", "every dag"))
    assert "dags/common/tasks.py" in changed(dags.parent)
    (dags / "common/__init__.py").write_text("from .tasks import *  # airflow dag\n")
    assert changed(dags.parent) == set()


def test_models_are_not_written_for_others(dags):
    """Other files may read the dicts of a shared task, so they become TypedDicts."""
    done = run(dags.parent, "annotate", "--models", "pydantic", "--write")
    assert done.returncode == 0
    assert "extract() keeps a TypedDict: other files import this one." in done.stderr
    assert "class ExtractRow(TypedDict):" in texts(dags)["common/tasks.py"]
