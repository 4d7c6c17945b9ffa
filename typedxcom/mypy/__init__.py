"""The mypy plugin: ``plugins = ["typedxcom.mypy"]``.

It imports mypy and the standard library only, because mypy loads it at each start and in each
worker.
"""

from __future__ import annotations

# mypy.argmap, which modules here use, cannot be the first import of mypy in a fresh process.
import mypy.build  # noqa: F401
from mypy.plugin import Plugin

from typedxcom.mypy.plugin import TypedXComPlugin

__all__ = ["plugin"]


def plugin(version: str) -> type[Plugin]:
    """What mypy calls with its own version."""
    return TypedXComPlugin
