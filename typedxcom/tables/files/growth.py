"""Counts how large a table becomes with all values written out, before memory is taken.

Dictionaries, runs, views and dense unions may refer many times to a value that is stored once. So a
file of a kilobyte may stand for gigabytes. Nothing is written out to count them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["grows", "growth"]

# Bytes of each value of an array: one number where all are alike, else a float64 array, which
# cannot overflow.
_Sizes: TypeAlias = "float | pa.DoubleArray"


def growth(table: Any, columns: Iterable[str]) -> int:
    """Bytes that these columns of a table or batch take once every value is written out.

    Columns whose layout stores each value once do not grow, and count nothing.
    """
    names = set(columns)  # two columns may have one name
    wanted = [table.column(at) for at, name in enumerate(table.schema.names) if name in names]
    chunks = (part for column in wanted for part in getattr(column, "chunks", [column]))
    return sum(int(_total(chunk)) for chunk in chunks if grows(chunk.type))


def grows(kind: pa.DataType) -> bool:
    """Whether an array of type *kind* may refer many times to one stored value, at any depth."""
    import pyarrow.types as pt

    todo = [kind]
    while todo:
        one = todo.pop()
        if _is_view(one) or pt.is_dictionary(one) or pt.is_run_end_encoded(one):
            return True
        if pt.is_union(one) and one.mode == "dense":
            return True
        todo.extend(_parts(one))
    return False


def _is_view(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    is_list = pt.is_list_view(kind) or pt.is_large_list_view(kind)
    return bool(is_list or pt.is_string_view(kind) or pt.is_binary_view(kind))


def _parts(kind: pa.DataType) -> Iterable[pa.DataType]:
    storage = getattr(kind, "storage_type", None)  # of an extension type
    if storage is not None:
        return [storage]
    return [kind.field(at).type for at in range(kind.num_fields)]


def _total(array: pa.Array) -> float:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(array):
        return 0.0
    if pa.types.is_run_end_encoded(array.type):
        return _runs(array)
    if pa.types.is_struct(array.type):
        fields = (array.field(at) for at in range(array.type.num_fields))
        return sum(map(_total, fields))
    sizes = _sizes(array)
    if isinstance(sizes, float):
        return sizes * len(array)
    return float(pc.sum(sizes).as_py() or 0)


def _sizes(array: pa.Array) -> _Sizes:
    """Bytes of each value of *array*, rather too many than too few."""
    import pyarrow.types as pt

    kind = array.type
    if hasattr(array, "storage"):
        return _sizes(array.storage)
    if pt.is_null(kind):
        return 0.0
    if pt.is_dictionary(kind):
        return _taken(_sizes(array.dictionary), array.indices)
    if pt.is_run_end_encoded(kind):
        return _largest(_sizes(array.values))
    if pt.is_struct(kind):
        return _added([_sizes(array.field(at)) for at in range(kind.num_fields)])
    if pt.is_union(kind):
        return _union(array)
    if pt.is_fixed_size_list(kind):
        return _largest(_sizes(array.values)) * kind.list_size
    if pt.is_list_view(kind) or pt.is_large_list_view(kind):
        return _ranges(_sizes(array.values), array.offsets, array.sizes)
    if pt.is_map(kind):
        return _lists(_added([_sizes(array.keys), _sizes(array.items)]), array.offsets)
    if pt.is_list(kind) or pt.is_large_list(kind):
        return _lists(_sizes(array.values), array.offsets)
    if pt.is_primitive(kind) or pt.is_decimal(kind) or pt.is_fixed_size_binary(kind):
        return float(max(kind.bit_width // 8, 1))
    return _lengths(array)


def _lengths(array: pa.Array) -> _Sizes:
    """Of texts and bytes, and of views of such."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not _is_view(array.type):
        return pc.fill_null(pc.binary_length(array), 0).cast(pa.float64())
    # A view has 16 bytes, of which the first four are the length.
    end = len(array) + array.offset
    words = pa.Array.from_buffers(pa.int32(), 4 * end, [None, array.buffers()[1]])
    rows = _numbers(array.offset, len(array))
    lengths = words.take(pc.multiply(rows, 4)).cast(pa.float64())
    return pc.if_else(array.is_valid(), lengths, 0.0)


def _numbers(start: int, count: int) -> pa.Array:
    """*start*, *start* + 1, and so on."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ones = pa.nulls(count).is_null().cast(pa.int64())
    return pc.add(pc.cumulative_sum(ones), start - 1) if count else ones


def _taken(sizes: _Sizes, places: pa.Array) -> _Sizes:
    import pyarrow.compute as pc

    return sizes if isinstance(sizes, float) else pc.fill_null(sizes.take(places), 0.0)


def _largest(sizes: _Sizes) -> float:
    import pyarrow.compute as pc

    return sizes if isinstance(sizes, float) else float(pc.max(sizes).as_py() or 0)


def _added(parts: list[_Sizes]) -> _Sizes:
    import pyarrow.compute as pc

    known = sum(part for part in parts if isinstance(part, float))
    arrays = [part for part in parts if not isinstance(part, float)]
    total: _Sizes = float(known)
    for array in arrays:
        total = pc.add(array, total)
    return total


def _lists(sizes: _Sizes, offsets: pa.Array) -> _Sizes:
    import pyarrow.compute as pc

    starts, ends = offsets.slice(0, max(len(offsets) - 1, 0)), offsets.slice(1)
    return _ranges(sizes, starts, pc.subtract(ends, starts))


def _ranges(sizes: _Sizes, starts: pa.Array, counts: pa.Array) -> _Sizes:
    """Of lists, each *counts* values from *starts* on."""
    import pyarrow as pa
    import pyarrow.compute as pc

    counts = pc.fill_null(counts, 0)
    if isinstance(sizes, float):
        return pc.multiply(counts.cast(pa.float64()), sizes)
    until = pa.concat_arrays([pa.array([0.0]), pc.cumulative_sum(sizes)])
    first = pc.fill_null(starts, 0).cast(pa.int64())
    return pc.subtract(until.take(pc.add(first, counts.cast(pa.int64()))), until.take(first))


def _union(array: pa.Array) -> _Sizes:
    """The largest value of any kind, because a dense union may refer many times to one value."""
    return max(_largest(_sizes(array.field(at))) for at in range(array.type.num_fields))


def _runs(array: pa.Array) -> float:
    """The values of a run-end encoded array, each as often as its run is long."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first, count = array.find_physical_offset(), array.find_physical_length()
    values, ends = array.values.slice(first, count), array.run_ends.slice(first, count)
    sizes = _sizes(values)
    if isinstance(sizes, float):
        return sizes * len(array)
    ends = pc.min_element_wise(pc.subtract(ends.cast(pa.int64()), array.offset), len(array))
    starts = pa.concat_arrays([pa.array([0], pa.int64()), ends.slice(0, max(count - 1, 0))])
    lengths = pc.subtract(ends, starts).cast(pa.float64())
    return float(pc.sum(pc.multiply(lengths, sizes)).as_py() or 0)
