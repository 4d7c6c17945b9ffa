"""What a store is asked for, reported to whoever counts it. If nobody does, nothing is measured."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from typedxcom.pointer import Pointer

__all__ = ["Observe", "Transfer", "TransferClock"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """One object that was written or read whole.

    Attributes:
        operation: ``write`` or ``read``.
        store: The name of the store.
        codec: The stored codec that wrote the bytes.
        path: Where in the store.
        size: Bytes.
        rows: How many rows a table has, or None for anything else.
        seconds: From the first byte to the proof of the last one.
        mapped: Whether the reader got a memory map, which costs memory only as it is touched.
        started: When it began, in nanoseconds since 1970.
        error: The class of the error, or empty.
    """

    operation: Literal["write", "read"]
    store: str
    codec: str
    path: str
    size: int
    rows: int | None
    seconds: float
    mapped: bool
    started: int
    error: str = ""


Observe: TypeAlias = Callable[[Transfer], None]


class TransferClock:
    """Measures one transfer and reports it."""

    def __init__(self, observe: Observe, operation: Literal["write", "read"]) -> None:
        self._observe = observe
        self._operation: Literal["write", "read"] = operation
        self._started, self._from = time.time_ns(), time.perf_counter()

    def done(self, pointer: Pointer, result: object = None) -> None:
        """Report that *pointer* is written or proved. *result* is what a reader got."""
        self._report(pointer, isinstance(result, mmap.mmap), "")

    def failed(self, pointer: Pointer, error: BaseException) -> None:
        """Report that it failed."""
        self._report(pointer, False, type(error).__name__)

    def _report(self, pointer: Pointer, mapped: bool, error: str) -> None:
        self._observe(
            Transfer(
                operation=self._operation,
                store=pointer.store,
                codec=pointer.codec,
                path=pointer.path,
                size=pointer.size,
                rows=pointer.rows,
                seconds=time.perf_counter() - self._from,
                mapped=mapped,
                started=self._started,
                error=error,
            )
        )
