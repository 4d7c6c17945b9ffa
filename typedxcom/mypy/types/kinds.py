"""The kinds of values by which inferred types are compared, and what JSON makes of each."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    NoneType,
    TupleType,
    Type,
    TypedDictType,
    UnionType,
    get_proper_type,
)

__all__ = ["Kind", "is_known", "kind_of"]


class Kind(Enum):
    """The kind of a value, as far as it decides who can read the value."""

    OPEN = auto()  # nothing is known
    NONE = auto()
    BOOL = auto()
    INT = auto()
    FLOAT = auto()
    TEXT = auto()
    WORD = auto()  # a date, a Decimal, an Enum: JSON writes it as a text or a number
    LIST = auto()
    DICT = auto()
    MODEL = auto()  # a class with fields


_SCALARS: Final = {
    "builtins.bool": Kind.BOOL,
    "builtins.int": Kind.INT,
    "builtins.float": Kind.FLOAT,
    "builtins.str": Kind.TEXT,
}
_WORDS: Final = frozenset(
    {"datetime.datetime", "datetime.date", "datetime.time", "datetime.timedelta"}
    | {"decimal.Decimal", "uuid.UUID", "builtins.bytes"}
    | {f"pathlib.{name}" for name in ("Path", "PurePath", "PosixPath", "PurePosixPath")}
    | {f"pathlib._local.{name}" for name in ("Path", "PurePath")}
)
_LISTS: Final = frozenset(
    {"builtins.list", "builtins.tuple", "builtins.set", "builtins.frozenset", "collections.deque"}
    | {f"typing.{name}" for name in ("Sequence", "MutableSequence", "Collection", "Iterable")}
    | {f"typing.{name}" for name in ("AbstractSet", "MutableSet", "Container", "Reversible")}
)
_DICTS: Final = frozenset(
    {"builtins.dict", "typing.Mapping", "typing.MutableMapping", "collections.OrderedDict"}
    | {"collections.defaultdict"}
)
_MODELS: Final = ("pydantic.main.BaseModel", "msgspec.Struct")
_ANY_MODELS: Final = ("pydantic.root_model.RootModel",)


def kind_of(found: Type) -> Kind:
    """Returns the kind of a type; `Kind.OPEN` for a union, and for each class not listed here."""
    proper = get_proper_type(found)
    if isinstance(proper, NoneType):
        return Kind.NONE
    if isinstance(proper, LiteralType):
        return kind_of(proper.fallback)
    if isinstance(proper, TypedDictType):
        return Kind.DICT
    if isinstance(proper, TupleType):
        return Kind.LIST
    return _of_instance(proper) if isinstance(proper, Instance) else Kind.OPEN


def _of_instance(found: Instance) -> Kind:
    info = found.type
    name = info.fullname
    if name in _SCALARS:
        return _SCALARS[name]
    if name in _LISTS:
        return Kind.LIST
    if name in _DICTS:
        return Kind.DICT
    if info.is_enum or name in _WORDS:
        return Kind.WORD
    if info.fallback_to_any or any(info.has_base(base) for base in _ANY_MODELS):
        return Kind.OPEN
    if info.is_newtype:
        return next((_SCALARS[b.fullname] for b in info.mro if b.fullname in _SCALARS), Kind.OPEN)
    is_model = any(info.has_base(base) for base in _MODELS) or "dataclass" in info.metadata
    return Kind.MODEL if is_model or "attrs" in info.metadata else Kind.OPEN


def is_known(found: Type) -> bool:
    """Whether an inferred type holds anything that can be compared with a reader's type."""
    proper = get_proper_type(found)
    if isinstance(proper, UnionType):
        return all(map(is_known, proper.items))
    return not isinstance(proper, AnyType) and kind_of(proper) is not Kind.OPEN
