"""What each checker sees of right and wrong code: the table in docs/reference/mypy.md.

Without the plugin the types are lenient: no checker reports a false error on right code.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest

from tests.data.lines import header, lines, tasks_text
from tests.mypy import checkers
from tests.mypy.checkers import Report
from tests.mypy.support import ROOT

PROGRAMS = Path(__file__).parent / "programs"
PAGE = ROOT / "docs" / "reference" / "mypy.md"
HEADING = "| checker | stubs | right code | type on hover | wrong wiring | right code | type on hover | wrong wiring |"
SETUPS = [
    *((name, stubs, plugin) for name, plugin in [("mypy", True), ("mypy", False)] for stubs in (False, True)),
    *((name, stubs, False) for name in checkers.NAMES[1:] for stubs in (False, True)),
]  # fmt: skip
# pyarrow brings no types of its own.
STUBS_OF_PYARROW = """
from typing import Any
class Table:
    num_rows: int
    column_names: list[str]
    def __len__(self) -> int: ...
    def __getitem__(self, key: int | str) -> Any: ...
    def select(self, columns: list[str]) -> Table: ...
class RecordBatch: ...
class RecordBatchReader: ...
class Schema: ...
class DataType: ...
def table(data: Any) -> Table: ...
"""


@pytest.fixture(scope="session")
def report_of(tmp_path_factory, warm_cache):
    """A function that gives one checker's report on all programs, each asked once."""
    home = tmp_path_factory.mktemp("checkers")

    @cache
    def python(stubs: bool) -> Path:
        made = checkers.python_with(home / f"python{stubs}", stubs=stubs)
        if stubs:
            (packages,) = (home / f"python{stubs}").glob("lib/python3*/site-packages")
            (packages / "pyarrow-stubs").mkdir()
            (packages / "pyarrow-stubs" / "__init__.pyi").write_text(STUBS_OF_PYARROW)
        return made

    @cache
    def report(name: str, stubs: bool, plugin: bool) -> Report:
        if name != "mypy":
            checkers.program(name)  # skips, before a folder is there
        folder = home / f"{name}{stubs}{plugin}"
        shutil.copytree(PROGRAMS, folder)
        right = [f"\n\n{line.text()}" for line in lines() if line.is_right]
        (folder / "right_lines.py").write_text("".join([header(), *right]))
        (folder / "wiring_tasks.py").write_text(tasks_text())
        return checkers.check(
            name,
            folder,
            python(stubs),
            cache=warm_cache if plugin else home / "cache",
            plugin=plugin,
        )

    return report


def cells(report: Report, library: str) -> list[str]:
    """What the table says of code that uses the names of *library*."""
    wrong = f"wrong_{library}.py"
    lines = (PROGRAMS / wrong).read_text().splitlines()
    (marked,) = (number for number, line in enumerate(lines, 1) if line.endswith("# wrong"))
    found = report.errors.get((wrong, marked), [])
    if not found:
        seen = "not found"
    elif len(report.of(wrong)) > len(found):
        seen = "rejected, and right wiring too"
    else:
        named = all(name in found[0] for name in ("extract", "square", '"n"'))
        seen = "found, with the names of both tasks" if named else "found"
    right = "false errors" if report.of(f"right_{library}.py") else "no error"
    return [right, f"`{report.types.get(f'hover_{library}.py')}`", seen]


@pytest.mark.parametrize(
    ("name", "stubs", "plugin"), SETUPS, ids=lambda it: it if isinstance(it, str) else str(int(it))
)
def test_the_table_says_what_the_checker_says(report_of, name, stubs, plugin):
    """Each row of the page is what this checker reports on the programs."""
    report = report_of(name, stubs, plugin)
    shown = f"{name} with the plugin" if plugin else name
    row = [shown, "yes" if stubs else "no", *cells(report, "typedxcom"), *cells(report, "airflow")]
    assert f"| {' | '.join(row)} |" in PAGE.read_text(), (row, report.output)


def test_the_table_has_no_other_rows():
    """A row that no test compares would be believed."""
    table = PAGE.read_text().partition(HEADING)[2].partition("\n\n")[0].splitlines()[2:]
    assert len(table) == len(SETUPS)


@pytest.mark.parametrize("name", checkers.NAMES)
def test_without_the_plugin_right_code_has_no_error(report_of, name):
    """Every public name as the docs use it, hundreds of lines, and with stubs Airflow's own."""
    for program in ("right_typedxcom.py", "right_lines.py", "wiring_tasks.py"):
        assert report_of(name, False, False).of(program) == []
    for program in ("right_typedxcom.py", "right_lines.py", "right_airflow.py"):
        assert report_of(name, True, False).of(program) == []


@pytest.mark.parametrize(
    ("name", "stubs", "plugin"), SETUPS, ids=lambda it: it if isinstance(it, str) else str(int(it))
)
def test_tables_have_no_false_error(report_of, name, stubs, plugin):
    """Any library's table is returned, an Arrow table is read, and the row can check a table."""
    report = report_of(name, stubs, plugin)
    assert report.of("right_tables.py") == [], report.output


@pytest.mark.parametrize(("name", "plugin"), [("mypy", True), ("basedpyright", False)])
def test_what_a_row_checks_is_typed(report_of, name, plugin):
    """mypy with the plugin and pyright know what `Table[Trip].filter` and its like give."""
    report = report_of(name, True, plugin)
    lines = (PROGRAMS / "typed_tables.py").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert {line for file, line in report.errors if file == "typed_tables.py"} == marked


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("mypy", 'a.py:3: error: No "x"  [attr]'),
        ("basedpyright", "  /tmp/a.py:3:9 - error: No (reportX)"),
        ("pyrefly", "ERROR a.py:3:1-4: No [bad]"),
        ("ty", "a.py:3:1: error[no-x] No"),
    ],
)
def test_errors_are_read(name, line):
    """A checker whose output could not be read would seem to be content."""
    assert list(checkers.parse(name, f"first\n{line}\n").errors) == [("a.py", 3)]
