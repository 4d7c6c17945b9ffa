"""Codecs of values that always go to a store: tables, and containers of tables."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args, get_origin

from typedxcom.errors import ConfigurationError, Problem, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.objects import Objects, Placement, amount
from typedxcom.pointer import Pointer, is_pointer
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import MappingOf, Opaque, Schema, SequenceOf, TableOf, TupleOf
from typedxcom.stores import Store

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NO_STORE", "ObjectCodec", "StoredSource", "object_codec", "write_any_table"]

NO_STORE = (
    "A table or file needs a store that every worker reaches, and there is none. Set [typedxcom] store to "
    "a folder that all workers share, or to an object store: s3://connection_id@bucket/xcom"
)


class ObjectCodec(ABC):
    """Values that a row only points to.

    Attributes:
        schema: What the values are.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    @abstractmethod
    def check(self, value: Any) -> Any:
        """*value* as the schema has it. Raises ValidationError."""

    @abstractmethod
    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Store *value* and give its row.

        Raises:
            ValidationError, EncodeError: It breaks the contract. A retry does not help.
            ConfigurationError: There is no store.
            StoreError: The store refused. A retry may help.
        """

    @abstractmethod
    def read(self, row: Any, objects: Objects | None) -> Any:
        """The value of *row*, as the annotation asks for it.

        Raises:
            ValidationError, DecodeError: It is something else. A retry does not help.
            StoreError: The store refused. A retry may help.
        """


def object_codec(annotation: Any, schema: Schema) -> ObjectCodec | None:
    """The codec of a file, a table, or a list, tuple or dict of tables; None for other types."""
    args = get_args(annotation)
    match schema:
        case Opaque(type=kind) if getattr(kind, "__typedxcom_file__", False):
            from typedxcom.files import FileCodec

            return FileCodec(schema)
        case TableOf():
            return _TableCodec(annotation, schema)
        case SequenceOf(type=kind, item=TableOf() as item) if args:
            return _EachCodec(schema, kind, [_TableCodec(args[0], item)])
        case TupleOf(items=items) if items and all(isinstance(one, TableOf) for one in items):
            return _EachCodec(schema, tuple, list(map(_TableCodec, args, items)))
        case MappingOf(value=TableOf() as item) if args:
            return _DictCodec(schema, _TableCodec(args[1], item))
    return None


class _TableCodec(ObjectCodec):
    """A table of any library, as one Arrow IPC file."""

    def __init__(self, annotation: Any, schema: Schema) -> None:
        super().__init__(schema)
        from typedxcom.tables import schema_for

        self.annotation = annotation
        self.row = schema_for(annotation)

    def check(self, value: Any) -> Any:
        """The table as Arrow, cast and checked; a stream is checked as it is read."""
        from typedxcom.tables import validate

        return validate(value, self.row)

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Write the table as it is checked; a handle that came in is passed on as its pointer."""
        passed_on = _row_of_handle(value)
        if passed_on is not None:
            return passed_on
        if placement is None:
            raise ConfigurationError(NO_STORE)
        return _write_table(self.check(value), placement, self.schema)

    def read(self, row: Any, objects: Objects | None) -> Any:
        """The table as the reader's annotation asks for it, with only the columns it needs."""
        from typedxcom.tables import LazyTable, columns_of, from_table, open_ipc

        if objects is None or not is_pointer(row):
            return from_table(self.check(self._literal(row)), self.annotation)
        if get_origin(self.annotation) is LazyTable:
            source = StoredSource(row, *objects.open(row))
            return LazyTable(source, get_args(self.annotation)[0])
        self._refuse_other(objects.pointer(row))
        data = objects.read(row)
        names = open_ipc(data).schema.names
        table = self.check(_read(data, columns_of(self.row, names)))
        return from_table(table, self.annotation)

    def _literal(self, value: Any) -> Any:
        """A table that stands in the DAG file, or came from a task without a contract."""
        from typedxcom.tables import is_table

        if not is_table(value):
            raise _no_table(self.schema, type(value).__name__)
        return value

    def _refuse_other(self, pointer: Pointer) -> None:
        if pointer.codec != "arrow":
            raise _no_table(self.schema, pointer.about)


def _read(data: Any, columns: list[str] | None) -> pa.Table:
    from typedxcom.tables import read_ipc

    return read_ipc(data, columns)


def _no_table(schema: Schema, got: str) -> ValidationError:
    return ValidationError("No table", [Problem("$", f"expected `{schema}`, got `{got}`")])


class StoredSource:
    """A `TableSource` over an object in a store: only what is asked for is fetched.

    Attributes:
        row: The XCom row that points here.
    """

    def __init__(self, row: dict[str, Any], pointer: Pointer, store: Store) -> None:
        self.row = row
        self._pointer, self._store = pointer, store

    @property
    def schema(self) -> pa.Schema:
        """The stored Arrow schema, from the head of the file."""
        return self._reader(None).schema

    @property
    def rows(self) -> int:
        """The number of rows, as the pointer says."""
        return self._pointer.rows or 0

    @property
    def size(self) -> int:
        """Bytes in the store."""
        return self._pointer.size

    def open(self, *, columns: Sequence[str] | None = None, filter: Any = None) -> Any:  # noqa: A002
        """A stream of the batches, with only these columns and rows."""
        import pyarrow as pa

        from typedxcom.tables.lazy import scan

        reader = self._reader(columns if filter is None else None)
        batches = (reader.get_batch(at) for at in range(reader.num_record_batches))
        return scan(pa.RecordBatchReader.from_batches(reader.schema, batches), columns, filter)

    def _reader(self, columns: Sequence[str] | None) -> Any:
        import pyarrow as pa

        from typedxcom.tables import open_ipc

        pointer = self._pointer
        path = self._store.local_path(pointer.path)
        if path is not None:
            self._store.check_size(pointer.path, path.stat().st_size, pointer.size)
            return open_ipc(path, columns)
        opened = pa.PythonFile(self._store.open(pointer.path, size=pointer.size), "r")
        return open_ipc(opened, columns)


def write_any_table(value: Any, placement: Placement) -> JsonValue:
    """Store a table that no contract speaks of; None where *value* is none.

    A pandas frame is left to Airflow's own serialization, which gives its reader pandas again.
    """
    from typedxcom.tables.frames import is_from_pandas, is_table

    if not is_table(value) or is_from_pandas(value):
        return None
    import pyarrow as pa

    table = value if isinstance(value, pa.Table) else pa.table(value)
    return _write_table(table, placement, None)


def _write_table(table: Any, placement: Placement, schema: Schema | None) -> JsonValue:
    """One Arrow IPC file: uncompressed where readers map it, zstd where it travels."""
    import pyarrow as pa

    from typedxcom.tables import write_ipc

    compression: Any = None if placement.is_local else "zstd"
    with placement.writer("arrow") as out:
        rows = write_ipc(table, pa.PythonFile(out, "w"), compression=compression)
        return placement.commit(
            out,
            codec="arrow",
            about=f"table {rows:,} x {len(table.schema)}, {amount(out.size)}",
            rows=rows,
            schema=None if schema is None else fingerprint(schema),
            compression=compression,
        )


def _row_of_handle(value: Any) -> JsonValue:
    """The row of a stored table that a task returns as it got it; None for anything else."""
    source = getattr(value, "whole_source", None)
    return source.row if isinstance(source, StoredSource) else None


class _EachCodec(ObjectCodec):
    """A list or tuple of tables: as many pointers."""

    def __init__(self, schema: Schema, kind: type, items: list[_TableCodec]) -> None:
        super().__init__(schema)
        self._kind = tuple if kind is tuple else list
        self._items = items

    def _of(self, index: int) -> _TableCodec:
        return self._items[index] if len(self._items) > 1 else self._items[0]

    def check(self, value: Any) -> Any:
        """Each table, checked."""
        parts = self._parts(value)
        return self._kind(self._of(at).check(part) for at, part in enumerate(parts))

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """A list of rows, of the same length."""
        return [self._of(at).write(part, placement) for at, part in enumerate(self._parts(value))]

    def read(self, row: Any, objects: Objects | None) -> Any:
        """The tables of a list, or of all that a mapped task pushed."""
        parts = self._parts(row)
        return self._kind(self._of(at).read(part, objects) for at, part in enumerate(parts))

    def _parts(self, value: Any) -> Sequence[Any]:
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            raise _no_table(self.schema, type(value).__name__)
        parts = value if isinstance(value, (list, tuple)) else value[:]
        if len(self._items) > 1 and len(parts) != len(self._items):
            raise _no_table(self.schema, f"{len(parts)} items")
        return parts


class _DictCodec(ObjectCodec):
    """A dict of tables: a dict of pointers."""

    def __init__(self, schema: Schema, item: _TableCodec) -> None:
        super().__init__(schema)
        self._item = item

    def check(self, value: Any) -> Any:
        """Each table, checked."""
        return {key: self._item.check(part) for key, part in self._parts(value).items()}

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """A dict of rows under the same keys."""
        return {key: self._item.write(part, placement) for key, part in self._parts(value).items()}

    def read(self, row: Any, objects: Objects | None) -> Any:
        """The tables by their keys."""
        return {key: self._item.read(part, objects) for key, part in self._parts(row).items()}

    def _parts(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise _no_table(self.schema, type(value).__name__)
        return value
