"""Compares a type that was only seen in code with what is read: refuses what can never work.

Nobody promised such a type. The value may have any one of several types. It travels as JSON or in
Airflow's own form of a class, and the reader opens it by its own annotation. So a list fits a
tuple, a dict with the right keys fits a model, and a text fits a date, which JSON has as text.
"""

from __future__ import annotations

import collections.abc as abc
import contextlib
import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    EnumOf,
    Field,
    Inferred,
    LiteralOf,
    MappingOf,
    Named,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Written,
    seen,
)
from typedxcom.schema.values import is_among, scalar_fits

__all__ = ["Misfit", "misfit"]

_NUMBERS = (bool, int, float)
_NONE = type(None)
_LOOSE = (abc.Iterable, abc.Collection, abc.Sequence)  # a text or a dict is one of these too


@dataclass(frozen=True, slots=True)
class Misfit:
    """The reason why no value of one type can be read as another, and the path of it."""

    path: str
    reason: str


def misfit(up: Schema, down: Schema, path: str = "$", *, lax: bool = False) -> Misfit | None:
    """Returns why no value of *up* can be read as *down*, or None if one may be.

    Args:
        up: The type that was seen in code.
        down: The type that is read.
        path: Where both are in the whole value.
        lax: Whether *down* is a part of a pydantic model, which reads ``"1"`` as a number.
    """
    match up, down:
        case (Inferred(inner=inner), _):
            return misfit(inner, down, path, lax=lax)
        case (_, Constrained(converts=True)):
            return None
        case (UnionOf(members=members), _):
            return _all(misfit(one, down, path, lax=lax) for one in members)
        case (Constrained(inner=inner) | Named(inner=inner) | Written(inner=inner), _):
            return misfit(inner, down, path, lax=lax)
        case (Alias(target=[inner]), _):
            return misfit(inner, down, path, lax=lax)
        case (_, Constrained(inner=inner) | Named(inner=inner) | Alias(target=[inner])):
            return misfit(up, inner, path, lax=lax)
        case (_, UnionOf(members=members)):
            found = _all(misfit(up, one, path, lax=lax) for one in members)
            return found and _differ(up, down, path)
        case (Record(), _):
            return _record(up, down, path)
        case (MappingOf(), _):
            return _mapping(up, down, path)
        case (SequenceOf() | TupleOf(), _):
            return _sequence(up, down, path)
        case (LiteralOf(values=values), _):
            return _all(_constant(value, down, path, lax=lax) for value in values)
        case (Scalar(type=kind), _):
            return None if _scalar(kind, down, lax=lax) else _differ(up, down, path)
        case (EnumOf(), SequenceOf() | TupleOf() | MappingOf() | Record()):
            return None if _is_open(down) else _differ(up, down, path)
    return None


def _all(found: Iterable[Misfit | None]) -> Misfit | None:
    """Returns the first misfit if every one of *found* is a misfit, else None."""
    first: Misfit | None = None
    for one in found:
        if one is None:
            return None
        first = first or one
    return first


def _differ(up: Schema, down: Schema, path: str) -> Misfit:
    return Misfit(path, f"`{seen(up)}` is not `{down}`")


def _constant(value: Any, down: Schema, path: str, *, lax: bool) -> Misfit | None:
    """Returns why a constant in the code cannot be read as *down*, or None."""
    kind = type(value)
    match down:
        case LiteralOf(values=wanted):
            fits = is_among(value, wanted)
            return None if fits else Misfit(path, f"{value!r} is not in `{down}`")
        case EnumOf():
            fits = _scalar(kind, down, lax=lax) and _may_be_member(value, down.type)
            return None if fits else Misfit(path, f"{value!r} is not in `{down}`")
        case Scalar(type=wanted) if lax and kind is str and wanted in _NUMBERS:
            return None if _is_number(value) else _differ(Scalar(str), down, path)
    return None if _scalar(kind, down, lax=lax) else _differ(Scalar(kind), down, path)


def _may_be_member(value: Any, kind: Any) -> bool:
    if issubclass(kind, enum.Flag) or "_missing_" in {
        name for one in kind.__mro__ for name in (vars(one) if one.__module__ != "enum" else ())
    }:
        return True
    return any(one.value == value for one in kind)


def _is_number(text: str) -> bool:
    if text.lower() in ("true", "false", "yes", "no", "on", "off", "t", "f", "y", "n"):
        return True
    with contextlib.suppress(ValueError):
        float(text)
        return True
    return False


def _scalar(kind: type, down: Schema, *, lax: bool) -> bool:
    """Returns whether a value of the scalar class *kind* may be read as *down*."""
    match down:
        case Scalar(type=wanted):
            return _scalars(kind, wanted, lax=lax)
        case LiteralOf(values=values):
            return any(_same_kind(kind, type(one)) for one in values)
        case EnumOf(type=enumeration):
            members: Any = enumeration
            return kind is not _NONE and (
                kind not in (*_NUMBERS, str)
                or any(_same_kind(kind, type(one.value)) for one in members)
                or issubclass(enumeration, enum.Flag)
            )
        case SequenceOf(type=wanted):
            return (kind is str and wanted in _LOOSE) or kind is bytes
        case TupleOf() | MappingOf():
            return False
        case Record():
            return _is_open(down)
    return True


def _same_kind(kind: type, wanted: type) -> bool:
    return scalar_fits(kind, wanted) or scalar_fits(wanted, kind)


def _scalars(kind: type, wanted: type, *, lax: bool) -> bool:
    if scalar_fits(kind, wanted):
        return True
    if _NONE in (kind, wanted):
        return False
    if kind is str:
        return lax or wanted not in _NUMBERS
    if kind in _NUMBERS:
        return (lax and wanted in _NUMBERS) or wanted not in (*_NUMBERS, str, bytes)
    return wanted not in (bool, _NONE)


def _sequence(up: SequenceOf | TupleOf, down: Schema, path: str) -> Misfit | None:
    items = up.items if isinstance(up, TupleOf) else None
    match down:
        case SequenceOf(item=wanted):
            if items is None:
                return misfit(up.item, wanted, f"{path}[0]")  # type: ignore[union-attr]
            return _first(misfit(one, wanted, f"{path}[{at}]") for at, one in enumerate(items))
        case TupleOf(items=wanted):
            return _positions(up, wanted, down, path)
        case Record(style="namedtuple", fields=fields):
            return _positions(up, [one.schema for one in fields.values()], down, path, fields)
        case Record():
            return None if _is_open(down) else _differ(up, down, path)
        case Scalar() | LiteralOf() | EnumOf() | MappingOf():
            return _differ(up, down, path)
    return None


def _positions(
    up: SequenceOf | TupleOf,
    wanted: Iterable[Schema],
    down: Schema,
    path: str,
    fields: Any = None,
) -> Misfit | None:
    """Compares items by their position."""
    if not isinstance(up, TupleOf):
        return None
    most = len(list(wanted))
    least = sum(one.required for one in fields.values()) if fields is not None else most
    if not least <= len(up.items) <= most:
        return Misfit(path, f"`{seen(up)}` has {len(up.items)} items, `{down}` has {most}")
    pairs = enumerate(zip(up.items, wanted, strict=False))
    return _first(misfit(have, want, f"{path}[{at}]") for at, (have, want) in pairs)


def _first(found: Iterable[Misfit | None]) -> Misfit | None:
    return next((one for one in found if one is not None), None)


def _mapping(up: MappingOf, down: Schema, path: str) -> Misfit | None:
    match down:
        case MappingOf(value=wanted):
            return misfit(up.value, wanted, f"{path}[...]")
        case SequenceOf(type=wanted) if wanted in _LOOSE[:2]:
            return None
        case Scalar() | LiteralOf() | EnumOf() | SequenceOf() | TupleOf():
            return _differ(up, down, path)
    return None


def _record(up: Record, down: Schema, path: str) -> Misfit | None:
    """Compares a dict whose keys are known, or an instance of a class."""
    match down:
        case Record():
            return _fields(up, down, path)
        case MappingOf(value=wanted) if up.type is dict:
            return _first(
                misfit(one.schema, wanted, f"{path}.{name}") for name, one in up.fields.items()
            )
        case SequenceOf() | TupleOf() if up.style == "namedtuple":
            return None
        case SequenceOf(type=wanted) if up.style == "typeddict" and wanted in _LOOSE[:2]:
            return None
        case Scalar() | LiteralOf() | EnumOf() | SequenceOf() | TupleOf():
            return _differ(up, down, path)
    return None


def _fields(up: Record, down: Record, path: str) -> Misfit | None:
    is_dict = down.style == "typeddict"
    if _is_open(down) or "namedtuple" in (up.style, down.style):
        return None
    if not is_dict and issubclass(up.type, down.type):
        return None
    for name, wanted in down.fields.items():
        keys = _keys(down, name, wanted)
        have = next((up.fields[key] for key in keys if key in up.fields), None)
        if have is None and wanted.required and keys:
            return Misfit(f"{path}.{name}", f"missing `{keys[-1]}`")
        if have is not None and up.style == "typeddict" and not _converts(down):
            is_lax = down.style == "model"
            found = misfit(have.schema, wanted.schema, f"{path}.{name}", lax=is_lax)
            if found is not None:
                return found
    return None


def _keys(record: Record, name: str, field: Field) -> tuple[str, ...]:
    """Returns the keys under which *record* reads a field; empty if that is not known."""
    info = getattr(record.type, "model_fields", {}).get(name)
    alias = getattr(info, "validation_alias", None) or getattr(info, "alias", None) or field.key
    if alias is None:
        return (name,)
    return (name, alias) if isinstance(alias, str) else ()


def _is_open(schema: Schema) -> bool:
    """Returns whether a class may read anything, such as a root model or a `model_validator`."""
    if not isinstance(schema, Record):
        return False
    own: Any = schema.type
    config = getattr(own, "__struct_config__", None)
    return (
        (schema.style == "model" and "root" in schema.fields)
        or bool(getattr(config, "array_like", False))
        or any(_decorators(own, "model_validators", "root_validators"))
        or _has_own_core_schema(own)
    )


def _converts(record: Record) -> bool:
    """Returns whether the model has field validators, which may change what they get."""
    return any(_decorators(record.type, "field_validators", "validators"))


def _decorators(cls: Any, *kinds: str) -> Iterator[Any]:
    found = getattr(cls, "__pydantic_decorators__", None)
    for kind in kinds if found is not None else ():
        yield from getattr(found, kind, ())


def _has_own_core_schema(cls: Any) -> bool:
    made = next((one for one in cls.__mro__ if "__get_pydantic_core_schema__" in vars(one)), None)
    return made is not None and not made.__module__.startswith("pydantic")
