"""Errors: one code each, one heading for each code, and messages that stay short."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from typedxcom import errors
from typedxcom.errors import Problem, TypedXComError, ValidationError, shorten

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
CLASSES = [
    found
    for found in vars(errors).values()
    if inspect.isclass(found) and issubclass(found, TypedXComError)
]


def test_the_errors_page_has_a_heading_for_each_code() -> None:
    """The codes equal the headings of the page, in the order of the tree."""
    assert re.findall(r"^## (.+)$", PAGE.read_text(), re.M) == [one.code for one in CLASSES]


def test_codes_are_distinct() -> None:
    """No two classes share a code."""
    assert len({one.code for one in CLASSES}) == len(CLASSES) > 10


def test_the_tree_is_drawn_as_it_is() -> None:
    """The docstring of the module names every class."""
    assert all(one.__name__ in (errors.__doc__ or "") for one in CLASSES)


def test_a_message_lists_ten_problems_and_counts_the_rest() -> None:
    """What is wrong is bounded, and the error carries all of it."""
    error = ValidationError("Task 'x'", [Problem(f"$[{i}]", "bad") for i in range(25)])
    assert str(error).count("bad") == 10
    assert str(error).endswith("and 15 more")
    assert len(error.problems) == 25


def test_a_problem_can_be_told_of_another_subject() -> None:
    """The problems stay when the task that they belong to becomes known."""
    error = ValidationError("Value", [Problem("$.a", "missing `a`")]).about("Task 'load'")
    assert str(error) == "Task 'load': missing `a` - at `$.a`"


def test_values_are_cut() -> None:
    """A value is shown by at most forty characters, whatever its repr does."""

    class Loud:
        def __repr__(self) -> str:
            raise RuntimeError

    assert len(shorten("x" * 10_000_000)) == 40
    assert shorten(Loud()) == "<Loud>"
    assert shorten({1, 2}) == "{1, 2}"
