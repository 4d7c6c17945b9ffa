"""Subclasses of scalars and numbers of numpy's; what nothing can write, with its place."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import uuid
import zoneinfo
from typing import Any

import numpy
import pandas
import pendulum
import pytest
from pydantic import BaseModel

from tests.property.same import same
from typedxcom.codecs import make_codec
from typedxcom.errors import EncodeError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings


class Whole(int):
    """Subclasses that give their own kind back wherever they can."""

    def __int__(self) -> Whole:
        return self


class Text(str):
    def __str__(self) -> str:
        return self


class Key(uuid.UUID):
    pass


class Money(decimal.Decimal):
    pass


class Level(enum.IntEnum):
    HIGH = 2


class Reading(BaseModel):
    at: dt.datetime
    mean: float


@dataclasses.dataclass
class Point:
    x: float
    at: dt.datetime | None = None


PARIS = zoneinfo.ZoneInfo("Europe/Paris")
AT = dt.datetime(2024, 10, 27, 2, 30, tzinfo=PARIS, fold=1)
ONE = uuid.UUID(int=1)


def row(annotation: Any, value: Any) -> tuple[Any, Any]:
    """The row of *value* and what a reader gets from it."""
    codec = make_codec(annotation, schema_of(annotation))
    written = dump(value, codec, settings=Settings())
    return written, load(written, codec)


@pytest.mark.parametrize(
    ("annotation", "value", "expected"),
    [
        (int, Whole(3), 3),
        (str, Text("a"), "a"),
        (uuid.UUID, Key(int=1), ONE),
        (decimal.Decimal, Money("1.10"), decimal.Decimal("1.10")),
        (int, Level.HIGH, 2),
        (dt.datetime, pendulum.instance(AT), AT),
        (dt.datetime, pandas.Timestamp(2024, 1, 2), dt.datetime(2024, 1, 2)),
        (dt.date, pendulum.date(2024, 1, 2), dt.date(2024, 1, 2)),
        (dt.time, pendulum.time(1, 2, 3, 4), dt.time(1, 2, 3, 4)),
        (dt.timedelta, pendulum.duration(days=1, microseconds=1), dt.timedelta(1, 0, 1)),
        (dt.timedelta, pandas.Timedelta(days=-2), dt.timedelta(-2)),
        (float, numpy.float64(1.5), 1.5),
        (float, numpy.float32(0.5), 0.5),
        (float, numpy.float64("nan"), float("nan")),
        (float, numpy.int64(3), 3.0),
        (int, numpy.int64(3), 3),
        (int, numpy.uint64(2**64 - 1), 2**64 - 1),
        (bool, numpy.bool_(True), True),
        (str, numpy.str_("a"), "a"),
        (bytes, numpy.bytes_(b"a"), b"a"),
        (dict[str, float], {numpy.str_("a"): numpy.float64(1)}, {"a": 1.0}),
        (dict[int, str], {numpy.int64(1): "a"}, {1: "a"}),
        (list[int], list(numpy.arange(2)), [0, 1]),
        (Any, {"mean": numpy.float64(0.5)}, {"mean": 0.5}),
        (Point, Point(numpy.float64(2), pendulum.instance(AT)), Point(2.0, AT)),
        (Reading, Reading(at=pendulum.instance(AT), mean=numpy.float64(1)), Reading(at=AT, mean=1)),
        (
            tuple[Reading, int],
            (Reading(at=AT, mean=1), numpy.int64(3)),
            (Reading(at=AT, mean=1), 3),
        ),
    ],
)
def test_a_subclass_of_a_scalar_arrives_as_the_scalar(
    annotation: Any, value: Any, expected: Any
) -> None:
    """What derives from the promised class, or is numpy's number, is that number for the reader."""
    found = row(annotation, value)[1]
    assert same(found, expected)


@pytest.mark.parametrize(
    ("annotation", "value", "error", "words"),
    [
        (dt.datetime, pandas.Timestamp(1), EncodeError, "`Timestamp` comes back as `datetime`"),
        (dt.datetime, pandas.NaT, ValidationError, "expected `datetime`, got `NaT`"),
        (dt.date, pendulum.datetime(2024, 1, 1), ValidationError, "expected `date`"),
        (int, numpy.float64(1), ValidationError, "expected `int`, got `1.0`"),
        (int, numpy.timedelta64(3, "s"), ValidationError, "expected `int`, got `np.timedelta64"),
        (int, Level, ValidationError, "expected `int`, got `<enum 'Level'>`"),
        (
            list[float],
            numpy.arange(2),
            ValidationError,
            "expected `list[float]`, got `array([0, 1])`",
        ),
        (Any, Level.HIGH, EncodeError, "`Level` comes back as `int`"),
        (Point, Point(object), ValidationError, "got `<class 'object'>` - at `$.x`"),  # type: ignore[arg-type]
        (
            dict[str, Any],
            {"a": [1, pandas.DataFrame()]},
            EncodeError,
            "`DataFrame` cannot be written as JSON - at `$['a'][1]`. Annotate that part",
        ),
        (list[dict[str, int]], [{"a": 1}, {"b": print}], ValidationError, "at `$[1]['b']`"),
        (Reading, None, ValidationError, "expected `Reading`, got `None` - at `$`"),
    ],
)
def test_what_is_no_such_value_is_told_with_its_place(
    annotation: Any, value: Any, error: type[Exception], words: str
) -> None:
    """The message names the part, what was expected there, and where it is."""
    with pytest.raises(error) as caught:
        row(annotation, value)
    assert words in str(caught.value)


def test_a_value_that_contains_itself_and_what_nothing_writes_is_refused() -> None:
    """Looking for the part that cannot be written comes to an end."""
    knot: list[Any] = [print]
    knot.append(knot)
    with pytest.raises(EncodeError, match=r"`builtin_function_or_method` cannot|contains itself"):
        row(Any, knot)
