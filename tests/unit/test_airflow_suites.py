"""What compares Airflow's own tests under both names finds every difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.airflow_suites import __main__ as suites
from tests.airflow_suites.suites import SUITES
from tests.airflow_suites.swap import swap

SOURCE = """from airflow.sdk import (
    DAG,
    task as task_decorator,
    setup,
)
from airflow.sdk import XComArg
if True:
    from airflow.decorators import dag
from airflow.models import dag as model
"""
SWAPPED = """from typedxcom import task as task_decorator, setup; from airflow.sdk import DAG




from airflow.sdk import XComArg
if True:
    from typedxcom import dag
from airflow.models import dag as model
"""


def test_only_our_names_are_swapped_and_lines_stay(tmp_path: Path) -> None:
    """A traceback then points to the same line of Airflow's test."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "test_one.py").write_text(SOURCE)
    (tmp_path / "test_two.py").write_text("import airflow\n")
    assert swap(tmp_path) == 2
    assert (tmp_path / "sub" / "test_one.py").read_text() == SWAPPED
    assert (tmp_path / "test_two.py").read_text() == "import airflow\n"


@pytest.mark.parametrize(
    ("ours", "listed", "words"),
    [
        ({}, {}, None),
        ({"t1": "failed"}, {}, "t1: passed, but failed with ours on the default backend"),
        ({"t1": "failed"}, {"t1": "reason"}, None),
        ({}, {"t1": "reason"}, "t1: listed in differences.py, but it ends alike everywhere."),
        ({"t1": "skipped"}, {}, "t1: passed, but skipped"),
        ({"new": "passed"}, {}, "new: absent, but passed"),
    ],
)
def test_what_differs_must_be_listed_and_what_is_listed_must_differ(
    ours: dict[str, str],
    listed: dict[str, str],
    words: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Either way round it is an error with the name of the test."""
    monkeypatch.setattr(suites, "DIFFERENCES", listed)
    stock = {"t1": ("passed", ""), "t2": ("passed", "")}
    changed = {**stock, **{name: (state, "") for name, state in ours.items()}}
    ended = {
        (suite, variant): changed if variant == suites.VARIANTS[1] else stock
        for suite in SUITES
        for variant in suites.VARIANTS
    }
    assert suites.report(ended) == (words is not None)
    assert words is None or words in capsys.readouterr().out


def test_a_stand_in_that_serves_no_test_is_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nearly all of Airflow's tests fail with Airflow's own names, nothing is compared."""
    monkeypatch.setattr(suites, "DIFFERENCES", {})
    failed = {f"t{number}": ("failed", "") for number in range(20)}
    ended = {(suite, variant): failed for suite in SUITES for variant in suites.VARIANTS}
    assert suites.report(ended) == 1
    assert "too few tests pass" in capsys.readouterr().out
