"""What pydantic says of a value in our words, what a model hides, and what numbers forgive."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from typedxcom.codecs.bases import as_base
from typedxcom.codecs.explain import Explanation
from typedxcom.errors import MAX_PROBLEMS, MAX_VALUE, Problem, shorten
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    MappingOf,
    Named,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    walk,
)

__all__ = ["from_pydantic", "hides_values", "repair", "without_value"]

_MAX_WORDS = 200

_URL_SAFE = str.maketrans("-_", "+/")


def repair(schema: Schema, tree: Any) -> Any:
    """*tree* with each bool or numpy number that stands where a number is wanted as that number.

    Python's bool is an int, so mypy and the wiring check let one pass; JSON and both validators
    tell them apart.

    Returns:
        The same object where nothing had to change.
    """
    try:
        return _repaired(schema, tree)
    except RecursionError:  # what is nested that deeply is refused as it is
        return tree


def _repaired(schema: Schema, tree: Any) -> Any:
    match schema:
        case Named(inner=inner) | Constrained(inner=inner) | Alias(target=[inner]):
            return _repaired(inner, tree)
        case Scalar(type=kind) if kind in (int, float) and isinstance(tree, bool):
            return kind(tree)
        case Scalar(type=kind) if kind in (bool, int, float) and as_base(tree) is not tree:
            return as_base(tree)
        case Scalar(type=kind) if kind in (bytes, bytearray) and isinstance(tree, str):
            usual = tree.translate(_URL_SAFE)  # pydantic writes base64 for URLs, msgspec the other
            return tree if usual == tree else usual
        case UnionOf(members=members) if isinstance(tree, bool):
            kinds = [one.type for one in members if isinstance(one, Scalar)]
            wanted = next(
                (kind for kind in (int, float) if kind in kinds and bool not in kinds), None
            )
            return tree if wanted is None else wanted(tree)
        case SequenceOf(item=item) if type(tree) in (list, tuple):
            return _same_or([_repaired(item, part) for part in tree], tree)
        case TupleOf(items=items) if type(tree) in (list, tuple) and len(items) == len(tree):
            return _same_or(
                [_repaired(item, part) for item, part in zip(items, tree, strict=True)], tree
            )
        case MappingOf(value=value) if isinstance(tree, dict):
            return _same_values({key: _repaired(value, part) for key, part in tree.items()}, tree)
        case Record(fields=fields, style=style) if style != "model" and isinstance(tree, dict):
            known = {part.key or name: part.schema for name, part in fields.items()}
            fixed = {
                key: _repaired(known[key], part) if key in known else part
                for key, part in tree.items()
            }
            return _same_values(fixed, tree)
    return tree


def _same_or(fixed: list[Any], tree: Any) -> Any:
    is_same = all(new is old for new, old in zip(fixed, tree, strict=True))
    return tree if is_same else type(tree)(fixed)


def _same_values(fixed: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    return tree if all(fixed[key] is old for key, old in tree.items()) else fixed


def from_pydantic(errors: Sequence[Mapping[str, Any]], root: Any, *, hide: bool) -> Explanation:
    """Pydantic's list of errors in our words: the first ten, and how many more there are.

    Args:
        errors: What ``ValidationError.errors()`` gives.
        root: The value that was validated, to tell a field from the label of a union's member.
        hide: Whether the model asks that no input is shown.
    """
    shown: dict[Problem, None] = {}  # the members of a union often say the same
    for index, error in enumerate(errors):
        if len(shown) == MAX_PROBLEMS:
            return Explanation(list(shown), len(errors) - index)
        shown[_from_one(error, root, hide)] = None
    return Explanation(list(shown))


def _from_one(error: Mapping[str, Any], root: Any, hide: bool) -> Problem:
    path = _path(error["loc"], root)
    name = str(error["loc"][-1]) if error["loc"] else ""
    if error["type"] in {"missing", "missing_argument", "missing_keyword_only_argument"}:
        return Problem(path, f"missing `{name}`")
    if error["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return Problem(path, f"`{name}` is not a field")
    if hide and error["type"] in {"value_error", "assertion_error"}:
        return Problem(path, "refused by a validator")  # whose words may quote the value
    words = error["msg"].rstrip(".")
    message = re.sub(r"^Input should be (a valid |an? )?", "expected ", words)
    message = re.sub(
        r"^expected (?:dictionary or instance|instance) of (\w+)$", r"expected `\1`", message
    )
    message = message[:1].lower() + message[1:]
    if len(message) > _MAX_WORDS:
        message = message[: _MAX_WORDS - 1] + "…"
    return Problem(path, message if hide else f"{message}, got `{shorten(error['input'])}`")


def hides_values(schema: Schema) -> bool:
    """Whether a class in *schema* asks that its values are not shown."""
    return any(isinstance(node, Record) and _hides(node.type) for _, node in walk(schema))


def _hides(kind: Any) -> bool:
    fields = getattr(kind, "model_fields", None) or getattr(kind, "__dataclass_fields__", {})
    config = getattr(kind, "model_config", None) or getattr(kind, "__pydantic_config__", {})
    return bool(config.get("hide_input_in_errors")) or any(
        not getattr(part, "repr", True) for part in fields.values()
    )


def without_value(problem: Problem) -> Problem:
    """*problem* without the value that it quotes."""
    return Problem(problem.path, problem.message.partition(", got `")[0])


def _path(loc: Sequence[int | str], root: Any) -> str:
    path, here = "$", root
    loc = [step if isinstance(step, int) else step[:MAX_VALUE] for step in loc]
    for position, step in enumerate(loc):
        inside = _step(here, step)
        if inside is not None:
            here = inside[0]
            path += f"[{step}]" if isinstance(step, int) else f".{step}"
        elif position == len(loc) - 1 and isinstance(here, dict) and isinstance(step, str):
            path += f".{step}"
    return path


def _step(here: Any, step: int | str) -> tuple[Any] | None:
    """What lies at *step*, as a one-tuple; None where the step is only a label."""
    if isinstance(step, int):
        inside = isinstance(here, (list, tuple)) and step < len(here)
        return (here[step],) if inside else None
    if isinstance(here, dict):
        return (here[step],) if step in here else None
    return (getattr(here, step),) if step.isidentifier() and hasattr(here, step) else None
