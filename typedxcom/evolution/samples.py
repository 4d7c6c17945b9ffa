"""Made-up values of a contract as JSON, a few for each version. They are kept beside the contract.

They are never values of a run. Values are tried with the contract's own codec, so a sample is what
a task would really have pushed.
"""

from __future__ import annotations

import base64
import datetime as dt
import enum
import functools
import math
import operator
from collections.abc import Iterator
from typing import Any

from typedxcom.codecs import ValueCodec
from typedxcom.errors import TypedXComError
from typedxcom.evolution.facts import facts_of, root_of
from typedxcom.exchange import dump, load
from typedxcom.schema.nodes import (
    Alias,
    Constrained,
    Constraints,
    EnumOf,
    LiteralOf,
    MappingOf,
    Named,
    Record,
    Scalar,
    Schema,
    SequenceOf,
    TupleOf,
    UnionOf,
    Var,
)
from typedxcom.settings import Settings
from typedxcom.stored import AnyCodec, StoredCodec
from typedxcom.stored.table import TableCodec

__all__ = ["MOST", "SCALARS", "made_tree", "opened_sample", "samples"]

MOST = 3  # samples for each version
_TRIES = 8
_SIZE = 4000  # bytes of one sample
_DEPTH = 6
_TABLE = "table"


def samples(codec: AnyCodec) -> list[Any]:
    """Returns up to `MOST` samples of what a task with this codec pushes, the same each time."""
    if isinstance(codec, TableCodec):
        return list(_tables(codec))
    if isinstance(codec, StoredCodec):
        return []
    found: list[Any] = []
    for number in range(_TRIES):
        entry = _entry(codec, number)
        if entry is not None and entry[0] not in found:
            found.append(entry[0])
        if len(found) == MOST:
            break
    return found


def opened_sample(sample: Any, codec: AnyCodec) -> Any:
    """Reads *sample* as a reader with *codec* would. Raises errors as `exchange.load` does."""
    if isinstance(sample, dict) and _TABLE in sample and isinstance(codec, TableCodec):
        import pyarrow as pa

        with pa.ipc.open_stream(base64.b64decode(sample[_TABLE])) as stream:
            return load(stream.read_all(), codec)
    return load(sample, codec)


def _entry(codec: ValueCodec, number: int) -> tuple[Any] | None:
    try:
        value = codec.decode_tree(made_tree(codec.schema, number))
        entry = dump(value, codec, settings=Settings())
    except (TypedXComError, ValueError, ArithmeticError, RecursionError):
        return None
    return (entry,) if len(str(entry)) <= _SIZE else None


def _tables(codec: TableCodec) -> Iterator[Any]:
    import pyarrow as pa

    from typedxcom.errors import ContractError
    from typedxcom.tables.marks import rows_of
    from typedxcom.tables.sample.rows import sample

    if not codec.row.columns:
        return
    try:
        table = sample(rows_of(codec.annotation), 3)
    except (ContractError, ArithmeticError, ValueError):
        return
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    text = base64.b64encode(sink.getvalue().to_pybytes()).decode()
    if len(text) <= _SIZE:
        yield {_TABLE: text}


def made_tree(schema: Schema, number: int) -> Any:
    """Returns the *number*-th JSON tree for *schema*, which a codec may still refuse."""
    return _made(schema, number, 0)


def _made(schema: Schema, number: int, depth: int) -> Any:
    """Returns the *number*-th JSON tree for *schema*; the first ones are short."""
    match schema:
        case Constrained(inner=inner, constraints=limits):
            return _limited(inner, limits, number, depth)
        case Named(inner=inner) | Alias(target=[inner]) | Var(bound=inner):
            return _made(inner, number, depth)
        case Scalar(type=kind):
            values = SCALARS.get(kind.__name__, ("a",))
            return values[number % len(values)]
        case LiteralOf(values=values):
            return values[number % len(values)]
        case EnumOf(type=kind):
            members: Any = kind
            known = [one.value for one in members]
            if issubclass(kind, enum.Flag):
                known += [0, functools.reduce(operator.or_, known, 0)]
            return known[number % len(known)]
        case SequenceOf(item=item):
            count = 0 if depth > _DEPTH else number % 3
            return [_made(item, number + at, depth + 1) for at in range(count)]
        case TupleOf(items=items):
            return [_made(item, number, depth + 1) for item in items]
        case MappingOf(key=key, value=value):
            if depth > _DEPTH or number % 2 == 0:
                return {}
            name = _made(key, number, depth + 1)
            return {name if isinstance(name, str) else str(name): _made(value, number, depth + 1)}
        case UnionOf(members=members):
            at = number if depth <= _DEPTH else len(members) - 1
            return _made(members[at % len(members)], number // len(members), depth + 1)
        case Record():
            root = root_of(schema)
            if root is not None:
                return _made(root, number, depth + 1)
            return _record(schema, number, depth)
    return number


def _record(record: Record, number: int, depth: int) -> Any:
    facts = facts_of(record)
    made: dict[str, Any] = {}
    if facts.tag is not None:
        made[facts.tag[0]] = facts.tag[1]
    for at, (name, part) in enumerate(record.fields.items()):
        if not part.required and (number % 3 == 0 or depth > _DEPTH) and not facts.is_array:
            continue
        made[facts.fields[name].writes] = _made(part.schema, number + at, depth + 1)
    return list(made.values()) if facts.is_array else made


def _limited(inner: Schema, limits: Constraints, number: int, depth: int) -> Any:
    length = limits.min_length or 0
    if isinstance(inner, SequenceOf) and limits.min_length is not None:
        return [_made(inner.item, number + at, depth + 1) for at in range(length)]
    made = _made(inner, number, depth)
    if isinstance(made, str) and limits.min_length is not None:
        made = made.ljust(length, "a")
    if isinstance(made, str) and limits.max_length is not None:
        made = made[: limits.max_length]
    if isinstance(made, (int, float)) and not isinstance(made, bool):
        return _number(limits, number, is_whole=isinstance(made, int))
    return made


def _number(limits: Constraints, number: int, *, is_whole: bool) -> Any:
    step = limits.multiple_of or (1 if is_whole else 0.5)
    try:
        if limits.ge is not None or limits.gt is not None:
            low = limits.ge if limits.ge is not None else limits.gt
            start = math.ceil(low / step) + (limits.ge is None and low % step == 0)
            return (start + number) * step
        if limits.le is not None or limits.lt is not None:
            high = limits.le if limits.le is not None else limits.lt
            start = math.floor(high / step) - (limits.le is None and high % step == 0)
            return (start - number) * step
    except TypeError:  # a limit that is no number
        return number
    return number * step


_DAY = dt.date(2024, 1, 31)
SCALARS: dict[str, tuple[Any, ...]] = {
    "bool": (False, True), "int": (0, 1, -7, 2**40), "float": (0.0, 1.5, -2.25),
    "str": ("a", "", "Zürich"), "NoneType": (None,), "bytes": ("", "YWJj"),
    "bytearray": ("", "YWJj"), "Decimal": ("0", "1.10", "-3", "12.345", "99999", "1E+3"),
    "datetime": ("2024-01-31T12:30:00Z", "2024-01-31T12:30:00.250000Z", "2024-01-31T12:30:00",
        "2999-01-01T00:00:00Z", "2999-01-01T00:00:00"),
    "date": (_DAY.isoformat(), "1999-12-31", "2999-01-01"), "time": ("12:30:00", "12:30:00Z", "03:04:00+02:00"), "timedelta": ("PT1H", "P1D"),
    "UUID": ("6f1e2f5c-5a4b-4a0e-8e1d-0a6a3c1d2b3f",), "Fraction": ("1/3",),
    "IPv4Address": ("192.0.2.1",), "IPv6Address": ("2001:db8::1",),
    "IPv4Network": ("192.0.2.0/24",), "IPv6Network": ("2001:db8::/32",),
    "IPv4Interface": ("192.0.2.1/24",), "IPv6Interface": ("2001:db8::1/32",),
}  # fmt: skip
