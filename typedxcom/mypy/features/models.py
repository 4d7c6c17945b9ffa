"""Compares the model of a task's ``params: Options`` with the parameters of its DAG.

The check of the whole DAG does the same. This one reports only what it surely reports too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from mypy.nodes import Context, FuncDef
from mypy.subtypes import is_subtype
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.params import DagParameter, ParamNames, model_fields
from typedxcom.mypy.types.site import Site
from typedxcom.nearness import nearest

__all__ = ["model_problems"]

_TEXTS: Final = ("builtins.str", "datetime.date", "datetime.datetime", "datetime.time", "uuid.UUID")
_JSON: Final = {
    **dict.fromkeys(_TEXTS, "string"),
    "builtins.int": "integer",
    "builtins.float": "number",
    "builtins.bool": "boolean",
    **{f"builtins.{name}": "array" for name in ("list", "set", "frozenset", "tuple")},
    "builtins.dict": "object",
}


def model_problems(
    site: Site, func: FuncDef, dag: str, known: ParamNames, parameters: Mapping[str, Type]
) -> Iterator[tuple[str, Context]]:
    """What a task reads that its DAG does not have: a sentence and its place.

    Args:
        site: The file.
        func: The function of the task.
        dag: The name of the DAG.
        known: The names of its parameters.
        parameters: The types of those that have one.
    """
    types = func.type.arg_types if isinstance(func.type, CallableType) else []
    for argument, given in zip(func.arguments, types, strict=False):
        model = get_proper_type(given)
        if argument.variable.name != "params" or not isinstance(model, Instance):
            continue
        for field in model_fields(model, site.api.tree) or ():
            text = _problem(site, field, dag, known, parameters)
            if text is not None:
                about = f'Task "{func.name}" reads "{field.name}" of "{model.type.name}"'
                yield f"{about}{text}", argument


def _problem(
    site: Site, field: DagParameter, dag: str, known: ParamNames, parameters: Mapping[str, Type]
) -> str | None:
    if field.name not in known.names:
        if not field.required or not known.is_sure:
            return None
        meant = nearest(field.name, sorted(known.names))
        hint = f': did you mean "{meant}"?' if meant else ""
        return f', but DAG "{dag}" has no such parameter{hint}'
    written = parameters.get(field.name)
    if written is None or not _loses(written, field.type):
        return None
    have, want = site.describe(written, field.type)
    return f' as "{want}", but the parameter of DAG "{dag}" is "{have}"'


def _loses(written: Type, read: Type) -> bool:
    """Whether the JSON of some value has a type that the reader does not take."""
    have, want = _kinds(written), _kinds(read)
    if have is None or want is None or is_subtype(written, read):
        return False
    return not have <= (want | {"integer"} if "number" in want else want)


def _kinds(found: Type) -> frozenset[str] | None:
    """The types of a value's JSON, or None if they are not known."""
    match get_proper_type(found):
        case NoneType():
            return frozenset({"null"})
        case UnionType(items=items):
            kinds = [_kinds(one) for one in items]
            return None if None in kinds else frozenset().union(*(one or () for one in kinds))
        case LiteralType(fallback=fallback):
            return _kinds(fallback)
        case TypedDictType():
            return frozenset({"object"})
        case TupleType():
            return frozenset({"array"})
        case Instance(type=info) if info.fullname in _JSON:
            return frozenset({_JSON[info.fullname]})
    return None
