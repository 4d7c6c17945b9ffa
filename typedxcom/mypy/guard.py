"""Keeps a fault in a hook from ending the user's mypy run: it is reported once, then left out."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from mypy.plugin import ClassDefContext

from typedxcom.mypy.codes import XCOM_INTERNAL

__all__ = ["guarded", "kept_filter", "report", "reset", "unfiltered"]

_Result = TypeVar("_Result")


class _Reported:
    """Remembers whether this process has shown a fault already."""

    once = False


def reset() -> None:
    """Starts a mypy run, so that its first fault is shown again."""
    _Reported.once = False


def guarded(
    hook: Callable[[Any], _Result], default: Callable[[Any], _Result]
) -> Callable[[Any], _Result]:
    """Wraps *hook*: if it raises, the first fault is reported and the answer is *default*."""

    def call(ctx: Any) -> _Result:
        try:
            return hook(ctx)
        except Exception as fault:  # whatever the fault is, the user's run goes on
            report(ctx, fault)
            return default(ctx)

    return call


@contextmanager
def unfiltered(api: Any) -> Iterator[None]:
    """Reports errors even while mypy only tries something and would drop them."""
    errors = getattr(api, "errors", None)
    watchers: list[Any] = getattr(errors, "_watchers", [])
    saved = list(watchers)
    watchers[:] = [watcher for watcher in saved if watcher in _kept]
    try:
        yield
    finally:
        watchers[:] = saved


@contextmanager
def kept_filter(watcher: Any) -> Iterator[None]:
    """Keeps a filter of errors in place while `unfiltered` takes others off."""
    _kept.append(watcher)
    try:
        yield
    finally:
        _kept.remove(watcher)


_kept: list[Any] = []


def report(ctx: Any, fault: Exception) -> None:
    """Shows the run's first fault as an error of mypy's."""
    if _Reported.once:
        return
    _Reported.once = True
    place = ctx.cls if isinstance(ctx, ClassDefContext) else ctx.context
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
    msg = (
        f"typedxcom.mypy failed here and leaves such places unchecked: "
        f"{type(fault).__name__}: {fault} ({where}). Please report it"
    )
    with unfiltered(ctx.api):
        ctx.api.fail(msg, place, code=XCOM_INTERNAL)
