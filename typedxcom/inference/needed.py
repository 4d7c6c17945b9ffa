"""What the code of a function needs of its parameters, and which values would break that."""

from __future__ import annotations

import builtins
import functools
import types
from collections.abc import Iterator
from typing import Any

from typedxcom.inference.source import node_of
from typedxcom.needs import ITEM, KINDS, OBJECT, Meaning, Need, Needs, Shown, broken, needs_of
from typedxcom.schema import UNKNOWN, Schema
from typedxcom.schema.nodes import (
    Inferred,
    LiteralOf,
    MappingOf,
    NoItem,
    Record,
    Scalar,
    SequenceOf,
    TupleOf,
    Unknown,
    Written,
    bare,
    members_of,
)

__all__ = ["broken_by", "lacks", "meaning_in", "needed_of", "shows_inside"]

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


def broken_by(
    upstream: Schema, needs: Needs, *, is_exact: bool, is_promised: bool = False
) -> Need | None:
    """Returns the need that every value of *upstream* would break, or None.

    Args:
        upstream: What the parameter gets.
        needs: What the code needs.
        is_exact: Whether an object has the class of *upstream* itself. What plain Airflow passes on
            may be of a subclass, which has more.
        is_promised: Whether an annotation such as ``dict`` decides what the value becomes. Only
            what it leaves open is compared then.
    """
    if not (needs.found or needs.maybe):
        return None
    shown = _shown(upstream, is_exact=is_exact)
    if is_promised:
        shown = [one if one.kind in ("dict", "list", "tuple") else Shown() for one in shown]
    return broken(needs, shown)


def shows_inside(upstream: Schema) -> bool:
    """Returns whether something is known of what is in a dict or a list."""
    for one in _members(upstream):
        match one:
            case SequenceOf(item=inner) | MappingOf(value=inner):
                if not isinstance(inner, Unknown):
                    return True
            case Record() | TupleOf():
                return True
    return False


def lacks(need: Need, upstream: Schema) -> str:
    """Names the key that no value has, or the way to read a field."""
    found = _members(upstream)
    for step in need.path:
        inside = [inner for each in found for inner in _steps(each, step)]
        found = tuple(one for inner in inside for one in _members(inner))
    records = [one for one in found if isinstance(one, Record)]
    keys = [key for one in records for key in one.fields]
    if any(one.style in ("model", "dataclass", "struct") for one in records):
        return need.cure(frozenset((*keys, *(name for one in records for name in dir(one.type)))))
    return f", which has no key {need.key!r}" if need.key is not None and keys else ""


def _members(schema: Schema) -> tuple[Schema, ...]:
    return tuple(members_of(bare(getattr(schema, "inner", schema))))


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
    # Nobody promised that a class which only the code shows arrives as such.
    is_known = is_exact and not isinstance(schema, Inferred)
    inner = schema.inner if isinstance(schema, (Inferred, Written)) else schema
    found = [one for member in members_of(bare(inner)) for one in _kinds(bare(member))]
    return [one if is_known or one.kind != OBJECT else Shown() for one in found]


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
    inside = functools.partial(_inside, schema)
    match schema:
        case LiteralOf(values=values):
            return [Shown(_NAMES.get(type(value)), is_false=not value) for value in values]
        case Scalar(type=kind):
            return [Shown(_NAMES.get(kind))]
        case SequenceOf(type=kind, item=item):
            return [Shown(_NAMES.get(kind), None, inside, isinstance(item, NoItem))]
        case TupleOf(items=items):
            return [Shown("tuple", None, inside, not items)]
        case MappingOf(type=kind):
            return [Shown(_NAMES.get(kind), None, inside)]
        case Record(type=kind, fields=fields) if kind is dict:
            return [Shown("dict", frozenset(fields), inside, not fields)]
        case Record(style="typeddict"):
            return [Shown("dict", None, inside)]
        case Record(style="model" | "dataclass" | "struct"):
            return [Shown(OBJECT, _attributes(schema))]
    return [Shown()]


def _inside(schema: Schema, step: str | None) -> list[Shown]:
    """Returns what may come one step inside *schema*; objects may arrive as their JSON there."""
    return [one for inner in _steps(schema, step) for one in _shown(inner, is_exact=False)]


def _steps(schema: Schema, step: str | None) -> Iterator[Schema]:
    match schema:
        case SequenceOf(item=item) if step is ITEM:
            yield item
        case TupleOf(items=items) if step is ITEM:
            yield from items
        case MappingOf(value=value) if step is not ITEM:
            yield value
        case Record(style="typeddict", fields=fields) if step in fields:
            yield fields[str(step)].schema
        case _:
            yield UNKNOWN
