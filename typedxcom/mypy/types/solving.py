"""Finds what a task with type variables returns: mypy's solver gets values for outputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mypy.erasetype import remove_instance_last_known_values
from mypy.expandtype import expand_type
from mypy.nodes import (
    ARG_NAMED,
    ArgKind,
    CallExpr,
    DictExpr,
    Expression,
    ListExpr,
    MemberExpr,
    NameExpr,
    StarExpr,
    StrExpr,
    TempNode,
    TupleExpr,
)
from mypy.typeops import get_all_type_vars, make_simplified_union
from mypy.types import CallableType, Type, TypeVarId, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.types.elements import element_of
from typedxcom.mypy.types.origins import assigned
from typedxcom.mypy.types.outputs import holds_output, output_of, resolved
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.shapes import iterated, members
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import Tasklike, awaited, named_task

__all__ = ["as_value", "attempt", "can_return", "gives", "mapped_return"]


def as_value(site: Site, expr: Expression) -> Expression:
    """Returns the expression with values in the place of outputs."""
    if isinstance(expr, (ListExpr, TupleExpr)):
        items = [as_value(site, item) for item in expr.items]
        if all(new is old for new, old in zip(items, expr.items, strict=True)):
            return expr
        display = type(expr)(items)
        display.set_line(expr)
        return display
    found = site.type_of(expr)
    if not holds_output(found):
        return expr
    value = resolved(found)
    return TempNode(value if value is not None else unknown(), context=expr)


def attempt(
    site: Site,
    call: CallExpr,
    function: CallableType,
    args: list[Expression],
    kinds: list[ArgKind],
    arg_names: Sequence[str | None],
    wanted: Type | None = None,
) -> tuple[tuple[Type, Type], bool]:
    """Returns a call's result type and solved signature, and whether mypy finds an error in it.

    *wanted* is the result type that the caller prefers. It decides what is open otherwise.
    """
    checker = site.api.expr_checker

    def solve() -> tuple[Type, Type]:
        checker.type_context.append(wanted)
        try:
            found: tuple[Type, Type] = checker.check_call(function, args, kinds, call, arg_names)
        finally:
            checker.type_context.pop()
        return found

    return site.has_errors(solve)


def can_return(site: Site, expr: Expression, wanted: Type) -> bool:
    """Whether the variables of a call have a solution that returns *wanted*.

    For example, ``same("a")`` returns a ``str``, or a ``Literal["a"]`` if its reader takes one.
    """
    call = _call(site, expr)
    if call is None:
        return False
    if isinstance(call.callee, MemberExpr) and call.callee.name in _MAPPING:
        item = iterated(get_proper_type(wanted))
        return item is not None and gives(site, call, item)
    task = _generic(site, call.callee)
    if task is None:
        return False
    args = [as_value(site, arg) for arg in call.args]
    found = attempt(site, call, task[1], args, call.arg_kinds, call.arg_names, wanted)
    return not found[1] and fits(_value(task[0], found[0][0]), wanted)


def gives(site: Site, expr: Expression, wanted: Type) -> bool:
    """Whether each instance of a mapped task can return *wanted*."""
    call = _call(site, expr)
    if call is None or not isinstance(call.callee, MemberExpr):
        return False
    task = _generic(site, call.callee.expr)
    found = mapped_return(site, call, *task, wanted) if task is not None else None
    return found is not None and fits(found, wanted)


def _call(site: Site, expr: Expression) -> CallExpr | None:
    """Returns the call itself, or the only one that a name is set to."""
    if isinstance(expr, NameExpr):
        values = assigned(site, expr)
        expr = values[0] if len(values) == 1 else expr
    return expr if isinstance(expr, CallExpr) else None


def _generic(site: Site, expr: Expression) -> tuple[Tasklike, CallableType] | None:
    """Returns the task that *expr* stands for and its function, if that has type variables."""
    task = named_task(site.type_of(expr), expr)
    callee = task.callee(site) if task is not None else None
    if task is None or callee is None or not callee.generic:
        return None
    return task, callee.function


def mapped_return(
    site: Site, call: CallExpr, task: Tasklike, function: CallableType, wanted: Type | None = None
) -> Type | None:
    """Returns the type that one instance of a mapped task returns, or None if not known.

    The values from ``partial`` are not known here. Variables that they help to decide are ``Any``.
    """
    given = _mapped(call)
    rows = list(zip(function.arg_names, function.arg_types, strict=True))
    fixed = _variables(formal for name, formal in rows if name in task.note.given)
    rows = [(name, formal) for name, formal in rows if name in given]
    if not rows:
        return None
    decided = _variables(formal for _, formal in rows) - fixed
    open_ = {one.id: unknown() for one in function.variables if one.id not in decided}
    several = [expand_type(formal, open_) for _, formal in rows]
    keywords = [name for name, _ in rows]
    signature = function.copy_modified(
        arg_types=[site.instance("typing.Sequence", [one]) or unknown() for one in several],
        arg_kinds=[ARG_NAMED] * len(rows),
        arg_names=keywords,
        ret_type=expand_type(function.ret_type, open_),
        variables=[one for one in function.variables if one.id in decided],
    )
    args = [_elements(site, given[name], wanted) for name in keywords if name]
    found = attempt(site, call, signature, args, signature.arg_kinds, keywords, wanted)
    return None if found[1] else _value(task, found[0][0])


def _variables(types: Iterable[Type]) -> set[TypeVarId]:
    return {variable.id for one in types for variable in get_all_type_vars(one)}


def _value(task: Tasklike, returned: Type) -> Type:
    return awaited(returned) if task.note.kind in names.RUNS_FUNCTION else task.value


_MAPPING = ("expand", "expand_kwargs")


def _mapped(call: CallExpr) -> dict[str, Expression]:
    """Returns a mapping's arguments by parameter. In a list of dicts, it finds the literal keys."""
    rows = zip(call.arg_names, call.args, strict=True)
    if not isinstance(call.callee, MemberExpr) or call.callee.name == "expand":
        return {name: expr for name, expr in rows if name}
    found: dict[str, ListExpr] = {}
    for expr in call.args[:1]:
        for item in expr.items if isinstance(expr, (ListExpr, TupleExpr)) else []:
            for key, value in item.items if isinstance(item, DictExpr) else []:
                if isinstance(key, StrExpr):
                    found.setdefault(key.value, ListExpr([])).items.append(value)
    return dict(found)


def _elements(site: Site, expr: Expression, wanted: Type | None) -> Expression:
    """Returns a list of the values that the instances get, one after another."""
    items: list[Type] = []
    if isinstance(expr, (ListExpr, TupleExpr)):
        if wanted is not None:  # the wanted type decides the types of literals in it
            return as_value(site, expr)
        items = [_item(site, item) for item in expr.items]
    else:
        for choice in members(site.type_of(expr)):
            output = output_of(choice)
            element = element_of(site, output.value if output is not None else choice)
            items.append(_known(element))
    return TempNode(site.builtin("list", [make_simplified_union(items)]), context=expr)


def _item(site: Site, expr: Expression) -> Type:
    if isinstance(expr, StarExpr):
        return _known(iterated(site.type_of(expr.expr)))
    return _known(remove_instance_last_known_values(site.type_of(expr)))


def _known(found: Type | None) -> Type:
    return (resolved(found) if found is not None else None) or unknown()
