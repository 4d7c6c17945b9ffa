"""The plugin with hooks that do nothing: the least that one which mypy asks as often can cost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from typedxcom.mypy.plugin import TypedXComPlugin


class IdlePlugin(TypedXComPlugin):
    """Asked and called where the plugin is; every answer is mypy's own."""

    def _guard(self, hook: Callable[..., Any], default: Callable[[Any], Any]) -> Any:
        return default


def plugin(version: str) -> type[IdlePlugin]:
    """What mypy calls."""
    return IdlePlugin
