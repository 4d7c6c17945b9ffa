"""Reads the syntax tree of one function from its file."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import re
import tokenize
import types
from typing import TypeAlias

from typedxcom.needs import as_function

__all__ = ["FunctionNode", "node_of", "offset_of", "surely_returns_nothing"]

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_MOST_NODES = 64
# By the id of the code that each stands for. The code is kept too, so no other gets its id.
_NODES: dict[int, tuple[types.CodeType, FunctionNode | None]] = {}
_YIELDS = inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
# Without these words, a function has no `return`, comes to its end and binds what its text shows.
_TELLING = re.compile(r"\b(?:return|raise|while|exec|eval|locals|globals|vars)\b")


def surely_returns_nothing(function: types.FunctionType) -> bool:
    """Whether *function* has a body, and the words of its text show that it returns nothing.

    Many tasks are so, and to read the words takes a tenth of the time that the syntax takes.
    """
    code = function.__code__
    if code.co_flags & _YIELDS or not code.co_names:  # without names, it may be only `...`
        return False
    first, last = code.co_firstlineno, max(line or 0 for _, _, line in code.co_lines())
    text = "".join(_lines_of(function)[max(first - 1, 0) : last])
    return f"def {code.co_name}" in text and _TELLING.search(text) is None


def _lines_of(function: types.FunctionType) -> list[str]:
    """Returns the lines of the file that *function* is from."""
    name = function.__code__.co_filename
    linecache.checkcache(name)  # a file may have been edited since it was read
    return linecache.getlines(name, function.__globals__)


def node_of(function: types.FunctionType) -> FunctionNode | None:
    """Returns the definition of *function*; None if its source is missing or has changed.

    A lambda is given as a function that returns its expression. The last ones are kept, because
    what a function needs of each parameter is asked one by one, and what it returns after that.
    """
    code = function.__code__
    known = _NODES.get(id(code))
    if known is None:
        if len(_NODES) >= _MOST_NODES:
            _NODES.pop(next(iter([*_NODES])), None)  # a copy: threads read, too
        known = _NODES[id(code)] = code, _read(function)
    return known[1]


def _read(function: types.FunctionType) -> FunctionNode | None:
    code, lines = function.__code__, _lines_of(function)
    first = code.co_firstlineno
    if not 0 < first <= len(lines):
        return None
    if code.co_name == "<lambda>":
        return _lambda(code, tuple(lines))
    rest = lines[first - 1 :]
    try:
        node = _parsed(_by_indentation(rest))
    except SyntaxError:  # a string or brackets go on at the margin
        try:
            node = _parsed(inspect.getblock(rest))
        except (SyntaxError, ValueError, tokenize.TokenError, IndexError):
            return None
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    return node if node.name == code.co_name else None


def _lambda(code: types.CodeType, lines: tuple[str, ...]) -> FunctionNode | None:
    """Returns the only lambda on a line that has the same parameters."""
    count = code.co_argcount + code.co_kwonlyargcount
    found = [
        node
        for node in _lambdas(lines)
        if node.lineno == code.co_firstlineno
        and tuple(_names(node.args)) == code.co_varnames[:count]
    ]
    return as_function(found[0]) if len(found) == 1 else None


@functools.lru_cache(maxsize=8)
def _lambdas(lines: tuple[str, ...]) -> list[ast.Lambda]:
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]


def _names(args: ast.arguments) -> list[str]:
    return [one.arg for one in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


def offset_of(function: types.FunctionType, node: FunctionNode) -> int:
    """Returns the number to add to a line of *node*, so that it is a line of the file."""
    first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
    return function.__code__.co_firstlineno - first


def _parsed(lines: list[str]) -> ast.stmt | None:
    """Returns the first statement of *lines*."""
    text = "".join(lines)
    # An indented block goes below an `if`: a dedent would change strings of several lines.
    tree = ast.parse(f"if 1:\n{text}" if text[:1].isspace() else text)
    node = tree.body[0] if tree.body else None
    return node.body[0] if isinstance(node, ast.If) else node


def _by_indentation(lines: list[str]) -> list[str]:
    """Returns the lines of the first function, by their margins: quick, and nearly always right."""
    margin = _margin(lines[0])
    is_body = False
    for at, line in enumerate(lines):
        if is_body and _margin(line) <= margin and line.strip() and line.lstrip()[0] not in ")]}#":
            return lines[:at]
        is_body = is_body or line.lstrip().startswith(("def ", "async def "))
    return lines


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())
