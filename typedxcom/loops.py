"""`Loop`: the loop that a task runs in, with the type of what each iteration gives the next.

Loops come with Airflow 3.4. The class itself needs no Airflow, so a module that names it in an
annotation can be imported with every release.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, Union, get_args, get_origin

import typing_extensions as te

__all__ = ["LOOP", "Loop", "state_in"]

LOOP = "loop"
"""The only name of a parameter that Airflow fills with the loop."""

T_co = te.TypeVar("T_co", covariant=True, default=Any)


class Loop(Generic[T_co]):
    """The loop around a running task. Annotate the keyword-only parameter ``loop`` with it.

    ``T`` is what the last task of an iteration returns. Airflow makes the object for you. In a
    unit test, make one yourself: ``Loop(1, 10, read=lambda name: State(...))``.

    Attributes:
        index: The number of this iteration, from 0 on.
        max_iterations: How many iterations there may be.
    """

    def __init__(self, index: int, max_iterations: int, *, read: Callable[[str], T_co]) -> None:
        """Takes *read*, which gets the value for ``"previous"`` and for ``"result"``."""
        self.index = index
        self.max_iterations = max_iterations
        self._read = read

    @cached_property
    def previous(self) -> T_co | None:
        """The result of the iteration before this one, or None in the first.

        Raises:
            ValidationError: It is not of the type that the annotation says. A retry does not help.
            StoreError: The store refused. A retry may help.
        """
        return None if self.index == 0 else self._read("previous")

    @cached_property
    def result(self) -> T_co:
        """The result of this iteration, for ``until``. Raises errors as `previous` does."""
        return self._read("result")

    def __repr__(self) -> str:
        """Returns the iteration, and no value."""
        return f"Loop({self.index}, {self.max_iterations})"


def state_in(annotation: Any) -> Any:
    """Returns ``T`` of ``Loop[T]``, ``Any`` of a bare ``Loop``, or None for any other annotation.

    ``Loop[T] | None`` counts as well: Airflow lets a parameter that it fills default to None.
    """
    if annotation is Loop:
        return Any
    if isinstance(annotation, (type, types.GenericAlias)):  # nearly all of them
        return None
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Loop:
        return args[0]
    if origin is te.Annotated:
        return state_in(args[0])
    if origin in (Union, types.UnionType):
        found = [one for one in args if one is not type(None)]
        return state_in(found[0]) if len(found) == 1 else None
    return None
