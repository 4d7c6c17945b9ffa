"""No error of another library, and none of a user's own class, leaves `dump` or `load` as it is."""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime as dt
import decimal
import pathlib
import sys
from typing import Any

import msgspec
import pydantic
import pytest

from typedxcom.codecs import make_codec
from typedxcom.errors import EncodeError, TypedXComError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings


class Model(pydantic.BaseModel):
    x: Any = None
    n: int = 0
    d: dict[str, str] = {}


@dataclasses.dataclass
class Data:
    x: Any = None
    n: int = 0


@dataclasses.dataclass
class Guarded:
    n: int = 0

    def __getattribute__(self, name: str) -> Any:
        if name == "n":
            raise RuntimeError("no n")
        return object.__getattribute__(self, name)


class NoEqual:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no ==")

    __hash__ = object.__hash__


class NoRepr:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class NoText(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError("no str")


class NoZone(dt.tzinfo):
    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta:
        raise RuntimeError("no offset")


class NoKeys(collections.abc.Mapping):  # type: ignore[type-arg]
    def __getitem__(self, key: Any) -> Any:
        raise RuntimeError("no item")

    def __iter__(self) -> Any:
        raise RuntimeError("no keys")

    def __len__(self) -> int:
        return 1


class NoLength(list):  # type: ignore[type-arg]
    def __iter__(self) -> Any:
        raise RuntimeError("no items")

    def __len__(self) -> int:
        raise RuntimeError("no length")


def nested(depth: int) -> Any:
    """A list in a list in a list …"""
    made: Any = []
    for _ in range(depth):
        made = [made]
    return made


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)
HUGE = 10**5000  # Python does not print ints of more than 4,300 digits
VALUES: dict[str, Any] = {
    "huge": HUGE, "in a list": [1, -HUGE], "as a key": {HUGE: 1}, "in a model": Model(x=HUGE),
    "in a field": Model(n=HUGE), "in a dataclass": Data(HUGE, HUGE),
    "a surrogate": "\udcff", "a key of one": {"\udcff": {"\udcff": ["\udcff"]}},
    "a model of one": Model(d={"\udcff": "\udcff"}), "a path of one": pathlib.Path("\udcff"),
    "no ==": NoEqual(), "no repr": NoRepr(), "no str": NoText("x"), "no attribute": Guarded(),
    "no zone": dt.datetime(2020, 1, 1, tzinfo=NoZone()), "no time": dt.time(1, tzinfo=NoZone()),
    "no keys": NoKeys(), "no length": NoLength([1]), "circle": CIRCLE, "deep": nested(100_000),
    "signalling": decimal.Decimal("sNaN"), "huge decimal": decimal.Decimal("1e999999"),
    "mixed keys": {1: 1, "1": 2, None: 3}, "tuple keys": {(1,): 1}, "a generator": iter([1]),
    "a class": int, "a module": sys, "a function": len, "an error": ValueError("x"),
    "never validated": Model.model_construct(n="x"), "unset": msgspec.UNSET,
    "no JSON": msgspec.Raw(b"{bad"), "long": dt.timedelta.max,
    "early": dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=23))),
}  # fmt: skip
TYPES: list[Any] = [
    Any, object, int, float, str, bytes, dt.datetime, dt.time, decimal.Decimal, pathlib.Path,
    complex, list, dict, tuple, set, dict[str, str], dict[int, int], list[Any], list[int],
    dict[str, list[int]], int | str, pydantic.JsonValue, pydantic.PositiveInt, Model,
    list[Model], dict[str, Model], Data, Data | None, Guarded, list[Guarded],
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
# Python 3.13 writes of what an attribute raises while pydantic looks for it.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in PyObject_HasAttr:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("annotation", TYPES, ids=str)
def test_every_failure_is_ours(annotation: Any) -> None:
    """Any value under any type is written and read, or refused by an error of ours."""
    codec = make_codec(annotation, schema_of(annotation))
    for value in VALUES.values():
        rows = [value]  # a task may be given the object itself
        for threshold in (0, 10_000):
            try:
                rows.append(dump(value, codec, settings=Settings(threshold=threshold)))
            except TypedXComError as error:
                assert len(str(error)) < 5000  # noqa: PT017  # each error is looked at
        for row in rows:
            try:
                load(row, codec)
            except TypedXComError as error:
                assert len(str(error)) < 5000  # noqa: PT017


@pytest.mark.parametrize(
    ("annotation", "value", "place"),
    [(int, HUGE, "$"), (list[int], [1, HUGE], "$[1]"), (Model, Model(n=HUGE), "$['n']"),
     (dict[str, Any], {"a": [HUGE]}, "$['a'][0]")],
    ids=["alone", "in a list", "in a model", "deep"],
)  # fmt: skip
def test_an_int_that_python_does_not_print_has_its_place(
    annotation: Any, value: Any, place: str
) -> None:
    """The error says where the int is, and what to pass instead."""
    with pytest.raises(EncodeError) as caught:
        dump(value, make_codec(annotation, schema_of(annotation)), settings=Settings())
    assert f"at `{place}`. Pass its hex()" in str(caught.value)
