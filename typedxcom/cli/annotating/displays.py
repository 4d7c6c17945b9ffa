"""Finds the dicts that a function returns as they stand in its code, and writes them as calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from typedxcom.cli.annotating.edits import Source
from typedxcom.cli.annotating.variables import KeptDict, Shape, Variables, shown
from typedxcom.inference.source import FunctionNode

__all__ = ["as_attributes", "as_calls", "displays_of", "returns_variable"]

_COLON = re.compile(rb"\s*:[ \t]*")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def displays_of(function: FunctionNode, variables: Variables) -> list[ast.Dict]:
    """Returns the dicts that *function* returns, itself or in a list. Raises KeptDict."""
    finder = _Finder(variables)
    for statement in _returns(function):
        if statement.value is not None:
            finder.value(statement.value)
    while variables.added:
        finder.item(variables.added.pop())
    return finder.found


def returns_variable(function: FunctionNode) -> bool:
    """Whether a type checker judges what *function* returns where it is made, not where it ends."""
    return any(
        isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
        for statement in _returns(function)
        for one in _given(statement.value)
    )


def _given(node: ast.expr | None) -> Iterator[ast.expr]:
    match node:
        case ast.IfExp(body=body, orelse=other):
            yield from (*_given(body), *_given(other))
        case ast.BoolOp(values=values):
            for each in values:
                yield from _given(each)
        case ast.expr():
            yield node


def as_calls(
    source: Source, found: Iterable[ast.Dict], name: str
) -> Iterator[tuple[int, int, str]]:
    """Yields the edits that make each ``{"a": 1}`` a ``Name(a=1)``. Raises KeptDict."""
    for display in found:
        start, end = source.span(display)
        if source.text[start : start + 1] + source.text[end - 1 : end] != b"{}":
            raise KeptDict("the dict is inside a text")
        yield start, start + 1, f"{name}("
        for key, value in zip(display.keys, display.values, strict=True):
            assert isinstance(key, ast.Constant) and isinstance(key.value, str)
            first, last = source.span(key)
            colon = _COLON.match(source.text[last : source.span(value)[0]])
            if colon is None:
                raise KeptDict(f"there are brackets or a comment around the key {key.value!r}")
            yield first, last + colon.end(), f"{key.value}="
        yield end - 1, end, ")"


def as_attributes(source: Source, variables: Variables) -> Iterator[tuple[int, int, str]]:
    """Yields the edits that make each ``row["total"]`` a ``row.total``. Raises KeptDict."""
    for value, whole, key in variables.reads:
        first, last = source.span(value)
        _, end = source.span(whole)
        read = rb"\s*(\[|\.\s*get\()\s*(['\"])" + key.encode() + rb"\2\s*(,[^\n]*)?[\])]"
        # Python before 3.12 does not know where the parts of an f-string are.
        is_found = _is_at(source.text[first:last], value)
        if not is_found or not re.fullmatch(read, source.text[last:end]):
            raise KeptDict(f"{key!r} is read in an unusual way")  # as r"total"
        yield last, end, f".{key}"


def _is_at(text: bytes, node: ast.expr) -> bool:
    try:
        return ast.dump(ast.parse(text.decode(), mode="eval").body) == ast.dump(node)
    except (SyntaxError, ValueError):
        return False


def _returns(node: ast.AST) -> Iterator[ast.Return]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.Return):
            yield one
        elif not isinstance(one, _SCOPES):
            yield from _returns(one)


class _Finder:
    """Collects the dicts of one function."""

    def __init__(self, variables: Variables) -> None:
        self.found: list[ast.Dict] = []
        self._variables = variables
        self._seen: set[str] = set()

    def value(self, node: ast.expr) -> None:
        """Reads what is returned. Raises KeptDict."""
        match node:
            case ast.Constant(value=None):
                return
            case ast.IfExp(body=body, orelse=other):
                self.value(body)
                self.value(other)
            case ast.List(elts=parts):
                for part in parts:
                    self.item(part)
            case ast.ListComp(elt=part):
                self.item(part)
            case ast.BoolOp(values=values) if self._variables.stay_dicts:
                for each in values:
                    self.value(each)
            case ast.Name(id=name):
                self._variable(name)
            case _:
                self.item(node)

    def item(self, node: ast.expr) -> None:
        """Reads one dict. Raises KeptDict."""
        match node:
            case ast.Dict():
                self.found.append(node)
            case ast.IfExp(body=body, orelse=other):
                self.item(body)
                self.item(other)
            case ast.Name(id=name):
                self._variable(name)
            case _:
                raise KeptDict(f"`{shown(node)}` does not show its keys")

    def _variable(self, name: str) -> None:
        if name in self._seen:
            return
        self._seen.add(name)
        made = self._variables.binding_of(name)
        shape: Shape = "many" if isinstance(made.value, (ast.List, ast.ListComp)) else "one"
        self.value(made.value)
        self._variables.follow(name, shape, made.targets[0], is_own=True)
