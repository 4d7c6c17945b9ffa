"""The Arrow type of one scalar, and which other types an author may put in its place."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typedxcom.errors import UnsupportedTypeError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ChosenType", "arrow_type", "family", "pick"]

_MAX_DIGITS = 38  # of a decimal128; a decimal256 has 76
_CURES = {
    "union": "one column has one type: choose one of the union's",
    "tagged-union": "one column has one type: use one struct with optional fields",
    "set": "Arrow has no sets: use list[...]",
    "frozenset": "Arrow has no sets: use list[...]",
    "tuple": "use list[...], or a nested model with a name for each part",
    "any": "say what the column holds, or give it a type: Annotated[Any, ArrowType(...)]",
}
_TEXTS = {"uuid", "url", "multi-host-url", "lax-or-strict", "function-plain"}


@dataclass(frozen=True, slots=True)
class ChosenType:
    """What a scalar becomes.

    Attributes:
        type: Its Arrow type where the author names none.
        family: The group of types that may stand in its place.
        nullable: Whether the annotation itself names None (``Literal["a", None]``).
        zone: As in `Node`.
        values: Of a Literal or Enum: everything that it may be, as Arrow holds it.
    """

    type: pa.DataType
    family: str
    nullable: bool = False
    zone: str = ""
    values: tuple[Any, ...] | None = None


def arrow_type(core: Any, mark: pa.DataType | None, place: str) -> ChosenType:
    """The Arrow type of the scalar that *core* describes.

    Raises:
        UnsupportedTypeError: There is none, and *mark* does not name one either.
    """
    import pyarrow as pa

    simple: dict[str, tuple[pa.DataType, str]] = {
        "bool": (pa.bool_(), "bool"), "int": (pa.int64(), "int"),
        "float": (pa.float64(), "float"), "str": (pa.string(), "text"),
        "bytes": (pa.binary(), "bytes"), "date": (pa.date32(), "date"),
        "time": (pa.time64("us"), "time"), "timedelta": (pa.duration("us"), "duration"),
        "none": (pa.null(), "any"),
    }  # fmt: skip
    kind = core["type"]
    if kind in simple:
        return ChosenType(*simple[kind], nullable=kind == "none")
    if kind == "datetime":
        return _timestamp(core)
    if kind in {"literal", "enum"}:
        return _of_values(core, place)
    if kind == "decimal":
        return ChosenType(_decimal(core, mark, place), "decimal")
    if kind in _TEXTS:
        return ChosenType(pa.string(), "text")
    if mark is not None:
        return ChosenType(mark, "any")
    cure = _CURES.get(
        kind, f"pydantic's {kind!r} has no Arrow type: give it one with ArrowType(...)"
    )
    raise UnsupportedTypeError(f"{place}: {cure}.", annotation=core)


def _timestamp(core: Any) -> ChosenType:
    import pyarrow as pa

    wanted = core.get("tz_constraint")
    zone = "aware" if isinstance(wanted, int) else wanted or "any"
    kind = pa.timestamp("us", tz="UTC" if zone == "aware" else None)
    return ChosenType(kind, "timestamp", zone=zone)


def _decimal(core: Any, mark: pa.DataType | None, place: str) -> pa.DataType:
    import pyarrow as pa

    digits, places = core.get("max_digits"), core.get("decimal_places")
    if places is None:
        if mark is not None:
            return mark
        msg = (
            f"{place}: Arrow must know the places of a Decimal. Write "
            "Field(max_digits=..., decimal_places=...) or ArrowType(pyarrow.decimal128(..., ...))."
        )
        raise UnsupportedTypeError(msg, annotation=core)
    digits = digits or _MAX_DIGITS
    return (pa.decimal128 if digits <= _MAX_DIGITS else pa.decimal256)(digits, places)


def _of_values(core: Any, place: str) -> ChosenType:
    """The type that all values of a Literal or Enum share; texts become a dictionary."""
    import pyarrow as pa

    members = core["members"] if core["type"] == "enum" else core["expected"]
    values = [one.value if isinstance(one, enum.Enum) else one for one in members]
    kinds = {type(value) for value in values if value is not None}
    known: dict[type, tuple[pa.DataType, str]] = {
        str: (pa.dictionary(pa.int32(), pa.string()), "text"), int: (pa.int64(), "int"),
        bool: (pa.bool_(), "bool"), bytes: (pa.binary(), "bytes"),
    }  # fmt: skip
    if len(kinds) != 1 or not kinds <= known.keys():
        msg = f"{place}: the values of one column have one type, all str, int, bool or bytes; got {values}."
        raise UnsupportedTypeError(msg, annotation=core)
    listed = tuple(value for value in values if value is not None)
    return ChosenType(*known[kinds.pop()], nullable=None in values, values=listed)


def pick(chosen: ChosenType, mark: pa.DataType | None, place: str, *, free: bool) -> pa.DataType:
    """The type that the author names, if it can hold such values, else the chosen one.

    Args:
        chosen: What the annotation says.
        mark: What ``ArrowType`` says.
        place: For the message.
        free: Whether any type will do, because rows are validated in Python.

    Raises:
        UnsupportedTypeError: The two are of different families.
    """
    if mark is None:
        return chosen.type
    if free or chosen.family == "any" or family(mark) == chosen.family:
        return mark
    msg = f"{place}: `{mark}` cannot hold what the annotation says; `{chosen.type}` can."
    raise UnsupportedTypeError(msg, annotation=mark)


def family(kind: pa.DataType) -> str:
    """The group of Arrow types that hold the same kind of value."""
    import pyarrow.types as at

    if at.is_dictionary(kind):
        return family(kind.value_type)
    tests: dict[str, tuple[Callable[[Any], bool], ...]] = {
        "bool": (at.is_boolean,), "int": (at.is_integer,), "float": (at.is_floating,),
        "text": (at.is_string, at.is_large_string, at.is_string_view),
        "bytes": (at.is_binary, at.is_large_binary, at.is_fixed_size_binary, at.is_binary_view),
        "decimal": (at.is_decimal,), "timestamp": (at.is_timestamp,), "date": (at.is_date,),
        "time": (at.is_time,), "duration": (at.is_duration,), "struct": (at.is_struct,),
        "map": (at.is_map,),
        "list": (at.is_list, at.is_large_list, at.is_fixed_size_list, at.is_list_view,
                 at.is_large_list_view),
        "null": (at.is_null,),
    }  # fmt: skip
    return next((name for name, some in tests.items() if any(t(kind) for t in some)), "other")
