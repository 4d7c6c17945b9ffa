"""Right and wrong programs, with the message on the line where it belongs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.mypy.support import CASES, Run, expected, run_mypy

FILES = sorted(CASES.glob("*.py"))
WIRING = Path(__file__).parents[1] / "e2e" / "wiring_cases"


def without_foreign_codes(found: dict[int, list[str]]) -> dict[int, list[str]]:
    """mypy has renamed some codes of its own between 1.19 and 2."""
    return {
        line: [re.sub(r" \[(?!xcom-)[\w-]+\]$", "", text) for text in texts]
        for line, texts in found.items()
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_messages_stand_where_the_case_says(cases, file):
    """Each mistake gives exactly its message, and right code gives none."""
    found = {line: texts for (name, line), texts in cases.by_line().items() if name == file.name}
    assert without_foreign_codes(found) == without_foreign_codes(expected(file)), (
        "python -m tests.mypy.regenerate shows the difference"
    )


def test_every_wrong_function_has_messages():
    """A case that lost all its comments would pass unnoticed."""
    marked = sum(len(expected(file)) for file in FILES)
    assert marked > 400
    assert not [file.stem for file in FILES if "wrong" in file.read_text() and not expected(file)]


def test_nothing_is_reported_outside_the_cases(cases):
    """Shared modules of the cases, and the library's own, are clean."""
    assert {error.file for error in cases.errors} <= {file.name for file in FILES}
    assert "xcom-internal" not in cases.output


@pytest.fixture(scope="session")
def wiring(warm_cache) -> Run:
    """The wiring cases that the check at DAG parse is tested with, under mypy."""
    return run_mypy(WIRING, ".", cache=warm_cache)


@pytest.mark.skipif(not WIRING.exists(), reason="this copy has no end-to-end tests")
def test_wiring_cases_have_the_verdict_of_the_parse_check(wiring):
    """Each mistake is found on its line, with the names it mentions, and nothing else is."""
    found = wiring.by_line()
    marked = {}
    for case in json.loads((WIRING / "cases.json").read_text()):
        if case["expect"] == "error":
            marked[case["file"], case["line"]] = case.get("mentions", [])
    assert set(found) == set(marked)
    for place, mentions in marked.items():
        text = " ".join(found[place])
        assert [name for name in mentions if not re.search(rf"\b{name}\b", text)] == [], text
