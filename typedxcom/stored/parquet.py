"""`parquet`: a table as one parquet file, which other programs can read too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedxcom.stored.source import StoredTableFormat

if TYPE_CHECKING:
    from typedxcom.stores.verified import ObjectWriter
    from typedxcom.tables.files.base import Declares, StoredTable

__all__ = ["PARQUET"]


class ParquetFormat(StoredTableFormat):
    """A parquet file with zstd and a checksum for each page."""

    name = "parquet"

    def open(self, source: Any, declares: Declares) -> StoredTable:
        """Opens the table in *source*."""
        from typedxcom.tables.files.parquet import ParquetTable

        return ParquetTable(source, declares)

    def write(self, table: Any, out: ObjectWriter, *, is_local: bool) -> tuple[int, str | None]:
        """Writes *table*."""
        import pyarrow as pa

        from typedxcom.tables.files.parquet import write_parquet

        sink = pa.PythonFile(out, "w")
        return write_parquet(table, sink, before_footer=out.before_footer), "zstd"


PARQUET = ParquetFormat()
