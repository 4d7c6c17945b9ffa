"""The gate and the decoder agree: what is left out, paths, RootModels, tags, Flags and unions."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
from collections import OrderedDict
from collections.abc import Collection, Sequence
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
import typing_extensions as te
from pydantic import AliasChoices, AliasPath, BaseModel, Field, RootModel

from typedxcom.codecs import make_codec
from typedxcom.errors import TypedXComError, UnsupportedTypeError
from typedxcom.evolution.describing import described
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.samples import samples
from typedxcom.evolution.structure import breaks
from typedxcom.exchange import dump, load
from typedxcom.schema import Schema, schema_of
from typedxcom.settings import Settings

OMITTED: dict[str, Any] = {"omit_defaults": True}


def struct(kind: Any, default: Any = msgspec.NODEFAULT, **options: Any) -> Any:
    """A Struct with the field `x`."""
    field = msgspec.field(default_factory=default) if callable(default) else default
    made = ("x", kind) if default is msgspec.NODEFAULT else ("x", kind, field)
    return msgspec.defstruct("Record", [made], **options)


def model(kind: Any, field: Any = ..., **config: Any) -> Any:
    """A model with the field `x`."""
    made: Any = {"x": (kind, field)}
    return pydantic.create_model("Model", __config__=pydantic.ConfigDict(**config), **made)


class Inner(msgspec.Struct, frozen=True):
    a: int = 1


class Old(BaseModel):
    old: tuple[int, int]


class Many(BaseModel):
    total: list[str]


class Tagged(msgspec.Struct, tag=1):
    x: int


class Kinded(msgspec.Struct, tag="a", tag_field="kind"):
    x: int


class Kind(BaseModel):
    kind: Literal["a"] = "a"
    x: int


class AnyKind(msgspec.Struct):
    kind: str
    x: int


class Closed(te.TypedDict, closed=True):
    y: te.NotRequired[int]


class DayRow(te.NamedTuple):
    x: dt.date


class Second(enum.Enum):
    TWO = 2


class Alias(enum.Enum):
    A = 1
    SAME = 1  # noqa: PIE796  # an alias
    B = 2


class Single(enum.Enum):
    A = 1
    B = 2


class Bits(enum.Flag):
    A = 1
    B = 2


class More(enum.IntFlag):
    A = 1


class Other(msgspec.Struct, tag="b", tag_field="kind"):
    y: int


class One(te.TypedDict):
    x: int


class Two(te.TypedDict):
    x: int
    y: int


class Renamed(te.TypedDict):
    y: Annotated[int, Field(validation_alias="x")]


@pydantic.dataclasses.dataclass
class Needed:
    x: int = Field(ge=0)


FORBID: dict[str, Any] = {"extra": "forbid"}
UNSET: Any = int | msgspec.UnsetType
Data = dataclasses.make_dataclass("Data", [("x", UNSET, msgspec.UNSET)])
Whole = dataclasses.make_dataclass("Whole", [("x", int)])
Late = dataclasses.make_dataclass("Late", [("x", int, dataclasses.field(init=False, default=4))])
PAGE = RootModel[list[int]]

# What was written, what reads it, an old value, and what becomes of it: "ok", "refused" or "other",
# if the reader takes it for another value.
CASES: dict[str, tuple[Any, Any, Any, str]] = {
    "an empty list is left out": (struct(list[int], list, **OMITTED), struct(list[int]), {}, "refused"),
    "a computed default is written": (
        struct(list[int], lambda: [1], **OMITTED), struct(list[int]), {"x": [1]}, "ok",
    ),
    "another constant": (struct(int, 1, **OMITTED), struct(int, 2), {}, "other"),
    "another tuple": (struct(tuple[int, ...], (1, 2), **OMITTED), struct(tuple[int, ...], (3,)), {}, "other"),
    "another Struct": (struct(Inner, Inner(1), **OMITTED), struct(Inner, Inner(2)), {}, "other"),
    "an equal Struct": (struct(Inner, Inner(1), **OMITTED), struct(Inner, Inner(1)), {}, "ok"),
    "another address": (
        struct(IPv4Address, IPv4Address("192.0.2.1"), **OMITTED),
        struct(IPv4Address | None, IPv4Address("192.0.2.2")), {}, "other",
    ),
    "another path": (
        struct(PurePosixPath, PurePosixPath("a"), **OMITTED),
        struct(PurePosixPath | None, PurePosixPath("a")), {}, "ok",
    ),
    "unset": (struct(UNSET, msgspec.UNSET), struct(int), {}, "refused"),
    "unset in a dataclass": (Data, Whole, {}, "refused"),
    "no init": (Late, Whole, {}, "refused"),
    "excluded": (model(int, Field(0, exclude=True)), model(int, 5), {}, "other"),
    "excluded, as before": (model(int, Field(0, exclude=True)), model(int, 0), {}, "ok"),
    "excluded, and required now": (model(int, Field(0, exclude=True)), model(int), {}, "refused"),
    "a path into a tuple": (Old, model(int, Field(validation_alias=AliasPath("old", 0))), {"old": [1, 2]}, "ok"),
    "a path into a list": (
        Many, model(int, Field(0, validation_alias=AliasChoices(AliasPath("total", 0), "x"))),
        {"total": ["a"]}, "refused",
    ),
    "out of a RootModel": (PAGE, list[int], [1], "ok"),
    "into a RootModel": (list[float], PAGE, [1.5], "refused"),
    "a RootModel in a field": (model(RootModel[int]), model(int), {"x": 1}, "ok"),
    "a field called root": (RootModel[int], te.TypedDict("Root", {"root": int}), 1, "refused"),
    "a tag as a field": (Kinded, AnyKind, {"kind": "a", "x": 1}, "ok"),
    "a tag as a Literal": (Kinded, Kind, {"kind": "a", "x": 1}, "ok"),
    "a Literal as a tag": (Kind, Kinded, {"kind": "a", "x": 1}, "ok"),
    "a text as a tag": (AnyKind, Kinded, {"kind": "b", "x": 1}, "refused"),
    "another tag key": (Tagged, Kinded, {"type": 1, "x": 1}, "ok"),
    "a class as a dict": (Tagged, dict[str, int], {"type": 1, "x": 1}, "ok"),
    "an alias in an Enum": (Alias, Single, 1, "ok"),
    "an Enum as a Flag": (Single, Bits, 2, "ok"),
    "a Flag in an IntFlag": (Bits, More, 3, "ok"),
    "a Flag as an Enum": (Bits, Single, 3, "refused"),
    "a TypedDict in a model that forbids others": (
        model(Two), model(One, **FORBID), {"x": {"x": 1, "y": 2}}, "refused",
    ),
    "a dataclass in a model that forbids others": (
        model(Two), model(Whole, **FORBID), {"x": {"x": 1, "y": 2}}, "refused",
    ),
    "a TypedDict alone": (Two, One, {"x": 1, "y": 2}, "ok"),
    "an alias in a TypedDict in a model": (model(One), model(Renamed), {"x": {"x": 1}}, "ok"),
    "an alias in a TypedDict alone": (One, Renamed, {"x": 1}, "refused"),
    "a field of a pydantic dataclass": (te.TypedDict("No", {}), Needed, {}, "refused"),
    "a limit of a pydantic dataclass": (One, Needed, {"x": -1}, "refused"),
    "unknown bits of an IntFlag": (More, Bits, 8, "refused"),
    "digits before the point": (
        Annotated[Decimal, Field(max_digits=4, decimal_places=0)],
        Annotated[Decimal, Field(max_digits=5, decimal_places=2)], "1234", "refused",
    ),
    "places within the steps": (
        Annotated[Decimal, Field(multiple_of=Decimal("0.5"))],
        Annotated[Decimal, Field(decimal_places=1)], "1.50", "ok",
    ),
    "places beyond the steps": (
        Annotated[Decimal, Field(multiple_of=Decimal("0.25"))],
        Annotated[Decimal, Field(decimal_places=1)], "1.25", "refused",
    ),
    "steps within the places": (
        Annotated[Decimal, Field(decimal_places=1)],
        Annotated[Decimal, Field(multiple_of=Decimal("0.05"))], "1.5", "ok",
    ),
    "a bool as a number in a RootModel": (
        int | bool | Literal[2], dt.datetime | RootModel[Literal[2, 1]] | int, True, "other",
    ),
    "a short number as a moment": (
        pydantic.NaiveDatetime | Annotated[str, Field(max_length=3)], dt.datetime | str, "7", "other",
    ),
    "a row as texts": (DayRow, set[int] | tuple[str, ...] | set[str], ["2024-01-01"], "other"),
    "texts that are stripped now": (
        model(dict[str, str]), model(dict[str, str], str_strip_whitespace=True), {"x": {" a": "b"}},
        "other",
    ),
    "texts that are lower now": (
        model(list[str]), model(list[str], str_to_lower=True), {"x": ["A"]}, "other",
    ),
    "texts that were upper before": (
        model(str, str_to_upper=True), model(str), {"x": "A"}, "ok",
    ),
    "a long text as bytes": (
        Annotated[bytes, Field(max_length=3)] | Annotated[str, pydantic.StringConstraints(to_lower=True)],
        bytes | str, "abcdefghijkl", "other",
    ),
    "a closed TypedDict in a union": (
        list[Closed] | list[One] | set[str], list[Closed] | set[str], [{"x": 1}], "refused",
    ),
    "bits that nobody named": (
        list[More] | tuple[Decimal], tuple[Decimal, Decimal] | list[More], [8, 1048576], "other",
    ),
    "a bit that a Literal has": (
        list[Literal[2]] | tuple[Single, More], list[Literal[2, 1]] | tuple[Single, More], [1, 2],
        "other",
    ),
    "digits in a union": (
        Annotated[Decimal, Field(max_digits=4, decimal_places=2)] | bool,
        Annotated[Decimal, Field(max_digits=3)] | bool | None, "12.34", "refused",
    ),
    "places within the digits": (
        Annotated[Decimal, Field(max_digits=2)],
        Annotated[Decimal, Field(max_digits=4, decimal_places=2)], "0.05", "ok",
    ),
    "a dict in order": (dict[str, int], OrderedDict[str, int], {"a": 1}, "ok"),
    "a tuple as a Sequence": (tuple[int, ...], Sequence[int], [1], "ok"),
    "no tag for a tagged union": (struct(int), Kinded | Other, {"x": 1}, "refused"),
    "1 is not True": (
        Literal["a", True] | Decimal, Literal[1] | Literal["a"] | Decimal, True, "other",  # two
    ),
    "a set beside Any": (set[int] | list[Any], list[Any | None], [1], "ok"),
    "a RootModel around a union": (
        RootModel[set[int] | list[str]], RootModel[list[int] | list[str]], [1], "other",
    ),
    "a Decimal in a RootModel takes numbers": (
        Decimal | Literal[2], RootModel[Decimal | None] | Second, 2, "other",
    ),
    "a Decimal in a RootModel in a list": (
        list[Decimal | Literal[2]], list[RootModel[RootModel[Decimal]] | Second], [2], "other",
    ),
    "a Decimal as text beside numbers": (
        Decimal | Literal["x"], RootModel[Decimal | None] | Second | Literal["x"], "2", "ok",
    ),
    "None and a text": (list[int] | Literal[None, "1"], list[int] | Literal["1"] | None, "1", "ok"),
}  # fmt: skip


try:
    make_codec(Closed, schema_of(Closed))
except UnsupportedTypeError:  # an older pydantic overlooks `closed`
    del CASES["a closed TypedDict in a union"]


def locked(annotation: Any) -> Schema:
    """The type as a file keeps it."""
    return read_type(json.loads(json.dumps(described(schema_of(annotation)))))


@pytest.mark.parametrize("name", CASES)
def test_the_gate_says_what_decoding_does(name: str) -> None:
    """A break where the reader refuses the value or takes it for another one, and only there."""
    written, read, entry, fate = CASES[name]
    writer, reader = (make_codec(one, schema_of(one)) for one in (written, read))
    value = load(entry, writer)
    assert dump(value, writer, settings=Settings()) == entry, "a task could push it"
    assert breaks(locked(written), locked(written)) == []
    found = breaks(locked(written), locked(read))
    if fate == "refused":
        with pytest.raises(TypedXComError):
            load(entry, reader)
    else:
        back = load(entry, reader)
        same = getattr(value, "x", None) == getattr(back, "x", None)
        assert same or fate == "other" or isinstance(back, (dict, BaseModel))
    assert bool(found) == (fate != "ok"), found
    assert not found or any(one.is_certain for one in found)


def test_what_a_serializer_writes_is_only_a_warning() -> None:
    """Nobody can know what an author's serializer leaves out or writes instead."""

    class Drops(BaseModel):
        x: int = 0

        @pydantic.model_serializer(mode="wrap")
        def dropped(self, handler: Any) -> Any:
            return {key: one for key, one in handler(self).items() if one}

    (found,) = breaks(locked(Drops), locked(model(int)))
    assert (found.rule, found.is_certain) == ("codec-changed", False)
    assert "`dropped`" in str(found)
    assert breaks(locked(Drops), locked(Drops)) == []


def test_a_default_may_stand_for_what_was_never_set() -> None:
    """Alone and in a union alike."""
    written = msgspec.defstruct("A", [("x", UNSET, msgspec.UNSET)], tag=True)
    read = msgspec.defstruct("A", [("x", int, 1)], tag=True)
    other = msgspec.defstruct("B", [("y", int)], tag=True)
    for reader in (read, read | other):
        assert load({"type": "A"}, make_codec(reader, schema_of(reader))) == read(1)
        assert breaks(locked(written), locked(reader)) == []
    assert breaks(locked(written | other), locked(read | other)) == []


@pytest.mark.skipif(
    "exclude_if" not in pydantic.fields.FieldInfo.__slots__, reason="newer than this pydantic"
)
def test_what_a_function_computes_for_a_field_left_out_is_only_a_warning() -> None:
    """The reader's default may be the same as what the writer left out."""
    left_out: dict[str, Any] = {"default": {"a": 1}, "exclude_if": lambda value: value == {"a": 1}}
    written = pydantic.create_model("M", x=(dict[str, int], Field(**left_out)))
    read = pydantic.create_model("M", x=(dict[str, int], Field(default_factory=lambda: {"a": 1})))
    (found,) = breaks(locked(written), locked(read))
    assert (found.rule, found.is_certain) == ("default-removed", False)
    assert "may be another now" in str(found)


def test_only_a_union_is_doubted_by_its_reader() -> None:
    """A break elsewhere stays an error, also where no value of the union shows one."""

    class Read(te.TypedDict):
        y: float
        z: te.NotRequired[float | Second]

    assert [(one.rule, one.is_certain) for one in breaks(locked(One), locked(Read))] == [
        ("required-added", True)
    ]


def test_a_day_that_was_in_the_future_is_only_doubted() -> None:
    """When it was pushed, nobody knows here."""
    later = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1))]
    for kind, is_certain in ((pydantic.FutureDate, False), (pydantic.PastDate, True)):
        (found,) = breaks(locked(list[kind]), locked(list[later]))
        assert (found.rule, found.is_certain) == ("constraint-tightened", is_certain)


def test_a_tagged_union_may_be_nullable_now() -> None:
    """Also where bits are in it, none of which may be set."""

    class First(BaseModel):
        kind: Literal["a"]
        x: bool

    class Last(BaseModel):
        kind: Literal["b"]
        x: More = More.A

    tagged = Annotated[First | Last, Field(discriminator="kind")]
    assert breaks(locked(tagged), locked(tagged | None)) == []


def test_an_empty_set_is_an_empty_collection() -> None:
    """Of an abstract class, a reader gets lists."""
    written = list[frozenset[dt.date]]
    read = list[frozenset[dt.date] | Collection[Single] | None]
    assert load([[]], make_codec(read, schema_of(read))) in ([[]], [frozenset()])
    assert breaks(locked(written), locked(read)) == []


def test_a_root_model_has_samples() -> None:
    """Its samples are what it is in JSON."""
    assert samples(make_codec(PAGE, schema_of(PAGE)))[0] == []
