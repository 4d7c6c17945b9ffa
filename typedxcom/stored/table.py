"""Writes and reads tables by an annotation. A table is one object, and is checked on both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, get_args, get_origin

from typedxcom.codecs.serde import frame_bytes, refuse_table
from typedxcom.errors import ConfigurationError, DecodeError, EncodeError, ValidationError
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import is_pointer
from typedxcom.schema.canonical import fingerprint
from typedxcom.schema.nodes import Schema, Unknown
from typedxcom.sizes import amount
from typedxcom.stored.access import Placement, Stores
from typedxcom.stored.base import NO_STORE, StoredCodec, format_named, no_table, typed_line
from typedxcom.stored.older import OlderSource, older_table, source_of
from typedxcom.stored.source import (
    StoredSource,
    StoredTableFormat,
    TableSlice,
    is_table_pointer,
    read_any_table,
    whole_table,
)
from typedxcom.stores.verified import Limits, check_declared
from typedxcom.tables.files.sound import library_errors

if TYPE_CHECKING:
    import pyarrow as pa

    from typedxcom.tables.lazy import TableSource
    from typedxcom.tables.row.nodes import TableSchema

__all__ = ["TableCodec", "write_any_table"]


class TableCodec(StoredCodec):
    """Writes and reads a table of any library, as one object in the store."""

    def __init__(self, annotation: Any, schema: Schema) -> None:
        super().__init__(schema)
        from typedxcom.tables import schema_for
        from typedxcom.tables.libraries.convert import refuse_class

        refuse_class(annotation)
        self.annotation = annotation
        self.row = schema_for(annotation)

    def table_schemas(self) -> Iterator[TableSchema]:
        """Yields the table's schema in the annotation."""
        yield self.row

    def check(self, value: Any) -> Any:
        """Returns the table as Arrow, cast and checked. A stream is checked while it is read."""
        from typedxcom.tables import validate

        with library_errors(self._unwritten):
            return validate(value, self.row)

    def write(self, value: Any, placement: Placement | None) -> JsonValue:
        """Writes the table while checking it. Passes on the pointer of a handle that came in."""
        passed_on = _entry_of_handle(value)
        if passed_on is not None:
            return passed_on if placement is None else placement.passed_on(passed_on)
        if placement is None:
            raise ConfigurationError(NO_STORE)
        checked = self.check(value)
        with library_errors(self._unwritten):
            return _write_table(checked, placement, self.schema)

    def _unwritten(self, reason: str) -> EncodeError:
        return EncodeError(
            f"A table cannot be stored as `{self.schema}`: {reason}. Convert it to a "
            "pyarrow.Table in the task. That shows which column is wrong."
        )

    def _unread(self, reason: str) -> DecodeError:
        return DecodeError(
            f"A table cannot be read as `{self.schema}`: {reason}. Read it as a pyarrow.Table and "
            "convert it in the task. That shows which column is wrong."
        )

    def read(self, entry: Any, stores: Stores | None) -> Any:
        """Reads the table as the annotation asks for it, with only the columns that it needs."""
        from typedxcom.tables import from_table

        try:
            with library_errors(self._unread):
                return self._read(entry, stores)
        except ValidationError:
            older = older_table(self.schema, entry, stores)
            if older is None:
                raise
        return from_table(self.check(older[0]), self.annotation)

    def _read(self, entry: Any, stores: Stores | None) -> Any:
        from typedxcom.tables import LazyTable, from_table
        from typedxcom.tables.libraries.convert import is_streamed

        is_slice = isinstance(entry, TableSlice)
        if stores is None or not (is_slice or is_pointer(entry)):
            table = self._literal(entry, stores)
            return from_table(self.check(table), self.annotation)
        pointer = stores.pointer(entry.entry if is_slice else entry)
        if not is_table_pointer(pointer):
            raise no_table(self.schema, pointer.about)
        if LazyTable in (self.annotation, get_origin(self.annotation)):
            return LazyTable(self._source(StoredSource(entry, stores), entry, stores), self.row)
        if is_streamed(self.annotation):
            source = StoredSource(entry, stores, verified=not is_slice)
            return self._streamed(LazyTable(self._source(source, entry, stores), self.row))
        return from_table(self.check(self._whole(entry, stores)), self.annotation)

    def read_unchecked(self, entry: Any, stores: Stores | None) -> Any:
        """Reads the table in the library that the annotation asks for, without checking rows.

        Raises:
            ValidationError: It is not a table.
            DecodeError, StoreError: As for `read`.
        """
        import pyarrow as pa

        from typedxcom.tables import LazyTable, schema_for
        from typedxcom.tables.libraries.convert import from_arrow, to_arrow

        if LazyTable in (self.annotation, get_origin(self.annotation)):
            raise no_table(self.schema, type(entry).__name__)  # a table's rows are checked later
        anything = schema_for(pa.Table)
        with library_errors(self._unread):
            if stores is not None and (isinstance(entry, TableSlice) or is_pointer(entry)):
                return from_arrow(read_any_table(entry, stores), self.annotation, anything)
            table = self._literal(entry, stores)
            if type(table) in get_args(self.annotation):  # of Annotated[pandas.DataFrame, ...]
                return table
            return from_arrow(to_arrow(table, anything), self.annotation, anything)

    def _source(self, stored: StoredSource, entry: Any, stores: Stores) -> TableSource:
        """Returns what a handle on *entry* reads."""

        def older() -> pa.Table | None:
            try:
                with library_errors(self._unread):
                    self.check(self._whole(entry, stores))
            except ValidationError:
                found = older_table(self.schema, entry, stores)
                return None if found is None else self.check(found[0])
            return None

        return source_of(self.schema, stored, older)

    def _whole(self, entry: Any, stores: Stores) -> pa.Table:
        """Reads all rows of a verified object, or those of a slice; only the needed columns."""
        from typedxcom.tables import columns_of
        from typedxcom.tables.files.growth import growth

        if isinstance(entry, TableSlice):
            source = StoredSource(entry, stores)
            columns = columns_of(self.row, source.schema.names)
            return source.open(columns=columns, is_whole=True).read_all()
        stored = whole_table(entry, stores, lambda names: columns_of(self.row, names))
        table = stored.read(columns_of(self.row, stored.schema.names))
        stored.declares(growth(table, self._written_out(table.schema)))
        return table

    def _written_out(self, stored: pa.Schema) -> list[str]:
        """Returns the columns that the reader, or its library, may lay out in another way."""
        import pyarrow as pa

        from typedxcom.tables.libraries.convert import stays_arrow

        kept = {name: one.node.type for one in self.row for name in (one.name, *one.aliases)}
        stays = stays_arrow(self.annotation)
        return [
            field.name
            for field in stored
            if not pa.types.is_dictionary(kept.get(field.name, field.type))
            and not (stays and kept.get(field.name, field.type) == field.type)
        ]

    def _streamed(self, table: Any) -> Any:
        """Returns a reader of batches, or a polars frame that reads them when it is collected."""
        from typedxcom.tables.libraries.convert import from_lazy

        return from_lazy(table, self.annotation)

    def _literal(self, value: Any, stores: Stores | None) -> Any:
        """Reads a table from the DAG file, or from a task without a contract."""
        from typedxcom.tables import is_table

        refuse_table(value, self.schema)
        table = _without_airflow(value, stores)
        if not is_table(table):
            raise no_table(self.schema, type(table).__name__)
        return table


def _without_airflow(entry: Any, stores: Stores | None) -> Any:
    """Turns Airflow's form of a pandas frame into the frame. With a key, rejects unsigned ones."""
    from typedxcom.tables import is_table

    data = frame_bytes(entry)
    if stores is not None and (data is not None or is_table(entry)):
        stores.refuse_unsigned(entry)
    if data is None:
        return entry
    from typedxcom.tables.files.base import damaged
    from typedxcom.tables.files.parquet import ParquetTable

    limit = Limits().decoded if stores is None else stores.limits.decoded
    stored = ParquetTable(data, lambda size: check_declared(size, limit, "a pandas frame"))
    with damaged("parquet"):
        table = stored.read()
        return table.to_pandas()


def write_any_table(value: Any, placement: Placement) -> JsonValue:
    """Stores a table without a contract. Returns None if *value* is not a table.

    Airflow's own serialization handles pandas frames, so that their readers get pandas again.
    """
    from typedxcom.tables import schema_for
    from typedxcom.tables.libraries.convert import is_from_pandas, is_table, to_arrow

    if not is_table(value) or is_from_pandas(value):
        return None
    import pyarrow as pa

    with library_errors(lambda reason: EncodeError(f"A table cannot be stored: {reason}.")):
        return _write_table(to_arrow(value, schema_for(pa.Table)), placement, None)


def _write_table(table: Any, placement: Placement, schema: Schema | None) -> JsonValue:
    """Writes one object, in the placement's format."""
    table = table if placement.look is None else placement.look(table)
    written = format_named(placement.format)
    assert isinstance(written, StoredTableFormat)
    with placement.writer(written.name, is_table=True) as out:
        rows, compression = written.write(table, out, is_local=placement.is_local)
        kind = "" if schema is not None and not isinstance(schema, Unknown) else "table of "
        columns = _counted(len(table.schema), "column")
        line = f"{kind}{_counted(rows, 'row')} x {columns}, {amount(out.size)}"
        return placement.commit(
            out,
            codec=written.name,
            about=typed_line(schema, line),
            rows=rows,
            schema=None if schema is None else fingerprint(schema),
            compression=compression,
        )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _entry_of_handle(value: Any) -> JsonValue:
    """Returns the entry of a stored table that a task passes on unchanged; None otherwise."""
    source = getattr(value, "whole_source", None)
    source = source.found if isinstance(source, OlderSource) else source
    return source.entry if isinstance(source, StoredSource) else None
