"""Types that the table of outputs names, and types that authors give as arguments.

For example, ``output_type=City | None`` of ``@task.llm``: a type in the place of a value.
"""

from __future__ import annotations

import types
import typing
from typing import Any, Final, Literal, Union, get_args, get_origin

from mypy.nodes import (
    ARG_STAR2,
    CallExpr,
    DictExpr,
    Expression,
    FuncDef,
    IndexExpr,
    ListExpr,
    NameExpr,
    OpExpr,
    RefExpr,
    StrExpr,
    TupleExpr,
    TypeAlias,
    TypeApplication,
    TypeInfo,
)
from mypy.types import (
    AnyType,
    CallableType,
    FunctionLike,
    Instance,
    LiteralType,
    NoneType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.inferred import return_in_code
from typedxcom.mypy.types.site import Site, unknown
from typedxcom.operator_outputs import Answer, ReturnOf, Unsure

__all__ = ["argument_of", "declared_type", "given_in", "is_model", "pushed_type"]

_CONSTANTS: Final = {"True": True, "False": False, "None": None}
_AS_WRITTEN: Final = ("python_callable", "response_filter", "output_type")
_LITERALS: Final = ("typing.Literal", "typing_extensions.Literal")
_ANY: Final = ("typing.Any", "typing_extensions.Any")
_UNIONS: Final = ("typing.Union", "typing.Optional")
_MODEL: Final = "pydantic.main.BaseModel"


def argument_of(call: CallExpr, name: str, default: Any) -> Any:
    """Returns an argument of *call*, or the default. Functions and types stay expressions.

    Raises:
        Unsure: Its value is not a constant.
    """
    if ARG_STAR2 in call.arg_kinds:
        raise Unsure
    found = given_in(call, name)
    if found is None:
        return default
    return found if name in _AS_WRITTEN else _constant(found)


def given_in(call: CallExpr, name: str) -> Expression | None:
    """Returns the argument with this name, if the call has one."""
    pairs = zip(call.arg_names, call.args, strict=True)
    return next((expr for given, expr in pairs if given == name), None)


def _constant(found: Expression) -> Any:
    match found:
        case NameExpr(name=constant) if constant in _CONSTANTS:
            return _CONSTANTS[constant]
        case StrExpr(value=text):
            return text
        case ListExpr(items=items):
            return [one.value if isinstance(one, StrExpr) else one for one in items]
        case DictExpr(items=items):
            return {_constant(key): _entry(value) for key, value in items if key is not None}
    raise Unsure


def _entry(value: Expression) -> Any:
    """Returns a text, or the field of a form: ``Param(type="integer")``."""
    if isinstance(value, StrExpr):
        return value.value
    kind = given_in(value, "type") if isinstance(value, CallExpr) else None
    return types.SimpleNamespace(schema={"type": _constant(kind)} if kind is not None else {})


def pushed_type(site: Site, pushed: Any) -> Type | None:
    """Returns a type of the table as a mypy type; None for `Any`, alone or inside."""
    if pushed is Any:
        return None
    if pushed is None or pushed is type(None):
        return NoneType()
    if isinstance(pushed, ReturnOf):
        return _returned(site, pushed.function)
    if isinstance(pushed, Answer):
        return _answer(site, pushed)
    if get_origin(pushed) is Literal:
        texts = [LiteralType(str(one), site.builtin("str")) for one in get_args(pushed)]
        return UnionType.make_union(texts)
    args = [pushed_type(site, one) for one in get_args(pushed)]
    if get_origin(pushed) in (Union, types.UnionType):
        known = [one for one in args if one is not None]
        return UnionType.make_union(known) if len(known) == len(args) else None
    kind = get_origin(pushed) or pushed
    if typing.is_typeddict(kind):
        return _fields(site, kind)
    if not isinstance(kind, type):
        return None
    if kind.__module__ != "builtins":
        return site.instance(f"{kind.__module__}.{kind.__qualname__}")
    return site.builtin(kind.__name__, [unknown() if one is None else one for one in args])


def _fields(site: Site, kind: Any) -> Type:
    items = {
        name: pushed_type(site, one) or unknown() for name, one in kind.__annotations__.items()
    }
    fallback = site.instance("typing._TypedDict") or site.builtin("object")
    return TypedDictType(items, set(kind.__required_keys__), set(), fallback)


def _returned(site: Site, function: Any) -> Type | None:
    if not isinstance(function, Expression):
        return None
    found = get_proper_type(site.type_of(function))
    returned = get_proper_type(found.ret_type) if isinstance(found, CallableType) else None
    if returned is not None and not isinstance(returned, AnyType):
        return returned
    func = function.node if isinstance(function, RefExpr) else None
    is_bare = isinstance(func, FuncDef) and func.type is None and site.defines(func)
    return return_in_code(site, func) if is_bare and isinstance(func, FuncDef) else None


def _answer(site: Site, answer: Answer) -> Type | None:
    given = answer.type
    found = (
        declared_type(site, given) if isinstance(given, Expression) else pushed_type(site, given)
    )
    if found is None or not answer.is_dumped:
        return found
    proper = get_proper_type(found)
    members = proper.items if isinstance(proper, UnionType) else [proper]
    dumped = site.builtin("dict", [site.builtin("str"), unknown()])
    return UnionType.make_union([dumped if is_model(one) else one for one in members])


def is_model(found: Type) -> bool:
    """Whether it is a pydantic model."""
    proper = get_proper_type(found)
    return isinstance(proper, Instance) and proper.type.has_base(_MODEL)


def declared_type(site: Site, expr: Expression) -> Type | None:
    """Returns the type that an argument stands for: a class, a union, or a list of types."""
    match expr:
        case NameExpr(name="None"):
            return NoneType()
        case RefExpr(fullname=name) if name in _ANY:
            return unknown()
        case RefExpr(node=TypeAlias(alias_tvars=[], target=target)):
            return target
        case OpExpr(op="|", left=left, right=right):
            return _union(site, [left, right])
        case ListExpr(items=items) | TupleExpr(items=items):
            return _union(site, items)
        case IndexExpr(base=RefExpr(fullname=name), index=index) if name in _LITERALS + _UNIONS:
            items = index.items if isinstance(index, TupleExpr) else [index]
            if name in _LITERALS:
                return _texts(site, items)
            found = _union(site, items)
            optional = name.endswith("Optional") and found is not None
            return UnionType.make_union([found, NoneType()]) if optional and found else found
        case IndexExpr(analyzed=TypeApplication(expr=RefExpr(node=TypeInfo() as info), types=args)):
            return Instance(info, list(args))
    found = get_proper_type(site.type_of(expr))
    if isinstance(found, FunctionLike) and found.is_type_obj():
        return found.items[0].ret_type  # several for a class with overloads, such as int
    return None


def _union(site: Site, items: list[Expression]) -> Type | None:
    found = [declared_type(site, one) for one in items]
    known = [one for one in found if one is not None]
    return UnionType.make_union(known) if known and len(known) == len(found) else None


def _texts(site: Site, items: list[Expression]) -> Type | None:
    if not all(isinstance(one, StrExpr) for one in items):
        return None
    texts = [one.value for one in items if isinstance(one, StrExpr)]
    return UnionType.make_union([LiteralType(one, site.builtin("str")) for one in texts])
