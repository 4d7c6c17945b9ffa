"""The larger examples have no finding of mypy's, and none of the plugin's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mypy.support import run_mypy

EXAMPLES = Path(__file__).parents[2] / "examples"
CONFIG = "[mypy-duckdb.*,pandas.*,pyarrow.*]\nignore_missing_imports = true\n"


@pytest.mark.parametrize("name", ["elt", "ml"])
def test_a_project_is_right(name, warm_cache):
    """As its users run it, over all of its DAGs folder."""
    found = run_mypy(EXAMPLES / name / "dags", ".", cache=warm_cache, config=CONFIG)
    assert found.code == 0, found.output
