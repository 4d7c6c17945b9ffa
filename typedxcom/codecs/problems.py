"""Everything that is wrong with a value, each with its path; and what numbers forgive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from typedxcom.codecs.bases import as_base
from typedxcom.errors import MAX_VALUE, Problem, shorten
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
    walk,
)

__all__ = ["explain", "from_pydantic", "hides_values", "repair", "without_value"]

_MAX_WORDS = 200

_URL_SAFE = str.maketrans("-_", "+/")
Leaf = Callable[[Any, Any], "str | None"]
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


def explain(schema: Schema, tree: Any, leaf: Leaf, error: Exception) -> list[Problem]:
    """All that is wrong with *tree*; msgspec itself stops at the first.

    Args:
        schema: What the tree should be.
        tree: JSON builtins, or what msgspec makes of a Python value.
        leaf: Judges one scalar: ``(annotation, value) -> complaint or None``.
        error: What msgspec said, used where this walk finds nothing.
    """
    found = list(_problems(schema, tree, leaf, "$"))
    if found:
        return found
    message, _, path = str(error).partition(" - at ")
    return [Problem(path.strip("`") or "$", message[:1].lower() + message[1:])]


def _problems(schema: Schema, tree: Any, leaf: Leaf, path: str) -> Iterator[Problem]:
    match schema:
        case Named(inner=inner) | Alias(target=[inner]):
            yield from _problems(inner, tree, leaf, path)
        case Constrained(inner=inner, constraints=constraints):
            inside = list(_problems(inner, tree, leaf, path))
            yield from inside or _limits(str(inner), constraints, tree, path)
        case SequenceOf(item=item) if isinstance(tree, (list, tuple)):
            for index, part in enumerate(tree):
                yield from _problems(item, part, leaf, f"{path}[{index}]")
        case TupleOf(items=items) if isinstance(tree, (list, tuple)) and len(tree) == len(items):
            for index, (item, part) in enumerate(zip(items, tree, strict=True)):
                yield from _problems(item, part, leaf, f"{path}[{index}]")
        case MappingOf(value=value) if isinstance(tree, dict):
            for key, part in tree.items():
                yield from _problems(value, part, leaf, f"{path}[{shorten(key)}]")
        case Record() if isinstance(tree, dict):
            yield from _fields(schema, tree, leaf, path)
        case UnionOf(members=members):
            if all(next(_problems(one, tree, leaf, path), None) is not None for one in members):
                yield _wrong(schema, tree, path)
        case Scalar(type=kind) | EnumOf(type=kind):
            if leaf(kind, tree) is not None:
                yield _wrong(schema, tree, path)
        case LiteralOf(values=values):
            if leaf(Literal[values], tree) is not None:
                yield _wrong(schema, tree, path)
        case Opaque(type=kind):
            complaint = leaf(kind, tree)
            if complaint is not None:
                yield Problem(path, f"no `{schema}`: {complaint}")
        case SequenceOf() | TupleOf() | MappingOf() | Record():
            yield _wrong(schema, tree, path)


def _fields(schema: Record, tree: dict[str, Any], leaf: Leaf, path: str) -> Iterator[Problem]:
    for name, part in schema.fields.items():
        key = part.key or name
        if key in tree:
            yield from _problems(part.schema, tree[key], leaf, f"{path}.{name}")
        elif part.required:
            yield Problem(f"{path}.{name}", f"missing `{name}`")


def _limits(name: str, constraints: Constraints, value: Any, path: str) -> Iterator[Problem]:
    for limit_name, (words, holds) in _LIMITS.items():
        limit = getattr(constraints, limit_name)
        if limit is None:
            continue
        try:
            broken = not holds(value, limit)
        except TypeError:  # a limit of another type says nothing about this value
            continue
        if broken:
            yield Problem(path, f"expected `{name}` {words} {limit}, got `{shorten(value)}`")


def _wrong(schema: Schema, value: Any, path: str) -> Problem:
    expected = str(schema)
    if len(expected) > _MAX_WORDS:
        expected = expected[: _MAX_WORDS - 1] + "…"
    return Problem(path, f"expected `{expected}`, got `{shorten(value)}`")


def repair(schema: Schema, tree: Any) -> Any:
    """*tree* with each bool or numpy number that stands where a number is wanted as that number.

    Python's bool is an int, so mypy and the wiring check let one pass; JSON and both validators
    tell them apart.

    Returns:
        The same object where nothing had to change.
    """
    match schema:
        case Named(inner=inner) | Constrained(inner=inner) | Alias(target=[inner]):
            return repair(inner, tree)
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
            return _same_or([repair(item, part) for part in tree], tree)
        case TupleOf(items=items) if type(tree) in (list, tuple) and len(items) == len(tree):
            return _same_or(
                [repair(item, part) for item, part in zip(items, tree, strict=True)], tree
            )
        case MappingOf(value=value) if isinstance(tree, dict):
            return _same_values({key: repair(value, part) for key, part in tree.items()}, tree)
        case Record(fields=fields, style=style) if style != "model" and isinstance(tree, dict):
            known = {part.key or name: part.schema for name, part in fields.items()}
            fixed = {
                key: repair(known[key], part) if key in known else part
                for key, part in tree.items()
            }
            return _same_values(fixed, tree)
    return tree


def _same_or(fixed: list[Any], tree: Any) -> Any:
    is_same = all(new is old for new, old in zip(fixed, tree, strict=True))
    return tree if is_same else type(tree)(fixed)


def _same_values(fixed: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    return tree if all(fixed[key] is old for key, old in tree.items()) else fixed


def from_pydantic(errors: Sequence[Mapping[str, Any]], root: Any, *, hide: bool) -> list[Problem]:
    """Pydantic's list of errors in our words.

    Args:
        errors: What ``ValidationError.errors()`` gives.
        root: The value that was validated, to tell a field from the label of a union's member.
        hide: Whether the model asks that no input is shown.
    """
    return [_from_one(error, root, hide) for error in errors]


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
