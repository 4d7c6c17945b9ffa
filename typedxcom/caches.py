"""Caches that let classes go: a DAG processor imports the same files for weeks.

What is known of a class stands on the class itself. A dict of ours, also a weak one, would keep a
class by its key, and by the class's methods all that its module holds.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import Any, Concatenate, ParamSpec, TypeVar, cast, get_args

__all__ = ["by_class", "kept_on", "owner_of"]

P = ParamSpec("P")
R = TypeVar("R")
_NAME = "__typedxcom_known__"
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: a class that Python code made
_SHARED: dict[Hashable, Any] = {}


def kept_on(cls: Any) -> dict[Hashable, Any]:
    """What is known of *cls*, to be filled by the caller; it goes when the class goes.

    Args:
        cls: A class, or None for what no class has a part in.
    """
    if cls is None:
        return _SHARED
    known: dict[Hashable, Any] | None = vars(cls).get(_NAME)
    if known is None:
        known = {}
        try:
            setattr(cls, _NAME, known)
        except (AttributeError, TypeError):  # a class that takes no attributes
            return known
    return known


def owner_of(annotation: Any) -> tuple[bool, Any]:
    """Whether something may be kept for *annotation*, and the one class that it would go with."""
    found = set(_classes(annotation))
    return len(found) < 2, next(iter(found), None)


def _classes(annotation: Any) -> list[Any]:
    args = get_args(annotation)
    if args:
        return [cls for arg in args for cls in _classes(arg)]
    is_made = isinstance(annotation, type) and annotation.__flags__ & _HEAP
    return [annotation] if is_made else []


def by_class(function: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Remember what *function* gives for a class and further arguments while the class lives."""
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def remembered(cls: Any, *args: P.args, **kwargs: P.kwargs) -> R:
        known, key = kept_on(cls), (name, args)
        if key not in known:
            known[key] = function(cls, *args, **kwargs)
        return cast("R", known[key])

    return cast("Callable[Concatenate[Any, P], R]", remembered)
