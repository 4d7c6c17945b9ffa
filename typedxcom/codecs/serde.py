"""Reads values in the form of Airflow's own serialization, by the reader's annotation.

A task without a contract pushes a model or a datetime in Airflow's form, which names a class:
``{"__classname__": "shop.Order", "__version__": 1, "__data__": {"id": 1}}``. Airflow imports that
name, if an allow-list has it. Here nothing is imported by a name in data. The reader's annotation
decides what the data becomes. The name only shows how a value of the standard library is written.

Source of the forms: ``airflow.sdk.serde`` (before 3.2 ``airflow.serialization.serde``).
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from typedxcom.errors import DecodeError
from typedxcom.schema.nodes import (
    UNKNOWN,
    MappingOf,
    Record,
    Schema,
    SequenceOf,
    TableOf,
    TupleOf,
    UnionOf,
    Unknown,
    Var,
    peeled,
)

__all__ = [
    "AirflowReader",
    "by_annotation",
    "frame_bytes",
    "is_frame",
    "is_serialized",
    "refuse_table",
    "with_length",
]

AirflowReader: TypeAlias = Callable[[Any], Any]  # reads such a form for tasks without a contract

_CLASS, _VERSION, _DATA = "__classname__", "__version__", "__data__"
_OLD_CLASS, _OLD_DATA = "__type", "__var"
_OLD_NAMES = {
    "tuple": "builtins.tuple",
    "set": "builtins.set",
    "frozenset": "builtins.frozenset",
    "timedelta": "datetime.timedelta",
    "datetime": "datetime.datetime",
}
_FRAMES = frozenset({"pandas.DataFrame", "pandas.core.frame.DataFrame"})
# Objects that say where a table is. What Airflow writes of them has these fields.
_REFERENCES = {
    "deltalake.table.DeltaTable": ("a Delta table", "`table_uri` and `version`"),
    "pyiceberg.table.Table": ("an Iceberg table", "`identifier`"),
}
_MAX_FRAME = 512 * 1024 * 1024  # characters: twice the bytes of parquet; an entry never holds more
# Names of zones that Airflow 2 wrote but no zone database has, read as Airflow's reader does.
_OLD_ZONES = {"EDT": -4, "CDT": -5, "MDT": -6, "PDT": -7, "CEST": 2}  # hours


def is_serialized(node: Any) -> bool:
    """Whether *node* is a value in Airflow's own form."""
    return isinstance(node, dict) and (
        (_CLASS in node and _VERSION in node) or (_OLD_CLASS in node and _OLD_DATA in node)
    )


def with_length(entry: Any) -> Any:
    """Returns *entry*, or the tuple in it: Airflow needs the length of what it maps over."""
    if not is_serialized(entry):
        return entry
    name, data = _named(entry)
    return tuple(data) if name == "builtins.tuple" and isinstance(data, list) else entry


def by_annotation(node: Any, schema: Schema | None, airflow: AirflowReader) -> Any:
    """Replaces every form of Airflow's in *node* by the JSON that *schema* is read from.

    Args:
        node: JSON builtins of an entry.
        schema: The reader's schema; None for a value of an unknown type.
        airflow: Reads a form if there is no annotation for it.

    Raises:
        DecodeError: Airflow cannot read a form, and there is no annotation for it; or the form is a
            table, and *schema* reads no table.
    """
    return AirflowForms(airflow).read(node, schema)


def is_frame(entry: Any) -> bool:
    """Whether *entry* is a pandas frame in Airflow's form."""
    if not is_serialized(entry):
        return False
    name, data = _named(entry)
    return isinstance(name, str) and name in _FRAMES and isinstance(data, str)


def frame_bytes(entry: Any) -> bytes | None:
    """Returns the parquet bytes of a pandas frame in Airflow's form; None for anything else.

    Raises:
        DecodeError: It is larger than any entry, or not hexadecimal text.
    """
    if not is_frame(entry):
        return None
    _, data = _named(entry)
    if len(data) > _MAX_FRAME:
        raise DecodeError(
            f"A pandas frame in an XCom has {len(data):,} characters, which is too many"
        )
    try:
        return bytes.fromhex(data)
    except ValueError as error:
        raise DecodeError("A pandas frame in an XCom is not hexadecimal text") from error


def _named(node: dict[str, Any]) -> tuple[Any, Any]:
    """Returns the name of the class, and the data."""
    if _CLASS in node and _VERSION in node:
        return node[_CLASS], node.get(_DATA)
    name = node[_OLD_CLASS]
    known = _OLD_NAMES.get(name, name) if isinstance(name, str) else name
    return known, node[_OLD_DATA]


class AirflowForms:
    """One walk over an entry and its annotation, side by side."""

    def __init__(self, airflow: AirflowReader) -> None:
        self._airflow = airflow
        self._in_form = False  # inside the data of a class in Airflow's form

    def read(self, node: Any, schema: Schema | None) -> Any:
        """Returns *node* without the forms."""
        if isinstance(node, dict):
            if is_serialized(node):
                return self._unwrapped(node, schema)
            if self._in_form:
                node = _without_computed(node, schema)
            return {key: self.read(part, _part(schema, key)) for key, part in node.items()}
        if isinstance(node, (list, tuple)):
            return [self.read(part, _part(schema, index)) for index, part in enumerate(node)]
        return node

    def _unwrapped(self, node: dict[str, Any], schema: Schema | None) -> Any:
        name, data = _named(node)
        if name == "dict" and _OLD_CLASS in node:
            return self.read(data, schema)
        if _says_nothing(schema):
            return self._airflow(node)
        refuse_table(node, schema)
        if isinstance(name, str) and name in _FRAMES:
            return node  # only a table can read it
        spell = _SPELLED.get(name) if isinstance(name, str) else None
        if spell is not None:
            try:
                return spell(data)
            except (ArithmeticError, LookupError, OSError, TypeError, ValueError):
                return node  # damaged: the codec says what was expected
        before, self._in_form = self._in_form, True
        try:
            return self.read(data, schema)
        finally:
            self._in_form = before


def refuse_table(entry: Any, schema: Schema | None) -> None:
    """Raises DecodeError if *entry* is a table or frame in Airflow's form and *schema* reads none.

    A Delta or Iceberg table is only a reference. A model reads it, and no table does.
    """
    name = _named(entry)[0] if is_serialized(entry) else None
    if schema is None or not isinstance(name, str):
        return
    if name in _FRAMES and not _is_table(schema):
        raise DecodeError(
            f"An XCom holds a pandas frame, which `{schema}` does not read. Annotate the parameter "
            "with Table[Row] or pandas.DataFrame"
        )
    if name in _REFERENCES and _is_table(schema):
        what, fields = _REFERENCES[name]
        raise DecodeError(
            f"An XCom says where {what} is, and does not hold the rows that `{schema}` asks for. "
            f"Annotate the parameter with a model that has {fields}, and read the table in the task"
        )


def _is_table(schema: Schema) -> bool:
    """Whether a table is read as *schema*, or as one member of it."""
    inner = peeled(schema)
    if isinstance(inner, UnionOf):
        return any(map(_is_table, inner.members))
    return isinstance(inner, TableOf)


def _without_computed(data: dict[str, Any], schema: Schema | None) -> dict[str, Any]:
    """Removes computed fields from the data of a pydantic model, which does not read them."""
    record = _record(schema)
    computed = getattr(record.type, "model_computed_fields", None) if record else None
    if not computed or record is None:
        return data
    return {key: part for key, part in data.items() if key in record.fields or key not in computed}


def _record(schema: Schema | None) -> Record | None:
    match schema := peeled(schema):
        case Record():
            return schema
        case UnionOf():
            return _record(_some(schema))
    return None


def _says_nothing(schema: Schema | None) -> bool:
    match schema := peeled(schema):
        case Unknown():
            return True
        case Var(bound=bound, constraints=()):
            return _says_nothing(bound)
        case UnionOf(members=members):
            return any(map(_says_nothing, members))
    return False


def _some(union: UnionOf) -> Schema | None:
    """Returns the one member of a union besides None; None if there are several."""
    given = [one for one in union.members if str(one) != "None"]
    return given[0] if len(given) == 1 else None


def _part(schema: Schema | None, key: Any) -> Schema | None:
    """Returns the schema of the item at *key*."""
    match schema := peeled(schema):
        case Unknown():
            return schema
        case UnionOf():
            return UNKNOWN if _says_nothing(schema) else _part(_some(schema), key)
        case SequenceOf(item=item):
            return item
        case TupleOf(items=items):
            return items[key] if isinstance(key, int) and key < len(items) else None
        case MappingOf(value=value):
            return value
        case Record():
            return _field(schema, key)
    return None


def _field(record: Record, key: Any) -> Schema | None:
    fields = record.fields
    if "root" in fields and record.style == "model":
        return _part(fields["root"].schema, key)
    if isinstance(key, int):
        items = list(fields.values()) if record.style == "namedtuple" else []
        return items[key].schema if key < len(items) else None
    found = fields.get(key) or next((one for one in fields.values() if one.key == key), None)
    if found is not None:
        return found.schema
    keeps = record.style == "model" and record.type.model_config.get("extra") == "allow"  # type: ignore[attr-defined]
    return UNKNOWN if keeps else None


def _moment(data: Any) -> str:
    """Writes a datetime as ISO text. Without a zone it is in local time, as in Airflow."""
    if isinstance(data, (int, float)):
        return dt.datetime.fromtimestamp(float(data), dt.timezone.utc).isoformat()
    made = dt.datetime.fromtimestamp(float(data["timestamp"]), _zone(data["tz"]))
    offset = made.utcoffset()
    if offset is not None and offset.total_seconds() % 60:
        made = made.astimezone(dt.timezone.utc)  # ISO text has whole minutes
    return made.isoformat()


def _zone(written: Any) -> dt.tzinfo | None:
    if is_serialized(written):
        _, written = _named(written)
    if isinstance(written, (list, tuple)):
        written = written[0]
    if written is None:
        return None
    if isinstance(written, str) and written not in _OLD_ZONES:
        return zoneinfo.ZoneInfo(written)
    hours = _OLD_ZONES.get(written) if isinstance(written, str) else written / 3600
    return dt.timezone(dt.timedelta(hours=hours or 0))


def _duration(data: Any) -> str:
    """Writes a time span in seconds as ISO text."""
    return str(msgspec.to_builtins(dt.timedelta(seconds=float(data))))


def _number(data: Any) -> str:
    """Writes the text of a Decimal, which Airflow stores as a number."""
    if isinstance(data, bool) or not isinstance(data, (int, float, str)):
        raise TypeError
    return str(data)


_SPELLED: Mapping[str, Callable[[Any], Any]] = {
    "datetime.datetime": _moment,
    "pendulum.datetime.DateTime": _moment,
    "datetime.timedelta": _duration,
    "decimal.Decimal": _number,
}
