"""Where unions have several members of one JSON form, so that only the real decoder knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from typedxcom.evolution.facts import root_of
from typedxcom.evolution.reasons import Break
from typedxcom.evolution.unions import forms_of, forms_read
from typedxcom.schema.nodes import Schema, UnionOf, children

__all__ = ["crowded_places", "is_crowded", "is_within"]

_DEPTH = 12  # steps into a type that contains itself
_MOST = 5_000  # parts of a type
_OF_KEYS = ("required-added", "extra-forbidden", "default-removed", "alias-changed")


def is_crowded(up: Schema, members: tuple[Schema, ...]) -> bool:
    """Whether several members may read the JSON of *up*."""
    return sum(bool(forms_of(up) & forms_read(one)) for one in members) > 1


def crowded_places(schema: Schema) -> set[str]:
    """Returns the paths of the unions in *schema* with several members of one JSON form."""
    return {
        path
        for path, node in _parts(schema)
        if isinstance(node, UnionOf) and any(is_crowded(one, node.members) for one in node.members)
    }


def is_within(found: Break, places: set[str]) -> bool:
    """Whether a break is at or below one of the unions at *places*, so that a member may help."""
    steps = _steps(found.path)
    if found.rule in _OF_KEYS:
        steps = steps[:-1]  # it is about the object around
    return any(steps[: len(one)] == one for one in map(_steps, places))


def _parts(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yields all parts with their paths, as breaks have them: what is in a RootModel is no step."""
    todo = [("$", schema, 0)]
    for _ in range(_MOST):
        if not todo:
            return
        path, node, depth = todo.pop()
        yield path, node
        root = root_of(node)
        below = children(node) if root is None else [("", root)]
        if depth < _DEPTH:
            todo.extend((path + step, part, depth + 1) for step, part in below)


def _steps(path: str) -> list[str]:
    """Returns the steps of a path. All items of a collection are one."""
    return re.findall(r"\.[^.\[]+|\[", path)
