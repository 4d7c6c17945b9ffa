"""Translates pydantic's errors into our words, and repairs numbers that need not be errors."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from typedxcom.codecs.explain import Explanation
from typedxcom.codecs.hiding import HIDDEN_KEY, spoken_without_input
from typedxcom.codecs.subclasses import as_base
from typedxcom.errors import MAX_PROBLEMS, MAX_VALUE, Problem, shorten
from typedxcom.schema.nodes import (
    MappingOf,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    bare,
    peeled,
)

__all__ = ["from_pydantic", "repair"]

_MAX_WORDS = 200

_URL_SAFE = str.maketrans("-_", "+/")


def repair(schema: Schema, tree: Any) -> Any:
    """Replaces each bool or numpy number in *tree* by a number, where the schema wants one.

    For example, `True` becomes `1` for an int. Python's bool is an int, so mypy and the wiring
    check accept it. JSON and both validators do not.

    Returns:
        The same object if nothing had to change.
    """
    try:
        return _Repair().of(schema, tree)
    except RecursionError:  # a value that is nested so deeply is rejected later
        return tree


class _Repair:
    """One repair. Each container is tried once with each schema, however unions are nested."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Any] = {}

    def of(self, schema: Schema, tree: Any) -> Any:
        """Returns *tree* as *schema* wants it."""
        schema = peeled(schema)
        if not isinstance(tree, (list, tuple, dict)):
            return _repaired_leaf(schema, tree)
        at = id(schema), id(tree)
        if at not in self._known:
            self._known[at] = self._container(schema, tree)
        return self._known[at]

    def _container(self, schema: Schema, tree: Any) -> Any:
        match schema:
            case UnionOf(members=members):
                tried = (self.of(one, tree) for one in members)
                return next((one for one in tried if one is not tree), tree)
            case SequenceOf(item=item) if type(tree) in (list, tuple):
                return _same_or([self.of(item, part) for part in tree], tree)
            case TupleOf(items=items) if type(tree) in (list, tuple) and len(items) == len(tree):
                fixed = [self.of(item, part) for item, part in zip(items, tree, strict=True)]
                return _same_or(fixed, tree)
            case MappingOf(value=value) if isinstance(tree, dict):
                return _same_values({key: self.of(value, one) for key, one in tree.items()}, tree)
            case Record(style="namedtuple" | "struct") if type(tree) in (list, tuple):
                return self._array(schema, tree)
            case Record(fields=fields, style=style) if style != "model" and isinstance(tree, dict):
                known = {part.key or name: part.schema for name, part in fields.items()}
                made = {
                    key: self.of(known[key], part) if key in known else part
                    for key, part in tree.items()
                }
                return _same_values(made, tree)
        return tree

    def _array(self, record: Record, tree: Any) -> Any:
        """Repairs a class that is an array in JSON, perhaps with its tag as the first item."""
        config = getattr(record.type, "__struct_config__", None)
        tagged = int(config is not None and config.tag is not None)
        parts = zip(record.fields.values(), tree[tagged:], strict=False)
        fixed = [*tree[:tagged], *(self.of(field.schema, part) for field, part in parts)]
        return _same_or([*fixed, *tree[len(fixed) :]], tree)


def _repaired_leaf(schema: Schema, tree: Any) -> Any:
    match schema:
        case Scalar(type=kind) if kind in (int, float) and isinstance(tree, bool):
            return kind(tree)
        case Scalar(type=kind) if kind is bool and type(tree) is bool:
            return tree
        case Scalar(type=kind) if kind in (bool, int, float) and as_base(tree) is not tree:
            return as_base(tree)
        case Scalar(type=kind) if kind in (bytes, bytearray) and isinstance(tree, str):
            usual = tree.translate(_URL_SAFE)  # pydantic writes base64 for URLs, msgspec the other
            return tree if usual == tree else usual
        case UnionOf(members=members) if isinstance(tree, bool):
            kinds = [one.type for one in map(bare, members) if isinstance(one, Scalar)]
            wanted = next(
                (kind for kind in (int, float) if kind in kinds and bool not in kinds), None
            )
            return tree if wanted is None else wanted(tree)
    return tree


def _same_or(fixed: list[Any], tree: Any) -> Any:
    is_same = all(new is old for new, old in zip(fixed, tree, strict=True))
    return tree if is_same else type(tree)(fixed)


def _same_values(fixed: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    return tree if all(fixed[key] is old for key, old in tree.items()) else fixed


def from_pydantic(
    errors: Sequence[Mapping[str, Any]], root: Any, *, names: Collection[str] | None = None
) -> Explanation:
    """Translates pydantic's errors into our words: the first ten, and a count of the others.

    Args:
        errors: The list from ``ValidationError.errors()``.
        root: The value that was validated. It shows whether a step of a path is a field or the
            label of a union's member.
        names: The only names that a path may show, if a class asks that no input is shown.
    """
    shown: dict[Problem, None] = {}  # the members of a union often say the same
    for index, error in enumerate(errors):
        if len(shown) == MAX_PROBLEMS:
            return Explanation(list(shown), len(errors) - index)
        shown[_from_one(error, root, names)] = None
    return Explanation(list(shown))


def _from_one(error: Mapping[str, Any], root: Any, names: Collection[str] | None) -> Problem:
    path = _path(error["loc"], root, names)
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] in {"missing", "missing_argument", "missing_keyword_only_argument"}:
        return Problem(path, f"missing `{name}`")
    if names is not None:
        said = spoken_without_input(error["type"], error["msg"])
        if said is not None:
            return Problem(path, said)
    if error["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return Problem(path, f"`{name}` is not a field")
    words = error["msg"].rstrip(".")
    message = re.sub(r"^Input should be (a valid |an? )?", "expected ", words)
    message = re.sub(
        r"^expected (?:dictionary or instance|instance) of (\w+)$", r"expected `\1`", message
    )
    message = message[:1].lower() + message[1:]
    if len(message) > _MAX_WORDS:
        message = message[: _MAX_WORDS - 1] + "…"
    is_shown = names is None
    return Problem(path, f"{message}, got `{shorten(error['input'])}`" if is_shown else message)


def _path(loc: Sequence[int | str], root: Any, names: Collection[str] | None) -> str:
    path, here = "$", root
    loc = [step if isinstance(step, int) else step[:MAX_VALUE] for step in loc]
    for position, step in enumerate(loc):
        inside = _step(here, step)
        is_last = position == len(loc) - 1 and isinstance(here, dict) and isinstance(step, str)
        if inside is not None or is_last:
            path += _shown(step, names)
        if inside is not None:
            here = inside[0]
    return path


def _shown(step: int | str, names: Collection[str] | None) -> str:
    """Writes one step of a path. If input is hidden, only keys that are fields are shown."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if names is None or step in names else HIDDEN_KEY


def _step(here: Any, step: int | str) -> tuple[Any] | None:
    """Returns the value at *step* as a one-tuple, or None if the step is only a label."""
    if isinstance(step, int):
        inside = isinstance(here, (list, tuple)) and step < len(here)
        return (here[step],) if inside else None
    if isinstance(here, dict):
        return (here[step],) if step in here else None
    return (getattr(here, step),) if step.isidentifier() and hasattr(here, step) else None
