"""Checks ``trigger(taxi, day=yesterday())`` like a call of a task, and calls of DAG functions."""

from __future__ import annotations

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, ARG_POS, CallExpr, NameExpr
from mypy.plugin import MethodSigContext
from mypy.types import AnyType, FunctionLike, get_proper_type

from typedxcom.mypy.codes import XCOM_ARG
from typedxcom.mypy.features.calls import Call
from typedxcom.mypy.types.params import dag_function, dag_parameters
from typedxcom.mypy.types.site import Site, unknown

__all__ = ["call_dag", "call_trigger"]


def call_dag(site: Site, ctx: MethodSigContext) -> FunctionLike:
    """Returns the signature of a DAG function's call."""
    return dag_function(ctx.type) or ctx.default_signature


def call_trigger(site: Site, ctx: MethodSigContext) -> FunctionLike:
    """Checks the values that a run of another DAG is given."""
    call, signature = ctx.context, ctx.default_signature
    if not isinstance(call, CallExpr) or not call.args or call.arg_kinds[0] is not ARG_POS:
        return signature
    first = site.type_of(call.args[0])
    parameters = dag_parameters(first)
    if parameters is None:
        if not isinstance(get_proper_type(first), AnyType):
            text = 'trigger() takes a function with the decorator "@typedxcom.dag"'
            site.fail(text, call.args[0], XCOM_ARG)
        return signature
    site.note_call(call)
    name = call.args[0].name if isinstance(call.args[0], NameExpr) else "DAG"
    label = f"trigger({name})"
    function = signature.copy_modified(
        arg_types=[unknown(), *(one.type for one in parameters)],
        arg_kinds=[ARG_POS, *(ARG_NAMED if one.required else ARG_NAMED_OPT for one in parameters)],
        arg_names=[None, *(one.name for one in parameters)],
        name=label,
    )
    return function.copy_modified(arg_types=Call(site, call, label, function).check_arguments())
