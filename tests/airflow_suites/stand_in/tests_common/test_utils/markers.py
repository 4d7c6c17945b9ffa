"""Marks by the names under which Airflow's tests import them."""

from __future__ import annotations

from typing import Any

__all__ = ["skip_if_force_lowest_dependencies_marker"]


def skip_if_force_lowest_dependencies_marker(test: Any) -> Any:
    """Dependencies are those of the lock."""
    return test
