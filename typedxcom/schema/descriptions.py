"""Reads the descriptions that authors give to the fields of a class."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from typing_extensions import get_type_hints

__all__ = ["descriptions"]


def descriptions(cls: type) -> dict[str, str]:
    """Returns field -> description, from ``Field(description=…)``, ``msgspec.Meta`` or ``Doc``."""
    return {name: text for name, text in _described(cls) if text}


def _described(cls: type) -> Iterator[tuple[str, str]]:
    models: Any = getattr(cls, "__pydantic_fields__", None)
    if isinstance(models, dict):
        for name, field in models.items():
            yield name, str(field.description or "")
        return
    try:
        hints = get_type_hints(cls, include_extras=True)
    except Exception:  # a name that only a type checker knows
        return
    for name, hint in hints.items():
        yield name, _text(getattr(hint, "__metadata__", ()))


def _text(metadata: typing.Iterable[Any]) -> str:
    for mark in metadata:
        found = getattr(mark, "description", None) or getattr(mark, "documentation", None)
        if isinstance(found, str):
            return found
    return ""
