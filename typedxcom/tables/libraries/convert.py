"""Any table library's object to Arrow, and Arrow to what a reader's annotation asks for.

pandas, polars and DuckDB are looked up in ``sys.modules``: a value or an annotation that comes
from one shows that it is loaded.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args, get_origin

from typedxcom.errors import UnsupportedTypeError, ValidationError
from typedxcom.schema.kinds import is_frame
from typedxcom.tables.checks.report import TableProblem
from typedxcom.tables.row.nodes import TableSchema

if TYPE_CHECKING:
    import pyarrow as pa

    Arrow: TypeAlias = pa.Table | pa.RecordBatchReader

__all__ = [
    "from_arrow",
    "from_lazy",
    "is_from_pandas",
    "is_streamed",
    "is_table",
    "refuse_class",
    "to_arrow",
]

_KNOWN = "of pyarrow, pandas, polars or DuckDB, or an object with __arrow_c_stream__"


def is_table(value: Any) -> bool:
    """Whether *value* is some library's table."""
    if hasattr(value, "__arrow_c_stream__") or _is(value, "polars", "LazyFrame"):
        return True
    return _is(value, "pandas", "DataFrame") or _is(value, "pyarrow", "RecordBatch")


def is_from_pandas(value: Any) -> bool:
    """Whether *value* is a pandas DataFrame, whose NaN may mean null."""
    return _is(value, "pandas", "DataFrame")


def to_arrow(value: Any, schema: TableSchema) -> Arrow:
    """*value* as Arrow, with its own columns and types still.

    Args:
        value: A pyarrow Table, RecordBatch, RecordBatchReader or Dataset, a pandas or polars
            DataFrame, a polars LazyFrame, a DuckDB relation, or anything with
            ``__arrow_c_stream__``.
        schema: What it is meant to be; it decides how pandas' objects are understood.

    Returns:
        A Table where the value is in memory, a RecordBatchReader where it is a stream.

    Raises:
        ValidationError: It is no table.
        EncodeError: A pandas column cannot be written as Arrow.
    """
    import pyarrow as pa

    if isinstance(value, (pa.Table, pa.RecordBatchReader)):
        return value
    if isinstance(value, pa.RecordBatch):
        return pa.Table.from_batches([value])
    if is_from_pandas(value):
        from typedxcom.tables.libraries.from_pandas import from_pandas

        return from_pandas(value, schema)
    if _is(value, "polars", "LazyFrame"):
        value = _collected(value)
    if _is(value, "polars", "DataFrame"):
        from typedxcom.tables.libraries.polars_frames import from_polars

        return from_polars(value, schema)
    if hasattr(value, "to_reader") and _is(value, "pyarrow", "Dataset", "Scanner"):
        return value.to_reader()
    if hasattr(value, "scanner"):
        return _scan(value)
    if hasattr(value, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(value)
    problem = f"expected a table ({_KNOWN}), got `{type(value).__name__}`"
    raise ValidationError(schema.name, [TableProblem("$", problem, rule="type")])


def _scan(found: Any) -> Any:
    """A dataset as a stream, without Arrow's threads that read ahead.

    They would go on after the reader was given up, and may meet the end of the process.
    """
    from pyarrow import dataset

    options: dict[str, Any] = {}
    if isinstance(getattr(found, "format", None), dataset.ParquetFileFormat):
        options["fragment_scan_options"] = dataset.ParquetFragmentScanOptions(pre_buffer=False)
    scanner = found.scanner(use_threads=False, batch_readahead=0, fragment_readahead=0, **options)
    return scanner.to_reader()


def _collected(frame: Any) -> Any:
    """A LazyFrame's rows; older polars have another word for the streaming engine."""
    try:
        return frame.collect(engine="streaming")
    except (ValueError, TypeError):
        return frame.collect()


def _polars() -> Any:
    return sys.modules["polars"]


def _is(value: Any, library: str, *names: str, cls: bool = False) -> bool:
    """Whether *value* is of one of these classes, or one itself, without an import."""
    module = sys.modules.get(library)
    if module is None:
        return False
    kinds = tuple(kind for name in names if isinstance(kind := getattr(module, name, None), type))
    return issubclass(value, kinds) if cls else isinstance(value, kinds)


def from_arrow(table: Arrow, annotation: Any, schema: TableSchema) -> Any:
    """*table* as the library's own object that *annotation* asks for.

    Args:
        table: Checked already.
        annotation: ``Table[Row]`` (a ``pyarrow.Table``), or ``Annotated[..., Rows(Row)]`` with
            one of pyarrow's Table, RecordBatch and RecordBatchReader, pandas' DataFrame, polars'
            DataFrame and LazyFrame, or DuckDB's relation.
        schema: Of the reader's row; it says which floats are integers with nulls in pandas.

    Raises:
        UnsupportedTypeError: It asks for something else.
    """
    import pyarrow as pa

    wanted = _bare(annotation)
    if wanted is pa.RecordBatchReader:
        return table if isinstance(table, pa.RecordBatchReader) else table.to_reader()
    whole = table.read_all() if isinstance(table, pa.RecordBatchReader) else table
    if wanted in (Any, pa.Table) or getattr(wanted, "__typedxcom_table__", False):
        return whole
    if wanted is pa.RecordBatch:
        return whole.combine_chunks().to_batches()[0] if whole.num_rows else _empty(whole)
    refuse_class(annotation)
    library = wanted.__module__.partition(".")[0].lstrip("_")
    maker = {"pandas": _to_pandas, "polars": _to_polars, "duckdb": _to_duckdb}[library]
    return maker(_with_chunks(whole), wanted)


def _with_chunks(table: pa.Table) -> pa.Table:
    """*table*, each column of which has a chunk: a library may end the process without one."""
    import pyarrow as pa

    for at, column in enumerate(table.columns):
        if not column.num_chunks:
            chunk = pa.chunked_array([pa.array([], column.type)], column.type)
            table = table.set_column(at, table.schema.field(at), chunk)
    return table


def refuse_class(annotation: Any) -> None:
    """Raise UnsupportedTypeError where *annotation* asks for no class of tables."""
    wanted = _bare(annotation)
    is_ours = wanted is Any or getattr(wanted, "__typedxcom_table__", False)
    if not (is_ours or is_frame(wanted)):
        named = getattr(wanted, "__name__", wanted)
        msg = (
            f"`{named}` is not a table class that typedxcom knows. Annotate with Table[Row] and "
            "convert the table."
        )
        raise UnsupportedTypeError(msg, annotation=annotation)


def is_streamed(annotation: Any) -> bool:
    """Whether the reader takes batches one by one: a RecordBatchReader, a polars LazyFrame."""
    import pyarrow as pa

    wanted = _bare(annotation)
    return wanted is pa.RecordBatchReader or _is_lazy_frame(wanted)


def stays_arrow(annotation: Any) -> bool:
    """Whether *annotation* asks for Arrow's own classes, which keep every layout."""
    wanted = _bare(annotation)
    is_ours = wanted is Any or getattr(wanted, "__typedxcom_table__", False)
    return is_ours or str(getattr(wanted, "__module__", "")).partition(".")[0] == "pyarrow"


def _is_lazy_frame(wanted: Any) -> bool:
    return isinstance(wanted, type) and _is(wanted, "polars", "LazyFrame", cls=True)


def from_lazy(table: Any, annotation: Any) -> Any:
    """A `LazyTable` as the stream that *annotation* asks for; nothing is read yet.

    A polars LazyFrame reads the columns that its query needs when it is collected.
    """
    if not _is_lazy_frame(_bare(annotation)):
        return table.to_reader()
    from typedxcom.tables.libraries.polars_lazy import lazy_frame

    return lazy_frame(table)


def _bare(annotation: Any) -> Any:
    """The class that is asked for, without marks and arguments."""
    while get_origin(annotation) is not None:
        is_marked = get_origin(annotation) is Annotated
        annotation = get_args(annotation)[0] if is_marked else get_origin(annotation)
    return annotation


def _empty(table: pa.Table) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([], schema=table.schema)


def _to_pandas(table: pa.Table, wanted: Any) -> Any:
    from typedxcom.tables.libraries.to_pandas import to_pandas

    return to_pandas(table)


def _to_polars(table: pa.Table, wanted: Any) -> Any:
    from typedxcom.tables.libraries.polars_frames import to_polars

    frame = to_polars(table)
    return frame.lazy() if issubclass(wanted, _polars().LazyFrame) else frame


def _to_duckdb(table: pa.Table, wanted: Any) -> Any:
    return sys.modules["duckdb"].from_arrow(table)
