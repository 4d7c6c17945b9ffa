"""Types ``@task_group``: its parameters take outputs, and its output is what its body returns."""

from __future__ import annotations

from mypy.nodes import Decorator
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import AnyType, CallableType, Instance, NoneType, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.types.bodies import visit_group
from typedxcom.mypy.types.outputs import make_output, output_of
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import Tasklike, TaskNote, make_task

__all__ = ["decorate_group", "group_result", "mapped_group_result"]


def decorate_group(site: Site, ctx: MethodContext | FunctionContext) -> Type:
    """Returns the type of ``@task_group``, bare or with arguments."""
    given = [get_proper_type(t) for types in ctx.arg_types[:1] for t in types[:1]]
    if not given or not isinstance(given[0], CallableType):
        return site.instance(names.GROUP_DECORATOR) or ctx.default_return_type
    function = given[0]
    value, body = function.ret_type, None
    if isinstance(ctx.context, Decorator):
        returned, body = visit_group(site, ctx.context, ctx.args[0][0])
        value = returned if returned is not None and _says_nothing(value) else value
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


def group_result(site: Site, value: Type) -> Type:
    """Returns the type of a group's call: what its function returns, or the group itself."""
    if isinstance(get_proper_type(value), NoneType):
        return site.instance(names.SDK_NODE) or unknown()
    return value


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
