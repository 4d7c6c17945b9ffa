"""Lists the standard library's classes for annotations, by the node that describes them."""

from __future__ import annotations

import collections
import collections.abc as abc
import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
import uuid
from typing import Any

__all__ = ["MAPPINGS", "NATIVE_SCALARS", "SCALARS", "SEQUENCES", "TEXT_SCALARS", "is_frame"]

NATIVE_SCALARS: frozenset[type] = frozenset({  # msgspec reads and writes them itself
    bool, int, float, str, bytes, bytearray, type(None), decimal.Decimal, uuid.UUID,
    dt.datetime, dt.date, dt.time, dt.timedelta,
})  # fmt: skip
TEXT_SCALARS: tuple[type, ...] = (  # str() writes them, the class itself reads them
    pathlib.Path, pathlib.PosixPath, pathlib.WindowsPath, pathlib.PurePath, pathlib.PurePosixPath,
    pathlib.PureWindowsPath, fractions.Fraction,
    ipaddress.IPv4Address, ipaddress.IPv6Address, ipaddress.IPv4Network, ipaddress.IPv6Network,
    ipaddress.IPv4Interface, ipaddress.IPv6Interface,
)  # fmt: skip
SCALARS: frozenset[type] = NATIVE_SCALARS.union(TEXT_SCALARS)
SEQUENCES: dict[Any, type] = {
    list: list, set: set, frozenset: frozenset, collections.deque: collections.deque,
    abc.Sequence: abc.Sequence, abc.MutableSequence: abc.MutableSequence,
    abc.Collection: abc.Collection, abc.Iterable: abc.Iterable, abc.Set: abc.Set,
    abc.MutableSet: abc.MutableSet,
}  # fmt: skip
MAPPINGS: dict[Any, type] = {
    dict: dict, abc.Mapping: abc.Mapping, abc.MutableMapping: abc.MutableMapping,
    collections.OrderedDict: collections.OrderedDict,
    collections.defaultdict: collections.defaultdict,
}  # fmt: skip
_FRAMES = frozenset({  # a library's package and the name of its class of tables
    ("pyarrow", "Table"), ("pyarrow", "RecordBatch"), ("pyarrow", "RecordBatchReader"),
    ("pandas", "DataFrame"), ("polars", "DataFrame"), ("polars", "LazyFrame"),
    ("duckdb", "DuckDBPyRelation"),
})  # fmt: skip


def is_frame(cls: Any) -> bool:
    """Returns whether *cls* is a table library's own class. No library is imported for that."""
    if not isinstance(cls, type):
        return False
    return (cls.__module__.partition(".")[0].lstrip("_"), cls.__name__) in _FRAMES
