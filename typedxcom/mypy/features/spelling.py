"""Finds misspelt arguments of `@task(...)` and `.override(...)`.

Both take whatever the operator takes, which mypy cannot see. So a name is reported only if it
almost matches a name that the operator is known to have.
"""

from __future__ import annotations

from mypy.nodes import ARG_NAMED, CallExpr, FuncDef

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_TASK
from typedxcom.mypy.types.site import Site
from typedxcom.nearness import setting_meant

__all__ = ["check_settings"]


def check_settings(site: Site, call: CallExpr, kind: str, label: str) -> None:
    """Reports names in *call* that look like a setting of every operator, but are not.

    Args:
        site: The file.
        call: The call.
        kind: The sub-decorator.
        label: What is called, as the beginning of a sentence.
    """
    if kind not in names.STANDARD_KINDS:
        return  # a provider's own kind may take anything
    known = _known(site)
    if not known:
        return
    for name, how, expr in zip(call.arg_names, call.arg_kinds, call.args, strict=True):
        if how is not ARG_NAMED or not name or name in known:
            continue
        meant = setting_meant(name, known)
        if meant is not None:
            text = f'{label} has no argument "{name}": did you mean "{meant}"?'
            site.fail(text, expr, XCOM_TASK)


def _known(site: Site) -> frozenset[str]:
    info = site.classes[names.SDK_OPERATOR]
    symbol = info.names.get("__init__") if info else None
    node = symbol.node if symbol else None
    if not isinstance(node, FuncDef):
        return frozenset()
    return names.STANDARD_SETTINGS.union(name for name in node.arg_names if name)
