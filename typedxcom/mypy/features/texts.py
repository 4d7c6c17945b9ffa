"""Notes ``f"s3://bucket/{name()}"``: a template of Airflow's, without a dependency on the task.

It is a note and no error, because it is right if the author orders the tasks with ``>>``. For mypy
an f-string is a call of ``str.format``, which is common, as ``str(x)`` is. So only what is known at
once is checked. ``"%s" % out`` calls nothing that a plugin sees: `truth` finds it.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    CallExpr,
    DictExpr,
    Expression,
    IndexExpr,
    MemberExpr,
    NameExpr,
    OpExpr,
    StrExpr,
    TupleExpr,
)
from mypy.plugin import FunctionSigContext, MethodSigContext
from mypy.types import FunctionLike

from typedxcom.mypy.codes import XCOM_TEXT
from typedxcom.mypy.types.outputs import Output, output_of
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import called_task

__all__ = ["MAKE_TEXT", "formatted", "interpolated", "note_text"]

# Functions whose result has Airflow's template of an output; `repr` gives none.
MAKE_TEXT: Final = frozenset({"builtins.str", "builtins.format"})


def formatted(site: Site, ctx: MethodSigContext | FunctionSigContext) -> FunctionLike:
    """Checks ``"...".format(...)``, f-strings, ``str(...)`` and ``format(...)``."""
    if site.sees_airflow:
        for expr in (expr for args in ctx.args for expr in args):
            output = _output(site, expr)
            if output is not None:
                note_text(site, output, expr)
    return ctx.default_signature


def interpolated(expr: Expression) -> list[Expression]:
    """Returns what ``"..." % ...`` puts into its text."""
    if not (isinstance(expr, OpExpr) and expr.op == "%" and isinstance(expr.left, StrExpr)):
        return []
    right = expr.right
    if isinstance(right, TupleExpr):
        return right.items
    return [value for _, value in right.items] if isinstance(right, DictExpr) else [right]


def note_text(site: Site, output: Output, where: Expression) -> None:
    """Notes that a text has an output as a template."""
    text = (
        f"The text has the output of {output.phrase()} as a template, and no dependency on it: "
        "pass the output itself, or order the tasks with >>"
    )
    site.api.note(text, where, code=XCOM_TEXT)


def _output(site: Site, expr: Expression) -> Output | None:
    if isinstance(expr, IndexExpr):
        return _output(site, expr.base)
    if isinstance(expr, NameExpr):
        held = site.held(expr)
        return None if held is None else output_of(held)
    if not isinstance(expr, CallExpr):
        return None
    task = called_task(site, expr)
    if task is not None:
        return output_of(task.output(site))
    return output_of(site.type_of(expr)) if _is_overridden(expr.callee) else None


def _is_overridden(callee: Expression) -> bool:
    """Whether ``task.override(...)`` is in front of the call."""
    inner = callee.callee if isinstance(callee, CallExpr) else None
    return isinstance(inner, MemberExpr) and inner.name == "override"
