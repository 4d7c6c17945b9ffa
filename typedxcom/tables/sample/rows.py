"""Made-up rows that keep a contract, for tests."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from typedxcom.errors import ContractError
from typedxcom.tables.marks import Rows
from typedxcom.tables.row.arrowtypes import family
from typedxcom.tables.row.nodes import Node, TableSchema
from typedxcom.tables.sample.spelling import spell

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["sample"]

_EPOCH = dt.datetime(2024, 1, 1)
_TRIES = 200
_ROUNDS = 8
_TEXTS = (
    "00000000-0000-4000-8000-{:012d}", "10.0.0.{}", "fe80::{:x}", "https://example.com/{}",
    "person{}@example.com", "10.0.{}.0/24", "{}", "A{}", "a{}", "{:04d}", "2024-01-{:02d}",
)  # fmt: skip


def sample(rows: Rows, count: int, *, seed: int = 0) -> pa.Table:
    """A table of *count* valid rows; the same for the same *seed*.

    Raises:
        ContractError: No value was found for a column (a pattern, mostly), or the made-up rows
            break a rule of the table.
    """
    from typedxcom.tables.checks.verify import filter_rows
    from typedxcom.tables.row.describe import describe

    schema = describe(rows)
    maker = SampleMaker(random.Random(seed), schema)
    made, good = maker.table(count, 1), None
    for trial in range(_ROUNDS):  # a rule of the table is kept by chance only
        found = filter_rows(made, rows)
        good = found.good
        if good.num_rows >= count:
            return good.slice(0, count)
        made = maker.joined(made, max(count, 8) << trial)
    msg = f"{schema.name}.sample finds too few rows that keep its rules; the last ones broke:"
    raise ContractError(f"{msg} {'; '.join(map(str, found.problems))}")


class SampleMaker:
    """Makes values that keep the rules of a node."""

    def __init__(self, chance: random.Random, schema: TableSchema) -> None:
        self.chance = chance
        self.schema = schema

    def table(self, count: int, start: int) -> pa.Table:
        """*count* rows; the values of unique columns begin with the *start*-th."""
        import pyarrow as pa

        schema, unique = self.schema.arrow(), {n for k in self.schema.keys for n in k.columns}
        arrays = [
            self.column(one.name, one.node, count, start if one.name in unique else None)
            for one in self.schema
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    def joined(self, table: pa.Table, count: int) -> pa.Table:
        """*table* with *count* further rows."""
        import pyarrow as pa

        return pa.concat_tables([table, self.table(count, table.num_rows + 1)])

    def column(self, name: str, node: Node, count: int, start: int | None) -> Any:
        """*count* values; ascending ones where they must be unique."""
        import pyarrow as pa

        numbers = [None if start is None else start + at for at in range(count)]
        values = [self.value(node, name, number) for number in numbers]
        kind = node.type
        if pa.types.is_dictionary(kind):
            from typedxcom.tables.checks.casting import cast_array

            return cast_array(pa.array(values, kind.value_type), kind)
        return pa.array(values, kind)

    def value(self, node: Node, name: str, number: int | None = None) -> Any:
        """One value; the *number*-th of different ones where that is given."""
        if number is None and node.nullable and self.chance.random() < 0.2:
            return None
        make: Callable[[Node, str, int | None], Any] = {
            "struct": self._struct, "list": self._list, "map": self._map, "null": _nothing,
        }.get(family(node.type), self._scalar)  # fmt: skip
        return make(node, name, number)

    def _struct(self, node: Node, name: str, number: int | None) -> dict[str, Any]:
        return {step: self.value(part, f"{name}.{step}", number) for step, part in node.children}

    def _list(self, node: Node, name: str, number: int | None) -> list[Any]:
        return [self.value(node.children[0][1], f"{name}[]") for _ in range(self._length(node))]

    def _map(self, node: Node, name: str, number: int | None) -> list[Any]:
        (_, key), (_, value) = node.children
        return [
            (self.value(key, f"{name}[key]", at), self.value(value, f"{name}[...]"))
            for at in range(self._length(node))
        ]

    def _length(self, node: Node) -> int:
        limits = {rule.kind: rule.limit for rule in node.rules}
        low = limits.get("min_length", 0)
        return self.chance.randint(low, min(limits.get("max_length", low + 3), low + 3))

    def _scalar(self, node: Node, name: str, number: int | None) -> Any:
        for trial in range(_TRIES):
            at = self.chance.randrange(1000) if number is None else number + trial
            value = _candidate(node, at, trial)
            if _keeps(node, value):
                return value
        raise ContractError(
            f"{self.schema.name}.sample found no value for column `{name}`: make that column yourself."
        )


def _nothing(node: Node, name: str, number: int | None) -> None:
    return None


def _candidate(node: Node, at: int, trial: int) -> Any:
    """The *at*-th value of a node's type that has a chance to keep its rules."""
    limits = {rule.kind: rule.limit for rule in node.rules}
    if "member" in limits:
        return limits["member"][at % len(limits["member"])]
    return _BY_FAMILY[family(node.type)](node, limits, at, trial)


def _number(node: Node, limits: dict[str, Any], at: int, trial: int) -> Any:
    """A multiple of the step, from the lower limit upwards or the upper one downwards."""
    step = limits.get("multiple_of", 1)
    if "gt" in limits or "ge" in limits:
        start = max(limit for limit in (limits.get("gt"), limits.get("ge")) if limit is not None)
        return (start // step) * step + step * (at % (trial + 2) if trial else at)
    if "lt" in limits or "le" in limits:
        start = min(limit for limit in (limits.get("lt"), limits.get("le")) if limit is not None)
        return (start // step) * step - step * (at if not trial else at % (trial + 2))
    return step * at


def _float(node: Node, limits: dict[str, Any], at: int, trial: int) -> float:
    value = float(_number(node, limits, at, trial))
    if trial and "multiple_of" not in limits:
        low = max(float(limits.get("gt", limits.get("ge", -1e9))), -1e9)
        high = min(float(limits.get("lt", limits.get("le", 1e9))), 1e9)
        return low + (high - low) * ((at % 97) + 1) / 98
    return value


def _decimal(node: Node, limits: dict[str, Any], at: int, trial: int) -> Decimal:
    unit = Decimal(1).scaleb(-node.type.scale)
    base = Decimal(str(_number(node, {k: v for k, v in limits.items() if k != "asked"}, 0, trial)))
    value: Decimal = (base + unit * (at % 10 ** min(node.type.precision, 6))).quantize(unit)
    return value


def _time_like(make: Any) -> Any:
    def candidate(node: Node, limits: dict[str, Any], at: int, trial: int) -> Any:
        for name, sign in (("ge", 1), ("gt", 1), ("le", -1), ("lt", -1)):
            if name in limits:
                return make(limits[name], sign * (at % (trial + 5) + (name in {"gt", "lt"})), node)
        return make(None, at, node)

    return candidate


def _moment(start: Any, at: int, node: Node) -> dt.datetime:
    zone = dt.timezone.utc if node.type.tz else None
    return (start or _EPOCH.replace(tzinfo=zone)) + dt.timedelta(hours=at)


def _clock(start: Any, at: int, node: Node) -> dt.time:
    begin = dt.datetime.combine(_EPOCH, start or dt.time())
    return (begin + dt.timedelta(minutes=at)).time()


def _text(node: Node, limits: dict[str, Any], at: int, trial: int) -> str:
    low, high = limits.get("min_length", 0), limits.get("max_length")
    for kind in ("pattern", "asked"):
        pattern = getattr(limits.get(kind), "pattern", limits.get(kind))
        if isinstance(pattern, str):
            made = spell(pattern, random.Random(f"{at} {trial}"))
            if made is not None:
                return made
    made = _TEXTS[(6 + trial) % len(_TEXTS)].format(at)
    made = made.rjust(low, "x") if trial % 2 else made.rjust(low, "0")
    return made if high is None else made[-high:] if high else ""


_BY_FAMILY: dict[str, Any] = {
    "int": _number,
    "float": _float,
    "decimal": _decimal,
    "bool": lambda node, limits, at, trial: at % 2 == 0,
    "text": _text,
    "bytes": lambda node, limits, at, trial: _text(node, limits, at, 0).encode(),
    "timestamp": _time_like(_moment),
    "date": _time_like(lambda start, at, node: (start or _EPOCH.date()) + dt.timedelta(days=at)),
    "time": _time_like(_clock),
    "duration": _time_like(
        lambda start, at, node: (start or dt.timedelta()) + dt.timedelta(minutes=at)
    ),
}


def _keeps(node: Node, value: Any) -> bool:
    """Whether one value keeps the rules of a node."""
    import pyarrow as pa

    from typedxcom.tables.checks.rules import failures

    kind = node.type.value_type if pa.types.is_dictionary(node.type) else node.type
    try:
        array = pa.array([value], kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return False
    return next(failures(node, array, ""), None) is None
