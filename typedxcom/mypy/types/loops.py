"""What loops over a value give, and what is put into a list, as far as the code shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mypy.nodes import (
    CallExpr,
    DictionaryComprehension,
    Expression,
    GeneratorExpr,
    MemberExpr,
    NameExpr,
    RefExpr,
    StarExpr,
    TupleExpr,
    Var,
)
from mypy.types import ProperType, TupleType, Type, TypedDictType, get_proper_type

from typedxcom.mypy.types.site import unknown
from typedxcom.mypy.types.unions import args_of, name_of, union, without_constants

if TYPE_CHECKING:
    from typedxcom.mypy.types.expressions import Reader

__all__ = ["follow", "item_of", "with_added", "with_keys"]

_VIEWS: Final = frozenset({"items", "keys", "values"})
DISPLAY: Final = "typing._TypedDict"
_OF_ONE_ITEM: Final = ("builtins.list", "builtins.set", "builtins.frozenset", "builtins.tuple")


def follow(reader: Reader, loops: GeneratorExpr | DictionaryComprehension) -> None:
    """Notes what the names of a comprehension stand for."""
    for index, sequence in zip(loops.indices, loops.sequences, strict=True):
        item = item_of(reader, sequence)
        targets: list[tuple[Expression, Type]] = [(index, item)]
        if isinstance(index, TupleExpr):
            whole = get_proper_type(item)
            is_plain = not any(isinstance(one, StarExpr) for one in index.items)
            parts = whole.items if isinstance(whole, TupleType) and is_plain else []
            targets = list(zip(index.items, parts, strict=False))
        for target, found in targets:
            if isinstance(target, NameExpr) and isinstance(target.node, Var):
                reader.looped[target.node] = without_constants(found)


def item_of(reader: Reader, expr: Expression) -> Type:
    """Returns the type of what a loop over *expr* gives."""
    if isinstance(expr, CallExpr) and isinstance(expr.callee, MemberExpr):
        if expr.callee.name in _VIEWS and not expr.args:
            return _in_view(reader, expr.callee.name, reader.type_of(expr.callee.expr))
    elif isinstance(expr, CallExpr) and isinstance(expr.callee, RefExpr):
        found = _of_call(reader, expr.callee.fullname, expr)
        if found is not None:
            return found
    found = reader.type_of(expr)
    name = name_of(found)
    if name in _OF_ONE_ITEM or name == "builtins.dict":
        return without_constants(args_of(found)[0])
    if isinstance(found, TupleType):
        return union([without_constants(one) for one in found.items])
    if isinstance(found, TypedDictType) or name_of(without_constants(found)) == "builtins.str":
        return reader.site.builtin("str")
    return unknown()


def _of_call(reader: Reader, function: str, call: CallExpr) -> ProperType | None:
    """Returns what a loop over a call of one of Python's own functions gives."""
    if any(call.arg_names) or any(kind.is_star() for kind in call.arg_kinds) or not call.args:
        return None
    if function == "builtins.range":
        return get_proper_type(reader.site.builtin("int"))
    if function == "builtins.reversed":
        return get_proper_type(item_of(reader, call.args[0]))
    if function == "builtins.enumerate":
        parts = [reader.site.builtin("int"), item_of(reader, call.args[0])]
    elif function == "builtins.zip":
        parts = [item_of(reader, one) for one in call.args]
    else:
        return None
    return TupleType(parts, reader.site.builtin("tuple", [unknown()]))


def _in_view(reader: Reader, view: str, owner: ProperType) -> Type:
    if isinstance(owner, TypedDictType) and owner.items:
        key: Type = reader.site.builtin("str")
        value: Type = union([without_constants(one) for one in owner.items.values()])
    elif name_of(owner) == "builtins.dict":
        key, value = args_of(owner)
    else:
        return unknown()
    if view != "items":
        return key if view == "keys" else value
    return TupleType([key, value], reader.site.builtin("tuple", [unknown()]))


def with_added(reader: Reader, found: ProperType, added: list[Expression]) -> Type | None:
    """Returns the type of a list after ``x.append(value)``; None if it may be no list."""
    if name_of(found) != "builtins.list":
        return None
    items = [*args_of(found), *(reader.type_of(one) for one in added)]
    return reader.site.builtin("list", [union([without_constants(one) for one in items])])


def with_keys(
    reader: Reader, found: ProperType, keyed: list[tuple[str, Expression | None]]
) -> Type | None:
    """Returns the type of a dict after each ``x["a"] = value``; None if its keys are not known."""
    is_display = isinstance(found, TypedDictType) and found.fallback.type.fullname == DISPLAY
    if not isinstance(found, TypedDictType) or not is_display:
        return None
    items: dict[str, Type] = {key: found.items[key] for key in found.items}
    for key, value in keyed:
        one = unknown() if value is None else reader.type_of(value)
        both = [items[key], one] if key in items else [one]
        items[key] = union([without_constants(each) for each in both])
    return TypedDictType(items, set(items), set(), found.fallback)
