"""What a task returns that passes on what it gets: its type depends on the call.

`typedxcom.inference.arriving` has the same rules for the parse check.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.argmap import map_actuals_to_formals
from mypy.nodes import ARG_NAMED, CallExpr, Expression, MemberExpr
from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.types.elements import element_of
from typedxcom.mypy.types.inferred import return_in_code
from typedxcom.mypy.types.needs import reader_of
from typedxcom.mypy.types.outputs import output_of
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import Tasklike, called_task
from typedxcom.mypy.types.unions import is_nothing, members, union

__all__ = ["called_with", "given_by_task"]

_AS_THEY_ARE: Final = ("builtins.str", "builtins.int", "builtins.bool")


def called_with(site: Site, task: Tasklike, call: CallExpr) -> Tasklike:
    """Returns *task* as this call of it, or of its `expand`, shows it."""
    func = reader_of(site, call, task.function) if site.passing and not task.group else None
    if func is None or func not in site.passing:
        return task
    given = {name: found for name, found in _given(site, task, call) if is_shown(found)}
    found = return_in_code(site, func, given) if given else None
    return task if found is None else task.showing(found)


def given_by_task(site: Site, call: CallExpr) -> Type | None:
    """Returns the output of a task's usual call."""
    task = called_task(site, call)
    return None if task is None else called_with(site, task, call).output(site)


def is_shown(found: Type) -> bool:
    """Whether anything is known of a value."""
    return not isinstance(get_proper_type(found), AnyType)


def _given(site: Site, task: Tasklike, call: CallExpr) -> Iterator[tuple[str, Type]]:
    """Yields what each parameter gets from the output of another task."""
    callee = call.callee
    if isinstance(callee, MemberExpr) and callee.name == "expand":
        for name, expr in _named(call):
            yield name, arriving(site, union([*_items(site, expr)] or [unknown()]))
        fixed = callee.expr
        for name, expr in _named(fixed) if isinstance(fixed, CallExpr) else ():
            yield name, _value(site, expr)
        return
    function = task.usual.function if task.usual is not None else None
    if function is None:
        return
    matched = map_actuals_to_formals(
        call.arg_kinds,
        call.arg_names,
        function.arg_kinds,
        function.arg_names,
        lambda index: site.type_of(call.args[index]),
    )
    for parameter, actuals in zip(function.arg_names, matched, strict=True):
        if parameter is not None and len(actuals) == 1 and not call.arg_kinds[actuals[0]].is_star():
            yield parameter, _value(site, call.args[actuals[0]])


def _named(call: CallExpr) -> Iterator[tuple[str, Expression]]:
    for name, kind, expr in zip(call.arg_names, call.arg_kinds, call.args, strict=True):
        if kind is ARG_NAMED and name is not None:
            yield name, expr


def _value(site: Site, expr: Expression) -> Type:
    """Returns what one task gives. A list of the outputs of all its instances arrives lazily."""
    output = output_of(site.type_of(expr))
    if output is None or output.kind not in (names.XCOMARG, names.KEYED):
        return unknown()
    return arriving(site, output.value if output.inferred is None else output.inferred)


def _items(site: Site, expr: Expression) -> Iterator[Type]:
    output = output_of(site.type_of(expr))
    if output is None or output.kind not in (names.XCOMARG, names.MAPPED):
        return
    for one in members(output.value if output.inferred is None else output.inferred):
        item = element_of(site, one)
        if item is not None:
            yield item


def arriving(site: Site, found: Type) -> ProperType:
    """Returns the type after the way through JSON; ``Any`` for what may come as another class.

    A database may make 3 of 3.0, and an object may arrive as its JSON.
    """
    proper = get_proper_type(found)
    match proper:
        case UnionType(items=items):
            return union([arriving(site, one) for one in items])
        case LiteralType(fallback=fallback):
            return arriving(site, fallback)
        case NoneType():
            return proper
        case TypedDictType(items=items) if proper.fallback.type.fullname == "typing._TypedDict":
            return proper.copy_modified(item_types=[arriving(site, x) for x in items.values()])
        case Instance(type=info, args=args):
            if info.fullname in _AS_THEY_ARE:
                return Instance(info, [])
            if info.fullname == "builtins.float":
                return union([Instance(info, []), site.builtin("int")])
            if info.fullname == "builtins.list":
                return proper if is_nothing(args[0]) else Instance(info, [arriving(site, args[0])])
            if info.fullname == "builtins.dict":  # JSON makes its keys texts
                return Instance(info, [site.builtin("str"), arriving(site, args[1])])
    return get_proper_type(unknown())
