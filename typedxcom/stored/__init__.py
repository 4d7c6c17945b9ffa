"""Values that live in a store: one module for each name that a pointer's `codec` can have.

`FORMATS` is the one place that knows all names. To add one, write a module with a `StoredFormat`
and add a line here. `stored_codec` decides which annotations are written to a store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, get_args

from typedxcom.codecs import ValueCodec
from typedxcom.errors import UnsupportedTypeError
from typedxcom.schema.nodes import (
    Alias,
    MappingOf,
    Named,
    Opaque,
    Scalar,
    Schema,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    walk,
)
from typedxcom.stored.airflow import AIRFLOW
from typedxcom.stored.arrow import ARROW
from typedxcom.stored.base import StoredCodec, StoredFormat, format_of, known_formats
from typedxcom.stored.bytes import BYTES
from typedxcom.stored.containers import DictOfStored, EachStored, OptionalStored
from typedxcom.stored.file import FILE, FileCodec
from typedxcom.stored.items import ITEMS, StoredItems
from typedxcom.stored.json import JSON
from typedxcom.stored.parquet import PARQUET
from typedxcom.stored.slices import slices
from typedxcom.stored.source import StoredTableFormat, TableSlice, read_any_table
from typedxcom.stored.table import TableCodec, write_any_table

__all__ = [
    "AIRFLOW",
    "BYTES",
    "FORMATS",
    "ITEMS",
    "JSON",
    "TABLE_FORMATS",
    "AnyCodec",
    "StoredCodec",
    "StoredFormat",
    "StoredItems",
    "TableSlice",
    "format_of",
    "has_stored",
    "read_any_table",
    "slices",
    "stored_codec",
    "write_any_table",
]

AnyCodec: TypeAlias = "ValueCodec | StoredCodec"
"""A codec that reads and writes the values of one annotation, in their entries or in a store."""

FORMATS: Mapping[str, StoredFormat] = known_formats(
    JSON,
    BYTES,
    FILE,
    ARROW,
    PARQUET,
    AIRFLOW,
    ITEMS,
)

TABLE_FORMATS = tuple(name for name, one in FORMATS.items() if isinstance(one, StoredTableFormat))


def has_stored(schema: Schema) -> bool:
    """Whether a table or file is anywhere in *schema*."""
    return any(_is_stored(node) for _, node in walk(schema))


def _is_stored(node: Schema) -> bool:
    return isinstance(node, TableOf) or _is_file(node)


def _is_file(node: Schema) -> bool:
    return isinstance(node, Opaque) and bool(getattr(node.type, "__typedxcom_file__", False))


def stored_codec(annotation: Any, schema: Schema) -> StoredCodec | None:
    """Returns the codec of tables and files: alone, optional, or in lists, tuples and dicts.

    Returns:
        None for a type that contains neither tables nor files.

    Raises:
        UnsupportedTypeError: The type mixes them with something else, or its row model does not
            fit a table.
    """
    found = _codec(annotation, schema)
    if found is None:
        for path, node in walk(schema):
            if _is_stored(node):
                msg = (
                    f"`{schema}` cannot travel through an XCom: `{node}` - at `{path}` - is next "
                    "to other values. Instead: return it by itself, or in a list, tuple or "
                    "dict of tables and files only."
                )
                raise UnsupportedTypeError(msg, annotation=annotation)
    return found


def _codec(annotation: Any, schema: Schema) -> StoredCodec | None:
    args = get_args(annotation)
    match schema:
        case Named(inner=inner) if hasattr(annotation, "__supertype__"):
            return _codec(annotation.__supertype__, inner)
        case Alias(target=[inner]) if hasattr(annotation, "__value__") and not args:
            return _codec(annotation.__value__, inner)
        case Opaque() if _is_file(schema):
            return FileCodec(schema)
        case TableOf():
            return TableCodec(annotation, schema)
        case UnionOf(members=members) if len(members) == len(args) == 2:
            return _optional(list(zip(args, members, strict=True)), schema)
        case SequenceOf(type=kind, item=item) if args:
            return _each(schema, kind, [(args[0], item)])
        case TupleOf(items=items) if items:
            return _each(schema, tuple, list(zip(args, items, strict=False)))
        case MappingOf(value=value) if args:
            codec = _codec(args[1], value)
            return None if codec is None else DictOfStored(schema, codec)
    return None


def _optional(parts: list[tuple[Any, Schema]], schema: Schema) -> StoredCodec | None:
    given = [(one, part) for one, part in parts if part != Scalar(type(None))]
    codec = _codec(*given[0]) if len(given) == 1 else None
    return None if codec is None else OptionalStored(schema, codec)


def _each(schema: Schema, kind: type, parts: list[tuple[Any, Schema]]) -> StoredCodec | None:
    codecs = [_codec(one, part) for one, part in parts]
    known = [codec for codec in codecs if codec is not None]
    return EachStored(schema, kind, known) if len(known) == len(codecs) else None
