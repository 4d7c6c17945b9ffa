"""Types ``@task`` on a function. The plugin knows the result, so mypy need not infer it.

``__call__`` of a task's decorator has overloads with type variables, which cost mypy more than all
else about a task. So the first decorator of a build gives the class a plain ``__call__``. The
overloads still check ``task(...)`` with arguments.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    Argument,
    Decorator,
    FuncDef,
    OverloadedFuncDef,
    TempNode,
    TypeInfo,
    Var,
)
from mypy.plugin import MethodSigContext
from mypy.plugins.common import add_method_to_class
from mypy.typeops import bind_self
from mypy.types import CallableType, FunctionLike, Instance, Overloaded, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.features.decorators import decorated_task
from typedxcom.mypy.features.settings import relaxed
from typedxcom.mypy.types.site import Site, unknown

__all__ = ["call_decorator"]

CALL: Final = "__call__"
OVERLOADS: Final = f"{CALL}-redefinition"  # mypy uses this name for what an added method hides
PLAIN: Final = [ARG_STAR, ARG_STAR2]
OWNERS: Final = (names.DECORATOR, names.SDK_DECORATORS)


def call_decorator(site: Site, ctx: MethodSigContext, *, plain: bool) -> FunctionLike:
    """Returns the signature of ``@task`` on a function, or of ``task(...)`` with arguments."""
    signature, decorated = ctx.default_signature, ctx.context
    info = _owner(ctx.type)
    if info is None:
        return signature
    if signature.arg_kinds != PLAIN:  # one of the overloads
        if OVERLOADS not in info.names:
            _add_plain(ctx, info)
        return relaxed(site, ctx, signature)
    given = ctx.args[0]
    if type(decorated) is Decorator and len(given) == 1 and isinstance(given[0], TempNode):
        function = get_proper_type(given[0].type)
        if isinstance(function, CallableType) and not function.is_type_obj():
            made = decorated_task(site, decorated, ctx.type, function, kind="python", plain=plain)
            return CallableType([unknown()], [ARG_POS], [None], made, signature.fallback)
    node = info.names[OVERLOADS].node
    if isinstance(node, OverloadedFuncDef) and isinstance(node.type, Overloaded):
        return relaxed(site, ctx, bind_self(node.type, ctx.type))
    return signature


def _owner(decorator: object) -> TypeInfo | None:
    """Returns the class that has the decorator's ``__call__``."""
    for info in decorator.type.mro if isinstance(decorator, Instance) else ():
        if CALL in info.names:
            return info if info.fullname in OWNERS else None
    return None


def _add_plain(ctx: MethodSigContext, info: TypeInfo) -> None:
    info.defn.info = info  # a class from mypy's cache lacks this
    args = [
        Argument(Var(name), unknown(), None, kind)
        for name, kind in zip(("args", "kwargs"), PLAIN, strict=True)
    ]
    made = add_method_to_class(ctx.api, info.defn, CALL, args, unknown())
    if isinstance(made, FuncDef):
        made.is_trivial_self = True
