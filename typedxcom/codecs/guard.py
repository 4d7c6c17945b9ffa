"""Rejects short input that would keep another library busy endlessly, before it is read.

For example: the fraction ``1e999999999``, a regular expression of megabytes, or a union of models
that contain the same union, because pydantic tries every combination.
"""

from __future__ import annotations

import fractions
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, get_origin

from typedxcom.errors import DecodeError, Problem, shorten
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    MappingOf,
    Named,
    Opaque,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    bare,
    peeled,
    walk,
)

__all__ = ["Guard", "guard_of", "refuse_endless"]

Guard: TypeAlias = Callable[[Any], "Problem | None"]
_MAX_DIGITS = 4300  # of an int: Python's own limit
_MAX_PATTERN = 20_000  # characters of a regular expression, some 20 ms
# Ways in which pydantic may try a union: some 50 ms if one fits, 300 MB of errors if none does.
_MAX_TRIES = 2**15
_RISKY = (fractions.Fraction, re.Pattern)
_TEXTS = (Scalar, Opaque)
_EXPONENT = re.compile(r"[eE][+-]?([0-9_]+)\s*$")


def refuse_endless(kind: type, text: str) -> None:
    """Raises ValueError if making a *kind* of *text* takes far more work than the text is long."""
    if issubclass(kind, fractions.Fraction):
        exponent = _EXPONENT.search(text[-_MAX_DIGITS:])
        digits = exponent[1].replace("_", "").lstrip("0") if exponent else ""
        if len(text) > _MAX_DIGITS or len(digits) > 4 or int(digits or 0) > _MAX_DIGITS:
            raise ValueError(f"a fraction may have {_MAX_DIGITS:,} digits")
    elif issubclass(kind, re.Pattern) and len(text) > _MAX_PATTERN:
        raise ValueError(f"a pattern may have {_MAX_PATTERN:,} characters")


def guard_of(schema: Schema, core_schema: Any) -> Guard | None:
    """Returns a check that looks at a tree before pydantic does; None if no tree can be endless.

    Args:
        schema: The schema that the tree should match.
        core_schema: pydantic's own description of it. Only this one names discriminators.

    Returns:
        A function ``tree -> the problem, or None``. It raises DecodeError if a union is nested too
        often inside itself.
    """
    nodes = [node for _, node in walk(schema)]
    is_risky = any(isinstance(node, _TEXTS) and _is_risky(node.type) for node in nodes)
    members = max((_models(node) for node in nodes), default=0)
    if members < 2 or not _has_endless_union(core_schema):
        members = 1
    if members == 1 and not is_risky:
        return None

    def look(tree: Any) -> Problem | None:
        found = GuardedLook()
        try:
            depth = found.depth(schema, tree, "$")
        except RecursionError as error:
            raise DecodeError("The JSON of an XCom is nested too deeply to be read") from error
        if members**depth > _MAX_TRIES:
            raise DecodeError(
                f"The JSON of an XCom holds a union of models {depth} times inside itself, and "
                f"pydantic tries {members} models each time. Give the union a discriminator: "
                "Annotated[A | B, Field(discriminator='kind')]"
            )
        return found.problem

    return look


def _is_risky(kind: Any) -> bool:
    is_class = isinstance(kind, type) and get_origin(kind) is None  # 3.10: `list[int]` is a `type`
    return is_class and issubclass(kind, _RISKY)


def _models(node: Schema) -> int:
    """Counts the members of a union that are read from a dict."""
    members = node.members if isinstance(node, UnionOf) else ()
    return sum(isinstance(bare(member), Record) for member in members)


class GuardedLook:
    """One look at a tree. It visits each part once for each schema that may read it."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], int] = {}
        self.problem: Problem | None = None

    def depth(self, schema: Schema, tree: Any, path: str) -> int:
        """Counts how deeply unions of models are nested where *tree* is read."""
        if not isinstance(tree, (dict, list)):
            self._look_at(schema, tree, path)
            return 0
        key = id(schema), id(tree)
        known = self._known.get(key)
        if known is None:
            inside = [self.depth(*part) for part in _parts(schema, tree, path)]
            known = max(inside, default=0) + (_models(schema) > 1)
            self._known[key] = known
        return known

    def _look_at(self, schema: Schema, tree: Any, path: str) -> None:
        if not isinstance(tree, str) or self.problem is not None:
            return
        for node in _texts(schema):
            try:
                refuse_endless(node.type, tree)
            except ValueError as error:
                self.problem = Problem(path, f"expected `{node}`, got `{shorten(tree)}`: {error}")


def _texts(schema: Schema) -> Iterator[Scalar | Opaque]:
    match schema := peeled(schema):
        case Scalar(type=kind) | Opaque(type=kind) if _is_risky(kind):
            yield schema
        case UnionOf(members=members):
            for member in members:
                yield from _texts(member)


def _parts(schema: Schema, tree: Any, path: str) -> Iterator[tuple[Schema, Any, str]]:
    """Yields the path of each part of *tree*, the part, and the schema that reads it."""
    match schema:
        case Named(inner=inner) | Constrained(inner=inner) | Alias(target=[inner]):
            yield inner, tree, path
        case UnionOf(members=members):
            yield from ((member, tree, path) for member in members)
        case SequenceOf(item=item) if isinstance(tree, list):
            yield from ((item, part, f"{path}[{index}]") for index, part in enumerate(tree))
        case TupleOf(items=items) if isinstance(tree, list):
            for index, (item, part) in enumerate(zip(items, tree, strict=False)):
                yield item, part, f"{path}[{index}]"
        case MappingOf(value=value) if isinstance(tree, dict):
            yield from ((value, part, f"{path}[{shorten(key)}]") for key, part in tree.items())
        case Record(fields=fields) if isinstance(tree, dict):
            for name, field in fields.items():
                for key in {name, field.key or name}:
                    if key in tree:
                        yield field.schema, tree[key], f"{path}.{name}"


def _has_endless_union(core_schema: Any) -> bool:
    """Whether two members of a union without a discriminator contain the union itself."""
    definitions = {one["ref"]: one for one in core_schema.get("definitions", ())}
    for node in _inside(core_schema, definitions):
        if node.get("type") != "union":
            continue
        choices = [one[0] if isinstance(one, tuple) else one for one in node["choices"]]
        if sum(any(part is node for part in _inside(one, definitions)) for one in choices) > 1:
            return True
    return False


def _inside(core_schema: Any, definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields every node of a core schema once. It follows references."""
    seen: set[int] = set()
    todo = [core_schema]
    while todo:
        node = todo.pop()
        if isinstance(node, (list, tuple)):
            todo.extend(node)
        elif isinstance(node, dict) and id(node) not in seen:
            seen.add(id(node))
            yield node
            todo.extend(value for key, value in node.items() if key not in ("metadata", "cls"))
            if node.get("type") == "definition-ref":
                todo.append(definitions.get(node["schema_ref"]))
