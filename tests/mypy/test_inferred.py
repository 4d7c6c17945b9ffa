"""What the code of a function says, for mypy: the same cases as for the parse check."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from textwrap import dedent

import pytest

from tests.data.inferred import CASES, EDGES, HEADER, KEYS
from tests.mypy.support import Run, run_mypy

# Notes what is inferred of each function at its line.
SPY = """
    from typedxcom.mypy import plugin as plugin
    from typedxcom.mypy.features import decorators
    from typedxcom.mypy.types.inferred import without_constants
    from typedxcom.mypy.types.site import unknown

    def spy(site, func, inferred=decorators.return_in_code):
        found = inferred(site, func)
        (shown,) = site.describe(without_constants(found or unknown()))
        site.api.note(f"returns {shown}", func)
        return found

    decorators.return_in_code = spy
"""
IMPORTS = "from airflow.sdk import DAG, task\n"


def written(file: Path, sources: Iterable[str]) -> list[int]:
    """Write functions that are all called ``made``, and return the lines on which each stands."""
    text, lines = IMPORTS + HEADER, []
    for number, source in enumerate(sources):
        text += "\n\n"
        lines.append(text.count("\n") + 1)
        text += re.sub(r"\b(made|take)\b", rf"\1_{number}", source)
    file.write_text(text)
    return lines


def within(lines: list[int], number: int) -> int:
    """The index of the function in whose source a line stands."""
    return sum(line <= number for line in lines) - 1


@pytest.fixture
def check(tmp_path, warm_cache) -> Callable[..., Run]:
    """A function that runs mypy on the file ``cases.py``."""
    (tmp_path / "spy.py").write_text(dedent(SPY))

    def run(plugin: str) -> Run:
        found = run_mypy(tmp_path, "cases.py", cache=warm_cache, plugin=plugin)
        assert "xcom-internal" not in found.output
        return found

    return run


def words(shown: str) -> str:
    """mypy's text for a type as the table has it."""
    while (changed := re.sub(r"TypedDict\((\{[^()]*\})\)", r"\1", shown)) != shown:
        shown = changed
    return "unknown" if shown == "Any" else shown


def members(shown: str) -> list[str]:
    """The members of a union: mypy writes ``None`` last."""
    return sorted(shown.split(" | "))


def test_what_is_inferred_is_what_the_table_says(check, tmp_path):
    """Each function of the table returns the type that stands there, or nothing is known."""
    cases = [one for one in CASES if "def made" in one.source]
    lines = written(tmp_path / "cases.py", (f"@task\n{one.source}" for one in cases))
    found = {}
    for note in check(f"{tmp_path}/spy.py").notes:
        if note.text.startswith("returns "):
            found[within(lines, note.line)] = words(note.text.removeprefix("returns "))
    wrong = [
        f"{case.source}-> {found.get(number, 'unknown')}, not {case.returns}"
        for number, case in enumerate(cases)
        if members(found.get(number, "unknown")) != members(case.returns) and not case.is_static
    ]
    assert wrong == []


def test_edges_are_judged_as_the_table_says(check, tmp_path):
    """An un-annotated task is refused where no value of it can fit, and only there."""
    sources = [
        f"@task\n{one.source}\n@task\ndef take(value: {one.reader}) -> None: ...\n"
        f"with DAG('d'):\n    take(made())\n"
        for one in EDGES
    ]
    lines = written(tmp_path / "cases.py", sources)
    errors = [one for one in check("typedxcom.mypy").errors if "xcom-" in one.text]
    found = {within(lines, error.line): error.text for error in errors}
    wrong = [
        f"{edge}: {found.get(number, 'nothing is said')}"
        for number, edge in enumerate(EDGES)
        if (number in found) is edge.is_right
    ]
    assert wrong == []


def test_keys_are_judged_as_the_table_says(check, tmp_path):
    """A key that no return has is an error that names the keys there are, or the cure."""
    sources = [f"{one.source}\nwith DAG('d'):\n    made()[{one.key!r}]\n" for one in KEYS]
    lines = written(tmp_path / "cases.py", sources)
    errors = [one for one in check("typedxcom.mypy").errors if "xcom-" in one.text]
    found = {within(lines, error.line): error.text for error in errors}
    wrong = [
        f"{case}: {found.get(number, 'nothing is said')}"
        for number, case in enumerate(KEYS)
        if bool(case.told) != (number in found) or case.told not in found.get(number, "")
    ]
    assert wrong == []
