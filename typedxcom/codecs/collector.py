"""Lets Python's garbage collector run seldom while a long text becomes a value.

All that is made then stays, but the collector walks through it again and again: with 10,000 nested
models, this took half of the time.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["LONG", "PART", "seldom_collected"]

LONG = 20_000  # bytes of JSON above which the collector is worth a thought
PART = 200  # items of a list that are made, compared and dropped before the next ones
_SELDOM = 10_000  # objects between two collections: a validator may leave garbage


@contextlib.contextmanager
def seldom_collected() -> Iterator[None]:
    """Lets the collector run once in 10,000 new objects, and afterwards as often as before."""
    usual = gc.get_threshold()
    if not 0 < usual[0] < _SELDOM:  # it never runs, or another thread is reading as well
        yield
        return
    gc.set_threshold(_SELDOM, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
