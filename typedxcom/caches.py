"""Caches that let classes be freed, because a DAG processor imports the same files for weeks.

A class carries its own cache. If the cache were a dict of ours, even a weak one, its keys would
keep the class alive. The class's methods would then keep everything in its module alive.
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
    """Returns the cache of *cls*, which the caller fills. It is freed with the class.

    Args:
        cls: A class, or None for facts that do not depend on a class.
    """
    if cls is None:
        return _SHARED
    known: dict[Hashable, Any] | None = vars(cls).get(_NAME)
    if known is None:
        known = {}
        try:
            setattr(cls, _NAME, known)
        except (AttributeError, TypeError):  # a class without room for attributes
            return known
    return known


def owner_of(annotation: Any) -> tuple[bool, Any]:
    """Whether facts about *annotation* may be cached, and the one class that keeps them."""
    found = set(_classes(annotation))
    return len(found) < 2, next(iter(found), None)


def _classes(annotation: Any) -> list[Any]:
    args = get_args(annotation)
    if args:
        return [cls for arg in args for cls in _classes(arg)]
    is_made = isinstance(annotation, type) and annotation.__flags__ & _HEAP
    return [annotation] if is_made else []


def by_class(function: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], R]:
    """Caches the results of *function*, for a class and further arguments, on that class."""
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def remembered(cls: Any, *args: P.args, **kwargs: P.kwargs) -> R:
        known, key = kept_on(cls), (name, args)
        if key not in known:
            known[key] = function(cls, *args, **kwargs)
        return cast("R", known[key])

    return cast("Callable[Concatenate[Any, P], R]", remembered)
