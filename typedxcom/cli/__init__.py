"""The command line: `typedxcom check` and `typedxcom graph`."""

from __future__ import annotations

from typedxcom.cli.main import main

__all__ = ["main"]
