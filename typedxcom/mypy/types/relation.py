"""Decides whether *upstream fits downstream*, for mypy's types.

An XCom is a copy, so containers that mypy holds invariant are covariant here. For example, a
``list[Click]`` fits a ``list[Event]``.
"""

from __future__ import annotations

from typing import Final

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import CONTRAVARIANT
from mypy.subtypes import is_subtype
from mypy.typeops import tuple_fallback
from mypy.types import (
    AnyType,
    Instance,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

from typedxcom.mypy import names
from typedxcom.mypy.types.tables import holds_table, is_bare_frame, is_table, table_fits

__all__ = ["fits"]

MAX_DEPTH: Final = 12
DICTS: Final = ("builtins.dict", "typing.Mapping", "typing.MutableMapping")
# Pairs for which the JSON decides, and not what Python inherits.
ON_THE_WIRE: Final = {
    ("datetime.datetime", "datetime.date"): False,  # the text of a datetime has a time of day
    ("builtins.bytearray", "builtins.bytes"): True,  # mypy 2 no longer promotes it
    # A string is one value in JSON, although Python iterates over it.
    **{
        ("builtins.str", f"typing.{kind}"): False for kind in ("Sequence", "Collection", "Iterable")
    },
}


def fits(up: Type, down: Type, depth: int = 0) -> bool:
    """Whether every value of *up* may go to a reader of *down*."""
    up, down = get_proper_type(up), get_proper_type(down)
    if isinstance(up, Instance) and isinstance(down, Instance):
        pair = up.type.fullname, down.type.fullname
        if (known := ON_THE_WIRE.get(pair)) is not None:
            return known
        may_be_table = pair[0] in names.TABLES or pair[1] in names.TABLES
    else:
        may_be_table = True
    if may_be_table and (is_table(up) or is_table(down)):
        return table_fits(up, down, fits)
    if is_subtype(up, down) or (is_bare_frame(up) and is_bare_frame(down)):
        # Inside a list, a table is a union with `Any`, in which mypy finds everything right.
        return not (holds_table(up) and holds_table(down)) or _fits_as_copy(up, down, depth + 1)
    # A recursive alias unfolds without end.
    return depth < MAX_DEPTH and _fits_as_copy(up, down, depth + 1)


def _fits_as_copy(up: ProperType, down: ProperType, depth: int) -> bool:
    if isinstance(up, UnionType):
        return all(fits(item, down, depth) for item in up.items)
    if isinstance(down, UnionType):
        return any(fits(up, item, depth) for item in down.items)
    if isinstance(up, TypedDictType):
        return _typed_dict_fits(up, down, depth)
    if isinstance(up, TupleType):
        return _tuple_fits(up, down, depth)
    if isinstance(up, Instance) and isinstance(down, Instance):
        return _instance_fits(up, down, depth)
    return False


def _instance_fits(up: Instance, down: Instance, depth: int) -> bool:
    if down.type.fullname == names.SDK_LAZY_SEQUENCE and up.type.fullname == "builtins.list":
        return all(fits(a, b, depth) for a, b in zip(up.args, down.args, strict=False))
    if not up.args or not down.args or not up.type.has_base(down.type.fullname):
        return False
    mapped = map_instance_to_supertype(up, down.type)
    for a, b, variable in zip(mapped.args, down.args, down.type.defn.type_vars, strict=False):
        contravariant = getattr(variable, "variance", None) == CONTRAVARIANT
        if not (fits(b, a, depth) if contravariant else fits(a, b, depth)):
            return False
    return True


def _tuple_fits(up: TupleType, down: ProperType, depth: int) -> bool:
    if isinstance(down, TupleType):
        mine, theirs = up.partial_fallback.type, down.partial_fallback.type
        same = len(up.items) == len(down.items) and (
            theirs.fullname == "builtins.tuple"
            or mine.has_base(theirs.fullname)
            # A NamedTuple is read from its items, as SQL operators return them.
            or (mine.fullname == "builtins.tuple" and theirs.is_named_tuple)
        )
        pairs = zip(up.items, down.items, strict=False)
        return same and all(fits(a, b, depth) for a, b in pairs)
    if not isinstance(down, Instance) or len(down.args) != 1:
        return False
    if not tuple_fallback(up).type.has_base(down.type.fullname):
        return False
    return all(fits(item, down.args[0], depth) for item in up.items)


def _typed_dict_fits(up: TypedDictType, down: ProperType, depth: int) -> bool:
    if isinstance(down, Instance) and down.type.fullname in DICTS:
        return all(fits(value, down.args[1], depth) for value in up.items.values()) and (
            _is_any_or_str(down.args[0])
        )
    if not isinstance(down, TypedDictType):
        return False
    if not (down.required_keys <= up.required_keys):
        return False
    return all(fits(up.items[k], v, depth) for k, v in down.items.items() if k in up.items)


def _is_any_or_str(found: Type) -> bool:
    proper = get_proper_type(found)
    names_of_str = ("builtins.str", "builtins.object")
    return isinstance(proper, AnyType) or (
        isinstance(proper, Instance) and proper.type.fullname in names_of_str
    )
