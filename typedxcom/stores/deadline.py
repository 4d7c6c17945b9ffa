"""Calls that may hang, under a limit per try and one over all.

s3fs and others wait forever for a server that accepts a request and then says nothing.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

from typedxcom.errors import ConfigurationError

__all__ = ["Patience", "TimedOutError", "call_filesystem", "in_thread", "safe_address", "safe_text"]

T = TypeVar("T")
_log = logging.getLogger(__name__)
_GRACE = 5.0  # seconds for a cancelled request to go; its event loop may be stuck too
_NEVER_PASS = (
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
    ArithmeticError,
    AttributeError,
    ConfigurationError,
    EOFError,
    ImportError,
    LookupError,
    NotImplementedError,
    TypeError,
    ValueError,
)


class TimedOutError(Exception):
    """A try took longer than it may."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a store is waited for.

    Attributes:
        timeout: Seconds that one try may take, plus the time for its bytes at `rate`.
        deadline: Seconds that all tries of one call may take together, plus the same.
        rate: Bytes per second that a slow but working network carries.
        tries: How often a call is tried at most.
        backoff: Seconds before the second try; doubled before each further one.
    """

    timeout: float = 30.0
    deadline: float = 120.0
    rate: float = 1_000_000.0
    tries: int = 3
    backoff: float = 0.5

    def run(self, attempt: Callable[[float], T], *, size: int = 0) -> T:
        """Call *attempt* with the seconds it may take, again after faults that may pass.

        Raises:
            Exception: What the last try raised; `TimedOutError` if it took too long.
        """
        extra = size / self.rate
        end = time.monotonic() + self.deadline + extra
        for number in range(1, self.tries + 1):
            left = end - time.monotonic()
            try:
                return attempt(max(min(self.timeout + extra, left), 0))
            except Exception as error:
                pause = self.backoff * 2 ** (number - 1)
                last = number == self.tries or time.monotonic() + pause >= end
                if last or isinstance(error, _NEVER_PASS):
                    raise
                _log.warning("Try %d of %d: %s", number, self.tries, safe_text(error))
                time.sleep(pause)
        raise AssertionError("a Patience has at least one try")


def call_filesystem(
    filesystem: Any,
    method: str | Callable[..., Any],
    seconds: float,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Call one method of an fsspec file system, and give up after *seconds*.

    In place of a method's name, *method* may be a function of the file system and the arguments; of
    an asynchronous one, a coroutine function.

    The request of an asynchronous file system is cancelled, which closes its connection. A
    synchronous one cannot be stopped: its thread goes on, but does not keep the process alive.

    Raises:
        TimedOutError: It took longer.
        Exception: What the file system raised.
    """
    if getattr(filesystem, "async_impl", False):
        coroutine = _bound(filesystem, method, "_")(*args, **kwargs)
        waited = asyncio.wait_for(coroutine, seconds)
        future = asyncio.run_coroutine_threadsafe(waited, filesystem.loop)
        seconds += _GRACE
    else:
        future = in_thread(lambda: _bound(filesystem, method)(*args, **kwargs))
    try:
        return future.result(seconds)
    except (TimeoutError, asyncio.TimeoutError, concurrent.futures.TimeoutError):
        raise TimedOutError("no answer in time") from None
    finally:
        future.cancel()  # where a signal ends the wait: Airflow's task timeout, say


def _bound(filesystem: Any, method: str | Callable[..., Any], mark: str = "") -> Callable[..., Any]:
    if isinstance(method, str):
        return cast("Callable[..., Any]", getattr(filesystem, mark + method))
    return partial(method, filesystem)


def call_outside_loop(function: Callable[[], T]) -> T:
    """Call *function* so that it may start an event loop, as Airflow's file systems do.

    In the body of an async task, it runs in another thread.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return function()
    return in_thread(function).result()


class _Ended(concurrent.futures.Future[T]):
    """The result of a thread, which has ended when the result is there."""

    thread: threading.Thread

    def result(self, timeout: float | None = None) -> T:
        """As of any future. The process may end right after it."""
        try:
            return super().result(timeout)
        finally:
            if self.done():
                self.thread.join()


def in_thread(function: Callable[[], T]) -> concurrent.futures.Future[T]:
    """Call *function* in a thread that does not keep the process alive, if nobody waits for it."""
    future: _Ended[T] = _Ended()

    def settle(setter: Callable[[Any], None], outcome: object) -> None:
        with contextlib.suppress(concurrent.futures.InvalidStateError):  # nobody waits any more
            setter(outcome)

    def body() -> None:
        try:
            result = function()
        except BaseException as error:
            settle(future.set_exception, error)
        else:
            settle(future.set_result, result)

    future.thread = threading.Thread(target=body, name="typedxcom-store", daemon=True)
    future.thread.start()
    return future


def safe_text(error: BaseException) -> str:
    """What *error* says, on one short line, without the parts of a URL that may hold a secret."""
    text = " ".join(str(error).split())
    if text.endswith("None") and error.__cause__ is not None:  # Ceph gives codes without messages
        text = " ".join(str(error.__cause__).split())
    text = re.sub(r"//[^\s\"'<>]*@", "//***@", text)
    text = re.sub(r"\?[^\s\"'>)]*", "?***", text)
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def safe_address(url: str) -> str:
    """*url* without credentials, query and fragment, even if it is badly written."""
    scheme, mark, rest = url.partition("://")
    if not mark:
        return url
    first, at, after = rest.rpartition("@")
    # A password may have a slash, a question mark or a hash in it; a folder with an "@" has no ":".
    is_folder = "/" in first and ":" not in first
    return f"{scheme}://{re.split(r'[?#]', rest if is_folder or not at else after)[0]}"
