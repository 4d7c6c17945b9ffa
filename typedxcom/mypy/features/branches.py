"""Finds branches into a task that the DAG does not have: ``return "lod"`` in a ``@task.branch``.

The parse check has the same rule, in `typedxcom.airflow.wiring.branches`. Here the ids must stand
in the file: see `typedxcom.mypy.types.ids`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import Context, FuncDef, ReturnStmt, StrExpr
from mypy.server.subexpr import get_subexpressions
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    get_proper_type,
)

from typedxcom.mypy.codes import XCOM_TASK
from typedxcom.mypy.features.statements import all_statements
from typedxcom.mypy.guard import unfiltered
from typedxcom.mypy.types.ids import TaskIds
from typedxcom.mypy.types.inferred import return_in_code
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.unions import members
from typedxcom.nearness import branch_meant

__all__ = ["check_branches"]

_SEQUENCES = ("builtins.list", "builtins.set", "builtins.tuple", "typing.Sequence")


def check_branches(site: Site) -> None:
    """Reports branches by an id that is nearly the id of a task, once for each file."""
    if site.has_checked_branches:
        return
    site.has_checked_branches = True
    if not site.mentions(b"ranch"):
        return
    ids = TaskIds.of(site)
    if ids.whole:
        with unfiltered(site.api):
            for func, task_id in ids.branches.items():
                _check(site, func, task_id, ids.known | ids.groups)


def _check(site: Site, func: FuncDef, task_id: str, known: set[str]) -> None:
    chosen = _ids(site, func)
    if chosen is None:
        return
    for one in sorted(chosen - known):
        # What it also returns is spelt as it should be: `load_a` is not meant by `load_b`.
        meant = branch_meant(one, sorted(known - chosen))
        if meant is not None:
            text = f'Task "{task_id}" branches into "{one}", but this DAG has no such task'
            for where in list(_places(func, one)) or [func]:
                site.fail(f'{text}: did you mean "{meant}"?', where, XCOM_TASK)


def _ids(site: Site, func: FuncDef) -> set[str] | None:
    """Returns the ids that a function returns, by its annotation or else its code."""
    promised = _texts(func.type.ret_type) if isinstance(func.type, CallableType) else None
    if promised is not None:
        return promised
    shown = return_in_code(site, func)
    return None if shown is None else _texts(shown)


def _texts(found: Type) -> set[str] | None:
    """Returns the texts that a value may hold, alone or in a list, or None if it may hold any."""
    texts: set[str] = set()
    for one in members(found):
        parts: list[Type] = []
        if isinstance(one, LiteralType) and isinstance(one.value, str):
            texts.add(one.value)
        elif isinstance(one, TupleType):
            parts = one.items
        elif isinstance(one, Instance) and one.type.fullname in _SEQUENCES and one.args:
            parts = [one.args[0]]
        elif not isinstance(one, NoneType):
            return None
        for part in map(_texts, map(get_proper_type, parts)):
            if part is None:
                return None
            texts |= part
    return texts


def _places(func: FuncDef, task_id: str) -> Iterator[Context]:
    """Returns where the function returns an id, if that stands in a ``return`` itself."""
    for statement in all_statements(func.body.body):
        if isinstance(statement, ReturnStmt) and statement.expr is not None:
            for expr in (statement.expr, *get_subexpressions(statement.expr)):
                if isinstance(expr, StrExpr) and expr.value == task_id:
                    yield expr
