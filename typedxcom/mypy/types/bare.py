"""Checks bodies that mypy skips, because their function has no annotations.

Most DAG functions have none, and few of the functions that they call. Their wiring is checked here,
apart from what mypy does with them. Of all errors that such a check finds, the plugin reports only
its own, and mypy's errors about the arguments of a task. Afterwards each name gets back the type
that mypy gave it. So mypy reports the same about the rest of the file as without the plugin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from mypy.checker import DeferredNode
from mypy.errorcodes import ARG_TYPE, CALL_ARG
from mypy.errors import ErrorInfo
from mypy.nodes import (
    LDEF,
    MDEF,
    Block,
    CallExpr,
    Decorator,
    FuncDef,
    MemberExpr,
    NameExpr,
    Statement,
    StrExpr,
    Var,
)
from mypy.server.deps import get_dependencies_of_target
from mypy.types import AnyType, CallableType, Instance, Type

from typedxcom.mypy.codes import CATEGORY, XCOM_ARG
from typedxcom.mypy.features.pulls import check_pulls
from typedxcom.mypy.features.shortcuts import left_for_mypy
from typedxcom.mypy.features.statements import all_statements, blocks_of
from typedxcom.mypy.guard import kept_filter
from typedxcom.mypy.types.site import Site

__all__ = ["beside_mypy", "check_beside_mypy", "is_skipped"]


def is_skipped(site: Site, func: FuncDef) -> bool:
    """Whether mypy itself does not check the body of a function."""
    return func.type is None and not site.api.options.check_untyped_defs


@contextmanager
def beside_mypy(site: Site, func: FuncDef) -> Iterator[None]:
    """Prepares the check of a body that mypy skips. Only the plugin's own errors remain."""
    api, body = site.api, func.body
    names = _Names(site, body)
    # mypy keeps the types of expressions, and the errors in them.
    api.expr_checker.expr_cache.clear()
    # mypy 1 also keeps those of displays, and it has read the body before: as a `list[Any]`.
    displays = getattr(api.expr_checker, "resolved_type", {})
    kept = dict(displays)
    displays.clear()
    calls: list[CallExpr] = []
    outer, site.task_calls = site.task_calls, calls

    def is_foreign(file: str, info: ErrorInfo) -> bool:
        places = _PLACES.get(info.code) if info.code else None
        if places is not None and (info.line, info.column) in places(calls):
            info.code = XCOM_ARG
        return info.code is None or info.code.category != CATEGORY

    only_ours = api.msg.filter_errors(
        filter_errors=is_foreign, filter_deprecated=True, filter_revealed_type=True
    )
    try:
        with only_ours as watch, kept_filter(watch), api.local_type_map as types:
            yield
            _note_dependencies(site, func, types)
    finally:
        site.task_calls = outer
        names.restore()
        api.expr_checker.expr_cache.clear()
        displays.clear()
        displays.update(kept)


def _callees(calls: list[CallExpr]) -> Iterator[tuple[int, int]]:
    """Yields where calls stand."""
    for call in calls:
        yield call.line, call.column


def _arguments(calls: list[CallExpr]) -> Iterator[tuple[int, int]]:
    """Yields where the arguments of calls stand, but no template, which Jinja will replace."""
    for call in calls:
        for arg in call.args:
            if not (isinstance(arg, StrExpr) and "{{" in arg.value):
                yield arg.line, arg.column


# Code of mypy's errors about the arguments of a call -> where they stand.
_PLACES: Final = {ARG_TYPE: _arguments, CALL_ARG: _callees}


def check_beside_mypy(site: Site, func: FuncDef, decorated: Decorator | None) -> None:
    """Checks the body as if each parameter were annotated with ``Any``.

    mypy comes back for a type that it does not know yet. It must come back to the decorator, and
    for a function without one to what called it.
    """
    api = site.api
    signature = api.function_type(func)
    if isinstance(signature, CallableType):
        with _helpers_checked(func.body), _shortened(site, func) as left:
            if left:
                api.check_func_item(func, type_override=signature, name=func.name)
    api.deferred_nodes[:] = [
        each
        if each.node is not func or decorated is None
        else DeferredNode(decorated, each.active_typeinfo)
        for each in api.deferred_nodes
        if each.node is not func or decorated is not None
    ]


@contextmanager
def _shortened(site: Site, func: FuncDef) -> Iterator[list[Statement]]:
    """Takes away the statements of a body that need no mypy. Puts them back."""
    body, whole = func.body, func.body.body
    if not site.may_be_silent:
        yield whole
        return
    check_pulls(site)  # it reads whole bodies
    try:
        body.body = left_for_mypy(site, func)
        yield body.body
    finally:
        body.body = whole


@contextmanager
def _helpers_checked(body: Block) -> Iterator[None]:
    """Lets mypy check the plain functions inside, which may wire tasks, but not those of tasks."""
    inside = [one for one in all_statements(body.body) if isinstance(one, FuncDef)]
    later = [one for one in inside if not getattr(one, "def_or_infer_vars", True)]
    for func in later:
        func.def_or_infer_vars = True
    try:
        yield
    finally:
        for func in later:
            func.def_or_infer_vars = False


class _Names:
    """What mypy knows about the names in a body. They are like new until `restore` is called."""

    def __init__(self, site: Site, body: Block) -> None:
        rows = ((var, var.type, var.is_ready, var.is_inferred) for var in _variables(site, body))
        self._variables = [row for row in rows if row[1] is None or row[3]]
        self._decorators = [(one.var, one.var.type, one.var.is_ready) for one in _decorators(body)]
        for var, *_ in self._variables:
            var.type, var.is_ready = None, False

    def restore(self) -> None:
        for var, found, ready, inferred in self._variables:
            var.type, var.is_ready, var.is_inferred = found, ready, inferred
        for var, found, ready in self._decorators:
            var.type, var.is_ready = found, ready


_OWN: Final = (LDEF, MDEF)


def _variables(site: Site, body: Block) -> Iterable[Var]:
    found: dict[int, Var] = {}
    for expr in site.parts_of(body):
        kind = type(expr)
        node: Any = expr.node if kind is NameExpr else None  # type: ignore[attr-defined]
        if type(node) is Var:
            if id(node) not in found and expr.kind in _OWN:  # type: ignore[attr-defined]
                found[id(node)] = node
        elif kind is MemberExpr and (node := expr.def_var) is not None:  # type: ignore[attr-defined]
            found[id(node)] = node
    return found.values()


def _decorators(body: Block) -> Iterator[Decorator]:
    for statement in body.body:
        if isinstance(statement, Decorator):
            yield statement
        for block in blocks_of(statement):
            yield from _decorators(block)


def _unlike(types: Iterable[Type]) -> Iterable[Type]:
    """Leaves out types that name the same classes: each output is an object of its own."""
    found: dict[Any, Type] = {}
    for one in types:
        if type(one) is Instance:
            key = (id(one.type), *map(id, one.args))
            found[key] = one
        elif type(one) is not AnyType:
            found[id(one)] = one
    return found.values()


def _note_dependencies(site: Site, func: FuncDef, types: dict[Any, Any]) -> None:
    """Notes what the errors depend on: the modules of all types and, for the daemon, names.

    The daemon comes back to whole modules only: from a function it would go past the decorator.
    """
    api = site.api
    api.module_refs |= site.modules_of(_unlike(types.values()))
    options, tree = api.options, api.tree
    if options.fine_grained_incremental or options.cache_fine_grained:
        found = get_dependencies_of_target(tree.fullname, tree, func, types, options.python_version)
        for trigger in found:
            targets = tree.plugin_deps.setdefault(trigger, set())
            targets.update((tree.fullname, api.tscope.current_target()))
