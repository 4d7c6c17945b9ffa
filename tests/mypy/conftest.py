"""What the tests of the plugin share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory) -> Path:
    """One cache for all runs with the plugin and the same options: Airflow is read once."""
    return tmp_path_factory.mktemp("mypy")
