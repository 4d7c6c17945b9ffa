"""The law through real rows: what `load` reads is what `dump` was given, type by type."""

from __future__ import annotations

import enum
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field

from tests.e2e.support import Order, Point, Stats, Tick
from tests.property.same import same
from tests.property.types import OLD
from typedxcom import EncodeError
from typedxcom.codecs import make_codec
from typedxcom.exchange import dump, load
from typedxcom.exchange.outgoing import dump_items
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

pytestmark = pytest.mark.services
BERLIN = timezone(timedelta(hours=1, minutes=30))


class Level(enum.IntEnum):
    LOW = 1


class Flags(enum.Flag):
    A = 1
    B = 2


class Aliased(BaseModel):
    model_config = ConfigDict(populate_by_name=True)
    first_name: str = Field(alias="firstName")
    sizes: dict[str, float] = {}


class Deep(BaseModel):
    child: Deep | None = None


class Reserved(BaseModel):
    type_: str = Field(alias="__type")


class Pair(NamedTuple):
    left: dict[str, int]
    right: float | int


@dataclass
class Holder:
    mapping: dict[str, dict[str, int]]
    number: int | float


def nested_list(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def nested_model(depth: int) -> Deep:
    value = Deep()
    for _ in range(depth):
        value = Deep(child=value)
    return value


LAW: list[tuple[Any, Any]] = [
    (int, 2**70),
    (int, -(2**63)),
    (int, 2**63),
    (int, 2**53 + 1),
    (float, math.nan),
    (float, math.inf),
    (float, -math.inf),
    (float, -0.0),
    (float, 3.0),
    (int | float, 3.0),
    (int | float, 3),
    (list[int | float], [3.0, 3, -0.0, 1e16]),
    (float, 1e16),
    (float, 1e22),
    (float, 1e308),
    (float, 5e-324),
    (float, 0.1 + 0.2),
    (list[float], [1e15, 1e16, 1e17, 123456789012345680.0]),
    (bool, True),
    (str, ""),
    (str, "a\0b"),
    (str, "\ud800"),
    (str, "é😀\u2028\x7f"),
    (str, "x" * 200_000),
    (dict[str, str], {"\0": "nul", "\udfff": "low"}),
    (Any, nested_list(500)),
    (Any, nested_list(60)),
    (Deep, nested_model(190)),
    (dict[str, int], {"zz": 1, "a": 2, "é": 3, "b": 4}),
    (dict[str, dict[str, int]], {"y": {"k": 1, "b": 2}, "x": {}}),
    (list[dict[str, int]], [{"b": 1, "a": 2}, {"aa": 1, "b": 2}]),
    (Holder, Holder({"z": {"y": 1, "x": 2}, "a": {}}, 2.0)),
    (Pair, Pair({"z": 1, "a": 2}, 2.0)),
    (Any, {"b": [{"z": 1, "a": 2.0}], "a": None}),
    (dict[int, str], {10: "ten", 9: "nine"}),
    (dict[date, list[int]], {date(2024, 2, 1): [1], date(2023, 1, 1): []}),
    (dict[str, Any], {"__classname__": 1, "__var": {"__type": "x"}, "__data__": []}),
    (Reserved, Reserved(__type="x")),
    (Decimal, Decimal("1.100")),
    (Decimal, Decimal("1E+400")),
    (list[Decimal], [Decimal("0.1"), Decimal("-0.00")]),
    (datetime, datetime(2024, 1, 2, 3, 4, 5, 678901, tzinfo=BERLIN)),
    (datetime, datetime(2024, 1, 2)),
    (datetime, datetime(1, 1, 1, tzinfo=timezone.utc)),
    (time, time(1, 2, 3, 4)),
    (timedelta, timedelta(days=-1, microseconds=1)),
    (bytes, b"\0\xff"),
    (bytes, b""),
    (UUID, UUID(int=1)),
    (PurePosixPath, PurePosixPath("/a/b")),
    (IPv4Address, IPv4Address("127.0.0.1")),
    (Level, Level.LOW),
    (Flags, Flags.A | Flags.B),
    (Literal["a", 1], 1),
    (set[int], {3, 1, 2}),
    (frozenset[str], frozenset({"a"})),
    (tuple[int, ...], (1, 2)),
    (tuple[int, str, None], (1, "a", None)),
    # Before pydantic 2.12 it is refused, as docs/reference/types.md says.
    *([] if OLD else [(OrderedDict[str, int], OrderedDict(b=1, a=2))]),
    (Order, Order(id=2**70, at=datetime(2024, 1, 2, tzinfo=BERLIN))),
    (Aliased, Aliased(first_name="x", sizes={"z": math.inf, "a": 1.0})),
    (list[Point], [Point(1), Point(2, 3.0)]),
    (Stats, {"mean": 3.0, "zeta": 1}),  # the order of a TypedDict's keys is not kept
    (Tick, Tick("x", Decimal("1.50"))),
    (Order | None, None),
]


def codec_of(annotation: Any) -> Any:
    return make_codec(annotation, schema_of(annotation))


@pytest.mark.parametrize("settings", [Settings(), Settings(threshold=0)], ids=["plain", "text"])
def test_the_law_holds_through_a_real_row(roundtrip, settings):
    """Every value comes back equal and of its type, in the form that was chosen and as text."""
    wrong = []
    for annotation, value in LAW:
        codec = codec_of(annotation)
        row = dump(value, codec, settings=settings)
        back = load(roundtrip(row), codec)
        if not same(back, value):
            wrong.append((annotation, repr(value)[:60], repr(back)[:60], repr(row)[:60]))
    assert wrong == []


def test_the_law_holds_inside_lists_and_dicts(roundtrip):
    """What needs text alone needs it in a container too."""
    wrong = []
    for annotation, value in LAW:
        for outer, held in (
            (list[annotation], [value, value]),
            (dict[str, annotation], {"z": value, "a": value}),
        ):
            codec = codec_of(outer)
            back = load(roundtrip(dump(held, codec, settings=Settings())), codec)
            if not same(back, held):
                wrong.append((outer, repr(held)[:60], repr(back)[:60]))
    assert wrong == []


def test_what_is_mapped_over_keeps_its_length_and_its_items(roundtrip):
    """A list or dict that something maps over stays one; each item is read on its own."""
    wrong = []
    for annotation, value in LAW:
        if value is None:
            continue
        codec, item_codec = codec_of(list[annotation]), codec_of(annotation)
        tree = codec.encode([value, value]).tree
        schema = codec.schema
        row = roundtrip(dump_items(tree, schema, settings=Settings()))
        if type(row) is not list or len(row) != 2:
            wrong.append((annotation, row))
        wrong += [
            (annotation, repr(value)[:60]) for one in row if not same(load(one, item_codec), value)
        ]
        if not same(load(row, codec), [value, value]):
            wrong.append((annotation, "whole", repr(value)[:60]))
    assert wrong == []


def test_keywords_are_read_one_by_one(roundtrip):
    """`expand_kwargs` over items that need text: each stays a dict of its own keys."""
    items = [{"n": 2**70, "x": -0.0}, {"n": 1, "x": math.inf}]
    codec = codec_of(list[dict[str, int | float]])
    tree = codec.encode(items).tree
    row = roundtrip(dump_items(tree, codec.schema, settings=Settings(), keywords=True))
    assert [set(item) for item in row] == [{"n", "x"}, {"n", "x"}]
    value_codec = codec_of(int | float)
    for item, given in zip(row, items, strict=True):
        assert {key: repr(load(value, value_codec)) for key, value in item.items()} == {
            key: repr(value) for key, value in given.items()
        }


def test_a_mapped_over_dict_keeps_its_keys(roundtrip):
    """A dict whose values need text is still a dict of its own length."""
    value = {"zz": 2**70, "a": 1}
    codec = codec_of(dict[str, int])
    tree = codec.encode(value).tree
    row = roundtrip(dump_items(tree, codec.schema, settings=Settings()))
    assert set(row) == {"zz", "a"}
    assert {key: load(part, codec_of(int)) for key, part in row.items()} == value


def test_the_reserved_marker_is_refused_at_every_depth():
    """A user's own dict with our key never reaches a row."""
    for annotation, value in [
        (dict[str, int], {"$typedxcom": 1}),
        (Any, [{"a": {"$typedxcom": [1]}}]),
        (dict[str, Any], {"a": math.nan, "b": {"$typedxcom": 2}}),
    ]:
        with pytest.raises(EncodeError, match="reserved"):
            dump(value, codec_of(annotation), settings=Settings())
