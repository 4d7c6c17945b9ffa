"""Says why one type does not fit another, if their names alone do not show it.

The parse check has the same words, in `typedxcom.schema.relation`.
"""

from __future__ import annotations

from typing import Final

from mypy.types import (
    Instance,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.relation import fits
from typedxcom.mypy.types.site import Site
from typedxcom.mypy.types.tables import fields_of, row_of, without_any

__all__ = ["reason"]

MAX_DEPTH: Final = 12
MAX_COLUMNS: Final = 10
LISTS: Final = ("builtins.list", "typing.Sequence", "typing.Iterable", "typing.Collection")
DICTS: Final = ("builtins.dict", "typing.Mapping", "typing.MutableMapping")


def reason(site: Site, up: Type, down: Type) -> str:
    """Returns the columns or keys that are missing or of another type, as the end of a sentence.

    It is empty if the two types show the difference themselves, as ``list[int]`` and ``list[str]``
    do.
    """
    found = _first(site, get_proper_type(up), get_proper_type(down), "$")
    return "" if found is None else f': {found[1]} - at "{found[0]}"'


def _first(
    site: Site, up: ProperType, down: ProperType, path: str, *, is_inside: bool = False
) -> tuple[str, str] | None:
    """Returns the first difference inside a table or a TypedDict: its path and its words."""
    up, down = _only(up), _only(down)
    if path.count(".") + path.count("[") > MAX_DEPTH or fits(up, down):
        return None
    mine, theirs = row_of(up), row_of(down)
    if mine is not None and theirs is not None:
        return _fields(site, get_proper_type(mine), get_proper_type(theirs), path, "column ")
    if isinstance(up, TypedDictType) and isinstance(down, TypedDictType):
        return _fields(site, up, down, path, "")
    step = _step(up, down)
    if step is not None:
        have, want, where = step
        return _first(site, have, want, f"{path}{where}", is_inside=is_inside)
    return (path, _differs(site, up, down)) if is_inside else None


def _only(found: ProperType) -> ProperType:
    """Returns what a type is besides ``None`` and the ``Any`` of a table, if that is one type."""
    some = [one for one in without_any(found) if not isinstance(one, NoneType)]
    return some[0] if len(some) == 1 and row_of(some[0]) is not None else found


def _fields(
    site: Site, up: ProperType, down: ProperType, path: str, what: str
) -> tuple[str, str] | None:
    have, want = fields_of(up), fields_of(down)
    if have is None or want is None:
        return None
    missing = [name for name, (_, required) in want.items() if required and name not in have]
    if len(missing) == 1 or (missing and not what):
        return f"{path}.{missing[0]}", f'missing {what}"{missing[0]}"'
    if missing:
        names = ", ".join(f'"{name}"' for name in missing[:MAX_COLUMNS])
        return path, f"missing columns {names}"
    for name, (wanted, is_required) in want.items():
        if name not in have:
            continue
        given, is_given = have[name]
        if is_required and not is_given and not what:
            return f"{path}.{name}", f'"{name}" may be missing'
        pair = get_proper_type(given), get_proper_type(wanted)
        found = _first(site, *pair, f"{path}.{name}", is_inside=True)
        if found is not None:
            return found
    return None


def _step(up: ProperType, down: ProperType) -> tuple[ProperType, ProperType, str] | None:
    """Returns the parts of two containers of one kind, and the way to them."""
    if isinstance(up, TupleType) and isinstance(down, TupleType):
        if len(up.items) == len(down.items):
            for at, (have, want) in enumerate(zip(up.items, down.items, strict=True)):
                if not fits(have, want):
                    return get_proper_type(have), get_proper_type(want), f"[{at}]"
        return None
    if not isinstance(up, Instance) or not isinstance(down, Instance):
        return None
    for kinds, where in ((LISTS, "[0]"), (DICTS, "[...]")):
        if up.type.fullname == kinds[0] and down.type.fullname in kinds:
            return get_proper_type(up.args[-1]), get_proper_type(down.args[-1]), where
    return None


def _differs(site: Site, up: ProperType, down: ProperType) -> str:
    some = [one for one in up.items if not fits(one, down)] if isinstance(up, UnionType) else []
    if isinstance(up, UnionType) and len(some) < len(up.items):
        have, want, *rest = site.describe(up, down, *some)
        names = ", ".join(f'"{one}"' for one in rest)
        return f'"{have}" may be {names}, which "{want}" does not take'
    have, want = site.describe(up, down)
    return f'"{have}" is not "{want}"'
