"""Encode a value for its entry, and decode it with validation, without any hop in between.

typedxcom also proves that each value comes back, by its type or by reading it back. No other
contender does that. "pydantic" turns the value into a tree of builtins and back, "pydantic, JSON"
into one text. Lists of 100 and more become a text with typedxcom too, so the goals for lists of
10,000 are compared with pydantic: 1.5 times "pydantic" to encode (3 with validators), and 1.15
times "pydantic, JSON" to decode. We measure CPU time for one value. "constrained" are real flights.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.forms import CONTENDERS, form_of
from benchmarks.records import SHAPES
from benchmarks.running import Case

TITLE = "Models: encode and decode"
METRICS = [{"key": "cpu", "title": "CPU time", "unit": "s", "beside": "stock"}]
_COUNTS = {"full": (0, 100, 1_000, 10_000), "quick": (0, 100), "tiny": (0, 2)}


def cases(size: str) -> list[Case]:
    """Every shape, alone and in lists."""
    rounds = {"full": 7, "quick": 2, "tiny": 1}[size]
    shapes = {"full": list(SHAPES), "quick": ["nested", "constrained"], "tiny": ["nested"]}[size]
    return [
        Case(
            f"{shape}, {count:,} in a list: {way}" if count else f"{shape}, one: {way}",
            {"shape": shape, "count": count, "way": way},
            CONTENDERS,
            rounds=rounds,
            size=count or 1,
            least=0.1 if size == "full" else 0.02 if size == "quick" else 0,
        )
        for shape in shapes
        for count in _COUNTS[size]
        for way in ("encode", "decode")
    ]


def prepare(contender: str, params: dict[str, Any]) -> Callable[[], Any]:
    """One encoding or decoding."""
    form = form_of(contender, params["shape"], params["count"])
    if params["way"] == "encode":
        return lambda: form.write(form.value)
    row = form.write(form.value)
    assert form.read(row) == form.value
    return lambda: form.read(row)
