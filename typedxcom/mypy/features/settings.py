"""Checks the settings that a task decorator gets in addition to the function.

Airflow's own signatures refuse three habits: ``@task(**SETTINGS)``, ``task(f, task_id="x")``,
and an output in a templated field, as in ``@task.bash(env={"URL": url})``.
"""

from __future__ import annotations

from mypy.argmap import map_actuals_to_formals
from mypy.nodes import ARG_POS, ARG_STAR2, CallExpr, FuncDef, OverloadedFuncDef
from mypy.plugin import MethodSigContext
from mypy.types import (
    CallableType,
    FunctionLike,
    Overloaded,
    Type,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_ARG
from typedxcom.mypy.features.arguments import Argument, Slot
from typedxcom.mypy.features.decorators import kind_of
from typedxcom.mypy.features.fast_path import NEVER_OUTPUTS
from typedxcom.mypy.features.operators import settings_of, without_not_set
from typedxcom.mypy.types.outputs import first_output
from typedxcom.mypy.types.site import Site, unknown

__all__ = ["decorator_signature", "relaxed"]


def decorator_signature(site: Site, ctx: MethodSigContext, *, kind: str) -> FunctionLike:
    """Returns the signature of Airflow's own decorators, such as ``task.branch(...)``."""
    return relaxed(site, ctx, ctx.default_signature, kind)


def relaxed(
    site: Site, ctx: MethodSigContext, signature: FunctionLike, kind: str | None = None
) -> FunctionLike:
    """Returns a decorator's signature, relaxed to what authors may write.

    Args:
        site: The file.
        ctx: The call.
        signature: What Airflow or our stub declares.
        kind: The kind of task; None where the decorator's own note has it.
    """
    call = ctx.context
    if not isinstance(call, CallExpr) or not call.args:
        return signature
    if isinstance(signature, Overloaded):
        return Overloaded([_relaxed(site, ctx, item, call, kind) for item in signature.items])
    return (
        _relaxed(site, ctx, signature, call, kind)
        if isinstance(signature, CallableType)
        else signature
    )


def _relaxed(
    site: Site, ctx: MethodSigContext, signature: CallableType, call: CallExpr, kind: str | None
) -> CallableType:
    if signature.arg_kinds == [ARG_POS]:  # it takes a function only
        return signature.copy_modified(
            arg_types=[*signature.arg_types, unknown()],
            arg_kinds=[*signature.arg_kinds, ARG_STAR2],
            arg_names=[*signature.arg_names, "kwargs"],
        )
    if ARG_STAR2 not in call.arg_kinds and all(type(one) in NEVER_OUTPUTS for one in call.args):
        return signature
    kind = kind or kind_of(ctx.type)
    left = list(signature.arg_types)
    matched = map_actuals_to_formals(
        call.arg_kinds,
        call.arg_names,
        signature.arg_kinds,
        signature.arg_names,
        lambda index: site.type_of(call.args[index]),
    )
    for index, actuals in enumerate(matched):
        if any(call.arg_kinds[actual] is ARG_STAR2 for actual in actuals) or any(
            _takes_output(site, call, actual, kind) for actual in actuals
        ):
            left[index] = unknown()
    return signature.copy_modified(arg_types=left)


def _takes_output(site: Site, call: CallExpr, actual: int, kind: str) -> bool:
    """Judges a setting that holds an output. False leaves it to mypy."""
    name, expr = call.arg_names[actual], call.args[actual]
    slot = Slot(f'"@task.{kind}"', name or "")
    argument = Argument(site, slot)
    if name is None or not argument.holds(expr):
        return False
    if name in settings_of(site):
        output = first_output(site.type_of(expr))
        source = output.phrase() if output else "a task"
        text = f"is not templated: it cannot take the output of {source}"
        site.fail(f"{slot.subject} {text}", expr, XCOM_ARG)
        return True
    formal = _declared(site, kind, name)
    if formal is not None:
        argument.check(expr, without_not_set(formal))
    return True


def _declared(site: Site, kind: str, name: str) -> Type | None:
    """Returns the type that Airflow's own decorator of this kind declares for a setting."""
    info = site.classes[names.SDK_DECORATORS]
    symbol = info.names.get(kind) if info else None
    node = symbol.node if symbol else None
    if not isinstance(node, (FuncDef, OverloadedFuncDef)):
        return None
    found = get_proper_type(node.type)
    for item in found.items if isinstance(found, (Overloaded, CallableType)) else []:
        argument = item.argument_by_name(name)
        if argument is not None and argument.name == name:
            return argument.typ
    return None
