"""Checks ``@task.stub``, whose body is in another language.

Such a task cannot open what is in a store. And its body says nothing, which mypy takes for a
missing return.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.errorcodes import EMPTY_BODY
from mypy.nodes import CallExpr, Context, Decorator, FuncDef
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.codes import XCOM_ARG, XCOM_TASK
from typedxcom.mypy.types.outputs import holds_output, resolved
from typedxcom.mypy.types.shapes import display_items
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tables import fields_of, is_bare_frame, is_table

__all__ = ["check_stub", "check_stub_call"]

STUB: Final = "stub"
BYTES: Final = ("builtins.bytes", "builtins.bytearray")
# As in `typedxcom.airflow.wiring.stubs`.
CURES: Final = {
    "table": "pass the address of a file that both can open, or the rows as a list",
    "file": "pass its address as a str",
    "bytes": "pass a str, such as its base64 text",
}


def check_stub(site: Site, context: Context, function: CallableType, kind: str) -> None:
    """Reports a parameter or a result that another language cannot read or write."""
    if kind != STUB:
        return
    if isinstance(context, Decorator):
        _spare(site, context.func)
    where = context.decorators[0] if isinstance(context, Decorator) else context
    name = (function.name or "").split(" of ")[0]
    rows = [
        *zip(function.arg_names, function.arg_types, strict=True),
        ("return", function.ret_type),
    ]
    for part, declared in rows:
        if wrong := _unreadable(declared):
            place = "The return value" if part == "return" else f'Argument "{part}"'
            text = f'{place} of task "{name}" cannot be read or written by another language'
            site.fail(f"{text}: {CURES[wrong]}", where, XCOM_TASK)


def _spare(site: Site, function: FuncDef) -> None:
    """Lets mypy find no missing return in a stub.

    mypy checks the body of a function either after its decorators, or just before them.
    """
    function.is_mypy_only = True  # mypy expects no body of such a function
    errors = site.api.errors
    found = errors.error_info_map.get(errors.file, [])
    found[:] = [one for one in found if one.code is not EMPTY_BODY or one.line != function.line]


def check_stub_call(site: Site, call: CallExpr, kind: str, label: str) -> None:
    """Reports an output that another language cannot read, whatever the parameter says."""
    if kind != STUB:
        return
    todo = list(call.args)
    for expr in todo:  # the list grows meanwhile
        if (items := display_items(expr)) is not None:
            todo += items
            continue
        found = site.type_of(expr)
        value = resolved(found) if holds_output(found) else None
        if value is not None and (wrong := _unreadable(value)):
            (shown,) = site.describe(value)
            text = f'{label[0].upper()}{label[1:]} cannot read "{shown}", because its body is in'
            site.fail(f"{text} another language: {CURES[wrong]}", expr, XCOM_ARG)


def _unreadable(found: Type) -> str | None:
    """Returns the kind of a part that only Python can open: a table, a file or bytes."""
    todo, seen = [get_proper_type(found)], set()
    for one in todo:  # the list grows meanwhile
        kind = _kind(one)
        if kind is not None:
            return kind
        if isinstance(one, Instance):
            if one.type.fullname in seen:
                continue
            seen.add(one.type.fullname)
        todo += _parts(one)
    return None


def _kind(found: ProperType) -> str | None:
    if not isinstance(found, Instance):
        return None
    if found.type.fullname in BYTES:
        return "bytes"
    if found.type.fullname == names.FILE:
        return "file"
    return "table" if is_table(found) or is_bare_frame(found) else None


def _parts(found: ProperType) -> Iterator[ProperType]:
    parts: list[Type] = []
    if isinstance(found, Instance):
        parts = list(found.args)
        if not found.type.fullname.startswith(("builtins.", "typing.", "datetime.", "decimal.")):
            parts += [kind for kind, _ in (fields_of(found) or {}).values()]
    elif isinstance(found, (UnionType, TupleType)):
        parts = list(found.items)
    elif isinstance(found, TypedDictType):
        parts = list(found.items.values())
    return (get_proper_type(part) for part in parts if not isinstance(part, AnyType))
