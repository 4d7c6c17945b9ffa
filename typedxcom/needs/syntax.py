"""Small questions about the syntax of a function."""

from __future__ import annotations

import ast
from typing import Final

__all__ = [
    "DISPLAYS",
    "ENDING",
    "EXITS",
    "SCOPES",
    "awaits_keys",
    "goes_elsewhere",
    "is_join",
    "is_log",
    "is_same_error",
    "last_name",
    "leaves_at_end",
    "names_in",
    "set_by",
    "short",
]

_LOGGING: Final = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
ENDING: Final = frozenset({"exit", "_exit", "abort", "quit"})  # of any module
_OF_KEYS: Final = frozenset({"KeyError", "LookupError", "Exception", "BaseException"})
EXITS: Final = (ast.Return, ast.Raise, ast.Break, ast.Continue)
SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
DISPLAYS: Final = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred)
_MOST_CHARACTERS: Final = 40


def set_by(statement: ast.stmt) -> str:
    """Returns the name that a statement sets, if it does nothing but that."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
            return name
    return ""


def goes_elsewhere(body: list[ast.stmt]) -> bool:
    """Whether code may leave a block without an error."""
    exits = (ast.Return, ast.Break, ast.Continue)
    return any(isinstance(one, exits) for statement in body for one in ast.walk(statement))


def is_same_error(node: ast.AST) -> bool:
    """Whether it is a bare ``raise``: any call may raise the same."""
    return isinstance(node, ast.Raise) and node.exc is None


def awaits_keys(node: ast.Try) -> bool:
    """Whether a `try` goes on where a dict lacks a key."""
    types = [one.type for one in node.handlers]
    caught = [each for one in types for each in (one.elts if isinstance(one, ast.Tuple) else [one])]
    return any(one is None or last_name(one) in _OF_KEYS for one in caught)


def leaves_at_end(body: list[ast.stmt]) -> bool:
    """Whether a block ends with a way out of it."""
    return isinstance(body[-1], EXITS)


def names_in(target: ast.expr) -> list[str]:
    """Returns the names in what a loop or an assignment sets."""
    return [one.id for one in ast.walk(target) if isinstance(one, ast.Name)]


def last_name(function: ast.expr) -> str:
    """Returns ``exit`` of ``sys.exit``."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_log(call: ast.Call) -> bool:
    """Whether it writes to a log, whatever that is called."""
    return isinstance(call.func, ast.Attribute) and call.func.attr in _LOGGING


def is_join(function: ast.expr) -> bool:
    """Whether it is ``", ".join``."""
    match function:
        case ast.Attribute(value=ast.Constant(value=str()), attr="join"):
            return True
    return False


def short(value: object) -> str:
    """Returns a constant of the code for a message."""
    shown = repr(value)
    return shown if len(shown) <= _MOST_CHARACTERS else f"{shown[: _MOST_CHARACTERS - 1]}…"
