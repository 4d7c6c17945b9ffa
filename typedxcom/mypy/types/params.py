"""What the plugin knows of a DAG function: its parameters, and the fields of its model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mypy.nodes import (
    ARG_NAMED,
    ARG_NAMED_OPT,
    ARG_OPT,
    ARG_POS,
    ArgKind,
    AssignmentStmt,
    CallExpr,
    DictExpr,
    Expression,
    MypyFile,
    StrExpr,
    TypeInfo,
    Var,
)
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import (
    AnyType,
    CallableType,
    ExtraAttrs,
    Instance,
    Overloaded,
    Type,
    TypedDictType,
    TypeOfAny,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import ANY_PARAMETERS

__all__ = [
    "DagParameter",
    "ParamNames",
    "dag_function",
    "dag_names",
    "dag_parameters",
    "make_dag",
    "model_fields",
    "with_model",
]

_FUNCTION = "function"  # in the extra attributes of the type of a DAG function
_MODEL = "model"


class DagParameter(NamedTuple):
    """One parameter of a DAG.

    Attributes:
        name: Its name.
        type: The type of its value.
        required: Whether each run must give it.
    """

    name: str
    type: Type
    required: bool


def with_model(decorator: Instance, ctx: MethodContext | FunctionContext) -> Type:
    """Returns the type of ``dag(params=Model)``, with the model noted on it."""
    for name, types in zip(ctx.callee_arg_names, ctx.arg_types, strict=True):
        model = get_proper_type(types[0]) if name == "params" and types else None
        if isinstance(model, Overloaded):
            model = model.items[0]
        if isinstance(model, CallableType) and model.is_type_obj():
            decorator.extra_attrs = ExtraAttrs({_MODEL: model}, set(), None)
    return decorator


def make_dag(site: Site, function: CallableType, ctx: MethodContext | FunctionContext) -> Type:
    """Returns the type of a DAG function, with what it was decorated with noted on it."""
    made = site.instance(names.DAG_MADE, [ANY_PARAMETERS])
    if made is None:
        return function
    attrs: dict[str, Type] = {_FUNCTION: function}
    decorator = get_proper_type(ctx.type) if isinstance(ctx, MethodContext) else None
    if isinstance(decorator, Instance) and decorator.extra_attrs is not None:
        attrs.update(decorator.extra_attrs.attrs)
    made.extra_attrs = ExtraAttrs(attrs, set(), None)
    return made


def dag_function(found: Type) -> CallableType | None:
    """Returns the function behind the type of a DAG function; None for any other type.

    Its parameters with an annotation need no argument: a run may give them.
    """
    function = _noted(found, _FUNCTION)
    if function is None:
        return None
    kinds = [
        _optional(kind) if _has_type(one) else kind
        for kind, one in zip(function.arg_kinds, function.arg_types, strict=True)
    ]
    return function.copy_modified(arg_kinds=kinds)


def dag_parameters(found: Type) -> list[DagParameter] | None:
    """Returns the parameters of a DAG function, or None for any other type."""
    function, model = _noted(found, _FUNCTION), _noted(found, _MODEL)
    if function is None:
        return None
    return [*_of(function), *(_of(model) if model is not None else [])]


class ParamNames(NamedTuple):
    """The names of a DAG's parameters.

    Attributes:
        names: The names.
        is_sure: Whether there is no other name; else a model may have renamed fields.
    """

    names: frozenset[str]
    is_sure: bool


def dag_names(found: Type, tree: MypyFile) -> ParamNames | None:
    """Returns the names of a DAG function's parameters.

    Args:
        found: The type of the function.
        tree: The file that has it.

    Returns:
        None if no parameter has a type, or the names in JSON cannot be known.
    """
    function, model = _noted(found, _FUNCTION), _noted(found, _MODEL)
    if function is None:
        return None
    own = [one.name for one in _of(function)]
    if model is None:
        is_typed = any(not isinstance(get_proper_type(one), AnyType) for one in function.arg_types)
        return ParamNames(frozenset(own), is_sure=True) if is_typed else None
    made = get_proper_type(model.ret_type)
    if isinstance(made, TypedDictType):
        return ParamNames(frozenset([*own, *made.items]), is_sure=True)
    if not isinstance(made, Instance):
        return None
    classes = [one for one in made.type.mro if not one.fullname.startswith(_LIBRARIES)]
    is_here = all(one.module_name == tree.fullname for one in classes)
    if any(_may_rename(one, is_here=is_here) for one in classes):
        return None
    fields = [
        name
        for one in classes
        for name, symbol in one.names.items()
        if isinstance(symbol.node, Var) and not name.startswith(("_", "model_config"))
    ]
    is_sure = is_here and not any(map(_is_open, classes))
    return ParamNames(frozenset([*own, *(one.name for one in _of(model)), *fields]), is_sure)


def model_fields(model: Instance, tree: MypyFile) -> list[DagParameter] | None:
    """Returns the fields of a model, or None if the names in JSON cannot be known."""
    classes = [one for one in model.type.mro if not one.fullname.startswith(_LIBRARIES)]
    is_here = all(one.module_name == tree.fullname for one in classes)
    made = model.type.get("__init__")
    function = get_proper_type(made.type) if made is not None and classes else None
    if not isinstance(function, CallableType) or function.variables:
        return None
    if any(_may_rename(one, is_here=is_here) for one in classes):
        return None
    attributes = {name for one in classes for name in one.names}
    return [one for one in _of(function)[1:] if one.name in attributes]


_LIBRARIES = ("builtins.", "msgspec.", "pydantic.", "typing.")
_RENAMING = (
    "alias",
    "alias_generator",
    "name",
    "rename",
    "serialization_alias",
    "validation_alias",
)


def _may_rename(info: TypeInfo, *, is_here: bool) -> bool:
    """Whether fields of a class may have other names in JSON."""
    if not is_here:  # mypy's cache keeps no code of other files
        has_settings = {"model_config", "Config"} & set(info.names)
        return bool(has_settings) or info.has_base("msgspec.Struct")
    words = {name for name, _ in _settings(info)}
    return not words.isdisjoint(_RENAMING) or "Config" in info.names


def _is_open(info: TypeInfo) -> bool:
    """Whether a class in this file keeps fields that it does not name."""
    return any(
        name == "extra" and not (isinstance(one, StrExpr) and one.value in ("ignore", "forbid"))
        for name, one in _settings(info)
    )


def _settings(info: TypeInfo) -> Iterator[tuple[str, Expression]]:
    """The settings of a class and of its fields: keyword and value."""
    yield from info.defn.keywords.items()
    for statement in info.defn.defs.body:
        given = statement.rvalue if isinstance(statement, AssignmentStmt) else None
        if isinstance(given, CallExpr):
            pairs = zip(given.arg_names, given.args, strict=True)
            yield from ((name, one) for name, one in pairs if name)
        elif isinstance(given, DictExpr):
            yield from ((key.value, one) for key, one in given.items if isinstance(key, StrExpr))


def _of(function: CallableType) -> list[DagParameter]:
    rows = zip(function.arg_names, function.arg_types, function.arg_kinds, strict=True)
    return [
        DagParameter(name, one, kind.is_required() and _has_type(one))
        for name, one, kind in rows
        if name and not kind.is_star()
    ]


def _noted(found: Type, name: str) -> CallableType | None:
    proper = get_proper_type(found)
    if not isinstance(proper, Instance) or proper.type.fullname != names.DAG_MADE:
        return None
    attrs = proper.extra_attrs.attrs if proper.extra_attrs is not None else {}
    noted = get_proper_type(attrs[name]) if name in attrs else None
    return noted if isinstance(noted, CallableType) else None


def _has_type(found: Type) -> bool:
    proper = get_proper_type(found)
    return not (isinstance(proper, AnyType) and proper.type_of_any == TypeOfAny.unannotated)


def _optional(kind: ArgKind) -> ArgKind:
    return {ARG_POS: ARG_OPT, ARG_NAMED: ARG_NAMED_OPT}.get(kind, kind)
