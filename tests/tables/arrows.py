"""One column of each type that Arrow has, with nulls where the type has them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa

__all__ = ["COLUMNS"]

_DAY = dt.date(2020, 1, 2)
_MOMENT = dt.datetime(2020, 1, 2, 3, 4, 5)
_TIME = dt.time(1, 2, 3)
_KINDS: dict[Any, list[Any]] = {
    pa.null(): [None, None, None],
    pa.bool_(): [True, None, False],
    **{
        kind: [1, None, 100]
        for kind in (
            pa.int8(), pa.int16(), pa.int32(), pa.int64(),
            pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(),
        )
    },
    **{kind: [1.5, None, -2.0] for kind in (pa.float16(), pa.float32(), pa.float64())},
    **{kind: ["a", None, "bc"] for kind in (pa.string(), pa.large_string(), pa.string_view())},
    **{
        kind: [b"a", None, b"bc"] for kind in (pa.binary(), pa.large_binary(), pa.binary_view())
    },
    pa.binary(2): [b"ab", None, b"cd"],
    pa.decimal128(5, 2): [Decimal("1.25"), None, Decimal("-3.00")],
    pa.decimal256(60, 5): [Decimal("1.25000"), None, Decimal("-3.00000")],
    pa.date32(): [_DAY, None, _DAY],
    pa.date64(): [_DAY, None, _DAY],
    pa.time32("s"): [_TIME, None, _TIME],
    pa.time64("ns"): [_TIME, None, _TIME],
    **{
        pa.timestamp(unit, zone): [_MOMENT, None, _MOMENT]
        for unit in ("s", "ms", "us", "ns")
        for zone in (None, "UTC", "Europe/Paris", "+05:30")
    },
    pa.duration("us"): [dt.timedelta(1), None, dt.timedelta(2)],
    pa.month_day_nano_interval(): [(1, 2, 3), None, (0, 0, 1)],
    pa.list_(pa.int64()): [[1, None], None, []],
    pa.large_list(pa.string()): [["a", None], None, []],
    pa.list_(pa.int16(), 2): [[1, 2], None, [3, None]],
    pa.struct({"a": pa.int64(), "b": pa.string()}): [{"a": 1, "b": None}, None, {"a": None, "b": "x"}],
    pa.map_(pa.string(), pa.int64()): [[("a", 1), ("b", None)], None, []],
    pa.list_(pa.struct({"x": pa.list_(pa.int32())})): [[{"x": [1]}, None], None, []],
}  # fmt: skip


def _made() -> dict[str, Any]:
    columns = {str(kind): pa.array(values, kind) for kind, values in _KINDS.items()}
    columns["dictionary"] = pa.array(["a", None, "b"]).dictionary_encode()
    columns["dictionary of numbers"] = pa.array([7, None, 8]).dictionary_encode()
    return columns


COLUMNS = _made()
