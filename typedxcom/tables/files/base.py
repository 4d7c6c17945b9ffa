"""A table in a file or object of any format, read whole or in part."""

from __future__ import annotations

import contextlib
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from typedxcom.errors import DecodeError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Declares",
    "Piece",
    "Range",
    "StoredTable",
    "as_file",
    "damaged",
    "filtered",
    "pieces",
    "select",
    "with_names",
]

_AHEAD = 32 * 2**20  # bytes of a file far away that are fetched before they are asked for
_WINDOW = 4  # batches that are fetched at once at first, then twice as many, and so on
T = TypeVar("T")
Range: TypeAlias = tuple[int, int]
Piece: TypeAlias = tuple[int, int, int]  # part, first row in it, number of rows
Declares = Callable[[int], None]


class StoredTable(ABC):
    """A stored table, known by its head. Rows are read when you ask for them.

    Args:
        source: A path, bytes, a ``pyarrow.Buffer``, a ``pyarrow.NativeFile``, or a file of a far
            store, which has ``read_ahead(name, ranges)``.
        declares: Called with the bytes that are about to be taken in memory, as the file says;
            raises where that is too much. Of a stream each batch counts alone.
    """

    def __init__(self, source: Any, declares: Declares) -> None:
        self.source, self.declares = as_file(source), declares
        self.far_file = source if isinstance(source, io.IOBase) else None
        self.read_ahead = getattr(source, "read_ahead", None)

    @property
    @abstractmethod
    def schema(self) -> pa.Schema:
        """The stored Arrow schema."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """The number of rows, from the heads."""

    @abstractmethod
    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """All rows.

        Args:
            columns: The only ones, in this order.

        Raises:
            DecodeError: It is damaged, or has no such column. A retry does not help.
            IntegrityError: It declares more than may be read. A retry does not help.
        """

    def stream(
        self,
        columns: Sequence[str] | None = None,
        condition: Any = None,
        *,
        first: int = 0,
        count: int | None = None,
    ) -> pa.RecordBatchReader:
        """A stream of the rows, in the memory of one batch. Raises the errors of `read`.

        Args:
            columns: The only ones, in this order.
            condition: A ``pyarrow.compute.Expression`` that rows must fulfil.
            first: The first row of a slice.
            count: The number of rows of a slice. A condition applies only to these.
        """
        import pyarrow as pa

        stop = self.rows if count is None else first + count
        schema = select(self.schema, columns)
        made = self._batches(columns, condition, first, stop)
        return pa.RecordBatchReader.from_batches(schema, made)

    @property
    def is_plain(self) -> bool:
        """Whether the file is in memory, or mapped, with all buffers in their final form."""
        return False

    def wanted(
        self,
        columns: Sequence[str] | None = None,
        condition: Any = None,
        *,
        first: int = 0,
        count: int | None = None,
    ) -> int:
        """How many bytes of the file a stream would read. The arguments are those of `stream`."""
        stop = self.rows if count is None else first + count
        needed, parts = self._plan(columns, condition, first, stop)
        spans = (span for part in parts for span in self._ranges(needed, part))
        return sum(end - start for start, end in spans)

    def in_windows(self, parts: Sequence[T], ranges: Callable[[T], Iterable[Range]]) -> Iterator[T]:
        """*parts* in turn. If the file is far away, several are fetched ahead at once.

        Args:
            parts: Batches or row groups, in the order in which they will be read.
            ranges: Start and stop, in bytes, of all that will be read of a part.
        """
        if self.read_ahead is None:
            yield from parts
            return
        at, width = 0, _WINDOW
        try:
            while at < len(parts):
                wanted: list[Range] = []
                end, size = at, 0
                for part in parts[at : at + width]:
                    further = list(ranges(part))
                    size += sum(stop - start for start, stop in further)
                    if size > _AHEAD and wanted:
                        break
                    wanted += further
                    end += 1
                self.read_ahead("rows", wanted)
                yield from parts[at:end]
                at, width = end, width * 2
        finally:
            self.read_ahead("rows", ())  # a handle lives longer than a stream of its rows

    @abstractmethod
    def _plan(
        self, columns: Sequence[str] | None, condition: Any, first: int, stop: int
    ) -> tuple[Sequence[str] | None, list[Piece]]:
        """The columns and the parts that must be read."""

    @abstractmethod
    def _ranges(self, columns: Sequence[str] | None, part: Piece) -> Iterator[Range]:
        """Start and stop, in bytes, of what must be read of one part."""

    @abstractmethod
    def _batches(
        self, columns: Sequence[str] | None, condition: Any, first: int, stop: int
    ) -> Iterator[pa.RecordBatch]:
        """Batches of rows *first* up to *stop*, with exactly these columns."""


def select(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    """The fields of *columns*. Raises DecodeError if one is missing, or there twice."""
    import pyarrow as pa

    if columns is None:
        return schema
    missing = [name for name in columns if name not in schema.names]
    if missing:
        raise DecodeError(f"The stored table has no column {missing[0]!r}; it has {schema.names}.")
    if twice := [name for name in columns if len(schema.get_all_field_indices(name)) > 1]:
        raise DecodeError(f"The stored table has two columns {twice[0]!r}.")
    return pa.schema([schema.field(name) for name in columns], schema.metadata)


def pieces(lengths: Iterable[int], first: int, stop: int) -> Iterator[Piece]:
    """The parts that hold rows *first* up to *stop*."""
    start = 0
    for at, length in enumerate(lengths):
        begin, end = max(first, start), min(stop, start + length)
        if begin < end:
            yield at, begin - start, end - begin
        start += length


@contextlib.contextmanager
def damaged(kind: str) -> Iterator[None]:
    """Turn Arrow's errors about a damaged file into DecodeErrors. A store's errors pass.

    Args:
        kind: ``Arrow IPC``, ``parquet``.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, UnicodeDecodeError) as error:
        raise DecodeError(f"The stored table is not a complete {kind} file: {error}") from error
    except OSError as error:
        if type(error) is not OSError:  # StoreError, FileNotFoundError
            raise
        raise DecodeError(f"The stored table is not a complete {kind} file: {error}") from error


def with_names(schema: pa.Schema) -> pa.Schema:
    """*schema*, if every name in it is text. Raises UnicodeDecodeError."""
    todo = list(schema)
    while todo:
        field = todo.pop()
        _ = field.name  # Arrow decodes it only now
        todo.extend(field.type.field(at) for at in range(field.type.num_fields))
    return schema


def as_file(source: Any) -> Any:
    """A seekable Arrow file over a path, which is mapped, or over a buffer or file."""
    import pyarrow as pa

    if isinstance(source, (str, os.PathLike)):
        return pa.memory_map(os.fspath(source))
    if isinstance(source, pa.NativeFile):
        return source
    if isinstance(source, io.IOBase):
        return pa.PythonFile(source, "r")
    return pa.BufferReader(source if isinstance(source, pa.Buffer) else pa.py_buffer(source))


def filtered(
    batch: pa.RecordBatch, columns: Sequence[str] | None, condition: Any
) -> Iterator[pa.RecordBatch]:
    """*batch* with only these columns, and only the rows that fulfil *condition*."""
    import pyarrow as pa

    from typedxcom.tables.checks.expressions import matching

    if condition is None:
        yield batch if columns is None else batch.select(list(columns))
        return
    table = matching(pa.Table.from_batches([batch]), condition)
    yield from (table if columns is None else table.select(list(columns))).to_batches()
