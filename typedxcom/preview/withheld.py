"""Finds the values that a contract does not let a preview show.

A field is withheld if its author wrote ``Field(json_schema_extra={"preview": False})``, or
``msgspec.Meta(extra_json_schema={"preview": False})``, on it. If a class hides its input, the whole
value is withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from typedxcom.annotations import annotations_of, fields_hints
from typedxcom.codecs.hiding import hides_values
from typedxcom.schema.nodes import Record, Schema, walk

__all__ = ["withheld_names", "withholds_all"]

_MARK = "preview"
_EXTRAS = ("json_schema_extra", "extra_json_schema")  # pydantic's and msgspec's


def withholds_all(schema: Schema) -> bool:
    """Whether a preview may show no values of *schema* at all."""
    return hides_values(schema)


def withheld_names(schema: Schema) -> frozenset[str]:
    """Returns the names, also those in JSON, of the fields whose values may not be shown."""
    return frozenset(_names(schema))


def _names(schema: Schema) -> Iterator[str]:
    for _, node in walk(schema):
        if isinstance(node, Record):
            for name in _marked(node.type):
                yield name
                yield from filter(None, [node.fields[name].key if name in node.fields else None])


def _marked(cls: Any) -> Iterator[str]:
    for name, info in (getattr(cls, "model_fields", None) or {}).items():
        if _is_mark(info):
            yield name
            yield from (one for one in (info.alias, info.serialization_alias) if one)
    try:
        hints = fields_hints(cls)
    except Exception:  # a name that only a type checker knows
        hints = annotations_of(cls)
    for name, hint in hints.items():
        if any(map(_is_mark, _metadata(hint))):
            yield name


def _metadata(hint: Any) -> Iterator[Any]:
    """Yields the metadata of a type, also inside an Optional or a NotRequired."""
    yield from getattr(hint, "__metadata__", ())
    for part in get_args(hint):
        yield from _metadata(part)


def _is_mark(part: Any) -> bool:
    extras = (getattr(part, name, None) for name in _EXTRAS)
    return any(isinstance(extra, dict) and extra.get(_MARK) is False for extra in extras)
