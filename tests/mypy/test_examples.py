"""Airflow's own example DAGs: no error that is not a true one, as they are and with our names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.harness.examples import FOLDERS, copy_examples, swap
from tests.mypy.support import run_mypy

# True ones: the examples import libraries whose stubs are not installed here.
TRUE = re.compile(r"\[(import-untyped|import-not-found)\]$")


@pytest.fixture(scope="session")
def examples(tmp_path_factory) -> Path:
    """Copies outside site-packages, whose files mypy does not report on."""
    folder = tmp_path_factory.mktemp("examples")
    copy_examples(folder)
    return folder


@pytest.mark.parametrize("is_swapped", [False, True], ids=["as they are", "with typedxcom"])
def test_example_dags_give_no_false_error(examples, tmp_path, cache, is_swapped):
    """Only imports of libraries without stubs are reported."""
    count = 0
    for file in examples.rglob("*.py"):
        target = tmp_path / file.relative_to(examples)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text()
        changed = swap(text) if is_swapped else text
        count += changed != text
        target.write_text(changed)
    assert count > 30 if is_swapped else count == 0
    folders = [tmp_path / name for name in FOLDERS]
    errors = []
    for folder in folders:
        found = run_mypy(folder, ".", cache=cache)
        assert "xcom-internal" not in found.output
        errors += [error for error in found.errors if not TRUE.search(error.text)]
    assert errors == []
