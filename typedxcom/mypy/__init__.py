"""The mypy plugin: ``plugins = ["typedxcom.mypy"]``.

It imports mypy and the standard library only, because mypy loads it at each start and in each
worker.
"""

from __future__ import annotations

# In a fresh process, `mypy.argmap`, which modules here use, must not be mypy's first import.
import mypy.build  # noqa: F401
from mypy.plugin import Plugin

from typedxcom.mypy.plugin import TypedXComPlugin

__all__ = ["plugin"]


def plugin(version: str) -> type[Plugin]:
    """Returns the plugin's class. mypy calls this with its own version."""
    return TypedXComPlugin
