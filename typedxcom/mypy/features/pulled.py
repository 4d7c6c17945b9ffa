"""Checks what the code of a task does with a value that it pulls, if nobody annotated ``ti``.

Where the type of ``ti`` is known, mypy itself checks it. Here the uses are read from the code, as
the parse check reads them in `typedxcom.airflow.wiring.pulled`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Expression,
    FuncDef,
    IndexExpr,
    MemberExpr,
    NameExpr,
    RefExpr,
    Var,
)
from mypy.types import (
    AnyType,
    Instance,
    NoneType,
    ProperType,
    Type,
    TypedDictType,
    get_proper_type,
)

from typedxcom.mypy.codes import XCOM_KEY
from typedxcom.mypy.features.statements import all_statements
from typedxcom.mypy.types.needs import broken_in, lacks, needs_of_calls
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.unions import members, without_constants
from typedxcom.nearness import key_meant, nearest
from typedxcom.needs import Need

__all__ = ["Pulled", "check_uses"]


class Pulled:
    """What one pull gives.

    Attributes:
        task_id: The task that it names, if it is one.
        value: The type of it as a whole.
        items: The types of its items, each with the task that it is from, if they are known.
        is_exact: Whether an object arrives as its class.
    """

    __slots__ = ("is_exact", "items", "task_id", "value")

    def __init__(
        self,
        task_id: str | None,
        value: Type | None,
        items: Mapping[int, tuple[str | None, Type | None]],
        *,
        is_exact: bool,
    ) -> None:
        self.task_id = task_id
        self.value = value
        self.items = items
        self.is_exact = is_exact

    @property
    def is_known(self) -> bool:
        """Whether the type of any part is known."""
        types = (self.value, *(found for _, found in self.items.values()))
        return any(_is_known(one) for one in types if one is not None)

    def part(self, item: int | None) -> tuple[str | None, ProperType | None]:
        """Returns the value as a whole, or an item of it, with the task that it is from."""
        task_id, found = self.task_id, self.value
        if item is not None and self.items:
            task_id, found = self.items.get(item, (None, None))
        elif item is not None:
            whole = get_proper_type(found)
            is_list = isinstance(whole, Instance) and whole.type.fullname == "builtins.list"
            found = whole.args[0] if is_list and isinstance(whole, Instance) else None
        return task_id, None if found is None else get_proper_type(found)


def check_uses(
    site: Site, func: FuncDef, name: str, pulls: Mapping[CallExpr, Pulled | None]
) -> None:
    """Reports uses that a pulled value cannot have.

    Args:
        site: The file.
        func: The function that pulls.
        name: The task that it is the function of.
        pulls: Its pulls, with what each gives, as far as it is known.
    """
    known = {
        call: given
        for call, given in pulls.items()
        if given is not None and given.is_known and not _is_checked_by_mypy(site, func, call)
    }
    for call, item, needs in needs_of_calls(site, func, known) if known else ():
        task_id, found = known[call].part(item)
        if found is None or not _is_known(found):
            continue
        keys = _keys(found)
        misspelt = (one for one in needs.maybe if key_meant(one.key or "", keys))
        for need in (*needs.found, *misspelt):
            is_missing = (
                need.key is not None and not need.path and bool(keys) and need.key not in keys
            )
            is_exact = known[call].is_exact
            if is_missing or broken_in(needs, [found], is_exact=is_exact) == need:
                text = _missing(need, keys) if is_missing else _wrong(site, need, found)
                pulled = f'"{task_id}"' if task_id else "several values"
                site.fail(f'Task "{name}" pulls {pulled} and {text}', call, XCOM_KEY)
                break


def _is_known(found: Type) -> bool:
    return not isinstance(get_proper_type(found), (AnyType, NoneType))


def _keys(found: ProperType) -> list[str]:
    """Returns all keys of a dict, if they are known."""
    keys: dict[str, None] = {}
    for one in members(found):
        if not isinstance(one, TypedDictType):
            return []
        keys.update(dict.fromkeys(one.items))
    return list(keys)


def _missing(need: Need, keys: list[str]) -> str:
    known = ", ".join(f'"{key}"' for key in keys)
    meant = nearest(need.key or "", keys)
    hint = "" if meant is None else f': did you mean "{meant}"?'
    return f'reads "{need.key}" of it, but the dict has {known}{hint}'


def _wrong(site: Site, need: Need, found: ProperType) -> str:
    (shown,) = site.describe(without_constants(found))
    gets = f'but it gets "{shown}"{lacks(need, found)}'
    if need.key is not None and not need.path:
        return f'reads "{need.key}" of it as of a dict, {gets}'
    return f'uses it as "{need.words}", {gets}'


def _is_checked_by_mypy(site: Site, func: FuncDef, call: CallExpr) -> bool:
    """Whether mypy knows the type of what a pull is a method of."""
    if func.type is None and not site.api.options.check_untyped_defs:
        return False
    callee = call.callee
    owner = callee.expr if isinstance(callee, MemberExpr) else None
    return not _is_open(func, owner, all_statements(func.body.body))


def _is_open(func: FuncDef, expr: Expression | None, statements: Iterable[object]) -> bool:
    """Whether an expression surely has no type, because it is from an open parameter."""
    if isinstance(expr, IndexExpr):
        return _is_open(func, expr.base, statements)
    if isinstance(expr, CallExpr):
        callee = expr.callee
        return isinstance(callee, MemberExpr) and _is_open(func, callee.expr, statements)
    if not isinstance(expr, NameExpr) or not isinstance(expr.node, Var):
        return False
    for one in func.arguments:
        if one.variable is expr.node:
            return one.type_annotation is None
    values = [
        one.rvalue
        for one in statements
        if isinstance(one, AssignmentStmt)
        for target in one.lvalues
        if isinstance(target, RefExpr) and target.node is expr.node
    ]
    is_one = len(values) == 1 and not isinstance(values[0], NameExpr)
    return is_one and _is_open(func, values[0], statements)
