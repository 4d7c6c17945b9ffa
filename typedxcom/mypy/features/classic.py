"""What classic operators push, by the table that the check at DAG parse also reads.

No operator promises these types. So they refuse only what cannot work, as with types that only
the code of a task shows.
"""

from __future__ import annotations

import functools
import types
from typing import Any, Final, Union, get_args, get_origin

from mypy.nodes import ARG_STAR2, CallExpr, Expression, ListExpr, NameExpr, StrExpr
from mypy.types import AnyType, CallableType, Instance, NoneType, Type, UnionType, get_proper_type

from typedxcom.mypy.types.outputs import Note, note_attrs
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.operator_outputs import ReturnOf, Unsure, output_of

__all__ = ["noted_operator"]

_CONSTANTS: Final = {"True": True, "False": False, "None": None}
_FUNCTIONS: Final = ("python_callable", "response_filter")


def noted_operator(site: Site, call: CallExpr, operator: Instance) -> Instance:
    """Returns *operator* with a note on its type: what this call's output is."""
    row = output_of(tuple((one.fullname, one.names) for one in operator.type.mro))
    pushed = Any if row is None else row.of(functools.partial(_argument, call))
    found = _type(site, pushed)
    if found is None:
        return operator
    made = operator.copy_modified()
    made.extra_attrs = note_attrs(site, Note(_task_id(call)), found)
    return made


def _argument(call: CallExpr, name: str, default: Any) -> Any:
    """Returns an argument of the call, or its default. A function is returned as its expression."""
    if ARG_STAR2 in call.arg_kinds:
        raise Unsure
    found = _given(call, name)
    if found is None:
        return default
    if name in _FUNCTIONS:
        return found
    match found:
        case NameExpr(name=constant) if constant in _CONSTANTS:
            return _CONSTANTS[constant]
        case StrExpr(value=text):
            return text
        case ListExpr():
            return []
    raise Unsure


def _given(call: CallExpr, name: str) -> Expression | None:
    pairs = zip(call.arg_names, call.args, strict=True)
    return next((expr for given, expr in pairs if given == name), None)


def _task_id(call: CallExpr) -> str:
    found = _given(call, "task_id")
    return found.value if isinstance(found, StrExpr) else ""


def _type(site: Site, pushed: Any) -> Type | None:
    """Returns a type of the table as a mypy type; None for `Any`, alone or inside."""
    if pushed is Any:
        return None
    if pushed is None or pushed is type(None):
        return NoneType()
    if isinstance(pushed, ReturnOf):
        return _returned(site, pushed.function)
    args = [_type(site, one) for one in get_args(pushed)]
    if get_origin(pushed) in (Union, types.UnionType):
        known = [one for one in args if one is not None]
        return UnionType.make_union(known) if len(known) == len(args) else None
    kind = get_origin(pushed) or pushed
    if not isinstance(kind, type):
        return None
    inside = [unknown() if one is None else one for one in args]
    return site.builtin(kind.__name__, inside)


def _returned(site: Site, function: Any) -> Type | None:
    if not isinstance(function, Expression):
        return None
    found = get_proper_type(site.type_of(function))
    returned = get_proper_type(found.ret_type) if isinstance(found, CallableType) else None
    return None if returned is None or isinstance(returned, AnyType) else returned
