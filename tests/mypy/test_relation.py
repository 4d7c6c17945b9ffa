"""The table of the relation, under mypy with the plugin: one call for each pair."""

from __future__ import annotations

import pytest

from tests.data.relation import DIFFERS, FITS, PREAMBLE, ROWS, Row
from tests.mypy.support import Run, run_mypy

PAIRS = list({(row.up, row.down): row for row in ROWS}.values())
CALL = """

@task
def up_{n}() -> {row.up}:
    raise NotImplementedError


@task
def down_{n}(value: {row.down}) -> None: ...


down_{n}(up_{n}())  # {row}
"""


@pytest.fixture(scope="session")
def pairs(tmp_path_factory, warm_cache) -> tuple[list[str], Run]:
    """The lines of a program that wires each pair, and what mypy says of it."""
    folder = tmp_path_factory.mktemp("relation")
    calls = "".join(CALL.format(n=number, row=row) for number, row in enumerate(PAIRS))
    text = f"{PREAMBLE}\nfrom typedxcom import task\n{calls}"
    (folder / "pairs.py").write_text(text)
    return text.splitlines(), run_mypy(folder, "pairs.py", cache=warm_cache)


@pytest.mark.parametrize(("number", "row"), list(enumerate(PAIRS)), ids=str)
def test_the_plugin_agrees(pairs, number: int, row: Row) -> None:
    """An error where the pair differs, none where it fits, unless the row says why not."""
    lines, run = pairs
    (line,) = (at for at, text in enumerate(lines, 1) if text.startswith(f"down_{number}("))
    found = [error.text for error in run.errors if error.line == line]
    agrees = not row.mypy
    assert (DIFFERS if found else FITS) == (row.verdict if agrees else other(row.verdict)), found
    assert all(f'task "up_{number}"' in text and "[xcom-arg]" in text for text in found)


def other(verdict: str) -> str:
    return FITS if verdict == DIFFERS else DIFFERS


def test_nothing_else_is_reported(pairs) -> None:
    """The classes and the tasks of the program are right by themselves."""
    lines, run = pairs
    calls = {at for at, text in enumerate(lines, 1) if text.startswith("down_")}
    assert [error for error in run.errors if error.line not in calls] == []
