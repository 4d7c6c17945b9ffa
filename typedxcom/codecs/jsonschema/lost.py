"""Does a JSON Schema refuse values that another one accepts, by their types alone?"""

from __future__ import annotations

from typing import Any

from typedxcom.codecs.jsonschema.leaves import Json, type_name

__all__ = ["loses"]


def loses(up: Json, down: Json) -> bool:
    """Whether some value of *up* has a type, a member or a field that *down* does not take.

    Limits, patterns and formats do not count. If a schema says too little, nothing is lost.
    """
    written, read = _types(up), _types(down)
    if written is None or read is None:
        return False
    if "number" in read:
        read = read | {"integer"}
    if not written <= read:
        return True
    if "enum" in up and "enum" in down:
        return any(one not in down["enum"] for one in up["enum"])
    return _loses_parts(up, down)


def _loses_parts(up: Json, down: Json) -> bool:
    have, want = up.get("properties"), down.get("properties")
    if have is not None and want is not None:
        if any(name not in have for name in down.get("required", ())):
            return True
        return any(loses(have[name], want[name]) for name in want if name in have)
    items, parts = up.get("items"), down.get("items")
    return isinstance(items, dict) and isinstance(parts, dict) and loses(items, parts)


def _types(schema: Json) -> set[str] | None:
    """The types of the values in JSON; None if they may be any."""
    if "enum" in schema:
        return {type_name(one) for one in schema["enum"]}
    if "const" in schema:
        return {type_name(schema["const"])}
    for word in ("anyOf", "oneOf"):
        if word in schema:
            found = [_types(one) for one in schema[word]]
            return None if None in found else set().union(*filter(None, found))
    named: Any = schema.get("type")
    return None if named is None else {named} if isinstance(named, str) else set(named)
