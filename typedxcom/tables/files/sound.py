"""What is written can be read, and what another library raises becomes an error of ours."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from typedxcom.errors import EncodeError

__all__ = ["library_errors", "sound"]

_LIBRARIES = frozenset(
    {"pyarrow", "pandas", "numpy", "polars", "pyo3_runtime", "duckdb", "_duckdb"}
)
_MAY_PASS = frozenset(  # a retry may help
    {"IOException", "HTTPException", "ConnectionException", "OutOfMemoryException", "InterruptException", "ArrowCancelled"}
)  # fmt: skip


def sound(batches: Iterable[Any]) -> Iterator[Any]:
    """*batches*, each looked at as a reader will: other libraries make some that Arrow refuses.

    Raises:
        EncodeError: A value is not of its column's type. A retry does not help.
    """
    import pyarrow as pa

    for batch in batches:
        try:
            batch.validate(full=True)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise _unsound(batch) from error
        yield batch


def _unsound(batch: Any) -> EncodeError:
    import pyarrow as pa

    cure = "Cast it to a type that holds its values before the task returns it."
    for field, column in zip(batch.schema, batch.columns, strict=True):
        try:
            column.validate(full=True)
        except (pa.ArrowException, UnicodeDecodeError):
            what = f"Column `{field.name}` has values that its type `{field.type}` cannot hold"
            return EncodeError(f"{what}. {cure}")
    return EncodeError(f"The table is not one that Arrow can read. {cure}")


@contextlib.contextmanager
def library_errors(make: Callable[[str], Exception]) -> Iterator[None]:
    """Let what a table library raises be what *make* makes of it; faults that may pass stay.

    Args:
        make: Takes the library and its class of error, whose text may hold values.
    """
    try:
        yield
    except BaseException as error:  # a panic of Rust code is no Exception
        if not _is_lasting(error):
            raise
        kind = type(error)
        library = kind.__module__.partition(".")[0].lstrip("_")
        library = "polars" if library == "pyo3_runtime" else library
        raise make(f"{library} raised {kind.__name__}") from error


def _is_lasting(error: BaseException) -> bool:
    """Whether a table library raised *error*, and would again."""
    kind = type(error)
    is_library = kind.__module__.partition(".")[0] in _LIBRARIES
    return (
        is_library
        and kind.__name__ not in _MAY_PASS
        and not isinstance(error, (OSError, MemoryError))
    )
