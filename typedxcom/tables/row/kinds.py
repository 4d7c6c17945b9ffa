"""Rows that pydantic does not read: Structs, NamedTuples and Arrow schemas, as a TypedDict."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import typing_extensions as te

from typedxcom.annotations import fields_hints, refer_fields
from typedxcom.schema.kinds import is_frame
from typedxcom.schema.records import REQUIREDNESS
from typedxcom.tables.marks import ArrowType
from typedxcom.tables.row.nodes import Constant

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Accepts", "Readable", "from_arrow_schema", "is_any_row", "is_arrow_schema", "readable"]


@dataclass(frozen=True, slots=True)
class Accepts:
    """A mark beside a Struct's field: msgspec, and not pydantic, judges its values.

    Attributes:
        annotation: What msgspec converts to.
        pattern: The regular expression, in Python's dialect, which msgspec searches for.
    """

    annotation: Any
    pattern: str | None = None

    def __call__(self, value: Any) -> bool:
        """Whether msgspec takes *value*."""
        import msgspec

        try:
            msgspec.convert(value, self.annotation, strict=False)
        except msgspec.ValidationError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Readable:
    """A row as pydantic can describe it.

    Attributes:
        annotation: A class that pydantic knows.
        defaults: Field to a function that makes its default, where pydantic does not know it.
        aliases: Field to the name that it has outside.
        forbid: Whether further columns are forbidden, where pydantic does not know it.
        custom: Validators of the class's own, in words.
    """

    annotation: Any
    defaults: Mapping[str, Callable[[], Any]] = dataclasses.field(default_factory=dict)
    aliases: Mapping[str, str] = dataclasses.field(default_factory=dict)
    forbid: bool = False
    custom: tuple[str, ...] = ()


def readable(row: Any) -> Readable:
    """*row* itself where pydantic reads it, else a TypedDict of the same fields."""
    if is_arrow_schema(row):
        return Readable(from_arrow_schema(row))
    if _is_struct(row):
        return _from_struct(row)
    if isinstance(row, type) and issubclass(row, tuple) and hasattr(row, "_fields"):
        return _from_namedtuple(row)
    if _is_old_typed_dict(row):
        return Readable(_from_typed_dict(row))
    return Readable(row)


def is_any_row(row: Any) -> bool:
    """Whether *row* says nothing: ``Any``, or a class of tables without a row beside it."""
    return row is Any or is_frame(row) or bool(getattr(row, "__typedxcom_table__", False))


def is_arrow_schema(row: Any) -> bool:
    """Whether *row* is a ``pyarrow.Schema``; pyarrow is not imported to know it."""
    return type(row).__name__ == "Schema" and type(row).__module__.startswith("pyarrow")


def from_arrow_schema(schema: pa.Schema) -> Any:
    """A TypedDict with one field for each of *schema*, each with its Arrow type."""
    fields = {field.name: _from_arrow_field(field) for field in schema}
    return _typed_dict("ArrowSchema", fields)


def _from_arrow_field(field: pa.Field) -> Any:
    python: Any = _python_type(field.type)
    annotation: Any = Annotated[python, ArrowType(field.type)]
    return annotation | None if field.nullable else annotation


def _python_type(kind: pa.DataType) -> Any:
    """The annotation that says as much as the Arrow type, for wiring; `Any` where none does."""
    import pyarrow.types as at

    known: list[tuple[Callable[[Any], bool], Any]] = [
        (at.is_boolean, bool), (at.is_integer, int), (at.is_floating, float),
        (at.is_decimal, Decimal), (at.is_timestamp, dt.datetime), (at.is_date, dt.date),
        (at.is_time, dt.time), (at.is_duration, dt.timedelta), (_is_text, str),
        (_is_bytes, bytes),
    ]  # fmt: skip
    return next((python for test, python in known if test(kind)), Any)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as at

    inner = kind.value_type if at.is_dictionary(kind) else kind
    return bool(at.is_string(inner) or at.is_large_string(inner) or at.is_string_view(inner))


def _is_bytes(kind: pa.DataType) -> bool:
    import pyarrow.types as at

    return bool(at.is_binary(kind) or at.is_large_binary(kind) or at.is_fixed_size_binary(kind))


def _is_struct(row: Any) -> bool:
    msgspec = sys.modules.get("msgspec")
    return msgspec is not None and isinstance(row, type) and issubclass(row, msgspec.Struct)


def _from_struct(struct: Any) -> Readable:
    import msgspec

    fields: dict[str, Any] = {}
    defaults: dict[str, Callable[[], Any]] = {}
    aliases: dict[str, str] = {}
    refer_fields(struct)
    for part in msgspec.structs.fields(struct):
        annotation = _translated(part.type)
        fields[part.name] = annotation if part.required else te.NotRequired[annotation]
        if part.default is not msgspec.NODEFAULT:
            defaults[part.name] = Constant(part.default)
        elif part.default_factory is not msgspec.NODEFAULT:
            defaults[part.name] = part.default_factory
        if part.encode_name != part.name:
            aliases[part.name] = part.encode_name
    custom = (f"{struct.__name__}.__post_init__",) if hasattr(struct, "__post_init__") else ()
    row = _typed_dict(struct.__name__, fields)
    config = struct.__struct_config__
    return Readable(row, defaults, aliases, forbid=config.forbid_unknown_fields, custom=custom)


def _from_namedtuple(row: Any) -> Readable:
    hints = fields_hints(row)
    defaults = {name: Constant(value) for name, value in row._field_defaults.items()}
    fields = {
        name: te.NotRequired[hints.get(name, Any)] if name in defaults else hints.get(name, Any)
        for name in row._fields
    }
    return Readable(_typed_dict(row.__name__, fields), defaults)


def _is_old_typed_dict(row: Any) -> bool:
    """Whether pydantic refuses *row*: before Python 3.12 it reads no TypedDict of ``typing``."""
    is_one = typing.is_typeddict(row) and type(row).__module__ == "typing"
    return is_one and sys.version_info < (3, 12)


def _from_typed_dict(row: Any) -> Any:
    fields: dict[str, Any] = {}
    for name, hint in fields_hints(row).items():
        is_required = name in row.__required_keys__
        mark: Any = get_origin(hint)
        if mark in REQUIREDNESS:  # Python 3.10 does not know them itself
            is_required = mark is te.Required
            hint = get_args(hint)[0]
        annotation = _translated(hint)
        fields[name] = annotation if is_required else te.NotRequired[annotation]
    made = _typed_dict(row.__name__, fields)
    if hasattr(row, "__pydantic_config__"):
        made.__pydantic_config__ = row.__pydantic_config__
    return made


def _typed_dict(name: str, fields: dict[str, Any]) -> Any:
    """A TypedDict whose fields are known at run time only."""
    make: Any = te.TypedDict
    return make(name, fields)


def _translated(annotation: Any) -> Any:
    """*annotation* with each Struct and ``msgspec.Meta`` inside it in pydantic's words."""
    origin, args = get_origin(annotation), get_args(annotation)
    if _is_old_typed_dict(annotation):
        return _from_typed_dict(annotation)
    if _is_struct(annotation):
        nested = _from_struct(annotation)
        return nested.annotation if not nested.custom else Annotated[nested.annotation, nested]
    if origin is Annotated:
        inner = _translated(args[0])
        for part in annotation.__metadata__:
            for mark in _from_meta(part, annotation):
                inner = Annotated[inner, mark]
        return inner
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_translated(arg) for arg in args)]  # noqa: UP007  # a value
    if origin in (list, dict, tuple):
        return origin[tuple(arg if arg is ... else _translated(arg) for arg in args)]
    return annotation


def _from_meta(part: Any, annotation: Any) -> list[Any]:
    """The marks that one piece of metadata becomes."""
    import annotated_types as limits
    import msgspec
    import pydantic

    if not isinstance(part, msgspec.Meta):
        return [part]
    makers = {
        "gt": limits.Gt, "ge": limits.Ge, "lt": limits.Lt, "le": limits.Le,
        "multiple_of": limits.MultipleOf, "min_length": limits.MinLen,
        "max_length": limits.MaxLen,
    }  # fmt: skip
    marks: list[Any] = [
        make(getattr(part, name))
        for name, make in makers.items()
        if getattr(part, name) is not None
    ]
    if part.tz is not None:
        marks.append(pydantic.types.AwareDatetime if part.tz else pydantic.types.NaiveDatetime)
    return [*marks, Accepts(annotation, part.pattern)]
