"""What a call returns by what is declared: the class that is called, or the annotation."""

from __future__ import annotations

from typing import Final

from mypy.erasetype import erase_typevars
from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.nodes import (
    ARG_NAMED,
    ARG_POS,
    CallExpr,
    Decorator,
    FuncDef,
    OverloadedFuncDef,
    SymbolNode,
    TypeInfo,
)
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    Overloaded,
    ProperType,
    Type,
    TypeVarType,
    get_proper_type,
)

from typedxcom.mypy.types.site import unknown

__all__ = ["anys", "made_by", "method_result", "returned_by"]

# Their class methods have no other decorator.
_STANDARD: Final = ("builtins", "datetime", "decimal", "pathlib", "uuid")


def made_by(info: TypeInfo, call: CallExpr) -> Type:
    """Returns what a call of a class makes, or ``Any`` where that is not known."""
    if info.typeddict_type is not None:
        return info.typeddict_type
    if info.tuple_type is not None:
        return info.tuple_type
    if info.fallback_to_any or (info.fullname == "builtins.type" and len(call.args) == 1):
        return unknown()
    if info.fullname == "builtins.dict":
        if call.arg_names and all(kind is ARG_NAMED for kind in call.arg_kinds):
            return Instance(info, [unknown(), unknown()])
        return Instance(info, anys(info))
    if info.is_enum and not all(kind is ARG_POS for kind in call.arg_kinds):
        return unknown()  # `Enum("Color", names=...)`
    return Instance(info, anys(info))


def method_result(owner: ProperType, name: str, *, is_class: bool) -> Type:
    """Returns what a method returns, or ``Any`` where that is not known.

    Args:
        owner: The type of the object, or of what a class makes.
        name: The method.
        is_class: Whether it is called on the class.
    """
    proper = owner.fallback if isinstance(owner, LiteralType) else owner
    if not isinstance(proper, Instance) or proper.type.fallback_to_any:
        return unknown()
    symbol = proper.type.get(name)
    node = symbol.node if symbol else None
    if is_class != isinstance(node, Decorator):
        return unknown()
    if isinstance(node, Decorator):
        # mypy's cache does not keep the other decorators of a method.
        known = node.func.is_class and node.info and node.info.module_name in _STANDARD
        found = returned_by(node.func) if known else unknown()
    else:
        found = returned_by(node)
    if isinstance(found, TypeVarType) and found.id.is_self():
        return proper
    if not isinstance(node, (FuncDef, OverloadedFuncDef, Decorator)) or not node.info:
        return unknown()
    if node.info.type_vars:
        found = expand_type_by_instance(found, map_instance_to_supertype(proper, node.info))
    return erase_typevars(found)


def anys(info: TypeInfo) -> list[Type]:
    """Returns an ``Any`` for each type variable of a class."""
    return [unknown() for _ in info.type_vars]


def returned_by(node: SymbolNode | None) -> Type:
    """Returns a function's declared result, or ``Any`` where its arguments decide the result."""
    if isinstance(node, FuncDef) and (node.is_coroutine or node.is_generator):
        return unknown()
    if not isinstance(node, (FuncDef, OverloadedFuncDef)):
        return unknown()
    signature = get_proper_type(node.type)
    if isinstance(signature, Overloaded):
        items = [_of_signature(item) for item in signature.items]
        return items[0] if all(item == items[0] for item in items) else unknown()
    return _of_signature(signature) if isinstance(signature, CallableType) else unknown()


def _of_signature(signature: CallableType) -> Type:
    found = get_proper_type(signature.ret_type)
    if isinstance(found, TypeVarType) and found.id.is_self():
        return found
    own = {variable.id for variable in signature.variables}
    return erase_typevars(found, own) if own else found
