"""A polars LazyFrame over a stored table, read in polars' own threads when it is collected.

``collect()`` may return while such a thread still holds what it read from: after ``.head(5)``, say.
When Python ends just then, the process aborts. So the end of the process waits for these threads.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from typedxcom.tables.libraries.polars_frames import to_polars

__all__ = ["lazy_frame"]

_PATIENCE = 10.0  # seconds for threads that still read while the process ends
_GRACE = 0.25  # seconds for threads to let go of what they read from
_reading: set[Any] = set()  # weak references to what polars' threads read from
_ending = threading.Event()


def lazy_frame(table: Any) -> Any:
    """A LazyFrame that reads from the `LazyTable` *table* the columns that its query needs."""
    from polars.io.plugins import register_io_source

    def batches(
        columns: list[str] | None, predicate: Any, limit: int | None, size: int | None
    ) -> Iterator[Any]:
        narrowed = table if columns is None else table.columns(*columns)
        return _watched(_frames(narrowed, predicate, limit))

    empty = to_polars(table.to_reader().schema.empty_table())
    return register_io_source(batches, schema=empty.schema)


def _frames(table: Any, predicate: Any, limit: int | None) -> Iterator[Any]:
    import pyarrow as pa

    for batch in table.to_reader():
        frame = to_polars(pa.Table.from_batches([batch]))
        frame = frame if predicate is None else frame.filter(predicate)
        yield frame if limit is None else frame.head(limit)
        limit = None if limit is None else limit - frame.height
        if _ending.is_set() or (limit is not None and limit <= 0):
            return


def _watched(frames: Iterator[Any]) -> Iterator[Any]:
    """*frames*, for which the process waits before it ends."""
    # The callback runs no Python code, so the thread that lets go of *frames* is done with Python
    # when the main thread sees that they are gone.
    _reading.add(weakref.ref(frames, _reading.discard))
    return frames


def _wait() -> None:
    """Let threads that still read come to an end."""
    _ending.set()
    _until(lambda: not any(frames.gi_running for frames in _known()), _PATIENCE)
    for frames in _known():
        with contextlib.suppress(ValueError):  # it runs still
            frames.close()
    # polars keeps some for ever, with a thread that waits and does nothing.
    _until(lambda: not _reading, _GRACE)


def _known() -> list[Any]:
    return [frames for one in list(_reading) if (frames := one()) is not None]


def _until(happened: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not happened() and time.monotonic() < end:
        time.sleep(0.001)


atexit.register(_wait)
os.register_at_fork(after_in_child=_reading.clear)
