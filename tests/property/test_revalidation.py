"""Validators asked of values whose fields surely come back say what they say of their JSON."""

from __future__ import annotations

import copy
import datetime as dt
import enum
from collections.abc import Callable
from typing import Annotated, Any

import pydantic
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from tests.property.test_proof import (
    LEAVES,
    ODD,
    another,
    itself,
    refusing,
    same_verdicts,
    verdict,
    with_more,
)
from typedxcom.codecs.json_pydantic import ModelCodec
from typedxcom.codecs.roundtrip.zones import tells_no_zones
from typedxcom.schema import schema_of


def ordered(self: Any) -> Any:
    if self.first is not None and self.second < self.first:
        raise ValueError(f"{self.first} is after {self.second}")
    return self


def bounded(self: Any) -> Any:
    if not (self.first <= self.second <= self.first):
        raise ValueError(self.first - self.second)
    return self


def distant(self: Any) -> Any:
    if not self.first - self.first < self.second - self.first:
        raise ValueError
    return self


def in_utc(self: Any) -> Any:
    if getattr(self.first, "tzinfo", None) is dt.timezone.utc:
        raise ValueError("only a reader sees this zone")
    return self


def in_words(self: Any) -> Any:
    if "datetime.timezone" in f"{self.first!r}":
        raise ValueError("only a reader sees this zone")
    return self


def by_name(self: Any) -> Any:
    if f"{self.first:%Z}" == "UTC+01:00":
        raise ValueError("only a reader sees this zone")
    return self


def one_object(self: Any) -> Any:
    if self.first is self.second and isinstance(self.first, dt.datetime):
        raise ValueError("they are one object")
    return self


def all_given(self: Any) -> Any:
    if self.model_fields_set == {"first", "second"}:
        return self
    raise ValueError("not all fields were given")


def changing(self: Any) -> Any:
    self.first = self.second
    return self


def replacing(self: Any) -> Any:
    self.first = another(self.first)
    return self


def remembering(self: Any) -> Any:
    return with_more(self)


def copying(self: Any) -> Any:
    return self.model_copy()


def other_class(self: Any) -> Any:
    return self.first


BLIND = [ordered, bounded, distant]
SEEING = [
    in_utc, in_words, by_name, one_object, all_given, changing, replacing, remembering, copying,
]  # fmt: skip


def zone_seen(value: Any) -> Any:
    if getattr(value, "tzinfo", None) is dt.timezone.utc:
        raise ValueError("only a reader sees this zone")
    return value


OF_FIELDS: list[Callable[[Any], Any]] = [itself, another, refusing, zone_seen]
CONFIGS = [
    None, None, ConfigDict(str_strip_whitespace=True), ConfigDict(alias_generator=str.upper),
    ConfigDict(strict=True), ConfigDict(extra="forbid", frozen=True),
]  # fmt: skip


@st.composite
def fields(draw: st.DrawFn) -> tuple[Any, st.SearchStrategy[Any]]:
    """The type of a field, perhaps with functions of its author, and its values."""
    kind, values = draw(st.sampled_from(LEAVES))
    if draw(st.booleans()):
        kind, values = kind | None, st.none() | values
    for function in draw(st.lists(st.sampled_from(OF_FIELDS), max_size=2)):
        kind = Annotated[kind, pydantic.AfterValidator(function)]
    return kind, values


@st.composite
def lists_of_models(draw: st.DrawFn) -> tuple[Any, list[Any], bool]:
    """A list of models with validators, its annotation, and whether the values are odd ones."""
    moments = st.datetimes(timezones=st.none() | st.just(dt.timezone.utc) | st.timezones())
    nearly = Annotated[dt.datetime, pydantic.AfterValidator(zone_seen)]
    usual = st.sampled_from([(dt.datetime, moments), (nearly, moments), (int, st.integers())])
    first, firsts = draw(usual | fields())
    second, seconds = draw(st.just((first, firsts)) | fields())
    is_odd = draw(st.booleans())
    validators = {
        f"_{at}": pydantic.model_validator(mode="after")(function)
        for at, function in enumerate(draw(st.lists(st.sampled_from(BLIND + SEEING), max_size=2)))
    }
    model: Any = pydantic.create_model(
        "Model",
        __config__=draw(st.sampled_from(CONFIGS)),
        __validators__=validators,
        first=(first, ...),
        second=(second, None),
    )
    if is_odd:
        firsts, seconds = firsts | ODD, seconds | ODD
    value = st.builds(model.model_construct, first=firsts, second=seconds)
    same_twice = firsts.map(lambda one: model.model_construct(first=one, second=one))
    return list[model], draw(st.lists(value | same_twice, max_size=3)), is_odd


@given(lists_of_models())
def test_asking_changes_no_verdict(drawn: tuple[Any, list[Any], bool]) -> None:
    """A list ends as it does if every validator is asked of what is read from its JSON."""
    kind, value, is_odd = drawn
    codec, slow = ModelCodec(kind, schema_of(kind)), ModelCodec(kind, schema_of(kind))
    slow.__dict__["_proof"] = None
    found = verdict(codec, copy.deepcopy(value))  # a validator may change the value itself
    asked = codec._revalidation
    how = "read" if asked is None else "asked, with zones" if asked.tells_zones else "asked"
    event(f"odd: {is_odd}, {how}, came back: {found[0] == 'back'}")
    assert same_verdicts(found, verdict(slow, value))


FIELDS = ("first", "second")


@pytest.mark.parametrize("function", BLIND, ids=lambda one: one.__name__)
def test_a_comparison_tells_no_zones(function):
    """What only compares, adds and subtracts fields needs no zones as pydantic reads them."""
    assert tells_no_zones(function, FIELDS)


def comparing_itself(self: Any) -> Any:
    if self == 1:
        raise ValueError
    return self


def of_a_field(self: Any) -> Any:
    if self.first.second:
        raise ValueError
    return self


def in_a_loop(self: Any) -> Any:
    return next(self for one in (self.first,) if one)


def closed(self: Any, known: Any = ()) -> Any:
    return self


def formatting(self: Any) -> Any:
    if "%s" % self.first == "x":  # noqa: UP031
        raise ValueError
    return self


def changing_items(self: Any) -> Any:
    self.first += self.second
    return self


def local(self: Any) -> Any:
    first = self.first
    return self if first else None


def anything(*self: Any) -> Any:
    return self


def shadowed(self: Any) -> Any:
    if self.first < self.second:
        raise ValueError(self.first)
    return self


@pytest.mark.parametrize(
    "function",
    [
        *SEEING, comparing_itself, of_a_field, in_a_loop, closed, formatting, changing_items, local, anything,
        len, lambda self: self.other, lambda self: print(self.first),
        type(shadowed)(shadowed.__code__, {"ValueError": print}),
    ],
    ids=repr,
)  # fmt: skip
def test_other_code_may_tell_zones(function):
    """Everything else may look at a zone, or call something that does."""
    assert not tells_no_zones(function, FIELDS)


class Span(BaseModel):
    start: dt.datetime
    end: dt.datetime

    @pydantic.model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.end < self.start:
            raise ValueError("it ends before it starts")
        return self


class Colour(enum.Enum):
    RED = "red"


class Coloured(Span):
    colour: Colour = Colour.RED


class Informed(BaseModel):
    value: int

    @pydantic.field_validator("value")
    @classmethod
    def _known(cls, value: int, info: pydantic.ValidationInfo) -> int:
        assert info.mode == "python", "only a reader sees this mode"
        return value


class Early(BaseModel):
    value: int

    @pydantic.field_validator("value", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        return value


class Listed(Span):
    items: list[int] = []


@pytest.mark.parametrize(
    ("kind", "is_asked", "tells_zones"),
    [
        (list[Span], True, False), (list[Coloured], True, True), (list[Informed], False, None),
        (list[Early], False, None), (list[Listed], False, None), (list[Span | None], False, None),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_asked(kind, is_asked, tells_zones):
    """Functions that are told how a value is read, or that may change it, see its JSON."""
    found = ModelCodec(kind, schema_of(kind))._revalidation
    assert (found is not None) is is_asked
    assert found is None or found.tells_zones is tells_zones


def test_who_sees_the_mode_is_read_from_json():
    """A validator that accepts Python's objects only is found before the value is pushed."""
    codec = ModelCodec(list[Informed], schema_of(list[Informed]))
    with pytest.raises(Exception, match="only a reader sees this mode"):
        codec.encode([Informed(value=1)])


def test_a_long_list_is_asked_in_parts():
    """The last models of a long list are asked as the first ones are."""
    start = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)
    good = [Span(start=start, end=start + dt.timedelta(hours=at)) for at in range(500)]
    bad = Span.model_construct(start=start, end=start - dt.timedelta(hours=1))
    codec = ModelCodec(list[Span], schema_of(list[Span]))
    assert codec.proved_text(good) is not None
    assert codec.proved_text([*good, bad]) is None
