"""Safe casts: another layout of the same values, or nothing.

A cast is safe if the types alone promise it (int32 to int64, string to large_string, dictionary to
values), or if every value was looked at (int64 to int32, decimals of fewer digits, a coarser unit
of time). A value that would change is reported with its row, like a broken rule.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from typedxcom.tables.row.arrowtypes import family
from typedxcom.tables.row.nodes import Node, Rule

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Lossy", "Unfit", "cast_array", "target_type"]

# What another family may become, value by value; the key is (from, to).
_CROSSINGS = {
    ("int", "float"), ("int", "decimal"), ("timestamp", "date"),
}  # fmt: skip
_NANOS_A_DAY = 86_400_000_000_000
_WIDEST_INT = 20  # digits of the largest uint64
_WIDEST_DECIMAL = 76  # digits of a decimal256


class Unfit(Exception):
    """No cast between two types is safe."""


class Lossy(Exception):
    """Some values of a chunk would change.

    Attributes:
        mask: True for each of them.
        rule: What they break.
    """

    def __init__(self, mask: pa.Array, rule: Rule) -> None:
        super().__init__()
        self.mask = mask
        self.rule = rule


def target_type(node: Node, source: pa.DataType) -> pa.DataType:
    """The type that a column of *source* gets: that of *node*. An open zone keeps the source's.

    Raises:
        Unfit: The zone is missing, or there is one where none should be.
    """
    import pyarrow as pa

    kind = node.type
    if node.zone and pa.types.is_timestamp(source):
        if node.zone == "aware" and source.tz is None:
            raise Unfit(f"{pa.timestamp(kind.unit)} of any zone")
        if node.zone == "naive" and source.tz is not None:
            raise Unfit(f"{pa.timestamp(kind.unit)} without a zone")
        return pa.timestamp(kind.unit, source.tz)
    if not node.children:
        return kind
    if pa.types.is_struct(kind) and pa.types.is_struct(source):
        return pa.struct([_target_field(name, part, source) for name, part in node.children])
    if family(kind) == "list" == family(source):
        item = target_type(node.children[0][1], source.value_type)
        make = pa.large_list if pa.types.is_large_list(kind) else pa.list_
        return make(pa.field("item", item, node.children[0][1].nullable))
    if pa.types.is_map(kind):
        return _target_map(node, source)
    return kind


def _target_field(name: str, part: Node, source: pa.DataType) -> pa.Field:
    import pyarrow as pa

    index = source.get_field_index(name)
    kind = target_type(part, source.field(index).type) if index >= 0 else part.type
    return pa.field(name, kind, part.nullable)


def _target_map(node: Node, source: pa.DataType) -> pa.DataType:
    import pyarrow as pa

    entry = _entry_types(source)
    if entry is None:
        return node.type
    (_, key), (_, value) = node.children
    item = pa.field("value", target_type(value, entry[1]), value.nullable)
    return pa.map_(target_type(key, entry[0]), item)


def _entry_types(source: pa.DataType) -> tuple[pa.DataType, pa.DataType] | None:
    """Key and value types of a map, or of the list of pairs that polars has for one."""
    import pyarrow as pa

    if pa.types.is_map(source):
        return source.key_type, source.item_type
    if family(source) == "list" and pa.types.is_struct(source.value_type):
        names = [
            source.value_type.field(index).name for index in range(source.value_type.num_fields)
        ]
        if names == ["key", "value"]:
            return source.value_type.field(0).type, source.value_type.field(1).type
    return None


def cast_array(array: pa.Array, kind: pa.DataType, *, floats: bool = False) -> pa.Array:
    """*array* as *kind*, every value the same.

    Args:
        array: One chunk.
        kind: What it should be.
        floats: Whether a float may become an integer if it has no fraction. pandas has no other way
            to say that an integer is missing.

    Raises:
        Unfit: The types are too far apart.
        Lossy: Some value would change.
    """
    import pyarrow as pa

    source = array.type
    if source == kind:
        return array
    if pa.types.is_null(source):
        return pa.nulls(len(array), kind)
    if isinstance(array, pa.ExtensionArray):
        return cast_array(_without_extension(array), kind, floats=floats)
    if pa.types.is_interval(source) and pa.types.is_duration(kind):
        return cast_array(_from_intervals(array), kind)
    if pa.types.is_dictionary(kind):
        return _to_dictionary(array, kind, floats=floats)
    if pa.types.is_dictionary(source):
        return cast_array(array.dictionary_decode(), kind, floats=floats)
    nested = _NESTED.get(family(kind))
    if nested is not None:
        return nested(array, kind, floats)
    return _scalars(array, kind, floats=floats)


def _without_extension(array: pa.ExtensionArray) -> pa.Array:
    """The storage of an extension type. A UUID becomes the text that pydantic reads."""
    import pyarrow as pa

    if array.type.extension_name != "arrow.uuid":
        return array.storage
    texts = [None if value is None else str(value) for value in array.to_pylist()]
    return pa.array(texts, pa.string())


def _from_intervals(array: pa.Array) -> pa.Array:
    """DuckDB's intervals as durations in nanoseconds. A month has no length, so it is refused."""
    import pyarrow as pa
    import pyarrow.compute as pc

    end = len(array) + array.offset
    if not end:
        return pa.array([], pa.duration("ns"))
    _, data = array.buffers()
    narrow = pa.Array.from_buffers(pa.int32(), 4 * end, [None, data])
    wide = pa.Array.from_buffers(pa.int64(), 2 * end, [None, data])
    rows = pc.indices_nonzero(pa.nulls(end).is_null()).slice(array.offset).cast(pa.int64())
    months, days = (narrow.take(pc.add(pc.multiply(rows, 4), at)) for at in (0, 1))
    nanos = wide.take(pc.add(pc.multiply(rows, 2), 1))
    valid = array.is_valid()
    mask = pc.and_(pc.not_equal(months, 0), valid)
    if mask.true_count:
        raise Lossy(mask, Rule("cast", "with months, which no duration has"))
    whole = pc.add(pc.multiply(days.cast(pa.int64()), _NANOS_A_DAY), nanos)
    return pc.if_else(valid, whole, pa.scalar(None, pa.int64())).cast(pa.duration("ns"))


def _scalars(array: pa.Array, kind: pa.DataType, *, floats: bool) -> pa.Array:
    import pyarrow as pa

    have, want = family(array.type), family(kind)
    crossing = (have, want) in _CROSSINGS or (floats and (have, want) == ("float", "int"))
    if (have != want and not crossing) or have == "other":
        raise Unfit
    if have == "float" == want and array.type.bit_width > kind.bit_width:
        raise Unfit
    if have == "timestamp" and want == "timestamp" and (array.type.tz is None) != (kind.tz is None):
        raise Unfit
    if want == "decimal":
        return _to_decimal(array, kind)
    if want == "date" and not pa.types.is_date32(array.type):
        return _checked(array, kind, cast_back=True)
    try:
        return array.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _checked(array, kind, cast_back=True)


def _checked(array: pa.Array, kind: pa.DataType, *, cast_back: bool) -> pa.Array:
    """Cast, then cast back and compare. What differs has changed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        changed = array.cast(kind, safe=False)
        mask = pc.not_equal(changed.cast(array.type, safe=False), array)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Unfit from error
    if pa.types.is_floating(array.type):  # a NaN equals nothing, and is no integer
        mask = pc.or_(mask, pc.is_nan(array))
    if mask.true_count:
        raise Lossy(mask, Rule("cast", f"that `{kind}` cannot hold"))
    return changed


def _to_decimal(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """A decimal with other digits, or an integer as a decimal."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_integer(array.type):
        array = array.cast(pa.decimal128(_WIDEST_INT, 0))
    try:
        return array.cast(kind)
    except pa.ArrowInvalid:
        whole = kind.precision - kind.scale
        wide = array.cast(pa.decimal256(_WIDEST_DECIMAL, array.type.scale), safe=False)
        limit = pa.scalar(
            Decimal(10) ** min(whole, _WIDEST_DECIMAL - 1 - array.type.scale), wide.type
        )
        mask = pc.greater_equal(pc.abs(wide), limit)
        if kind.scale < array.type.scale:
            mask = pc.or_(mask, pc.not_equal(pc.round(wide, kind.scale), wide))
        if not mask.true_count:  # Arrow looks at the type's digits, the values have fewer
            wide_kind = pa.decimal256(_WIDEST_DECIMAL, kind.scale)
            return array.cast(wide_kind, safe=False).cast(kind)
        words = f"with more than {kind.precision} digits or {kind.scale} decimal places"
        raise Lossy(mask, Rule("cast", words)) from None


def _to_dictionary(array: pa.Array, kind: pa.DataType, *, floats: bool) -> pa.Array:
    import pyarrow as pa

    if pa.types.is_dictionary(array.type) and array.dictionary.null_count:
        array = array.dictionary_decode()
    if not pa.types.is_dictionary(array.type):
        array = cast_array(array, kind.value_type, floats=floats).dictionary_encode()
    values = cast_array(array.dictionary, kind.value_type, floats=floats)
    indices = array.indices.cast(kind.index_type)
    return pa.DictionaryArray.from_arrays(indices, values, ordered=kind.ordered)


def _to_struct(array: pa.Array, kind: pa.DataType, floats: bool) -> pa.Array:
    import pyarrow as pa

    if not pa.types.is_struct(array.type):
        raise Unfit
    fields = [kind.field(index) for index in range(kind.num_fields)]
    names = {array.type.field(index).name for index in range(array.type.num_fields)}
    if names - {one.name for one in fields}:
        raise Unfit
    parts = [_part(array, field, floats) for field in fields]
    mask = array.is_null() if array.null_count else None
    if not parts:
        return array
    return pa.StructArray.from_arrays(parts, fields=fields, mask=mask)


def _part(array: pa.Array, field: pa.Field, floats: bool) -> pa.Array:
    """One field of a struct. A missing one is null."""
    import pyarrow as pa

    index = array.type.get_field_index(field.name)
    if index < 0:
        return pa.nulls(len(array), field.type)
    return cast_array(array.field(index), field.type, floats=floats)


def _to_list(array: pa.Array, kind: pa.DataType, floats: bool) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if family(array.type) != "list":
        raise Unfit
    if not (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
        try:
            is_view = not pa.types.is_fixed_size_list(array.type)
            array = _in_turn(array) if is_view else array.cast(pa.large_list(array.type.value_type))
        except pa.ArrowNotImplementedError as error:
            raise Unfit from error
    is_large = pa.types.is_large_list(kind)
    if not len(array):  # it may have no offsets at all, and shows whether the types fit
        cast_array(pa.array([], array.type.value_type), kind.value_type, floats=floats)
        return pa.array([], kind)
    offsets = array.offsets
    first, last = offsets[0].as_py(), offsets[-1].as_py()
    offsets = pc.subtract(offsets, first).cast(pa.int64() if is_large else pa.int32())
    try:
        values = cast_array(array.values.slice(first, last - first), kind.value_type, floats=floats)
    except Lossy as error:
        raise Lossy(_holders(offsets, error.mask), error.rule) from None
    mask = array.is_null() if array.null_count else None
    make = pa.LargeListArray if is_large else pa.ListArray
    return make.from_arrays(offsets, values, type=kind, mask=mask)


def _in_turn(array: pa.Array) -> pa.Array:
    """A list view array as lists one after the other.

    Arrow's own cast gives offsets out of order if the first view is not the first value.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    valid = array.is_valid()
    sizes = pc.if_else(valid, array.sizes.cast(pa.int64()), 0)
    ends = pc.cumulative_sum(sizes)
    offsets = pa.concat_arrays([pa.array([0], pa.int64()), ends])
    total = offsets[-1].as_py()
    rows = pa.LargeListArray.from_arrays(offsets, pa.nulls(total))
    places = pc.cumulative_sum(pa.nulls(total).is_null().cast(pa.int64()))
    parents = pc.list_parent_indices(rows)
    begins = pc.subtract(array.offsets.cast(pa.int64()), offsets.slice(0, len(array)))
    wanted = pc.add(pc.subtract(places, 1), begins.take(parents))
    values = array.values.cast(_without_views(array.type.value_type)).take(wanted)
    mask = array.is_null() if array.null_count else None
    return pa.LargeListArray.from_arrays(offsets, values, mask=mask)


def _without_views(kind: pa.DataType) -> pa.DataType:
    """*kind* with plain texts and bytes instead of views, whose items Arrow cannot take."""
    import pyarrow as pa

    if pa.types.is_string_view(kind):
        return pa.large_string()
    if pa.types.is_binary_view(kind):
        return pa.large_binary()
    if pa.types.is_struct(kind):
        fields = (kind.field(at) for at in range(kind.num_fields))
        return pa.struct([one.with_type(_without_views(one.type)) for one in fields])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.large_list(_without_views(kind.value_type))
    return kind


def _holders(offsets: pa.Array, mask: pa.Array) -> pa.Array:
    """Which lists hold an item of *mask*."""
    import pyarrow as pa
    import pyarrow.compute as pc

    make = pa.LargeListArray if offsets.type == pa.int64() else pa.ListArray
    lists = make.from_arrays(offsets, mask)
    bad = pc.list_parent_indices(lists).filter(pc.fill_null(lists.values, False))
    return pc.is_in(pc.indices_nonzero(pa.nulls(len(lists)).is_null()), bad.cast(pa.uint64()))


def _to_map(array: pa.Array, kind: pa.DataType, floats: bool) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if _entry_types(array.type) is None:
        raise Unfit
    offsets = array.offsets
    first, last = offsets[0].as_py(), offsets[-1].as_py()
    if pa.types.is_map(array.type):
        keys, values = array.keys, array.items
    else:
        keys, values = array.values.field(0), array.values.field(1)
    offsets = pc.subtract(offsets, first).cast(pa.int32())
    try:
        keys = cast_array(keys.slice(first, last - first), kind.key_type, floats=floats)
        values = cast_array(values.slice(first, last - first), kind.item_type, floats=floats)
    except Lossy as error:
        raise Lossy(_holders(offsets, error.mask), error.rule) from None
    mask = array.is_null() if array.null_count else None
    return pa.MapArray.from_arrays(offsets, keys, values, type=kind, mask=mask)


_NESTED: dict[str, Callable[[Any, Any, bool], Any]] = {
    "struct": _to_struct,
    "list": _to_list,
    "map": _to_map,
}
