"""Finds the names that a piece of code binds."""

from __future__ import annotations

import ast
from collections.abc import Iterable

__all__ = ["bound_by", "every", "names_of"]

_LEAVES = frozenset({ast.Name, ast.Constant, ast.Load, ast.Store, ast.Del, ast.arg})


def names_of(args: ast.arguments) -> Iterable[str]:
    """Yields the names of all parameters."""
    for one in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if one is not None:
            yield one.arg


def every(body: Iterable[ast.AST]) -> Iterable[ast.AST]:
    """Yields all nodes in *body*: quicker than `ast.walk`, because checks wait for it."""
    pending = list(body)
    while pending:
        node = pending.pop()
        yield node
        if type(node) in _LEAVES:
            continue
        for name in node._fields:
            value = getattr(node, name, None)
            if type(value) is list:
                pending += [one for one in value if isinstance(one, ast.AST)]
            elif isinstance(value, ast.AST):
                pending.append(value)


def bound_by(node: ast.AST) -> Iterable[str]:
    """Yields the names that a node binds, wherever it stands."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.arguments():
            yield from names_of(node)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=other):
            if other is not None or name not in ("json",):  # `import json` binds what it names
                yield (other or name).partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            yield name
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name
