"""Settings for the length of one test."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from unittest import mock

__all__ = ["conf_vars"]


@contextlib.contextmanager
def conf_vars(overrides: dict[tuple[str, str], str | None]) -> Iterator[None]:
    """Set options by section and name; None takes one away."""
    named = {f"AIRFLOW__{s.upper()}__{o.upper()}": value for (s, o), value in overrides.items()}
    with mock.patch.dict(os.environ, {k: v for k, v in named.items() if v is not None}):
        for name in (name for name, value in named.items() if value is None):
            os.environ.pop(name, None)
        yield
