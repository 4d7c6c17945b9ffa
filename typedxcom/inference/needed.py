"""What the code of a function needs of its parameters, and which values would break that."""

from __future__ import annotations

import builtins
import types
from typing import Any

from typedxcom.inference.source import node_of
from typedxcom.needs import KINDS, OBJECT, Meaning, Need, Needs, Shown, broken, needs_of
from typedxcom.schema import Schema
from typedxcom.schema.nodes import (
    Inferred,
    LiteralOf,
    MappingOf,
    Record,
    Scalar,
    SequenceOf,
    TupleOf,
    Written,
    bare,
    members_of,
)

__all__ = ["broken_by", "lacks", "meaning_in", "needed_of"]

_KEPT = "__typedxcom_needs__"
_LIBRARIES = ("builtins", "pydantic", "msgspec", "typing")
_HOOKS = frozenset({"__getattr__", "__getattribute__", "__post_init__", "__init__"})
_NAMES = {kind: name for name, (kind, *_) in KINDS.items()}


def needed_of(function: Any, parameter: str) -> Needs:
    """Returns what the code of *function* needs of *parameter*.

    Args:
        function: A plain function. Nothing is known of a wrapper, a partial or an object.
        parameter: The name of one of its parameters, which takes a single argument.
    """
    if not isinstance(function, types.FunctionType) or hasattr(function, "__wrapped__"):
        return Needs()
    code, known = vars(function).get(_KEPT, (None, {}))
    if code is not function.__code__:
        known = {}
        setattr(function, _KEPT, (function.__code__, known))
    if parameter not in known:
        known[parameter] = _read(function, parameter)
    found: Needs = known[parameter]
    return found


def broken_by(upstream: Schema, needs: Needs, *, is_exact: bool) -> Need | None:
    """Returns the need that every value of *upstream* would break, or None.

    Args:
        upstream: What the parameter gets.
        needs: What the code needs.
        is_exact: Whether an object has the class of *upstream* itself. What plain Airflow passes on
            may be of a subclass, which has more.
    """
    return broken(needs, _shown(upstream, is_exact=is_exact)) if needs.found else None


def lacks(need: Need, upstream: Schema) -> str:
    """Names the key that no value has, or the way to read a field."""
    records = [
        one for one in members_of(getattr(upstream, "inner", upstream)) if isinstance(one, Record)
    ]
    keys = [key for one in records for key in one.fields]
    if any(one.style in ("model", "dataclass", "struct") for one in records):
        return need.cure(frozenset((*keys, *(name for one in records for name in dir(one.type)))))
    return f", which has no key {need.key!r}" if need.key is not None and keys else ""


def meaning_in(function: types.FunctionType) -> Meaning:
    """Returns what says which builtin or module a name in *function* stands for."""

    def meaning(name: str) -> str:
        if name in function.__code__.co_freevars:
            return ""
        found = function.__globals__.get(name)
        if isinstance(found, types.ModuleType):
            return found.__name__
        is_builtin = name not in function.__globals__ and hasattr(builtins, name)
        return f"builtins.{name}" if is_builtin else ""

    return meaning


def _read(function: types.FunctionType, parameter: str) -> Needs:
    node = node_of(function)
    return Needs() if node is None else needs_of(node, parameter, meaning_in(function))


def _shown(schema: Schema, *, is_exact: bool) -> list[Shown]:
    """Returns the kinds of values that *schema* may be."""
    inner = schema.inner if isinstance(schema, (Inferred, Written)) else schema
    shown = [one for member in members_of(bare(inner)) for one in _kinds(bare(member))]
    # Nobody promised that a class which only the code shows arrives as such.
    is_known = is_exact and not isinstance(schema, Inferred)
    return [one if is_known or one[0] != OBJECT else (None, None) for one in shown]


def _attributes(record: Record) -> frozenset[str] | None:
    """Returns all attributes of a class's objects, or None where they may have more."""
    kind: Any = record.type
    own = [vars(one) for one in kind.__mro__ if one.__module__.partition(".")[0] not in _LIBRARIES]
    if getattr(kind, "__dataclass_params__", None) is not None:
        own = [{k: v for k, v in names.items() if k != "__init__"} for names in own]
    is_open = getattr(kind, "model_config", {}).get("extra") == "allow"
    if is_open or any(not _HOOKS.isdisjoint(names) for names in own):
        return None
    codes = [getattr(value, "__code__", None) for names in own for value in names.values()]
    set_later = [name for code in codes if code is not None for name in code.co_names]
    return frozenset((*dir(kind), *record.fields, *set_later))


def _kinds(schema: Schema) -> list[Shown]:
    match schema:
        case LiteralOf(values=values):
            return [(_NAMES.get(type(value)), None) for value in values]
        case Scalar(type=kind):
            return [(_NAMES.get(kind), None)]
        case SequenceOf(type=kind):
            return [(_NAMES.get(kind), None)]
        case TupleOf():
            return [("tuple", None)]
        case MappingOf(type=kind):
            return [(_NAMES.get(kind), None)]
        case Record(type=kind, fields=fields) if kind is dict:
            return [("dict", frozenset(fields))]
        case Record(style="typeddict"):
            return [("dict", None)]
        case Record(style="model" | "dataclass" | "struct"):
            return [(OBJECT, _attributes(schema))]
    return [(None, None)]
