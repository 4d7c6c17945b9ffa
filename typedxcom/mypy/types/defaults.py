"""Finds what defaults give, in a function and in ``default_args``.

Airflow fills the parameters of operators with ``default_args``, and those of the functions of its
own tasks. A name that any of them in the file has may be given, whichever DAG it is of, and nobody
is asked for it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any, Final

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, ARG_OPT, ARG_POS, CallExpr, FuncDef, NameExpr
from mypy.typeops import make_simplified_union
from mypy.types import CallableType, NoneType

from typedxcom.mypy.types.site import Site
from typedxcom.needs.names import every

__all__ = ["given_by_default", "taking_none", "with_defaults"]

_WORD: Final = "default_args"
_OPTIONAL: Final = {ARG_POS: ARG_OPT, ARG_NAMED: ARG_NAMED_OPT}


def taking_none(function: CallableType, func: FuncDef) -> CallableType:
    """Returns *function* with None for parameters such as ``name: str = None``.

    mypy says so by itself if the option ``implicit_optional`` is on. Otherwise it reports the
    default, and the calls are right.

    Args:
        function: The type of the task's function.
        func: Its definition.
    """
    by_none = {
        argument.variable.name
        for argument in func.arguments
        if isinstance(argument.initializer, NameExpr) and argument.initializer.name == "None"
    }
    if not by_none:
        return function
    types = [
        make_simplified_union([found, NoneType()]) if name in by_none else found
        for name, found in zip(function.arg_names, function.arg_types, strict=True)
    ]
    return function.copy_modified(arg_types=types)


def with_defaults(site: Site, call: CallExpr, function: CallableType) -> CallableType:
    """Returns *function* with parameters optional that the call leaves out and a default gives."""
    rows = list(zip(function.arg_names, function.arg_kinds, strict=True))
    by_place = call.arg_kinds.count(ARG_POS)
    given = {name for name in call.arg_names if name} | {name for name, _ in rows[:by_place]}
    lacking = {name for name, kind in rows if name and kind in _OPTIONAL} - given
    known = given_by_default(site, lacking)
    if not known:
        return function
    kinds = [
        _OPTIONAL.get(kind, kind) if name in known else kind
        for name, kind in zip(function.arg_names, function.arg_kinds, strict=True)
    ]
    return function.copy_modified(arg_kinds=kinds)


def given_by_default(site: Site, names: Collection[str]) -> frozenset[str]:
    """Returns those of *names* that are keys of any ``default_args`` in the file.

    The file is only parsed if its text may have one of them as a key.
    """
    if not names or not site.mentions(_WORD.encode()):
        return frozenset()
    if not any(site.mentions(form) for one in names for form in _forms(one)):
        return frozenset()
    if _Last.api is not site.api:
        _Last.api, _Last.names = site.api, _read(b"".join(site.lines))
    return _Last.names.intersection(names)


class _Last:
    """The names of the last file that was parsed."""

    api: Any = None
    names: frozenset[str] = frozenset()


def _forms(name: str) -> tuple[bytes, ...]:
    """Returns how the key of a dict may stand in a text."""
    key = name.encode()
    return b'"%b"' % key, b"'%b'" % key, b"%b=" % key, b"%b =" % key


def _read(text: bytes) -> frozenset[str]:
    try:
        nodes = list(every(ast.parse(text).body))
    except (ValueError, SyntaxError):
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
