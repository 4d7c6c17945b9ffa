"""The three forms of an entry compared: where should one give way to the next?

A list of nested models goes from one task to the next, as in the suite before. It is always plain
JSON in the entry, always one text in it, or always a pointer to an object in a folder. A value
changes its form at `threshold` and `store_threshold`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.running import Case
from benchmarks.suites import hops

TITLE = "Plain JSON, text and pointer"
METRICS = [{"key": "seconds", "title": "time", "unit": "s", "beside": "plain"}]
_FAR = 10**9  # a threshold that nothing reaches
_SETTINGS = {
    "plain": {"threshold": _FAR, "store_threshold": _FAR},
    "text": {"threshold": 0, "store_threshold": _FAR},
    "pointer": {"threshold": 0, "store_threshold": 0},
}

services = hops.services


def cases(size: str) -> list[Case]:
    """Around both thresholds."""
    if size == "quick":
        return []
    sizes = {"full": (1, 3, 5, 10, 30, 100, 300), "tiny": (1,)}[size]
    rounds, least = (9, 0.3) if size == "full" else (1, 0)
    return [
        Case(
            f"{kb} kB",
            {"count": max(1, kb * 1000 // hops.ORDER)},
            tuple(_SETTINGS),
            rounds=rounds,
            least=least,
            size=kb * 1000,
        )
        for kb in sizes
    ]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """One value written and read."""
    placement = hops.placement() if contender == "pointer" else None
    return hops.trip("typedxcom", params["count"], placement, **_SETTINGS[contender])
