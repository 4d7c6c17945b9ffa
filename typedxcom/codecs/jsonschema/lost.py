"""Does a JSON Schema refuse values that another one accepts, by their types alone?"""

from __future__ import annotations

from typing import Any

from typedxcom.codecs.jsonschema.leaves import Json, type_name

__all__ = ["loses"]

# A form has to name the types of an item that may be anything.
_ALL = {"object", "array", "string", "number", "boolean", "null"}


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
    length = max(len(one.get("prefixItems", ())) for one in (up, down))
    pairs = zip(_items(up, length), _items(down, length), strict=True)
    return any(loses(*pair) for pair in pairs)


def _items(schema: Json, length: int) -> list[Json]:
    """The schemas of the items of an array; nothing is known of those that it does not name."""
    if "prefixItems" in schema:
        first: list[Json] = schema["prefixItems"]
        return [*first, *[{}] * (length - len(first))]
    items = schema.get("items")
    return [items if isinstance(items, dict) else {}] * max(length, 1)


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
    names: set[str] = {named} if isinstance(named, str) else set(named or ())
    return None if not names or names == _ALL else names
