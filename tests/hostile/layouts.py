"""Arrow arrays of every layout, at any depth: small to store, large to write out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

__all__ = ["arrays", "written_out"]

_TEXTS = st.lists(st.sampled_from(["", "a", "b" * 50, "é" * 20, None]), min_size=1, max_size=4)
_NUMBERS = st.lists(st.integers(-9, 9) | st.none(), min_size=1, max_size=4)


def _plain() -> st.SearchStrategy[Any]:
    return st.one_of(
        _TEXTS.map(lambda values: pa.array(values, pa.string())),
        _TEXTS.map(lambda values: pa.array(values, pa.large_string())),
        _TEXTS.map(lambda values: pa.array(values, pa.string_view())),
        _NUMBERS.map(lambda values: pa.array(values, pa.int64())),
        _NUMBERS.map(lambda values: pa.array(values, pa.int8())),
    )


@st.composite
def _wrapped(draw: st.DrawFn, inside: st.SearchStrategy[Any]) -> Any:
    """An array of another layout around one."""
    values = draw(inside)
    count = len(values)
    places = st.lists(st.integers(0, count - 1), min_size=1, max_size=6)
    bounds = st.tuples(st.integers(0, count), st.integers(0, count)).map(sorted)
    match draw(st.sampled_from(["dictionary", "view", "list", "struct", "runs", "fixed", "map"])):
        case "dictionary" if not pa.types.is_dictionary(values.type):
            return pa.DictionaryArray.from_arrays(pa.array(draw(places), pa.int32()), values)
        case "view":
            ranges = draw(st.lists(bounds, min_size=1, max_size=6))
            starts = pa.array([start for start, _ in ranges], pa.int32())
            sizes = pa.array([end - start for start, end in ranges], pa.int32())
            return pa.ListViewArray.from_arrays(starts, sizes, values)
        case "list":
            return pa.ListArray.from_arrays(pa.array([0, count // 2, count], pa.int32()), values)
        case "struct":
            return pa.StructArray.from_arrays([values, values], names=["a", "b"])
        case "runs" if not pa.types.is_nested(values.type):
            lengths = draw(st.lists(st.integers(1, 5), min_size=count, max_size=count))
            ends = pa.array([sum(lengths[: at + 1]) for at in range(count)], pa.int32())
            return pa.RunEndEncodedArray.from_arrays(ends, values)
        case "fixed" if count % 2 == 0:
            return pa.FixedSizeListArray.from_arrays(values, 2)
        case "map":
            keys = pa.array([f"key {at}" for at in range(count)])
            return pa.MapArray.from_arrays(pa.array([0, count], pa.int32()), keys, values)
    return values


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """An array of some layout, perhaps a slice of a longer one."""
    array = draw(st.recursive(_plain(), _wrapped, max_leaves=4))
    start = draw(st.integers(0, len(array)))
    return array.slice(start, draw(st.integers(0, len(array) - start)))


def written_out(value: Any) -> int:
    """Bytes of the texts and numbers in what ``to_pylist()`` gives."""
    if isinstance(value, dict):
        return sum(map(written_out, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(written_out, value))
    if isinstance(value, str):
        return len(value.encode())
    return 0 if value is None else 1
