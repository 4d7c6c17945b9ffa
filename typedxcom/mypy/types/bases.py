"""Changes classes when mypy first reads them."""

from __future__ import annotations

from mypy.nodes import ARG_POS, Argument, TypeInfo, Var
from mypy.plugin import ClassDefContext
from mypy.plugins.common import add_method_to_class
from mypy.types import Instance

from typedxcom.mypy import names
from typedxcom.mypy.types.site import unknown

__all__ = ["add_keys", "leave", "make_open", "make_strict"]


def make_strict(ctx: ClassDefContext) -> None:
    """Removes a class's ``Any`` base, and adds operators that only hooks let pass."""
    info = ctx.cls.info
    info.fallback_to_any = False
    refused = ctx.api.lookup_fully_qualified_or_none(names.REFUSED)
    if refused is None or not isinstance(refused.node, TypeInfo) or refused.node in info.mro:
        return
    info.mro.insert(-1, refused.node)
    info.bases.append(Instance(refused.node, []))


def make_open(ctx: ClassDefContext) -> None:
    """Adds an ``Any`` base, because readers use a table as its library's own object."""
    ctx.cls.info.fallback_to_any = True


def add_keys(ctx: ClassDefContext) -> None:
    """Adds the keys that Airflow's own ``XComArg`` has and does not declare."""
    if ctx.cls.fullname == names.SDK_XCOMARG:
        key = Argument(Var("key"), unknown(), None, ARG_POS)
        add_method_to_class(ctx.api, ctx.cls, "__getitem__", [key], unknown())


def leave(ctx: ClassDefContext) -> None:
    """Leaves the class as it is. This is the answer of a hook that failed."""
