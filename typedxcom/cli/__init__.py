"""The command line: `typedxcom check`, `annotate`, `graph`, `show` and `sweep`."""

from __future__ import annotations

from typedxcom.cli.main import main

__all__ = ["main"]
