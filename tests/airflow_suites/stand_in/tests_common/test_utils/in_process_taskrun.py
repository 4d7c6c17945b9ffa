"""Imported beside what the TaskFlow tests use; they call none of it."""

from __future__ import annotations

from typing import Any

__all__ = ["pushed_xcom", "run_task_no_db"]


def pushed_xcom(*args: Any, **kwargs: Any) -> Any:
    """Never called."""
    raise NotImplementedError


def run_task_no_db(*args: Any, **kwargs: Any) -> Any:
    """Never called."""
    raise NotImplementedError
