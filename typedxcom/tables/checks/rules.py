"""Finds the values of one chunk that break a rule, with Arrow's compute functions.

Each check first computes something cheap for the whole chunk (smallest and largest value, number of
nulls, longest text). It makes a mask of the values only if that is not enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from typedxcom.tables.checks.chunk import Chunk, python_values
from typedxcom.tables.checks.patterns import translate
from typedxcom.tables.row.arrowtypes import family
from typedxcom.tables.row.nodes import Node, Rule

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CHECKS", "Failure", "failures"]

_SAMPLE = 4096  # values that say whether a chunk repeats itself enough to look at distinct ones
_NULL = Rule("null", "null")
_PYTHON_DAYS = (-719162, 2932896)  # 0001-01-01 and 9999-12-31, in days from 1970
_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_BOUNDS: dict[str, Callable[[Any, Any], bool]] = {
    "ge": lambda value, limit: value >= limit,
    "gt": lambda value, limit: value > limit,
    "le": lambda value, limit: value <= limit,
    "lt": lambda value, limit: value < limit,
}
_KEEPS = {"ge": "greater_equal", "gt": "greater", "le": "less_equal", "lt": "less"}
_BREAKS = {"ge": "less", "gt": "less_equal", "le": "greater", "lt": "greater_equal"}


@dataclass(frozen=True, slots=True)
class Failure:
    """Values of one chunk that break one rule.

    Attributes:
        path: Where in the row: ``fare``, ``tags[]``, ``address.city``.
        rule: What they break.
        rows: Their rows within the chunk, ascending; a row comes as often as it has such values.
        values: The values themselves.
        hidden: Whether they must not be shown.
    """

    path: str
    rule: Rule
    rows: pa.Array
    values: pa.Array
    hidden: bool = False


def failures(
    node: Node, array: pa.Array, path: str, rows: pa.Array | None = None
) -> Iterator[Failure]:
    """Everything in *array* that breaks the contract of *node*.

    Args:
        node: What the values must be; *array* has its Arrow type.
        array: One chunk of a column, or of what is inside one.
        path: Where that is.
        rows: The row of each value. None means that they are the chunk's own, in order.
    """
    import pyarrow.compute as pc

    if node.silent:
        return
    if array.null_count:
        nulls = pc.is_null(array)
        if not node.nullable:
            yield _failure(node, _NULL, nulls, array, path, rows)
        if node.children:
            valid = pc.invert(nulls)
            rows = _at(pc.indices_nonzero(valid), rows)
            array = array.filter(valid)
    for rule, mask in _broken(node, array):
        yield _failure(node, rule, mask, array, path, rows)
    yield from _inside(node, array, path, rows)


def _failure(
    node: Node, rule: Rule, mask: pa.Array, array: pa.Array, path: str, rows: pa.Array | None
) -> Failure:
    import pyarrow.compute as pc

    where = pc.indices_nonzero(mask)
    return Failure(path, rule, _at(where, rows), array.take(where), node.hidden)


def _at(where: pa.Array, rows: pa.Array | None) -> pa.Array:
    return where if rows is None else rows.take(where)


def _inside(node: Node, array: pa.Array, path: str, rows: pa.Array | None) -> Iterator[Failure]:
    """What is wrong inside the structs, lists or maps of *array*, which has no nulls."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not node.children:
        return
    if pa.types.is_struct(array.type):
        for index, (name, part) in enumerate(node.children):
            yield from failures(part, array.field(index), f"{path}.{name}", rows)
        return
    if all(part.silent for _, part in node.children) and not pa.types.is_map(array.type):
        return
    if pa.types.is_map(array.type):
        entries = _as_list(array)
        parents = _at(pc.list_parent_indices(entries), rows)
        keys, values = entries.flatten().flatten()
        (_, key), (_, value) = node.children
        yield from failures(key, keys, f"{path}[key]", parents)
        yield from failures(value, values, f"{path}[...]", parents)
        yield from _repeated_keys(node, entries, path, rows)
        return
    parents = _at(pc.list_parent_indices(array), rows)
    yield from failures(node.children[0][1], array.flatten(), f"{path}[]", parents)


def _as_list(array: pa.MapArray) -> pa.ListArray:
    """A map as the list of entries that it is."""
    import pyarrow as pa

    kind = pa.list_(pa.struct([pa.field("key", array.type.key_type), array.type.item_field]))
    offsets = array.offsets
    first = offsets[0].as_py()
    length = offsets[-1].as_py() - first
    entries = pa.StructArray.from_arrays(
        [array.keys.slice(first, length), array.items.slice(first, length)],
        fields=list(kind.value_type),
    )
    import pyarrow.compute as pc

    return pa.ListArray.from_arrays(pc.subtract(offsets, first), entries, type=kind)


def _repeated_keys(
    node: Node, entries: pa.ListArray, path: str, rows: pa.Array | None
) -> Iterator[Failure]:
    """Maps that have a key twice, which a dict cannot."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parents = pc.list_parent_indices(entries)
    table = pa.table({"row": parents, "key": entries.flatten().field(0)})
    counted = table.group_by(["row", "key"], use_threads=False).aggregate([([], "count_all")])
    where = counted.filter(pc.greater(counted["count_all"], 1)).combine_chunks()
    if where.num_rows:
        found, keys = (where.column(name).chunk(0) for name in ("row", "key"))
        yield Failure(path, Rule("keys", "with repeated keys"), _at(found, rows), keys, node.hidden)


def _broken(node: Node, array: pa.Array) -> Iterator[tuple[Rule, pa.Array]]:
    """Each rule that some value breaks, with the mask of these values."""
    import pyarrow as pa

    if not node.rules or len(array) == array.null_count:
        return
    if pa.types.is_dictionary(array.type) and array.dictionary.null_count:
        array = array.dictionary_decode()
    if pa.types.is_dictionary(array.type):  # few values, many rows
        for rule, mask in _broken_plain(node.rules, array.dictionary):
            spread = mask.take(array.indices)
            if spread.true_count:
                yield rule, spread
        return
    yield from _broken_plain(node.rules, array)


def _broken_plain(rules: tuple[Rule, ...], array: pa.Array) -> Iterator[tuple[Rule, pa.Array]]:
    chunk = Chunk(array)
    for rule in rules:
        try:
            mask = CHECKS[rule.kind](rule, chunk)
        except (ValueError, TypeError, OverflowError, NotImplementedError):
            # Arrow cannot compare these two (a limit out of range, an aware and a naive time)
            mask = _asked(rule, chunk)
        if mask is not None and mask.true_count:
            yield rule, mask


def _bound(rule: Rule, chunk: Chunk) -> pa.Array | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    holds, limit = _BOUNDS[rule.kind], chunk.limit(rule.limit)
    array = chunk.comparable
    if pa.types.is_floating(array.type):  # one comparison is quicker than both ends, and sees NaN
        kept = pc.call_function(_KEEPS[rule.kind], [array, pa.scalar(limit, pa.float64())])
        if not kept.false_count:
            chunk.has_nan = False
            return None
    elif any(holds(low, limit) and holds(high, limit) for low, high in chunk.extents()):
        return None
    kind = {"int": array.type, "float": pa.float64()}.get(family(array.type))
    return pc.call_function(_BREAKS[rule.kind], [array, pa.scalar(limit, kind)])


def _multiple_of(rule: Rule, chunk: Chunk) -> pa.Array | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    array = chunk.array
    if pa.types.is_integer(array.type):
        step = pa.scalar(rule.limit, array.type)
        return pc.not_equal(array, pc.multiply(pc.divide(array, step), step))
    whole = pc.multiply(pc.round(pc.divide(array, rule.limit)), rule.limit)
    doubtful = pc.not_equal(array, whole)  # a float's multiples are near enough, says pydantic
    return _asked(rule, chunk, among=array.filter(doubtful)) if doubtful.true_count else None


def _min_length(rule: Rule, chunk: Chunk) -> pa.Array | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    shortest, _ = chunk.length_extent
    enough = rule.limit if chunk.is_counted or rule.limit <= 1 else 4 * rule.limit
    if shortest >= enough:  # a character has 1 to 4 bytes
        return None
    return pc.less(chunk.exact_lengths(), pa.scalar(rule.limit))


def _max_length(rule: Rule, chunk: Chunk) -> pa.Array | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if chunk.length_extent[1] <= rule.limit:
        return None
    return pc.greater(chunk.exact_lengths(), pa.scalar(rule.limit))


def _finite(rule: Rule, chunk: Chunk) -> pa.Array | None:
    import pyarrow.compute as pc

    total = pc.sum(chunk.array).as_py()  # one NaN or infinity makes the sum one
    return None if math.isfinite(total) else pc.invert(pc.is_finite(chunk.array))


def _not_nan(rule: Rule, chunk: Chunk) -> pa.Array | None:
    import pyarrow.compute as pc

    if not chunk.has_nan:
        return None
    return pc.is_nan(chunk.array) if math.isnan(pc.sum(chunk.array).as_py()) else None


def _calendar(rule: Rule, chunk: Chunk) -> pa.Array | None:
    """Dates that Python cannot hold."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = chunk.array.type
    days = 1 if pa.types.is_date32(kind) else _DAY["ms" if pa.types.is_date64(kind) else kind.unit]
    first, last = _PYTHON_DAYS[0] * days, (_PYTHON_DAYS[1] + 1) * days - 1
    array = chunk.comparable
    low, high = chunk.extent
    if low >= first and high <= last:
        return None
    return pc.or_(pc.less(array, first), pc.greater(array, last))


def _member(rule: Rule, chunk: Chunk) -> pa.Array | None:
    import pyarrow as pa
    import pyarrow.compute as pc

    array = chunk.array
    wanted = pa.array([value for value in rule.limit if _fits(value, array.type)], array.type)
    return pc.and_(pc.invert(pc.is_in(array, wanted)), array.is_valid())


def _fits(value: Any, kind: pa.DataType) -> bool:
    import pyarrow as pa

    try:
        pa.scalar(value, kind)
    except (pa.ArrowInvalid, OverflowError):
        return False
    return True


def _pattern(rule: Rule, chunk: Chunk) -> pa.Array | None:
    """Use RE2 where it agrees with pydantic's engine, and ask pydantic for the rest."""
    import pyarrow.compute as pc

    array, translated = chunk.array, translate(rule.limit)
    if translated is None:
        return _asked(rule, chunk)
    distinct = array.unique() if _repeats(array) else array
    bad = pc.invert(pc.match_substring_regex(distinct, translated.pattern))
    if translated.ascii_only and not chunk.is_ascii:
        foreign = pc.invert(pc.string_is_ascii(distinct))
        if foreign.true_count:
            asked = _asked(rule, Chunk(distinct), among=distinct.filter(foreign))
            bad = pc.if_else(foreign, asked, bad)
    if not bad.true_count or distinct is array:
        return bad
    return pc.is_in(array, distinct.filter(bad))


def _repeats(array: pa.Array) -> bool:
    """Whether few values are distinct, so that finding them costs less than matching all.

    If a sample of n values has d repeats, about n * n / 2d values are distinct.
    """
    sample = array.slice(0, _SAMPLE)
    repeats = len(sample) - len(sample.unique())
    return len(array) > 8 * _SAMPLE and repeats * len(array) > 4 * _SAMPLE**2


def _asked(rule: Rule, chunk: Chunk, among: pa.Array | None = None) -> pa.Array:
    """Ask the row's own library about each distinct value of *among*, or of all if it is None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    array = chunk.array
    distinct = (array if among is None else among).unique().drop_null()
    bad = [not rule.accepts(value) for value in python_values(distinct)]
    return pc.and_(array.is_valid(), pc.is_in(array, distinct.filter(pa.array(bad, pa.bool_()))))


CHECKS: dict[str, Callable[[Rule, Chunk], Any]] = {
    **dict.fromkeys(_BOUNDS, _bound),
    "multiple_of": _multiple_of,
    "min_length": _min_length,
    "max_length": _max_length,
    "finite": _finite,
    "not_nan": _not_nan,
    "calendar": _calendar,
    "member": _member,
    "pattern": _pattern,
    "asked": _asked,
}
