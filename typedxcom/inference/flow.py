"""Decides whether the end of a function's body can be reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

__all__ = ["falls_through"]


def falls_through(body: Sequence[ast.stmt]) -> bool:
    """Returns whether the end of *body* may be reached; True if that is not certain."""
    return not any(map(_ends, body))


def _ends(statement: ast.stmt) -> bool:
    match statement:
        case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
            return True
        case ast.If(body=body, orelse=other):
            return bool(other) and not falls_through(body) and not falls_through(other)
        case ast.With(body=body) | ast.AsyncWith(body=body):
            return not falls_through(body)
        case ast.While(test=ast.Constant(value=value), body=body) if value:
            return not any(isinstance(one, ast.Break) for one in _inside(body))
        case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=last):
            ends = not falls_through([*body, *other])
            ends = ends and not any(falls_through(one.body) for one in handlers)
            return ends or not falls_through(last)
        case ast.Match(cases=cases):
            is_whole = any(_takes_all(one) for one in cases)
            return is_whole and not any(falls_through(one.body) for one in cases)
    return False


def _takes_all(case: ast.match_case) -> bool:
    return case.guard is None and isinstance(case.pattern, ast.MatchAs) and not case.pattern.pattern


def _inside(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        yield from ast.walk(statement)
