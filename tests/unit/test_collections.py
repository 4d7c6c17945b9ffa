"""Collections of the standard library travel, wherever they are, with every pydantic."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import ipaddress
import json
import uuid
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pydantic
import pytest

from tests.property.same import same
from typedxcom.codecs import make_codec
from typedxcom.codecs.collecting import forgets_names
from typedxcom.errors import EncodeError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings


class Item(pydantic.BaseModel):
    number: int = 1


ITEMS: list[Any] = [
    True, 1, "a", b"\xff", decimal.Decimal("1.50"), uuid.UUID(int=1), dt.date(2026, 1, 2),
    dt.time(1), dt.timedelta(microseconds=1), dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc),
    Path("a"), ipaddress.IPv4Address("10.0.0.1"), Item(),
]  # fmt: skip
COLLECTIONS = {
    collections.deque: lambda kind, one: (
        collections.deque[kind],
        collections.deque([one, one]),
    ),
    collections.OrderedDict: lambda kind, one: (
        collections.OrderedDict[str, kind],
        collections.OrderedDict(b=one, a=one),
    ),
    collections.defaultdict: lambda kind, one: (
        collections.defaultdict[str, list[kind]],
        collections.defaultdict(list, a=[one]),
    ),
    dict: lambda kind, one: (
        dict[str, collections.deque[kind]],
        {"a": collections.deque([one])},
    ),
}


def places(annotation: Any, value: Any) -> list[tuple[Any, Any]]:
    """The same value alone, and inside of what pydantic writes by another rule."""
    fields = [("f", annotation)]
    named: Any = NamedTuple("Named", fields)  # type: ignore[misc]
    data = dataclasses.make_dataclass("Data", [("f", annotation), ("item", Item)])
    return [
        (annotation, value),
        (named, named(value)),
        (tuple[named, Item], (named(value), Item())),
        (data, data(value, Item())),
        (collections.deque[annotation], collections.deque([value])),
        (tuple[list[annotation], Item], ([value], Item())),
    ]


@pytest.mark.parametrize("kind", COLLECTIONS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("item", ITEMS, ids=lambda item: type(item).__name__)
def test_a_collection_travels_wherever_it_is(kind: Any, item: Any) -> None:
    """It comes back equal, of its class and in its order."""
    collected = COLLECTIONS[kind](type(item) if type(item) is not type(Path()) else Path, item)
    for annotation, value in places(*collected):
        codec = make_codec(annotation, schema_of(annotation))
        row = json.loads(json.dumps(dump(value, codec, settings=Settings())))
        assert same(value, load(row, codec), ordered=True), annotation


@pytest.mark.parametrize(
    ("annotation", "row"),
    [
        (collections.deque[int], ["1"]), (collections.deque[int], {"a": 1}),
        (collections.OrderedDict[str, int], {"a": "1"}), (collections.deque[Path], [1]),
        (collections.defaultdict[str, int], {"a": None}), (collections.OrderedDict[str, int], [1]),
    ],
    ids=str,
)  # fmt: skip
def test_a_collection_is_read_as_strictly_as_its_items(annotation: Any, row: Any) -> None:
    """Text is no number, and an object no list."""
    codec = make_codec(annotation, schema_of(annotation))
    with pytest.raises(ValidationError):
        load(row, codec)


class Aliased(pydantic.BaseModel):
    number: int = pydantic.Field(alias="n")


class Named(Aliased):
    model_config = pydantic.ConfigDict(populate_by_name=True)


def _wrapped(value: Any, read: Any) -> Any:
    return read(value)


@pytest.mark.parametrize("item", [Aliased, Named])
@pytest.mark.parametrize(
    ("annotate", "collect"),
    [
        (lambda kind: collections.deque[kind], lambda one: collections.deque([one])),
        (lambda kind: Annotated[kind, pydantic.WrapValidator(_wrapped)], lambda one: one),
    ],
    ids=["deque", "wrap"],
)
def test_an_alias_inside_a_wrap_validator_travels_or_names_the_cure(
    item: Any, annotate: Any, collect: Any
) -> None:
    """Before pydantic 2.14, such a validator forgets that fields are read by name as well."""
    value = pydantic.RootModel[annotate(item)](collect(item(n=1)))  # type: ignore[misc]
    codec = make_codec(type(value), schema_of(type(value)))
    if item is Aliased and forgets_names():
        with pytest.raises(EncodeError, match=r"cannot be read back.*populate_by_name=True"):
            dump(value, codec, settings=Settings())
    else:
        assert load(dump(value, codec, settings=Settings()), codec) == value
