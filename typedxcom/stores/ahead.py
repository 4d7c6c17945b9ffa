"""Requests that are under way at the same time, with their answers in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import TypeVar

from typedxcom.stores.deadline import in_thread

__all__ = ["in_order"]

T = TypeVar("T")


def in_order(calls: Iterable[Callable[[], T]], at_once: int) -> Iterator[T]:
    """What each of *calls* returns. The first error ends it.

    If somebody stops before the end, such as by a signal, nobody waits for what is under way.

    Args:
        at_once: How many run at the same time. One more answer may wait to be taken.
    """
    under_way: deque[Future[T]] = deque()
    for call in calls:
        under_way.append(in_thread(call))
        if len(under_way) > at_once:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
