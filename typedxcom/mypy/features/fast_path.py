"""Judges the usual call: literals, and outputs whose class fits the parameter's.

Nearly every call is a usual one, so this module judges it in one pass, without the objects that
`Call`, `Mapping` and `Argument` need for larger or wrong calls. It compares classes of nodes by
identity: mypy's are compiled, and each look at one costs more than a line of Python.
"""

from __future__ import annotations

from typing import Final

from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    BytesExpr,
    CallExpr,
    Expression,
    FloatExpr,
    IndexExpr,
    IntExpr,
    LambdaExpr,
    ListExpr,
    NameExpr,
    StrExpr,
)
from mypy.types import AnyType, Instance, ProperType, Type, get_proper_type

from typedxcom.mypy import names
from typedxcom.mypy.types.callee import Callee
from typedxcom.mypy.types.chances import may_fit
from typedxcom.mypy.types.needs import broken_by, reader_of, shows_inside
from typedxcom.mypy.types.outputs import output_of
from typedxcom.mypy.types.passed import called_with
from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.mypy.types.tasks import called_task
from typedxcom.mypy.types.vague import is_vague

__all__ = [
    "NEVER_OUTPUTS",
    "fits_plainly",
    "fitting_arguments",
    "is_literal_of",
    "maps_plainly",
    "sets_plainly",
]

NEVER_OUTPUTS: Final = frozenset({IntExpr, StrExpr, BytesExpr, FloatExpr, LambdaExpr})


def fitting_arguments(
    site: Site, call: CallExpr, callee: Callee, *, is_task: bool
) -> list[Type] | None:
    """Judges the usual call, of literals and of outputs whose class fits the parameter's.

    Args:
        site: The file.
        call: The call.
        callee: The function of the task or the task group.
        is_task: Whether it is a task.

    Returns:
        The parameter types that are left for mypy, or None where `Call` must look closer.
    """
    left = callee.types.copy()
    kinds = call.arg_kinds
    for place, expr in enumerate(call.args):
        kind = kinds[place]
        if kind is ARG_NAMED:
            place = callee.named.get(call.arg_names[place] or "", -1)
            if place < 0:
                return None
        elif kind is not ARG_POS or place >= callee.positional:
            return None
        if type(expr) in NEVER_OUTPUTS:
            continue
        if type(left[place]) is AnyType and type(expr) in _CALLS:
            if not _is_usable(site, call, expr, callee, place, is_task=is_task):
                return None
        elif fits_plainly(site, expr, left[place]):
            left[place] = unknown()
        elif type(expr) is not NameExpr or not _holds_scalar(site.type_of(expr)):
            return None
    return left


def _is_usable(
    site: Site, call: CallExpr, expr: Expression, callee: Callee, place: int, *, is_task: bool
) -> bool:
    """Whether the code of a task can use what goes to a parameter that takes anything."""
    found = site.type_of(expr)
    output = output_of(found)
    if output is None:
        return _holds_scalar(found)
    if output.note is None:
        return False
    shown = output.value if output.inferred is None else output.inferred
    if not is_task or type(shown) is AnyType:
        return True
    reader = reader_of(site, call, callee.function)
    if reader is None:
        return True
    is_exact = output.inferred is None and not output.note.plain
    parameter = callee.function.arg_names[place] or ""
    return broken_by(site, reader, parameter, [shown], is_exact=is_exact) is None


def _holds_scalar(found: ProperType) -> bool:
    """Whether a type is ``Any`` or that of a text or a number, so that it holds no output."""
    if type(found) is AnyType:
        return True
    return type(found) is Instance and found.type.fullname in _SCALARS


def fits_plainly(site: Site, expr: Expression, formal: Type) -> bool:
    """Whether *expr* is an output that fits the parameter, or a list of such outputs.

    Nearly every argument is. All others are judged elsewhere.
    """
    down = get_proper_type(formal)
    if type(down) is not Instance and type(down) is not AnyType:
        return False
    if type(expr) is NameExpr:
        found = site.held(expr) or site.type_of(expr)
    elif type(expr) is CallExpr:
        task = called_task(site, expr)
        if task is not None:
            task = called_with(site, task, expr)
            return _value_fits(get_proper_type(task.value), task.inferred, down)
        found = site.type_of(expr)
    else:
        return (
            isinstance(expr, ListExpr)
            and isinstance(down, Instance)
            and _list_fits(site, expr, down)
        )
    if type(found) is not Instance or not found.extra_attrs:
        return False
    output = output_of(found)
    if output is None or output.note is None or (output.mapped and output.is_inferred):
        return False
    return _value_fits(get_proper_type(output.value), output.inferred, down)


def _value_fits(value: ProperType, inferred: Type | None, down: ProperType) -> bool:
    """Whether the value of an output fits: what is declared of it, or else what its code shows."""
    if type(down) is not Instance:  # the reader's code may need something of what is known
        return type(value) is AnyType and inferred is None
    if down.args and is_vague(down) and (inferred is not None or shows_inside(value)):
        return False  # likewise
    if type(value) is not AnyType:  # an annotation may leave the keys of a dict to the code
        return inferred is None and _type_fits(value, down)
    if down.type.fullname in names.TABLES:
        return False
    return inferred is None or may_fit(inferred, down)


def _list_fits(site: Site, expr: ListExpr, down: Instance) -> bool:
    if down.type.fullname != "builtins.list":
        return False
    item, literals = down.args[0], 0
    for one in expr.items:
        if is_literal_of(one, item):
            literals += 1
        elif not fits_plainly(site, one, item):
            return False
    return literals < len(expr.items)


def _type_fits(up: ProperType, down: Instance) -> bool:
    """Whether a class fits another. Tables that differ are judged elsewhere."""
    if up == down:
        return True
    if type(up) is not Instance:
        return False
    is_any_table = up.type.fullname in names.TABLES or down.type.fullname in names.TABLES
    return not is_any_table and fits(up, down)


def sets_plainly(site: Site, call: CallExpr, callee: Callee, given: tuple[str, ...]) -> bool:
    """Whether ``partial`` gets new names only, and the usual values for them."""
    seen = set(given)
    for index, expr in enumerate(call.args):
        formal = _new_formal(call, index, callee, seen)
        if formal is None:
            return False
        if type(formal) is AnyType and type(expr) in _CONSTANTS:
            continue
        if not is_literal_of(expr, formal) and not fits_plainly(site, expr, formal):
            return False
    return True


def maps_plainly(site: Site, call: CallExpr, callee: Callee, given: tuple[str, ...]) -> bool:
    """Whether ``expand`` gets whole outputs that are lists of the right class, and all it needs."""
    seen = set(given)
    for index, expr in enumerate(call.args):
        formal = _new_formal(call, index, callee, seen)
        if formal is None or (type(expr) is not NameExpr and type(expr) is not CallExpr):
            return False
        down, element = get_proper_type(formal), _list_element(site.type_of(expr))
        if type(down) is not Instance or element is None or not _type_fits(element, down):
            return False
        if down.args and is_vague(down):
            return False
    return len(seen) > len(given) and callee.required() <= seen


def _new_formal(call: CallExpr, index: int, callee: Callee, seen: set[str]) -> Type | None:
    """Returns the type of a parameter that a mapping gives by name, and for the first time."""
    name = call.arg_names[index]
    if call.arg_kinds[index] is not ARG_NAMED or name is None or name in seen:
        return None
    place = callee.named.get(name)
    if place is None or name in callee.injected:
        return None
    seen.add(name)
    return callee.types[place]


def _list_element(found: ProperType) -> ProperType | None:
    """Returns the item type of a whole output of a list."""
    output = output_of(found)
    if output is None or output.kind not in _WHOLE or not output.note or output.note.key:
        return None
    value = get_proper_type(output.value)
    if type(value) is not Instance or value.type.fullname != "builtins.list":
        return None
    return get_proper_type(value.args[0])


_WHOLE: Final = (names.XCOMARG, names.MAPPED)


def is_literal_of(expr: Expression, formal: Type) -> bool:
    """Whether *expr* is a literal of exactly the parameter's class."""
    classes = _LITERALS.get(type(expr), ())
    down = get_proper_type(formal) if classes else None
    return isinstance(down, Instance) and down.type.fullname in classes


_CALLS: Final = frozenset({CallExpr, IndexExpr, NameExpr})  # what most outputs come from
_CONSTANTS: Final = NEVER_OUTPUTS - {LambdaExpr}
_SCALARS: Final = frozenset({"builtins.bool", "builtins.float", "builtins.int", "builtins.str"})
_LITERALS: Final[dict[type, tuple[str, ...]]] = {
    IntExpr: ("builtins.int", "builtins.float"),
    FloatExpr: ("builtins.float",),
    StrExpr: ("builtins.str",),
}
