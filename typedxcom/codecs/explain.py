"""Finds every problem of a value, each with its path, in time that grows with the value's size."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from typedxcom.errors import MAX_PROBLEMS, Problem, shorten
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    Constraints,
    EnumOf,
    LiteralOf,
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
)

__all__ = ["Explanation", "Leaf", "explain"]

Leaf: TypeAlias = Callable[[Any, Any], "str | None"]
_MAX_WORDS = 200
_MAX_STEPS = 200_000  # parts of a value that are looked at, about a second
_LIMITS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "gt": (">", lambda value, limit: value > limit),
    "ge": (">=", lambda value, limit: value >= limit),
    "lt": ("<", lambda value, limit: value < limit),
    "le": ("<=", lambda value, limit: value <= limit),
    "multiple_of": ("a multiple of", lambda value, limit: value % limit == 0),
    "min_length": ("of at least length", lambda value, limit: len(value) >= limit),
    "max_length": ("of at most length", lambda value, limit: len(value) <= limit),
    "pattern": ("matching", lambda value, limit: re.search(limit, value) is not None),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """The problems of a value.

    Attributes:
        problems: The first ones, at most ten.
        more: How many further ones were counted.
        is_partial: Whether the value was too large, or too deep, to count them all.
    """

    problems: list[Problem]
    more: int = 0
    is_partial: bool = False


def explain(schema: Schema, tree: Any, leaf: Leaf, error: Exception) -> Explanation:
    """Finds all problems of *tree*; msgspec itself stops at the first.

    Args:
        schema: The schema that the tree should match.
        tree: JSON builtins, or the builtins that msgspec makes of a Python value.
        leaf: Judges one scalar: ``(annotation, value) -> complaint or None``.
        error: The error that msgspec raised, used if this walk finds nothing.
    """
    walk, is_partial = ExplainingWalk(leaf), False
    try:
        walk.visit(schema, tree, "$")
    except (TooManyProblems, RecursionError):
        is_partial = True
    if walk.problems:
        return Explanation(walk.problems, walk.more, is_partial)
    message, _, path = str(error).partition(" - at ")
    path = path.strip("`") or "$"
    if len(path) > _MAX_WORDS:
        path = path[: _MAX_WORDS - 1] + "…"
    return Explanation([Problem(path, message[:1].lower() + message[1:])])


class TooManyProblems(Exception):
    """Raised when the walk has looked at as many parts as it may."""


# A part of a value: its schema, itself, and how the path goes on to it.
_Part: TypeAlias = tuple[Schema, Any, str]


class ExplainingWalk:
    """One walk over a value. It checks each part once, however many unions contain it."""

    def __init__(self, leaf: Leaf) -> None:
        self._leaf = leaf
        self._steps = 0
        self._fitting: dict[tuple[int, int], bool] = {}
        self.problems: list[Problem] = []
        self.more = 0

    def visit(self, schema: Schema, tree: Any, path: str) -> None:
        """Notes each problem in *tree*."""
        complaints, parts = self._open(schema, tree)
        for complaint in complaints:
            self._note(path, complaint)
        for inner, part, step in parts:
            if part is _MISSING:
                self._note(f"{path}{step}", f"missing `{step[1:]}`")
            else:
                self.visit(inner, part, f"{path}{step}")

    def _note(self, path: str, complaint: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(path, complaint))
        else:
            self.more += 1

    def _fits(self, schema: Schema, tree: Any) -> bool:
        if not isinstance(tree, (dict, list, tuple)):
            return self._judge(schema, tree)
        key = id(schema), id(tree)
        known = self._fitting.get(key)
        if known is None:
            known = self._fitting[key] = self._judge(schema, tree)
        return known

    def _judge(self, schema: Schema, tree: Any) -> bool:
        complaints, parts = self._open(schema, tree)
        return not complaints and all(
            part is not _MISSING and self._fits(inner, part) for inner, part, _ in parts
        )

    def _open(self, schema: Schema, tree: Any) -> tuple[Sequence[str], Iterable[_Part]]:
        """Returns the problems of *tree* itself, and the parts to look at next."""
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise TooManyProblems
        match schema:
            case Named(inner=inner) | Alias(target=[inner]):
                return (), [(inner, tree, "")]
            case Constrained(inner=inner, constraints=constraints):
                if self._fits(inner, tree):
                    return _broken(str(inner), constraints, tree), ()
                return (), [(inner, tree, "")]
            case SequenceOf(item=item) if isinstance(tree, (list, tuple)):
                return (), ((item, part, f"[{index}]") for index, part in enumerate(tree))
            case TupleOf(items=items) if isinstance(tree, (list, tuple)) and len(tree) == len(
                items
            ):
                pairs = enumerate(zip(items, tree, strict=True))
                return (), ((item, part, f"[{index}]") for index, (item, part) in pairs)
            case MappingOf(value=value) if isinstance(tree, dict):
                return (), ((value, part, f"[{shorten(key)}]") for key, part in tree.items())
            case Record() if isinstance(tree, dict):
                return (), _fields(schema, tree)
            case UnionOf(members=members):
                if any(self._fits(one, tree) for one in members):
                    return (), ()
                meant = _meant(members, tree)
                return ((), [(meant, tree, "")]) if meant else ([_wrong(schema, tree)], ())
        complaint = self._complaint(schema, tree)
        return ((), ()) if complaint is None else ([complaint], ())

    def _complaint(self, schema: Schema, tree: Any) -> str | None:
        """Returns the problem of a value that has no parts, or not those that the schema has."""
        match schema:
            case Scalar(type=kind) | EnumOf(type=kind):
                return _wrong(schema, tree) if self._leaf(kind, tree) is not None else None
            case LiteralOf(values=values):
                is_wrong = self._leaf(Literal[values], tree) is not None
                return _wrong(schema, tree) if is_wrong else None
            case Opaque(type=kind):
                complaint = self._leaf(kind, tree)
                return None if complaint is None else f"no `{schema}`: {complaint}"
            case SequenceOf() | TupleOf() | MappingOf() | Record():
                return _wrong(schema, tree)
        return None


_MISSING = object()


def _fields(schema: Record, tree: dict[str, Any]) -> Iterator[_Part]:
    for name, part in schema.fields.items():
        key = part.key or name
        if key in tree:
            yield part.schema, tree[key], f".{name}"
        elif part.required:
            yield part.schema, _MISSING, f".{name}"


def _meant(members: tuple[Schema, ...], tree: Any) -> Schema | None:
    """Finds the one member of a union that *tree* can be meant for, by its tag or its kind."""
    if isinstance(tree, dict):
        possible = [one for one in members if isinstance(bare(one), (Record, MappingOf))]
        tagged = [one for one in possible if _has_tag(bare(one), tree)]
        possible = tagged or possible
    elif isinstance(tree, (list, tuple)):
        possible = [one for one in members if isinstance(bare(one), (SequenceOf, TupleOf))]
    else:
        return None
    return possible[0] if len(possible) == 1 else None


def _has_tag(schema: Schema, tree: dict[str, Any]) -> bool:
    """Whether *tree* names the Struct *schema* as its class."""
    config = getattr(schema.type, "__struct_config__", None) if isinstance(schema, Record) else None
    field = getattr(config, "tag_field", None)
    return field is not None and tree.get(field) == getattr(config, "tag", None)


def _broken(name: str, constraints: Constraints, value: Any) -> list[str]:
    """Returns the limits that *value* breaks."""
    found = []
    for limit_name, (words, holds) in _LIMITS.items():
        limit = getattr(constraints, limit_name)
        if limit is None:
            continue
        try:
            is_broken = not holds(value, limit)
        except TypeError:  # a limit of another type does not apply to this value
            continue
        if is_broken:
            found.append(f"expected `{name}` {words} {limit}, got `{shorten(value)}`")
    return found


def _wrong(schema: Schema, value: Any) -> str:
    expected = str(schema)
    if len(expected) > _MAX_WORDS:
        expected = expected[: _MAX_WORDS - 1] + "…"
    return f"expected `{expected}`, got `{shorten(value)}`"
