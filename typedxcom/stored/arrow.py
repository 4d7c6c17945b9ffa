"""`arrow`: a table as one Arrow IPC file, which readers on the same machine map into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typedxcom.stored.source import StoredTableFormat

if TYPE_CHECKING:
    from typedxcom.stores.verified import ObjectWriter
    from typedxcom.tables.files.base import Declares, StoredTable
    from typedxcom.tables.files.ipc import Compression

__all__ = ["ARROW"]


class ArrowFormat(StoredTableFormat):
    """An Arrow IPC file: uncompressed if readers can map it, otherwise with zstd."""

    name = "arrow"

    def open(self, source: Any, declares: Declares) -> StoredTable:
        """Opens the table in *source*."""
        from typedxcom.tables.files.ipc import IpcTable

        return IpcTable(source, declares)

    def write(self, table: Any, out: ObjectWriter, *, is_local: bool) -> tuple[int, str | None]:
        """Writes *table*."""
        import pyarrow as pa

        from typedxcom.tables import write_ipc

        used: Compression | None = None if is_local else "zstd"
        sink, end = pa.PythonFile(out, "w"), out.before_footer
        return write_ipc(table, sink, compression=used, before_footer=end), used


ARROW = ArrowFormat()
