"""Every test here runs DAGs."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
collect_ignore = ["wiring_cases"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.airflow)
