"""One edge, one verdict: every wiring case goes to every judge.

The judges are mypy with the plugin, the check of a call, the check of the whole DAG, and `typedxcom
check`, which imports a file (so that calls are checked) and then checks its DAGs. The cases:

- the lines of ``tests/data/wiring_lines.txt``: mypy in ``tests/mypy/test_lines.py``, calls and the
  whole DAG in ``tests/e2e/test_wiring_lines.py``, `typedxcom check` here;
- the programs of ``tests/mypy/programs.txt``: mypy in ``tests/mypy/test_programs.py``, the other
  judges here, and the right ones with ``# run`` are run;
- the files of ``tests/e2e/wiring_cases``: calls and the whole DAG in
  ``tests/e2e/test_wiring_cases.py``, mypy in ``tests/mypy/test_cases.py``.

Lines and programs are tried with typedxcom's task and with Airflow's own. Where a judge may differ,
`DIFFERENCES` gives the reason; marks of a line do so too (see ``tests/data/lines.py``).
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.data.lines import Line, header, lines, tasks_text
from tests.e2e.support import succeed
from tests.harness.dagtest import load_dags
from tests.mypy.programs import programs, write
from typedxcom.cli.findings import Finding, examine

# Airflow 3.1 says so of every name that is imported only while type checking.
pytestmark = [
    pytest.mark.airflow,
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning"),
]

FLAVOURS = pytest.mark.parametrize(
    "plain", [False, True], ids=["typedxcom.task", "airflow.sdk.task"]
)

# Why a judge may have another verdict.
ASYNC = "the body of an async DAG function, and an async function called in one, never runs"
TYPES = "the type cannot travel, which only its class tells; mypy does not look into that"
HERE = "the program needs a database, a variable or a provider that is not here"
AIRFLOW = "Airflow refuses what its own annotations allow"
FOREIGN = "classes that no codec reads are not compared where no contract of ours says they travel"


def _differences(reasons: dict[str, list[str]], *judges: str) -> dict[tuple[str, str], str]:
    return {
        (judge, f"{name}.py"): reason
        for reason, names in reasons.items()
        for name in names
        for judge in judges
    }


# (judge, case) -> reason; `plain` is `typedxcom check` of Airflow's own tasks.
DIFFERENCES: dict[tuple[str, str], str] = {
    **_differences(
        {
            ASYNC: ["async_err_05", "async_err_07"],
            HERE: ["dag_function_ok_01", "expand_ok_02", "subdecorators_ok_01"],
            AIRFLOW: ["context_params_ok_03", "override_ok_01", "structure_ok_01"],
        },
        *("check", "plain"),
    ),
    **_differences(
        {
            TYPES: [
                *("generics_ok_01", "newtype_annotated_literal_ok_01", "pydantic_ok_01"),
                *("reduce_ok_01", "stdlib_types_ok_01"),
            ]
        },
        "check",
    ),
    **_differences(
        {
            FOREIGN: ["covariance_err_03", "habit_object_of_the_dag_file_wired"],
        },
        "plain",
    ),
}


@contextlib.contextmanager
def importing_from(folder: Path) -> Iterator[None]:
    """Import from *folder* as Airflow does, and forget its modules afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
                del sys.modules[name]


def found_by_check(folder: Path, files: list[Path]) -> dict[str, list[Finding]]:
    """File name -> what `typedxcom check` finds in it."""
    found: dict[str, list[Finding]] = defaultdict(list)
    with importing_from(folder):
        report = examine(files)
    for one in report.findings:
        if one.code != "discovery":  # which is not about wiring
            found[one.path.name].append(one)
    return found


def unexpected(judge: str, wrong: dict[str, bool], found: dict[str, list[Finding]]) -> list[str]:
    """The cases of which *judge* has another verdict than they should have, with what it said.

    Args:
        judge: Its name in `DIFFERENCES`.
        wrong: Case -> whether it is wrong.
        found: Case -> what was found.
    """
    return [
        f"{name} is {'wrong' if is_wrong else 'right'}: {[one.message for one in found[name]]}"
        for name, is_wrong in wrong.items()
        if bool(found[name]) != is_wrong and (judge, name) not in DIFFERENCES
    ]


def is_seen_by_check(line: Line, *, plain: bool) -> bool:
    """Whether `typedxcom check` can see what is wrong with *line*."""
    return "static" not in line.marks and not (plain and {"typed", "call"} & line.marks)


@FLAVOURS
def test_check_agrees_on_lines(tmp_path, plain):
    """`typedxcom check` finds what is wrong with each line, and nothing in a right one."""
    (tmp_path / "wiring_tasks.py").write_text(tasks_text(plain=plain))
    written = [line for line in lines(plain=plain) if is_seen_by_check(line, plain=plain)]
    for line in written:
        body = line.text() if "module" in line.marks else f"{line.text()}{line.dag_id}()\n"
        (tmp_path / f"{line.dag_id}.py").write_text(f"{header(plain=plain)}\n{body}")
    found = found_by_check(tmp_path, [tmp_path / f"{line.dag_id}.py" for line in written])
    wrong = {f"{line.dag_id}.py": not line.is_right for line in written}
    assert unexpected("plain" if plain else "check", wrong, found) == []


@FLAVOURS
def test_check_agrees_on_programs(tmp_path, plain):
    """`typedxcom check` finds the mistake of each program, and nothing in a right one."""
    judge = "plain" if plain else "check"
    written = [
        program
        for program in programs(plain=plain)
        if DIFFERENCES.get((judge, f"{program.name}.py")) is not HERE
    ]
    write(tmp_path, written)
    found = found_by_check(tmp_path, [tmp_path / f"{program.name}.py" for program in written])
    wrong = {f"{program.name}.py": program.mistake is not None for program in written}
    assert unexpected(judge, wrong, found) == []


@FLAVOURS
def test_right_programs_run(plain):
    """Programs that every judge accepts run to their end."""
    for program in programs(plain=plain):
        text = program.files[f"{program.name}.py"]
        if re.search(r"^# run$", text, re.MULTILINE):
            for dag in load_dags(text).values():
                succeed(dag)


def test_differences_are_of_cases_that_exist():
    """No reason is left behind when its case is gone."""
    known = {f"{one.name}.py" for one in programs()} | {f"{one.dag_id}.py" for one in lines()}
    assert {name for _, name in DIFFERENCES} <= known
