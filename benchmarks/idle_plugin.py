"""The plugin with hooks that do nothing: the least that one which mypy asks as often can cost."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from typedxcom.mypy.answers import Answers
from typedxcom.mypy.plugin import TypedXComPlugin


class IdleAnswers(Answers):
    """Every answer is mypy's own."""

    def _guard(self, hook: Callable[..., Any], default: Callable[[Any], Any]) -> Any:
        return default


class IdlePlugin(TypedXComPlugin):
    """Asked and called where the plugin is."""

    @cached_property
    def answers(self) -> Answers:
        """As idle as it."""
        return IdleAnswers(self, self.config)


def plugin(version: str) -> type[IdlePlugin]:
    """What mypy calls."""
    return IdlePlugin
