"""Lets pydantic read strictly what collects items in a class of its own, such as a deque."""

from __future__ import annotations

import functools
from typing import Any

import pydantic_core

__all__ = ["forgets_names", "reads_collections"]

_NO_SCHEMA = frozenset({"metadata", "serialization", "config", "function", "cls"})


def reads_collections(schema: Any, config: dict[str, Any]) -> Any:
    """Returns a validator of the core *schema*, or None if the one that pydantic made is right.

    Strictly, pydantic reads the JSON of a defaultdict as a dict, and then its values again, which
    refuses a path. Before 2.12, the same holds for a deque, and a dict is taken for an OrderedDict.

    Args:
        schema: What pydantic says of an annotation.
        config: The configuration outside of models.
    """
    mended = _mended(schema)
    return None if mended is schema else pydantic_core.SchemaValidator(mended, config)  # type: ignore[arg-type]


@functools.cache
def forgets_names() -> bool:
    """Whether a wrap validator reads fields by alias only, whatever it is called with.

    Before pydantic 2.14, it does. pydantic reads a deque and a defaultdict with such a validator.
    """
    field: Any = {"type": "typed-dict-field", "schema": {"type": "int"}, "validation_alias": "b"}
    fields: Any = {"type": "typed-dict", "fields": {"a": field}}
    function: Any = {"type": "no-info", "function": lambda value, read: read(value)}
    wrap: Any = {"type": "function-wrap", "function": function, "schema": fields}
    reader = pydantic_core.SchemaValidator(wrap)
    try:
        reader.validate_json('{"a": 1}', by_alias=True, by_name=True)
    except pydantic_core.ValidationError:
        return True
    return False


def _mended(node: Any) -> Any:
    """Returns *node* itself if nothing changes in it."""
    if isinstance(node, list):
        parts = [_mended(part) for part in node]
        return parts if any(new is not old for new, old in zip(parts, node, strict=True)) else node
    if isinstance(node, tuple):
        return tuple(_mended(list(node)))
    if not isinstance(node, dict):
        return node
    found = {key: part if key in _NO_SCHEMA else _mended(part) for key, part in node.items()}
    if any(found[key] is not part for key, part in node.items()):
        node = found
    if not _is_collection(node):
        return node
    inner = {key: part for key, part in node.items() if key != "ref"}
    made = {
        "type": "json-or-python",
        "json_schema": _after(node["lax_schema"]),
        "python_schema": inner,
    }
    return {**made, "ref": node["ref"]} if "ref" in node else made


def _after(node: dict[str, Any]) -> dict[str, Any]:
    """Returns *node* so that its function gets what was read of the JSON, not the JSON."""
    if node["type"] == "function-after":
        return node
    collect = node["function"]["function"]
    function = {"type": "no-info", "function": lambda read: collect(read, _itself)}
    return {"type": "function-after", "function": function, "schema": node["schema"]}


def _itself(read: Any) -> Any:
    return read


def _is_collection(node: dict[str, Any]) -> bool:
    """Whether *node* collects the items of a list, or those of a dict, in another class."""
    if node.get("type") != "lax-or-strict":
        return False
    inner = node["lax_schema"].get("schema", {}).get("type")
    return inner in ("list", "dict") and node["strict_schema"]["type"] in ("chain", "union")
