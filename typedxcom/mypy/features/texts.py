"""Notes ``f"s3://bucket/{name()}"``: a template of Airflow's, without a dependency on the task.

It is a note and no error, because it is right if the author orders the tasks with ``>>``. For mypy
an f-string is a call of ``str.format``, which is common. So only what is known at once is checked.
"""

from __future__ import annotations

from mypy.nodes import CallExpr, Expression, IndexExpr, MemberExpr, NameExpr
from mypy.plugin import MethodSigContext
from mypy.types import FunctionLike

from typedxcom.mypy.codes import XCOM_TEXT
from typedxcom.mypy.types.outputs import Output, output_of
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import called_task

__all__ = ["formatted"]


def formatted(site: Site, ctx: MethodSigContext) -> FunctionLike:
    """Checks ``"...".format(...)`` and f-strings."""
    if site.sees_airflow:
        for expr in (expr for args in ctx.args for expr in args):
            output = _output(site, expr)
            if output is not None:
                text = (
                    f"The text has the output of {output.phrase()} as a template, and no dependency "
                    "on it: pass the output itself, or order the tasks with >>"
                )
                site.api.note(text, expr, code=XCOM_TEXT)
    return ctx.default_signature


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
