"""Values of one type, and facts about all of them that cost little."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Chunk", "python_values"]

_WORD_DIGITS = 18  # a decimal of so many digits fits the lower of its two words


class Chunk:
    """An array without nested values, and the facts that several rules ask for.

    Attributes:
        array: The values.
        has_nan: False once a comparison has shown that none of them is NaN.
    """

    def __init__(self, array: pa.Array) -> None:
        self.array = array
        self.has_nan = True

    @cached_property
    def comparable(self) -> pa.Array:
        """The values, with times as integers, because Arrow finds no smallest duration."""
        import pyarrow as pa

        kind = self.array.type
        if pa.types.is_temporal(kind):
            return self.array.view(pa.int64() if kind.bit_width == 64 else pa.int32())
        return self.array

    @cached_property
    def extent(self) -> tuple[Any, Any]:
        """The smallest and the largest value."""
        import pyarrow.compute as pc

        found = pc.min_max(self.comparable)
        return found["min"].as_py(), found["max"].as_py()

    def extents(self) -> Iterator[tuple[Any, Any]]:
        """Bounds of all values: first quick ones, then exact ones."""
        import pyarrow as pa

        kind = self.array.type
        if pa.types.is_decimal128(kind) and kind.precision <= _WORD_DIGITS and self.words[0] >= 0:
            yield Decimal(0), Decimal(self.words[1]).scaleb(-kind.scale)
        yield self.extent

    @cached_property
    def words(self) -> tuple[int, int]:
        """The smallest and the largest of each of the two words of all decimals.

        If no word is negative, no value is: the upper words are 0, and the lower ones are the
        values.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        array = self.array
        parts = [None, array.buffers()[1]]
        view = pa.Array.from_buffers(pa.int64(), 2 * len(array), parts, offset=2 * array.offset)
        found = pc.min_max(view)
        return found["min"].as_py(), found["max"].as_py()

    def limit(self, value: Any) -> Any:
        """*value* in the terms of `extent`.

        Raises:
            TypeError: It does not compare with such values.
        """
        import pyarrow as pa

        kind = self.array.type
        if not pa.types.is_temporal(kind):
            return value
        if pa.types.is_timestamp(kind) and (kind.tz is None) != (value.tzinfo is None):
            raise TypeError("an aware time and a naive one do not compare")
        if isinstance(value, dt.time) and value.tzinfo is not None:
            raise TypeError("Arrow's times have no zone")
        return pa.scalar(value, kind).value

    @cached_property
    def lengths(self) -> pa.Array:
        """Bytes of texts and bytes, items of lists and maps."""
        import pyarrow as pa
        import pyarrow.compute as pc

        array = self.array
        if pa.types.is_map(array.type):
            lengths = pc.subtract(array.offsets[1:], array.offsets[:-1])
            return pc.if_else(array.is_valid(), lengths, None) if array.null_count else lengths
        return (pc.list_value_length if pa.types.is_nested(array.type) else pc.binary_length)(array)

    @cached_property
    def length_extent(self) -> tuple[int, int]:
        """The smallest and the largest of `lengths`."""
        import pyarrow.compute as pc

        found = pc.min_max(self.lengths)
        return found["min"].as_py(), found["max"].as_py()

    @property
    def is_counted(self) -> bool:
        """Whether `lengths` is exact. The length of a text is counted in characters, not bytes."""
        return not _is_text(self.array.type) or self.is_ascii

    def exact_lengths(self) -> pa.Array:
        """Characters of texts, bytes of bytes, items of lists and maps."""
        import pyarrow.compute as pc

        return self.lengths if self.is_counted else pc.utf8_length(self.array)

    @cached_property
    def is_ascii(self) -> bool:
        """Whether every text is ASCII: no byte of them, taken as a signed number, is negative."""
        import pyarrow as pa
        import pyarrow.compute as pc

        array = self.array
        if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
            return bool(pc.all(pc.string_is_ascii(array)).as_py())
        _, offsets, data = array.buffers()
        if data is None or not len(array):
            return True
        wide = pa.int64() if pa.types.is_large_string(array.type) else pa.int32()
        places = pa.Array.from_buffers(wide, len(array) + 1, [None, offsets], offset=array.offset)
        first, last = places[0].as_py(), places[-1].as_py()
        view = pa.Array.from_buffers(pa.int8(), last - first, [None, data], offset=first)
        lowest = pc.min(view).as_py()
        return lowest is None or lowest >= 0


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as at

    return bool(at.is_string(kind) or at.is_large_string(kind) or at.is_string_view(kind))


def python_values(array: pa.Array) -> list[Any]:
    """Values as Python objects. A time that Python cannot hold becomes Arrow's text for it."""
    import pyarrow as pa

    kind = array.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":  # pandas would be imported for these
        array = array.cast(pa.timestamp("us", kind.tz), safe=False)
    try:
        values: list[Any] = array.to_pylist()
    except (ValueError, OverflowError):
        return [_python_value(value) for value in array]
    return values


def _python_value(value: pa.Scalar) -> Any:
    """One value, or the number that Arrow holds if Python has no such date."""
    try:
        return value.as_py()
    except (ValueError, OverflowError):
        return f"{getattr(value.type, 'unit', 'day')} {value.value:,} from 1970"
