"""Answers small questions about expressions and types."""

from __future__ import annotations

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import ConditionalExpr, DictExpr, Expression, ListExpr, SetExpr, TupleExpr
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    ProperType,
    TupleType,
    Type,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.outputs import output_of
from typedxcom.mypy.types.tasks import task_of

__all__ = [
    "accepts_object",
    "display_items",
    "is_object",
    "iterated",
    "lost",
    "members",
]


def display_items(expr: Expression) -> list[Expression] | None:
    """Returns the items of a display or the branches of a conditional, which need no inference."""
    if isinstance(expr, (ListExpr, TupleExpr, SetExpr)):
        return expr.items
    if isinstance(expr, DictExpr):
        keys = [key for key, _ in expr.items if key is not None]
        return keys + [value for _, value in expr.items]
    if isinstance(expr, ConditionalExpr):
        return [expr.if_expr, expr.else_expr]
    return None


def members(found: ProperType) -> list[ProperType]:
    """Returns the members of a union, or the type itself."""
    return [get_proper_type(i) for i in found.items] if isinstance(found, UnionType) else [found]


def iterated(found: ProperType) -> Type | None:
    """Returns the type that iterating over a value gives."""
    if isinstance(found, TupleType):
        return make_simplified_union(found.items)
    if isinstance(found, Instance):
        for base in found.type.mro:
            if base.fullname == "typing.Iterable":
                return map_instance_to_supertype(found, base).args[0]
    return None


def lost(found: ProperType) -> bool:
    """Whether a join of unlike outputs left nothing but ``object``."""
    output = output_of(found)
    return output is not None and output.note is None and is_object(get_proper_type(output.value))


def is_object(found: Type) -> bool:
    """Whether the type is plain ``object``."""
    found = get_proper_type(found)
    return isinstance(found, Instance) and found.type.fullname == "builtins.object"


def accepts_object(formal: ProperType) -> bool:
    """Whether a parameter takes anything at all, even a function."""
    return any(
        isinstance(choice, (AnyType, CallableType)) or task_of(choice) is not None
        for choice in members(formal)
    )
