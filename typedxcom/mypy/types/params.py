"""What the plugin knows of a DAG function: its parameters, and the fields of its model."""

from __future__ import annotations

from typing import NamedTuple

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, ARG_OPT, ARG_POS, ArgKind
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import (
    AnyType,
    CallableType,
    ExtraAttrs,
    Instance,
    Overloaded,
    Type,
    TypeOfAny,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tasks import ANY_PARAMETERS

__all__ = ["DagParameter", "dag_function", "dag_parameters", "make_dag", "with_model"]

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
