"""Reads the descriptions that authors give to the fields of a class."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from typing import Any

from typedxcom.annotations import fields_hints

__all__ = ["descriptions", "said_of"]


def descriptions(cls: type) -> dict[str, str]:
    """Returns field -> description, from ``Field(description=…)``, ``msgspec.Meta`` or ``Doc``."""
    return {name: text for name, text in _described(cls) if text}


def said_of(annotation: Any) -> dict[str, Any]:
    """Returns what the author of one annotation says to people, in the words of JSON Schema.

    Returns:
        ``title``, ``description``, ``examples`` and the words of ``json_schema_extra``, as given in
        ``Field(…)``, ``msgspec.Meta`` or ``Doc``.
    """
    found: dict[str, Any] = {}
    for mark in getattr(annotation, "__metadata__", ()):
        extra = getattr(mark, "json_schema_extra", None) or getattr(mark, "extra_json_schema", None)
        said = {
            "title": getattr(mark, "title", None),
            "description": _text([mark]) or None,
            "examples": getattr(mark, "examples", None),
            **(extra if isinstance(extra, dict) else {}),
        }
        found.update(
            {
                word: part
                for word, part in said.items()
                if part is not None and not (callable(part) and word in ("title", "description"))
            }
        )
    return found


def _described(cls: type) -> Iterator[tuple[str, str]]:
    models: Any = getattr(cls, "__pydantic_fields__", None)
    if isinstance(models, dict):
        for name, field in models.items():
            yield name, str(field.description or "")
        return
    try:
        hints = fields_hints(cls)
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
