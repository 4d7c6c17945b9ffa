"""Decides whether *upstream may fit downstream*, for types that nobody declared.

An inferred type is refused only if it cannot work whatever happens. A union fits if one of its
members does, and JSON decides what a reader can open. `tests/data/inferred.py` has the cases.
"""

from __future__ import annotations

import re
from typing import Final

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import Decorator, TypeInfo
from mypy.subtypes import is_subtype
from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy.types.kinds import Kind, kind_of
from typedxcom.mypy.types.tables import fields_of, is_table

__all__ = ["may_fit"]

MAX_DEPTH: Final = 8
# Kind -> the kinds of readers that can take it. JSON may write a WORD as a text or a number.
TAKES: Final = {
    Kind.NONE: frozenset({Kind.NONE}),
    Kind.BOOL: frozenset({Kind.BOOL, Kind.INT, Kind.FLOAT, Kind.WORD}),
    Kind.INT: frozenset({Kind.BOOL, Kind.INT, Kind.FLOAT, Kind.WORD}),
    Kind.FLOAT: frozenset({Kind.FLOAT, Kind.WORD}),
    Kind.TEXT: frozenset({Kind.TEXT, Kind.WORD}),
    Kind.WORD: frozenset({Kind.INT, Kind.FLOAT, Kind.TEXT, Kind.WORD}),
    Kind.LIST: frozenset({Kind.LIST}),
    Kind.DICT: frozenset({Kind.DICT, Kind.MODEL}),
    Kind.MODEL: frozenset({Kind.DICT, Kind.MODEL}),
}


def may_fit(up: Type, down: Type, depth: int = 0, *, lax: bool = False) -> bool:
    """Whether some value of *up* may go to a reader of *down*.

    Args:
        up: The inferred type.
        down: The type that the reader declares.
        depth: How deep inside the types that were compared first.
        lax: Whether it is inside a model of pydantic's, which reads numbers from texts.
    """
    up, down = get_proper_type(up), get_proper_type(down)
    if isinstance(up, AnyType) or isinstance(down, AnyType) or depth > MAX_DEPTH:
        return True
    if isinstance(up, UnionType):
        return any(may_fit(item, down, depth + 1, lax=lax) for item in up.items)
    if isinstance(down, UnionType):
        return any(may_fit(up, item, depth + 1, lax=lax) for item in down.items)
    if isinstance(up, LiteralType) and isinstance(down, LiteralType):
        return up.value == down.value
    if is_table(down) or is_subtype(up, down):
        return True
    kinds = kind_of(up), kind_of(down)
    if isinstance(down, TupleType) and down.partial_fallback.type.is_named_tuple:
        return kinds[0] in (Kind.OPEN, Kind.LIST, Kind.DICT) and _into_tuple(
            up, down, depth + 1, lax=lax
        )
    if Kind.OPEN in kinds:
        return True
    if lax and _pydantic_reads(up, *kinds):
        return True
    return kinds[1] in TAKES[kinds[0]] and _parts_may_fit(up, down, depth + 1, lax=lax)


def _pydantic_reads(up: ProperType, given: Kind, wanted: Kind) -> bool:
    """Whether pydantic makes a number of a text or of another number."""
    if wanted not in (Kind.INT, Kind.FLOAT, Kind.BOOL):
        return False
    if given is Kind.TEXT and isinstance(up, LiteralType):
        return bool(_NUMBER.match(str(up.value).strip().lower()))
    return given in (Kind.INT, Kind.FLOAT, Kind.TEXT)


_NUMBER: Final = re.compile(r"[-+.\d]|(true|false|yes|no|on|off|[tfyn]|inf|nan|infinity)$")


def _parts_may_fit(up: ProperType, down: ProperType, depth: int, *, lax: bool) -> bool:
    if kind_of(down) is Kind.LIST:
        return (
            _into_tuple(up, down, depth, lax=lax)
            if isinstance(down, TupleType)
            else _into_list(up, down, depth, lax=lax)
        )
    if kind_of(down) is Kind.MODEL or isinstance(down, TypedDictType):
        return _into_fields(up, down, depth, lax=lax)
    return kind_of(down) is not Kind.DICT or _into_dict(up, down, depth, lax=lax)


def _items(up: ProperType) -> list[Type]:
    if isinstance(up, TupleType):
        return up.items
    return list(up.args[:1]) if isinstance(up, Instance) else []


def _into_list(up: ProperType, down: ProperType, depth: int, *, lax: bool) -> bool:
    wanted = down.args[0] if isinstance(down, Instance) and down.args else None
    return wanted is None or all(may_fit(item, wanted, depth, lax=lax) for item in _items(up))


def _into_tuple(up: ProperType, down: TupleType, depth: int, *, lax: bool) -> bool:
    """Whether a value may go into a tuple. A list may have any length."""
    if isinstance(up, TupleType):
        pairs = zip(up.items, down.items, strict=False)
        return len(up.items) == len(down.items) and all(
            may_fit(a, b, depth, lax=lax) for a, b in pairs
        )
    if kind_of(up) is not Kind.LIST:
        return True
    return all(any(may_fit(item, b, depth, lax=lax) for b in down.items) for item in _items(up))


def _values(up: ProperType) -> list[Type]:
    if isinstance(up, TypedDictType):
        return list(up.items.values())
    if isinstance(up, Instance) and up.type.has_base("typing.Mapping"):
        base = next(base for base in up.type.mro if base.fullname == "typing.Mapping")
        return [map_instance_to_supertype(up, base).args[1]]
    return []


def _into_dict(up: ProperType, down: ProperType, depth: int, *, lax: bool) -> bool:
    wanted = down.args[1] if isinstance(down, Instance) and len(down.args) == 2 else None
    return wanted is None or all(may_fit(value, wanted, depth, lax=lax) for value in _values(up))


def _into_fields(up: ProperType, down: ProperType, depth: int, *, lax: bool) -> bool:
    """Whether a dict with known keys, or a model, may go into a class with fields."""
    given, wanted = _given(up), fields_of(down)
    if given is None or wanted is None or _renames(down):
        return True
    lax = lax or (isinstance(down, Instance) and down.type.has_base("pydantic.main.BaseModel"))
    return all(
        may_fit(given[name], kind, depth, lax=lax) if name in given else not required
        for name, (kind, required) in wanted.items()
    )


def _given(up: ProperType) -> dict[str, Type] | None:
    if isinstance(up, TypedDictType):
        return dict(up.items)
    fields = fields_of(up) if kind_of(up) is Kind.MODEL else None
    if fields is None or _renames(up):
        return None
    return {name: kind for name, (kind, _) in fields.items()}


def _renames(found: ProperType) -> bool:
    """Whether a class may read its fields by other names, or change the values that it gets."""
    if not isinstance(found, Instance):
        return False
    own = [one for one in found.type.mro if one.module_name.split(".")[0] not in _LIBRARIES]
    return any(map(_may_rename, own))


def _may_rename(info: TypeInfo) -> bool:
    if any(name in info.names for name in ("model_config", "Config")):
        return True
    if any(
        isinstance(one.node, Decorator) and one.node.func.is_class for one in info.names.values()
    ):
        return True  # a validator
    # mypy's cache does not keep the keywords of a Struct, such as `rename`.
    is_cached = not info.defn.defs.body
    return info.has_base("msgspec.Struct") and (is_cached or "rename" in info.defn.keywords)


_LIBRARIES: Final = ("builtins", "pydantic", "msgspec", "typing")
