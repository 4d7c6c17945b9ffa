"""Reports ``@upcast`` on an async function or a generator, whose types alone would be right."""

from __future__ import annotations

from typing import Final

from mypy.nodes import FuncDef
from mypy.plugin import FunctionContext
from mypy.types import CallableType, Instance, Type, get_proper_type

from typedxcom.mypy.codes import XCOM_TASK
from typedxcom.mypy.types.site import Site

__all__ = ["declared_upcaster"]

_COROUTINES: Final = frozenset({"typing.Coroutine", "types.CoroutineType"})


def declared_upcaster(site: Site, ctx: FunctionContext) -> Type:
    """Checks that the function returns the value itself, as the run needs it."""
    given = ctx.arg_types[0] if ctx.arg_types else []
    function = get_proper_type(given[0]) if given else None
    if isinstance(function, CallableType) and _returns_later(function):
        name = f' "{function.name.partition(" of ")[0]}"' if function.name else ""
        text = f"Upcaster{name} must return the value itself: use def, without async or yield"
        site.fail(text, ctx.context, XCOM_TASK)
    return ctx.default_return_type


def _returns_later(function: CallableType) -> bool:
    made = function.definition
    if isinstance(made, FuncDef):
        return made.is_coroutine or made.is_generator or made.is_async_generator
    returned = get_proper_type(function.ret_type)
    return isinstance(returned, Instance) and returned.type.fullname in _COROUTINES
