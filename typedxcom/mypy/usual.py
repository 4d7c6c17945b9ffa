"""The usual call: literals, and outputs whose class is the one that is asked for.

Nearly every call is one, so it is judged here in one pass, without the objects that `Call` and
`Argument` need for what is more, or wrong.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    ARG_NAMED,
    ARG_OPT,
    ARG_POS,
    BytesExpr,
    CallExpr,
    Expression,
    FloatExpr,
    IntExpr,
    LambdaExpr,
    ListExpr,
    NameExpr,
    StrExpr,
)
from mypy.types import CallableType, Instance, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.outputs import output_of
from typedxcom.mypy.relation import fits
from typedxcom.mypy.site import Site, unknown

__all__ = ["NEVER_OUTPUTS", "fits_plainly", "fitting_arguments", "is_literal_of"]

NEVER_OUTPUTS: Final = (IntExpr, StrExpr, BytesExpr, FloatExpr, LambdaExpr)


def fitting_arguments(site: Site, call: CallExpr, function: CallableType) -> list[Type] | None:
    """Judge the usual call, of literals and of outputs whose class is the one asked for.

    Returns:
        The parameter types that are left for mypy, or None where `Call` must look closer.
    """
    left, kinds = list(function.arg_types), function.arg_kinds
    for index, expr in enumerate(call.args):
        place = index
        if call.arg_kinds[index] is ARG_NAMED:
            name = call.arg_names[index]
            if name not in function.arg_names:
                return None
            place = function.arg_names.index(name)
            if kinds[place].is_star():
                return None
        elif (
            call.arg_kinds[index] is not ARG_POS
            or place >= len(left)
            or kinds[place] not in (ARG_POS, ARG_OPT)
        ):
            return None
        if not isinstance(expr, NEVER_OUTPUTS):
            if not fits_plainly(site, expr, left[place]):
                return None
            left[place] = unknown()
    return left


def fits_plainly(site: Site, expr: Expression, formal: Type) -> bool:
    """Whether *expr* is an output whose class is asked for, or a list of such ones.

    Nearly every argument is: the rest is for what is more, or wrong.
    """
    down = get_proper_type(formal)
    if not isinstance(down, Instance):
        return False
    if isinstance(expr, ListExpr) and down.type.fullname == "builtins.list":
        item, literals = down.args[0], 0
        for one in expr.items:
            if is_literal_of(one, item):
                literals += 1
            elif not fits_plainly(site, one, item):
                return False
        return literals < len(expr.items)
    if not isinstance(expr, (CallExpr, NameExpr)):
        return False
    found = site.type_of(expr)
    if not isinstance(found, Instance) or not found.extra_attrs:
        return False
    if found.type.fullname == names.XCOMARG:
        up = get_proper_type(found.args[0])
    elif (output := output_of(found)) is not None:
        up = get_proper_type(output.value)
    else:
        return False
    if up == down:
        return True
    if not isinstance(up, Instance):
        return False
    is_any_table = up.type.fullname in names.TABLES or down.type.fullname in names.TABLES
    return not is_any_table and fits(up, down)


def is_literal_of(expr: Expression, formal: Type) -> bool:
    """Whether *expr* is a literal of the very class that is asked for."""
    classes = _LITERALS.get(type(expr), ())
    down = get_proper_type(formal) if classes else None
    return isinstance(down, Instance) and down.type.fullname in classes


_LITERALS: Final[dict[type, tuple[str, ...]]] = {
    IntExpr: ("builtins.int", "builtins.float"),
    FloatExpr: ("builtins.float",),
    StrExpr: ("builtins.str",),
}
