"""Where the names and expressions of a function point into the value of one parameter."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from typedxcom.needs.found import ITEM, Path

__all__ = ["Guard", "Place", "Places"]

_SAME_ITEMS: Final = frozenset(
    f"builtins.{name}" for name in ("list", "tuple", "sorted", "reversed", "enumerate", "set")
)


_POINTING: Final = frozenset({ast.Subscript, ast.Call, ast.BoolOp})


@dataclass(frozen=True)
class Place:
    """A part of the parameter's value.

    Attributes:
        path: The way to it.
        text: How the code writes it.
        loops: The loops that its name comes from: `` for row in rows``.
        is_old: Whether the name may stand for something else by now.
    """

    path: Path
    text: str
    loops: str = ""
    is_old: bool = False

    def key(self, key: str, text: str) -> Place:
        """Returns the value of a key, which the code writes as *text*."""
        return Place((*self.path, key), f"{self.text}{text}", self.loops, self.is_old)

    def item(self, text: str) -> Place:
        """Returns an item, which the code writes as *text*: ``[0]``."""
        return Place((*self.path, ITEM), f"{self.text}{text}", self.loops, self.is_old)

    def each(self, name: str) -> Place:
        """Returns what *name* is in a loop over the items."""
        loops = f" for {name} in {self.text}{self.loops}"
        return Place((*self.path, ITEM), name, loops, self.is_old)


@dataclass(frozen=True)
class Guard:
    """A test of whether a part of the value is true.

    Attributes:
        place: The part.
        is_true: Whether the branch is taken where it is true. Otherwise where it is false, or None.
    """

    place: Place
    is_true: bool


class Places:
    """The names that point into the value of one parameter.

    Args:
        parameter: Its name.
        bound: Name -> in how many places the function binds it.
        looped: Name -> how many of these are loops.
        meaning: Says what a name means that the function does not bind itself.
        value: The expression that is the value, if no name is bound to it.

    Attributes:
        known: What the names point to.
    """

    def __init__(
        self,
        parameter: str,
        bound: Mapping[str, int],
        looped: Mapping[str, int],
        meaning: Callable[[str], str],
        value: ast.AST | None = None,
    ) -> None:
        whole = Place((), parameter)
        self.known: dict[str, Place] = {parameter: whole} if value is None else {}
        self._value, self._whole = value, whole
        self._bound, self._looped, self._meaning = bound, looped, meaning

    def of(self, node: ast.AST | None) -> Place | None:
        """Returns what it points to: ``x["rows"]``, ``x[0]``, ``x.get("a")``, ``x or []``."""
        kind = type(node)
        if node is self._value and node is not None:
            return self._whole
        if kind is ast.Name:
            return self.known.get(node.id)  # type: ignore[union-attr]
        if kind not in _POINTING:
            return None
        match node:
            case ast.BoolOp(op=ast.Or(), values=[first, ast.List(elts=[]) | ast.Dict(keys=[])]):
                return self.of(first)
            case ast.Subscript(value=value, slice=index, ctx=ast.Load()):
                place = self.of(value)
                return None if place is None else _step(place, index)
            case ast.Call(
                func=ast.Attribute(value=value, attr="get"),
                args=[ast.Constant(value=str(key)), *_],
                keywords=[],
            ):
                place = self.of(value)
                return None if place is None else place.key(key, f".get({key!r})")
        return None

    def iterated(self, node: ast.expr) -> tuple[Place, bool] | None:
        """Returns whose items a loop over *node* gives, and whether they come with numbers."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *others]) if self._meaning(
                name
            ) in _SAME_ITEMS and (name != "enumerate" or not others):
                inner = self.iterated(first)
                if inner is None or inner[1]:
                    return None
                return inner[0], name == "enumerate"
            case ast.Subscript(value=value, slice=ast.Slice()):
                return self.iterated(value)
        place = self.of(node)
        return None if place is None else (place, False)

    def is_once(self, name: str) -> bool:
        """Returns whether the function binds *name* in one place."""
        return self._bound.get(name) == 1

    def is_of_loops(self, name: str) -> bool:
        """Returns whether only loops bind *name*."""
        return 0 < self._bound.get(name, 0) == self._looped.get(name)

    def is_whole(self, node: ast.AST) -> bool:
        """Returns whether a node is the expression that gives the value."""
        return node is self._value

    def is_named(self, node: ast.AST) -> bool:
        """Returns whether a node names the value, or a part of it."""
        return node is self._value or (isinstance(node, ast.Name) and node.id in self.known)

    def guard(self, test: ast.expr) -> Guard | None:
        """Returns what a test says of a part: ``x``, ``not x``, ``x is None``, ``len(x) == 0``."""
        match test:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.guard(operand)
                return None if inner is None else Guard(inner.place, not inner.is_true)
            case ast.Compare(
                left=left,
                ops=[ast.Is() | ast.IsNot() as op],
                comparators=[ast.Constant(value=None)],
            ):
                place = self.of(left)
                return None if place is None else Guard(place, isinstance(op, ast.IsNot))
            case ast.Compare(
                left=ast.Call(func=ast.Name(id=name), args=[first]),
                ops=[ast.Eq() | ast.Gt() as op],
                comparators=[ast.Constant(value=0)],
            ) if self._meaning(name) == "builtins.len":
                place = self.of(first)
                return None if place is None else Guard(place, isinstance(op, ast.Gt))
        place = self.of(test)
        return None if place is None else Guard(place, True)


def _step(place: Place, index: ast.expr) -> Place | None:
    match index:
        case ast.Constant(value=str(key)):
            return place.key(key, f"[{key!r}]")
        case ast.Constant(value=int(number)):
            return place.item(f"[{number}]")
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return place.item(f"[-{number}]")
    return None
