"""Checks the body of a decorated function at the time of its decorator.

mypy 2 checks the bodies of top-level functions after all decorators of a file. But the decorator
needs what a task group returns, and what a DAG function does with its outputs. So the body is
checked here first, and only once, the way mypy itself checks bodies that define attributes.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Final

from mypy.nodes import (
    Decorator,
    DictExpr,
    DictionaryComprehension,
    Expression,
    FuncDef,
    ListComprehension,
    ListExpr,
    ReturnStmt,
    Statement,
)
from mypy.typeops import make_simplified_union
from mypy.types import Type

from typedxcom.mypy.features.loops import read_loop
from typedxcom.mypy.features.statements import all_statements
from typedxcom.mypy.features.truth import check_truth
from typedxcom.mypy.guard import unfiltered
from typedxcom.mypy.types.bare import beside_mypy, check_beside_mypy, is_skipped
from typedxcom.mypy.types.helpers import makes_tasks
from typedxcom.mypy.types.outputs import first_output
from typedxcom.mypy.types.shapes import is_object
from typedxcom.mypy.types.silent import annotated_inside
from typedxcom.mypy.types.site import Site, afresh
from typedxcom.mypy.types.tasks import LoopBody

__all__ = ["inferred_return", "quiet_return", "visit_body", "visit_group", "visit_helper"]


DISPLAYS: Final = (DictExpr, ListExpr, DictionaryComprehension, ListComprehension)


class _Last:
    """The body that was read last. mypy tries each overload of a decorator on its own.

    Attributes:
        given: The decorator's argument, which mypy makes once for all overloads.
        returned: What the body returns, if known.
        loop: What the body of a group gives a loop, if that is certain.
    """

    given: object = None
    returned: Type | None = None
    loop: LoopBody | None = None


def visit_body(
    site: Site, decorated: Decorator, given: object, *, is_group: bool = False
) -> Type | None:
    """Checks a body, reports what only shows there, and returns what the body returns, if known.

    Args:
        site: The file.
        decorated: The function.
        given: What mypy passes to the decorator for it.
        is_group: Whether it is the body of a task group, which a loop may run.
    """
    if _Last.given is not given:
        with unfiltered(site.api), afresh(), site.in_function(decorated.func):
            _Last.returned, _Last.loop = _visit(site, decorated, is_group)
        _Last.given = given
    return _Last.returned


def visit_group(
    site: Site, decorated: Decorator, given: object
) -> tuple[Type | None, LoopBody | None]:
    """As `visit_body`, of a task group; also returns what it gives a loop, if that is certain."""
    return visit_body(site, decorated, given, is_group=True), _Last.loop


def _visit(site: Site, decorated: Decorator, is_group: bool) -> tuple[Type | None, LoopBody | None]:
    func = decorated.func
    statements = all_statements(func.body.body)
    if is_skipped(site, func) and site.config.check_bare_dags:
        # A group in such a body was prepared together with it.
        is_inside = site.task_calls is not None
        with nullcontext() if is_inside else beside_mypy(site, func):
            check_beside_mypy(site, func, decorated)
            check_truth(site, func.body, statements)
            known = _known_of(site, func, statements, is_group)
        if not is_inside:
            _spare(site, decorated)
        return known
    _check(site.api, func)
    check_truth(site, func.body, statements)
    return _known_of(site, func, statements, is_group)


def _spare(site: Site, decorated: Decorator) -> None:
    """Lets mypy skip a checked body, if it reports no more there than what is reported here."""
    func, api = decorated.func, site.api
    if getattr(api, "recurse_into_functions", True) or func.info or not site.may_be_silent:
        return  # mypy before 2 has visited it
    inside = annotated_inside(func, site.parts_of(func.body))
    if inside is None:
        return
    api.dynamic_funcs.append(True)
    scopes = api.tscope.function_scope(func), api.scope.push_function(func)
    with scopes[0], scopes[1], api.set_recurse_into_functions():
        for one in inside:
            with api.tscope.function_scope(one):
                api.check_func_item(one, name=one.name)
    api.dynamic_funcs.pop()
    if not any(each.node in (func, decorated) for each in api.deferred_nodes):
        func.def_or_infer_vars = True


def _known_of(
    site: Site, func: FuncDef, statements: list[Statement], is_group: bool
) -> tuple[Type | None, LoopBody | None]:
    loop = read_loop(site, func.body.body) if is_group else None
    return inferred_return(site, statements), loop


def visit_helper(site: Site, func: FuncDef) -> None:
    """Checks a function without annotations that makes tasks, where checked code calls it."""
    if not is_skipped(site, func) or not site.config.check_bare_dags:
        return
    # mypy has another list of these in each pass.
    this_pass = site.api.deferred_nodes
    if func not in site.helpers:
        site.helpers[func] = None if makes_tasks(site, func) else False
    if site.helpers[func] is False or site.helpers[func] is this_pass:
        return
    site.helpers[func] = this_pass
    with unfiltered(site.api), afresh(), beside_mypy(site, func):
        check_beside_mypy(site, func, None)
        check_truth(site, func.body, all_statements(func.body.body))


def _check(api: Any, func: FuncDef) -> None:
    if getattr(api, "recurse_into_functions", True) or func.def_or_infer_vars:
        return  # mypy has checked it
    with api.tscope.function_scope(func), api.set_recurse_into_functions():
        api.check_func_item(func, name=func.name)
    func.def_or_infer_vars = True


def inferred_return(site: Site, statements: list[Statement]) -> Type | None:
    """Returns what a checked body returns in all its statements, if each return is known."""
    found: list[Type] = []
    for expr in _returns(statements):
        if expr is None or not site.api.has_type(expr):
            return None
        found.append(_type_of(site, expr))
    return make_simplified_union(found) if found else None


def _type_of(site: Site, expr: Expression) -> Type:
    """Infers the type outside the context of a missing annotation, which makes displays ``Any``."""
    found: Type = site.api.lookup_type(expr)
    if isinstance(expr, DISPLAYS):
        display = site.quietly(lambda: site.api.expr_checker.accept(expr))
        output = first_output(display)
        return display if output is not None and not is_object(output.value) else found
    return found


def quiet_return(site: Site, func: FuncDef) -> Type | None:
    """Returns what an undecorated function of this file returns, even before mypy checks it."""
    statements = all_statements(func.body.body)
    returns = _returns(statements)
    if not returns or any(expr is None for expr in returns) or func in _running:
        return None
    if all(site.api.has_type(expr) for expr in returns):
        return inferred_return(site, statements)
    _running.append(func)
    api = site.api
    try:
        quiet = (api.msg.filter_errors(), api.local_type_map, api.tscope.function_scope(func))
        with quiet[0], quiet[1], quiet[2], afresh():
            api.check_func_item(func, name=func.name)
            return inferred_return(site, statements)
    finally:
        _running.remove(func)


_running: list[FuncDef] = []


def _returns(statements: list[Statement]) -> list[Expression | None]:
    return [each.expr for each in statements if isinstance(each, ReturnStmt)]
