"""Lets the output take the name of its task, a usual idiom: ``load = load(url)``.

For mypy, a name keeps the type of its first use. Here that is a task's, and no output can be
assigned to it. So this one output gets a class that fits anything, and from then on the name has
the type of the output.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import CallExpr, Decorator, Expression, MemberExpr, NameExpr, SymbolNode, Var
from mypy.types import Instance, TupleType, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import task_of

__all__ = ["named_like_task"]

CLASSES: Final = {names.XCOMARG: names.RENAMED, names.MAPPED: names.RENAMED_MAPPED}


def named_like_task(site: Site, call: CallExpr, returned: Type) -> Type:
    """Returns the type of *call* so that its task's name can take it, from *returned*."""
    expected = site.api.type_context[-1] if site.api.type_context else None
    if type(expected) is not Instance or task_of(expected) is None:
        return returned  # nearly always: a new name has no type yet
    node = _root(call.callee)
    declared = node.var.type if isinstance(node, Decorator) else getattr(node, "type", None)
    if node is None or declared is not expected:
        return returned
    made = _renamed(site, returned)
    if made is not None:
        site.rebound[node] = returned
    return made or returned


def _root(callee: Expression) -> SymbolNode | None:
    """Returns the ``load`` of ``load(...)`` and ``load.override(...).expand(...)``."""
    while True:
        if isinstance(callee, NameExpr):
            return callee.node if isinstance(callee.node, (Decorator, Var)) else None
        if isinstance(callee, MemberExpr):
            callee = callee.expr
        elif isinstance(callee, CallExpr):
            callee = callee.callee
        else:
            return None


def _renamed(site: Site, returned: Type) -> Type | None:
    proper = get_proper_type(returned)
    if isinstance(proper, TupleType):
        fallback = _renamed(site, proper.partial_fallback)
        if isinstance(fallback, Instance):
            return proper.copy_modified(fallback=fallback)
        return None
    info = None
    if isinstance(proper, Instance) and proper.type.fullname in CLASSES:
        info = site.classes[CLASSES[proper.type.fullname]]
    if not isinstance(proper, Instance) or info is None:
        return None
    made = Instance(info, proper.args)
    made.extra_attrs = proper.extra_attrs
    return made
