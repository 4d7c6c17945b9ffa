"""What the code of a function shows about its value, by the table that mypy is held to as well."""

from __future__ import annotations

from typing import Any

import pytest

from tests.data.inferred import CASES, EDGES, names_of
from typedxcom.inference import returned_by
from typedxcom.schema import UNKNOWN, schema_of
from typedxcom.schema.relation import mismatches


@pytest.mark.parametrize("case", CASES, ids=str)
def test_code_shows_what_a_function_returns(case):
    """The type in words, and nothing where it is not certain."""
    found = returned_by(names_of(case.source)["made"])
    assert ("unknown" if found is UNKNOWN else str(found)) == case.returns


@pytest.mark.parametrize("case", EDGES, ids=str)
def test_what_code_shows_refuses_only_what_cannot_work(case):
    """The relation of inferred types is right in both directions."""
    names = names_of(case.source)
    found = mismatches(returned_by(names["made"]), schema_of(eval(case.reader, names)))
    assert (found == []) == case.is_right, found


def test_a_function_without_source_shows_nothing():
    """One that was made by `exec` has no lines to read."""
    space: dict[str, Any] = {}
    exec("def made():\n    return 1\n", space)
    assert returned_by(space["made"]) is UNKNOWN


def test_another_function_on_the_same_lines_shows_nothing():
    """A file that was edited since it was imported tells nothing of the old function."""
    made = names_of("def made():\n    return 1\n")["made"]
    names_of("def other():\n    return 'a'\n")
    assert returned_by(made) is UNKNOWN
