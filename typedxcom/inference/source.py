"""Reads the syntax tree of one function from its file."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import tokenize
import types
from typing import TypeAlias

from typedxcom.needs import as_function

__all__ = ["FunctionNode", "node_of", "offset_of"]

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def node_of(function: types.FunctionType) -> FunctionNode | None:
    """Returns the definition of *function*; None if its source is missing or has changed.

    A lambda is given as a function that returns its expression.
    """
    code = function.__code__
    linecache.checkcache(code.co_filename)  # a file may have been edited since it was read
    lines = linecache.getlines(code.co_filename, function.__globals__)
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
