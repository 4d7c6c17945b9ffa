"""JSON Schema of unions, as Airflow's form reads them: ``T | None`` is a list of types."""

from __future__ import annotations

from typing import Any

from typedxcom.codecs.jsonschema.leaves import Json

__all__ = ["either"]

# What these words say holds for values of one type only. A value of another type passes.
_OWN = {
    "format": "string", "pattern": "string", "minLength": "string", "maxLength": "string",
    "contentEncoding": "string",
    "minimum": "number", "maximum": "number", "multipleOf": "number",
    "exclusiveMinimum": "number", "exclusiveMaximum": "number",
    "items": "array", "prefixItems": "array", "minItems": "array", "maxItems": "array",
    "properties": "object", "required": "object", "additionalProperties": "object",
    "propertyNames": "object", "minProperties": "object", "maxProperties": "object",
}  # fmt: skip
_NULL: Json = {"type": "null"}


def either(parts: list[Json]) -> Json:
    """Returns the schema of a value that one of *parts* accepts."""
    if {} in parts:
        return {}
    is_optional = _NULL in parts
    rest = [part for part in parts if part != _NULL]
    if not rest:
        return dict(_NULL)
    joined = _joined(rest)
    if not is_optional or "null" in _types(joined):
        return joined
    if "enum" in joined:
        return {**joined, "type": [*_types(joined), "null"], "enum": [*joined["enum"], None]}
    if "type" in joined and "anyOf" not in joined and "allOf" not in joined:
        return {**joined, "type": [*_types(joined), "null"]}
    return _any_of([*rest, _NULL])


def _joined(parts: list[Json]) -> Json:
    """Returns one schema for several without ``anyOf``, if each speaks of types of its own."""
    if len(parts) == 1:
        return parts[0]
    if all("enum" in part for part in parts):
        labels = {k: v for part in parts for k, v in part.get("values_display", {}).items()}
        found: Json = {
            "type": list(dict.fromkeys(name for part in parts for name in _types(part))),
            "enum": _distinct([value for part in parts for value in part["enum"]]),
        }
        return {**found, "values_display": labels} if labels else found
    names = [_kind(name) for part in parts for name in _types(part)]
    if len(set(names)) < len(names) or not all(map(_is_simple, parts)):
        return _any_of(parts)
    merged = {word: value for part in parts for word, value in part.items()}
    return {**merged, "type": [name for part in parts for name in _types(part)]}


def _distinct(values: list[Any]) -> list[Any]:
    return list({(type(value), value): value for value in values}.values())


def _is_simple(part: Json) -> bool:
    types = _types(part)
    return bool(types) and all(word == "type" or word in _OWN for word in part)


def _any_of(parts: list[Json]) -> Json:
    """Returns ``anyOf``, with the types of its parts: the form chooses its input by them."""
    names = [name for part in parts for name in _types(part)]
    found: Json = {"anyOf": parts}
    if all(_types(part) for part in parts):
        unique = list(dict.fromkeys(names))
        found["type"] = unique[0] if len(unique) == 1 else unique
    return found


def _types(part: Json) -> list[str]:
    names = part.get("type", [])
    return [names] if isinstance(names, str) else list(names)


def _kind(name: str) -> str:
    return "number" if name == "integer" else name
