"""Files that change between two commands of one test."""

from __future__ import annotations

import sys

import pytest


@pytest.fixture(autouse=True)
def unkept_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python keeps no bytecode: it takes old bytecode for a file of the same second and size."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
