"""Runs one function over many items in several processes, and keeps their order.

The processes are forks, so what was imported before is there already: to import Airflow takes
seconds. Where no process can be forked, or it would not pay, all runs here.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

__all__ = ["available", "in_order"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_LEAST = 20  # items for each process: with fewer, the forks take longer than they save
_AT_ONCE = 4  # items that a process gets in one message
_work: tuple[Callable[[Any], Any], Sequence[Any]] | None = None  # what the forks inherit


def available() -> int:
    """Returns how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    *,
    jobs: int | None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[_Result]:
    """Returns the result of *function* for each item, in the order of the items.

    Args:
        function: Its results must be picklable. It raises nothing.
        items: What it gets. A process inherits them, so they need not be picklable.
        jobs: How many processes; None for what pays.
        progress: Gets how many items are done, after each.
    """
    global _work
    wanted = min(available(), len(items) // _LEAST) if jobs is None else min(jobs, len(items))
    if wanted < 2 or not sys.platform.startswith("linux"):
        return _counted(map(function, items), progress)
    _work = function, items
    try:
        with warnings.catch_warnings():
            # Python warns of forks beside threads. These are our own, and have done their work.
            warnings.simplefilter("ignore", DeprecationWarning)
            with ProcessPoolExecutor(wanted, mp_context=get_context("fork")) as pool:
                done = pool.map(_one, range(len(items)), chunksize=_AT_ONCE)
                return _counted(done, progress)
    except BrokenProcessPool:  # an item has ended its process, and then this one shows which
        return _counted(map(function, items), progress)
    finally:
        _work = None


def _counted(results: Iterable[_Result], progress: Callable[[int], None]) -> list[_Result]:
    found = []
    for done, result in enumerate(results, 1):
        found.append(result)
        progress(done)
    return found


def _one(number: int) -> Any:
    assert _work is not None  # inherited
    function, items = _work
    return function(items[number])
