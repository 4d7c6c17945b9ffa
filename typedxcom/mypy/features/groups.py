"""Types ``@task_group``: its parameters take outputs, and its output is what its body returns."""

from __future__ import annotations

from mypy.nodes import Decorator
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import AnyType, CallableType, Instance, NoneType, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.types.bodies import visit_group
from typedxcom.mypy.types.defaults import taking_none
from typedxcom.mypy.types.outputs import make_output, output_of
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import LoopBody, Tasklike, TaskNote, make_task

__all__ = ["decorate_group", "decorated_group", "mapped_group_result"]


def decorate_group(site: Site, ctx: MethodContext | FunctionContext) -> Type:
    """Returns the type of ``@task_group``, bare or with arguments."""
    given = [get_proper_type(t) for types in ctx.arg_types[:1] for t in types[:1]]
    if not given or not isinstance(given[0], CallableType):
        return site.instance(names.GROUP_DECORATOR) or ctx.default_return_type
    if isinstance(ctx.context, Decorator):
        return decorated_group(site, ctx.context, given[0], ctx.args[0][0])
    return _group(given[0], given[0].ret_type, None, site)


def decorated_group(
    site: Site, decorated: Decorator, function: CallableType, given: object = None
) -> Type:
    """Returns the type of the group that a bare decorator makes of *function*.

    Args:
        site: The file.
        decorated: The function.
        function: Its type.
        given: What mypy passes to the decorator for it, if mypy calls the decorator.
    """
    value = function.ret_type
    function = taking_none(function, decorated.func)
    returned, body = visit_group(site, decorated, given or object())
    value = returned if returned is not None and _says_nothing(value) else value
    return _group(function, value, body, site)


def _group(function: CallableType, value: Type, body: LoopBody | None, site: Site) -> Type:
    name = (function.name or "").split(" of ")[0]
    note = TaskNote(name=name, kind="group")
    return make_task(site, Tasklike(note, function, value, group=True, loop=body))


def _says_nothing(found: Type) -> bool:
    """Whether an annotation is missing, or is Airflow's own bare ``XComArg``."""
    proper = get_proper_type(found)
    if isinstance(proper, AnyType):
        return True
    output = output_of(proper)
    return output is not None and output.kind == names.SDK_XCOMARG


def mapped_group_result(site: Site, group: Tasklike) -> Type:
    """Returns the type of a mapped group: one value for each instance."""
    proper = get_proper_type(group.value)
    output = output_of(proper)
    if output is not None and output.kind == names.MAPPED:
        return proper  # from a mapped group inside: Airflow gives one list of all instances
    if output is not None and output.kind != names.SDK_XCOMARG:
        return make_output(site, output.value, kind=names.MAPPED, note=output.note)
    if isinstance(proper, NoneType):
        return site.instance(names.SDK_NODE) or unknown()
    return proper if isinstance(proper, Instance) else unknown()
