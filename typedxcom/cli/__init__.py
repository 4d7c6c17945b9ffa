"""The command line: `typedxcom check`, `typedxcom graph` and `typedxcom sweep`."""

from __future__ import annotations

from typedxcom.cli.main import main

__all__ = ["main"]
