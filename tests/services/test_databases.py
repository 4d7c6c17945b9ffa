"""The law through the real hops and both real databases: what was returned arrives."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from pydantic import BaseModel

from tests.property.same import same
from typedxcom.codecs import make_codec
from typedxcom.exchange import dump, load
from typedxcom.exchange.outgoing import dump_items
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

pytestmark = [pytest.mark.services, pytest.mark.airflow]
SETTINGS = Settings()


class Order(BaseModel):
    """A model with an open field."""

    name: str
    id: int
    extra: dict[str, Any] = {}


class Point(msgspec.Struct):
    """A Struct, whose fields a database reorders."""

    y: float
    long_name: int


def nested(depth: int) -> Any:
    """A list in a list, *depth* times."""
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


NAN, INFINITY = float("nan"), float("inf")
VALUES: list[tuple[Any, Any]] = [
    (int, 2**70),
    (int, -(2**70)),
    (int, 2**63),
    (int, 2**63 - 1),
    (float, 3.0),
    (float, -0.0),
    (float, NAN),
    (float, INFINITY),
    (float, -INFINITY),
    (float, 1e16),
    (float, 1e22),
    (float, 1e308),
    (float, 5e-324),
    (float, 0.1),
    (int | float, 3.0),
    (int | float, 3),
    (list[int | float], [1, 1.0, 2.5, -0.0]),
    (dict[str, float], {"a": 1e16, "b": NAN}),
    (str, ""),
    (str, "a\x00b"),
    (str, "\ud800"),
    (str, "é\U0001f600\u2028"),
    (str, '{"$typedxcom": 1}'),
    (str, "x" * 200_000),
    (list[Any], nested(500)),
    (Any, nested(500)),
    (dict[str, int], {"zebra": 1, "ant": 2, "b": 3}),
    (dict[str, Any], {"z": {"y": 1, "x": [{"d": 1, "c": 2}]}, "a": None}),
    (dict[int, str], {10: "a", 9: "b", -1: "c"}),
    (dict[dt.date, int], {dt.date(2024, 2, 1): 1, dt.date(2023, 1, 1): 2}),
    (dict[str, int], {"__type": 1, "__classname__": 2}),
    (collections.OrderedDict[str, int], collections.OrderedDict(b=1, a=2)),
    (Order, Order(name="n", id=1, extra={"z": 1, "a": {"y": 2, "b": 3}})),
    (list[Order], [Order(name="n", id=2**70), Order(name="\x00", id=1)]),
    (Point, Point(y=-0.0, long_name=1)),
    (decimal.Decimal, decimal.Decimal("1.10")),
    (dt.datetime, dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30)))),
    (dt.datetime, dt.datetime(2024, 1, 1, 1, 2, 3, 4)),
    (dt.timedelta, dt.timedelta(days=1, microseconds=1)),
    (bytes, b"\xff\x00"),
    (uuid.UUID, uuid.UUID(int=7)),
    (tuple[int, str], (1, "x")),
    (set[str], {"b", "a"}),
    (bool, True),
]


@pytest.mark.parametrize(("annotation", "value"), VALUES, ids=range(len(VALUES)))
def test_a_value_arrives(roundtrip: Callable[[Any], Any], annotation: Any, value: Any) -> None:
    """Equal, and of the same types all the way down, on SQLite and on PostgreSQL."""
    codec = make_codec(annotation, schema_of(annotation))
    found = load(roundtrip(dump(value, codec, settings=SETTINGS)), codec)
    assert same(value, found, ordered=True)


@pytest.mark.parametrize("keywords", [False, True])
def test_what_is_mapped_over_arrives_item_by_item(
    roundtrip: Callable[[Any], Any], keywords: bool
) -> None:
    """A list keeps its length; items that plain JSON would change are texts of their own."""
    annotation = list[dict[str, Any]]
    codec = make_codec(annotation, schema_of(annotation))
    value = [{"b": 2**70, "a": "\x00"}, {"z": 1, "a": 2}, {"x": NAN}]
    tree = codec.encode(value).tree
    row = dump_items(tree, codec.schema, settings=SETTINGS, keywords=keywords)
    pulled = roundtrip(row)
    assert len(pulled) == 3
    if keywords:
        assert set(pulled[0]) == {"a", "b"}
    assert same(value, load(pulled, codec), ordered=not keywords)


@pytest.mark.parametrize("value", [{"a": 1, "bb": [1.5, None, "x"]}, [1, 2], "x", 5, True])
def test_small_values_are_plain_json(roundtrip: Callable[[Any], Any], value: Any) -> None:
    """What every database keeps is the JSON of itself, for REST, Jinja and other languages."""
    codec = make_codec(Any, schema_of(Any))
    row = dump(value, codec, settings=SETTINGS)
    assert row == value
    assert roundtrip(row) == value
