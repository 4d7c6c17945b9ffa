"""Reports ``a, b = two()`` and ``two()[1]``: mypy's own message names no task, or says too much."""

from __future__ import annotations

from mypy.nodes import (
    AssignmentStmt,
    CallExpr,
    Expression,
    IndexExpr,
    IntExpr,
    ListExpr,
    NameExpr,
    StarExpr,
    TupleExpr,
    Var,
)
from mypy.types import TupleType, Type, get_proper_type

from typedxcom.mypy.codes import XCOM_KEY, XCOM_USE
from typedxcom.mypy.types.outputs import Output, first_output, output_of
from typedxcom.mypy.types.site import Site, unknown

__all__ = ["check_index", "check_unpacking"]

Names = TupleExpr | ListExpr


def check_unpacking(site: Site, statement: AssignmentStmt) -> None:
    """Reports outputs that cannot be unpacked, or not into this number of names."""
    if len(statement.lvalues) == 1 and type(statement.lvalues[0]) is NameExpr:
        return
    targets = [n for n in statement.lvalues if isinstance(n, (TupleExpr, ListExpr))]
    if not targets or not site.api.has_type(statement.rvalue):
        return
    found = get_proper_type(site.api.lookup_type(statement.rvalue))
    if isinstance(found, TupleType):
        if isinstance(statement.rvalue, CallExpr) and (output := first_output(found)) is not None:
            _check_count(site, statement.rvalue, targets, found, output)
    elif (output := output_of(found)) is not None:
        text = (
            f"The output of {output.phrase()} cannot be unpacked while the DAG is parsed: "
            f"only a tuple of known length can, from a task of typedxcom"
        )
        site.fail(text, statement.rvalue, XCOM_USE)
        _forget(targets)


def _forget(targets: list[Names]) -> None:
    """Gives the names a type, so that mypy does not also report that it does not know them."""
    for target in (item for names in targets for item in names.items):
        inner = target.expr if isinstance(target, StarExpr) else target
        if isinstance(inner, (TupleExpr, ListExpr)):
            _forget([inner])
        elif isinstance(inner, NameExpr) and isinstance(inner.node, Var) and not inner.node.type:
            inner.node.type = unknown()


def _check_count(
    site: Site, value: Expression, targets: list[Names], found: TupleType, output: Output
) -> None:
    for names in targets:
        count, starred = len(names.items), any(isinstance(i, StarExpr) for i in names.items)
        if not (count - 1 <= len(found.items) if starred else count == len(found.items)):
            items = f"{_subject(output)} returns {len(found.items)} items"
            site.fail(f"{items}, which do not fit {count} names", value, XCOM_USE)


def check_index(site: Site, expr: Expression) -> None:
    """Reports an item that a tuple of outputs does not have."""
    if not isinstance(expr, IndexExpr) or not isinstance(expr.index, IntExpr):
        return
    if not isinstance(expr.base, CallExpr) or not site.api.has_type(expr.base):
        return
    found: Type = get_proper_type(site.api.lookup_type(expr.base))
    output = first_output(found) if isinstance(found, TupleType) else None
    if not isinstance(found, TupleType) or output is None:
        return
    if expr.index.value >= len(found.items):
        items = f"{_subject(output)} returns {len(found.items)} items"
        site.fail(f"{items}: there is no item {expr.index.value}", expr, XCOM_KEY)


def _subject(output: Output) -> str:
    """Returns the origin without the item that a note names, at the beginning of a sentence."""
    name = output.note.task if output.note else ""
    return f'Task "{name}"' if name else "A task"
