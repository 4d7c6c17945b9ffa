"""Finds what ``default_args`` give, so that nobody is asked for an argument that they give.

Airflow fills the parameters of operators with them, and those of the functions of its own tasks. A
name that any ``default_args`` of the file has may be given, whichever DAG it is of.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, Final

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, ARG_OPT, ARG_POS, CallExpr
from mypy.types import CallableType

from typedxcom.mypy.types.site import Site

__all__ = ["given_by_default", "with_defaults"]

_WORD: Final = "default_args"
_OPTIONAL: Final = {ARG_POS: ARG_OPT, ARG_NAMED: ARG_NAMED_OPT}


def with_defaults(site: Site, call: CallExpr, function: CallableType) -> CallableType:
    """Returns *function* with parameters optional that the call leaves out and a default gives."""
    rows = zip(function.arg_names, function.arg_kinds, strict=True)
    lacking = {name for name, kind in rows if name and kind in _OPTIONAL}
    lacking.difference_update(name for name in call.arg_names if name)
    if not lacking or lacking.isdisjoint(given_by_default(site)):
        return function
    known = given_by_default(site)
    kinds = [
        _OPTIONAL.get(kind, kind) if name in known else kind
        for name, kind in zip(function.arg_names, function.arg_kinds, strict=True)
    ]
    return function.copy_modified(arg_kinds=kinds)


def given_by_default(site: Site) -> frozenset[str]:
    """Returns the keys of all ``default_args`` in the file, as far as they stand there."""
    if _Last.api is not site.api:
        _Last.api, _Last.names = site.api, _read(site.api.tree.path)
    return _Last.names


class _Last:
    """The names of the last file that was asked for."""

    api: Any = None
    names: frozenset[str] = frozenset()


def _read(path: str) -> frozenset[str]:
    try:
        text = Path(path).read_text(encoding="utf-8")
        nodes = list(ast.walk(ast.parse(text))) if _WORD in text else []
    except (OSError, ValueError, SyntaxError):
        return frozenset()
    variables = {_WORD}
    values = [one.value for one in nodes if isinstance(one, ast.keyword) and one.arg == _WORD]
    for _ in range(2):  # a variable may be made of another one
        inside = [inner for one in values for inner in ast.walk(one)]
        variables.update(one.id for one in inside if isinstance(one, ast.Name))
        values += [
            one.value
            for one in nodes
            if isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value is not None
            for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
            if isinstance(target, ast.Name) and target.id in variables
        ]
    return frozenset(name for one in values for inner in ast.walk(one) for name in _keys(inner))


def _keys(node: ast.AST) -> list[str]:
    """The keys of a dict display, or of a call of ``dict``."""
    if isinstance(node, ast.Dict):
        keys = [one.value for one in node.keys if isinstance(one, ast.Constant)]
        return [one for one in keys if isinstance(one, str)]
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dict":
        return [one.arg for one in node.keywords if one.arg is not None]
    return []
