"""Fills the cache in a thread while the task waits for something slower: the upload."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

__all__ = ["beside"]

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def beside(keep: Callable[[Future[bool]], None]) -> Iterator[None]:
    """Run *keep* in a thread while the block runs, and wait for its end.

    Its errors are logged. If there can be no thread, nothing is kept.

    Args:
        keep: Called with what becomes True when the block has ended, or False as soon as it has
            failed. If a signal ends the wait, *keep* goes on for a moment. So it uses nothing that
            the caller closes.
    """
    ended: Future[bool] = Future()
    thread = threading.Thread(target=_run, args=(keep, ended), name="typedxcom-cache", daemon=True)
    try:
        thread.start()
    except Exception as error:
        _log.debug("An object is not cached: %s", error)
        ended.set_result(False)
    try:
        yield
        if not ended.done():
            ended.set_result(True)
    finally:
        if not ended.done():
            ended.set_result(False)
        if thread.ident is not None:
            thread.join()


def _run(keep: Callable[[Future[bool]], None], ended: Future[bool]) -> None:
    try:
        keep(ended)
    except Exception as error:
        _log.debug("An object is not cached: %s", error)
