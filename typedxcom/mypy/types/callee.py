"""The function of a task, read once for all its calls."""

from __future__ import annotations

from mypy.erasetype import erase_typevars
from mypy.expandtype import expand_type
from mypy.nodes import ARG_NAMED, ARG_OPT, ARG_POS, ARG_STAR, ARG_STAR2
from mypy.types import CallableType, Type, TypeVarId, TypeVarType, UnionType, get_proper_type

__all__ = ["Callee", "widest"]


class Callee:
    """The function of a task, made ready for its calls.

    Attributes:
        function: The function as a DAG's author calls it, under the task's name.
        generic: Whether it has type variables. Then no call is a usual one.
        types: The types of its parameters.
        positional: How many of them, from the first on, take a positional argument of their own.
        named: Name -> index of those that a keyword can fill.
        injected: Names that Airflow fills, which no mapping may give.
        filled: The places of parameters that Airflow fills, which no position may give.
        needed: The places of parameters that a call must give.
    """

    __slots__ = (
        "filled",
        "function",
        "generic",
        "injected",
        "named",
        "needed",
        "positional",
        "types",
    )

    def __init__(self, function: CallableType, name: str, injected: frozenset[str]) -> None:
        if name and name != function.name:
            function = function.copy_modified(name=name)
        self.function = function
        self.generic = bool(function.variables)
        self.types = function.arg_types
        self.positional = 0
        self.named: dict[str, int] = {}
        self.needed: set[int] = set()
        rows = zip(function.arg_names, function.arg_kinds, strict=True)
        for place, (name_, kind) in enumerate(rows):
            if kind is ARG_POS or kind is ARG_NAMED:
                self.needed.add(place)
            if place == self.positional and (kind is ARG_POS or kind is ARG_OPT):
                self.positional += 1
            if name_ and kind is not ARG_STAR and kind is not ARG_STAR2:
                self.named[name_] = place
        self.injected = injected
        names = function.arg_names
        self.filled = (
            frozenset(place for place in range(self.positional) if names[place] in injected)
            if injected and not injected.isdisjoint(names)
            else frozenset()
        )

    def required(self) -> set[str]:
        """Returns the names of the parameters that must be given."""
        kinds = self.function.arg_kinds
        return {name for name, place in self.named.items() if kinds[place].is_required()}


def widest(function: CallableType) -> CallableType:
    """Replaces each type variable of the function by the widest type that it allows."""
    limits: dict[TypeVarId, Type] = {}
    for variable in function.variables:
        if isinstance(variable, TypeVarType):
            values = variable.values
            limits[variable.id] = UnionType.make_union(values) if values else variable.upper_bound
    found = get_proper_type(
        erase_typevars(expand_type(function.copy_modified(variables=[]), limits))
    )
    return found if isinstance(found, CallableType) else function
