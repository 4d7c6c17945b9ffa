"""Types ``@dag``: its function may return anything, and its parameters stay known.

Airflow's own signatures also refuse correct code in two places that no hook sees, because mypy
asks no plugin for the signature of a bare decorator. This module mends both.
"""

from __future__ import annotations

from mypy.nodes import Decorator, Expression, FuncDef, OverloadedFuncDef
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import (
    CallableType,
    Overloaded,
    Type,
    TypeVarType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_UNCHECKED
from typedxcom.mypy.features.branches import check_branches
from typedxcom.mypy.features.params import check_params
from typedxcom.mypy.features.pulls import check_pulls
from typedxcom.mypy.types.bare import is_skipped
from typedxcom.mypy.types.bodies import visit_body
from typedxcom.mypy.types.params import make_dag, with_model
from typedxcom.mypy.types.site import Site, unknown

__all__ = ["decorate_dag", "relax_dag", "relax_task_group"]


def decorate_dag(site: Site, ctx: MethodContext | FunctionContext, *, plain: bool) -> Type:
    """Returns the type of ``@dag``, bare or with arguments.

    Args:
        site: The place in the user's code.
        ctx: What mypy knows about the call.
        plain: Whether it is Airflow's own ``dag``, whose calls must give every argument.
    """
    given = [get_proper_type(t) for types in ctx.arg_types[:1] for t in types[:1]]
    function = given[0] if given else None
    if not isinstance(function, CallableType):
        kind = names.PLAIN_DAG_DECORATOR if plain else names.DAG_DECORATOR
        made = site.instance(kind)
        return ctx.default_return_type if made is None else with_model(made, ctx)
    if isinstance(ctx.context, Decorator):
        check_body(site, ctx.context, ctx.args[0][0])
    made = site.instance(names.SDK_DAG)
    if made is None:
        return ctx.default_return_type
    function = function.copy_modified(ret_type=made, implicit=False)
    if plain:
        return function
    decorated = make_dag(site, function, ctx)
    if isinstance(ctx.context, Decorator):
        check_params(site, ctx.context, decorated)
    return decorated


def check_body(site: Site, decorated: Decorator, given: Expression) -> None:
    """Checks what only shows once the whole body has its types."""
    visit_body(site, decorated, given)
    check_pulls(site)
    check_branches(site)
    config = site.config
    unseen = is_skipped(site, decorated.func) and not config.check_bare_dags
    if unseen and config.warn_unannotated_dags:
        text = f'mypy skips "{decorated.func.name}", because it has no annotations: add "-> None"'
        site.fail(text, decorated, XCOM_UNCHECKED)


def relax_dag(node: object) -> bool:
    """Lets a DAG function return anything: Airflow has ``dag(func: Callable[..., DAG])``.

    Returns:
        Whether the signature was there; mypy may not have read it yet.
    """
    for item in _items(node):
        argument = get_proper_type(item.arg_types[0]) if len(item.arg_types) == 1 else None
        if isinstance(argument, CallableType):
            argument.ret_type = unknown()
    return bool(_items(node))


def relax_task_group(node: object) -> bool:
    """Lets a group return an output: Airflow has ``FReturn = TypeVar("FReturn", None, DAGNode)``.

    Returns:
        Whether the signature was there; mypy may not have read it yet.
    """
    for item in _items(node):
        for variable in item.variables:
            if isinstance(variable, TypeVarType):
                variable.values.clear()
    return bool(_items(node))


def _items(node: object) -> list[CallableType]:
    if not isinstance(node, (OverloadedFuncDef, FuncDef)):
        return []
    found = node.type
    if isinstance(found, Overloaded):
        return found.items
    return [found] if isinstance(found, CallableType) else []
