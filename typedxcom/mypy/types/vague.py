"""What annotations leave open inside, as in ``list[dict[str, dict]]``, and what code shows there.

An annotation decides all that it says: containers, None and scalars. The keys of its dicts are
known only from the code. `typedxcom.schema.vague` does the same for the parse check.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from mypy.types import (
    AnyType,
    Instance,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.site import unknown
from typedxcom.mypy.types.unions import members, union

__all__ = ["filled", "is_vague", "kept", "opened"]

_DICTS: Final = ("builtins.dict", "typing.Mapping", "typing.MutableMapping")
_LISTS: Final = (
    *("builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset"),
    *("typing.Sequence", "typing.Iterable", "typing.Collection"),
)


def is_vague(promised: Type) -> bool:
    """Whether some part of an annotation says no more than ``dict`` or ``Any``.

    An annotation that is missing, or ``Any`` as a whole, is not vague.
    """
    if isinstance(promised, TypeAliasType) and promised.is_recursive:
        return False
    proper = get_proper_type(promised)
    if isinstance(proper, UnionType):
        return any(map(is_vague, proper.items))
    return any(_is_open(one) or is_vague(one) for one in _parts(proper))


def kept(shown: Type, promised: Type) -> list[ProperType]:
    """Returns what code shows, without containers of another kind than the annotation's."""
    return [one for one in members(shown) if _is_of(one, get_proper_type(promised))]


def opened(promised: Type, shown: Type) -> Type:
    """Returns an annotation without the dicts whose keys the code shows."""
    return _opened(promised, [shown])


def filled(shown: Type, promised: Type) -> Type:
    """Returns what code shows, and what the annotation says of the values that it does not show."""
    found, wanted = get_proper_type(shown), members(promised)
    if isinstance(found, AnyType):
        return promised
    if isinstance(found, UnionType):
        return union([filled(one, promised) for one in found.items])
    if isinstance(found, TypedDictType):
        value = _only(map(_value_of, wanted))
        return found.copy_modified(item_types=[filled(one, value) for one in found.items.values()])
    for inner_of in (_value_of, _item_of):
        inner = inner_of(found)
        if inner is not None and isinstance(found, Instance):
            inner = filled(inner, _only(map(inner_of, wanted)))
            return found.copy_modified(args=[*found.args[:-1], inner])
    return found


def _only(found: Iterable[Type | None]) -> Type:
    """Returns the only one of *found* that is there; ``Any`` if there are others, or none."""
    there = [one for one in found if one is not None]
    return there[0] if len(there) == 1 else unknown()


def _opened(promised: Type, shown: Iterable[Type]) -> Type:
    found = [one for each in shown for one in members(each)]
    proper = get_proper_type(promised)
    if not is_vague(promised) or any(isinstance(one, AnyType) for one in found):
        return promised
    if isinstance(proper, UnionType):
        return UnionType(
            [_opened(one, [x for x in found if _is_of(x, one)]) for one in proper.items]
        )
    if isinstance(proper, TupleType):
        rows = [one.items for one in found if isinstance(one, TupleType)]
        if not rows or any(len(row) != len(proper.items) for row in rows):
            return promised
        columns = zip(proper.items, zip(*rows, strict=True), strict=True)
        return proper.copy_modified(items=[_opened(item, column) for item, column in columns])
    if not isinstance(proper, Instance):
        return promised
    parts: list[Type]
    if proper.type.fullname in _DICTS:
        dicts = [one for one in found if _is_of(one, proper)]
        if dicts and all(isinstance(one, TypedDictType) for one in dicts):
            return unknown()
        parts = [part for one in dicts for part in _values(one)]
    else:
        parts = [part for one in found for part in _items(one)]
    return proper.copy_modified(args=[*proper.args[:-1], _opened(proper.args[-1], parts)])


def _parts(proper: ProperType) -> Sequence[Type]:
    if isinstance(proper, (UnionType, TupleType)):
        return proper.items
    inner = _value_of(proper) or _item_of(proper)
    return [] if inner is None else [inner]


def _is_open(part: Type) -> bool:
    return isinstance(get_proper_type(part), AnyType)


def _value_of(found: ProperType) -> Type | None:
    """Returns the type of the values of a dict whose keys are unknown."""
    return _inside(found, _DICTS)


def _item_of(found: ProperType) -> Type | None:
    """Returns the type of the items of a list, set, or tuple of any length."""
    return _inside(found, _LISTS)


def _inside(found: ProperType, kinds: Sequence[str]) -> Type | None:
    is_one = isinstance(found, Instance) and found.args and found.type.fullname in kinds
    return found.args[-1] if is_one and isinstance(found, Instance) else None


def _values(shown: ProperType) -> Sequence[Type]:
    return list(shown.items.values()) if isinstance(shown, TypedDictType) else _parts(shown)


def _items(shown: ProperType) -> Sequence[Type]:
    return _parts(shown) if _is_list(shown) else []


def _is_list(found: ProperType) -> bool:
    return isinstance(found, TupleType) or _item_of(found) is not None


def _is_dict(found: ProperType) -> bool:
    return isinstance(found, TypedDictType) or _value_of(found) is not None


def _is_of(shown: ProperType, promised: Type) -> bool:
    proper = get_proper_type(promised)
    if isinstance(proper, UnionType):
        return any(_is_of(shown, one) for one in proper.items)
    if isinstance(proper, AnyType):
        return True
    if _is_dict(proper):
        return _is_dict(shown)
    if _is_list(proper):
        return _is_list(shown)
    return not _is_dict(shown) and not _is_list(shown)
