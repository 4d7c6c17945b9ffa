"""Types ``Form[Review](task_id="review", subject="…")``: its readers get the model."""

from __future__ import annotations

import functools
from typing import Final

from mypy.nodes import ARG_POS, ARG_STAR, ARG_STAR2, CallExpr, Expression, StrExpr
from mypy.plugin import MethodContext
from mypy.types import (
    FunctionLike,
    Instance,
    ProperType,
    Type,
    TypedDictType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.features.answers import argument_of, given_in, pushed_type
from typedxcom.mypy.types.outputs import Note, make_output
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.operator_outputs import response

__all__ = ["ask", "ask_each", "ask_partly"]

_HITL: Final = "airflow.providers.standard.operators.hitl"
_MODEL_ALONE: Final = (f"{_HITL}.ApprovalOperator", f"{_HITL}.HITLBranchOperator")


def ask(site: Site, ctx: MethodContext) -> Type:
    """Returns the output of a form's task."""
    call = ctx.context
    if not isinstance(call, CallExpr):
        return ctx.default_return_type
    return make_output(site, _answered(site, ctx, call), note=Note(_task_id(call)))


def ask_partly(site: Site, ctx: MethodContext) -> Type:
    """Returns the type of ``Form[Model].partial(...)``."""
    made, call = get_proper_type(ctx.default_return_type), ctx.context
    if not isinstance(made, Instance) or not isinstance(call, CallExpr):
        return ctx.default_return_type
    answered = make_output(site, _answered(site, ctx, call), note=Note(_task_id(call)))
    return made.copy_modified(args=[answered])


def ask_each(site: Site, ctx: MethodContext) -> Type:
    """Returns the outputs of a form's mapped task."""
    partial = get_proper_type(ctx.type)
    made = get_proper_type(partial.args[0]) if isinstance(partial, Instance) else None
    if not isinstance(made, Instance) or made.type.fullname != names.XCOMARG:
        return ctx.default_return_type
    mapped = make_output(site, made.args[0], kind=names.MAPPED)
    if isinstance(mapped, Instance):
        mapped.extra_attrs = made.extra_attrs
    return mapped


def _answered(site: Site, ctx: MethodContext, call: CallExpr) -> Type:
    """Returns the model of a form, or Airflow's own answer with the model in it."""
    form = get_proper_type(ctx.type)
    if not isinstance(form, Instance) or {ARG_STAR, ARG_STAR2} & set(call.arg_kinds):
        return unknown()
    model = form.args[0]
    if given_in(call, "options") is None or _gives_model(site, call):
        return model
    if _operator(call) is not None and not isinstance(_made(site, call), Instance):
        return unknown()
    whole = pushed_type(site, response(functools.partial(argument_of, call)))
    if not isinstance(whole, TypedDictType):
        return unknown()
    return whole.copy_modified(
        item_types=[model if name == "params_input" else one for name, one in whole.items.items()]
    )


def _gives_model(site: Site, call: CallExpr) -> bool:
    made = _made(site, call)
    return isinstance(made, Instance) and any(made.type.has_base(one) for one in _MODEL_ALONE)


def _made(site: Site, call: CallExpr) -> ProperType | None:
    """Returns the operator that the form is over."""
    expr = _operator(call)
    found = None if expr is None else site.type_of(expr)
    if isinstance(found, FunctionLike) and found.is_type_obj():
        return get_proper_type(found.items[0].ret_type)
    return None


def _operator(call: CallExpr) -> Expression | None:
    return call.args[0] if call.args and call.arg_kinds[0] is ARG_POS else None


def _task_id(call: CallExpr) -> str:
    found = given_in(call, "task_id")
    return found.value if isinstance(found, StrExpr) else ""
