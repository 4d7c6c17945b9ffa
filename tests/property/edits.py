"""Contracts as small trees that can be edited at random, with their annotations and values.

`corners` lists values at the edges of a contract: each limit, each member, each optional part. If
an older contract has a value that a newer one cannot read, one of them shows it.
"""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import copy
import dataclasses
import datetime as dt
import decimal
import enum
import functools
import ipaddress
import itertools
import sys
import types
import typing
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, Union

import msgspec
import pydantic
import typing_extensions as te
from hypothesis import strategies as st

from typedxcom.codecs import make_codec
from typedxcom.errors import TypedXComError
from typedxcom.schema import schema_of

__all__ = [
    "NATIVE",
    "PYDANTIC",
    "Builder",
    "Part",
    "Spec",
    "aliased",
    "crowded",
    "edited",
    "is_open",
    "means",
    "overlaps",
    "parsing",
    "records",
    "specs",
]

NATIVE, PYDANTIC = "native", "pydantic"
STYLES = {
    NATIVE: ["struct", "struct", "dataclass", "typeddict", "namedtuple", "generic"],
    PYDANTIC: ["model", "model", "dataclass", "pydataclass", "typeddict", "namedtuple", "generic"],
}
Item = typing.TypeVar("Item")


def generic(engine: str) -> Any:
    """A new generic class, so that no test leaves upcasters on it for another."""
    if engine == NATIVE:

        class Box(msgspec.Struct, typing.Generic[Item]):
            total: Item

        return Box

    class Page(pydantic.BaseModel, typing.Generic[Item]):
        model_config = pydantic.ConfigDict(
            ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
        )
        total: Item

    return Page


SCALARS: dict[str, tuple[Any, list[Any]]] = {
    "bool": (bool, [True, False]),
    "int": (int, [0, 1, -1, 2, 3, 7, 10, 100, -100, 2**40]),
    "float": (float, [0.0, 1.5, 1.25, -2.5, 100.0, 1e9, float("inf")]),
    "str": (
        str,
        [
            "",
            "a",
            "red",
            "abcdefgh",
            "abcdefghijk",
            " A1 ",
            "7",
            "2024-01-01",
            "1.10",
            "1970-01-01T00:00:00Z",
            "00000000-0000-0000-0000-000000000005",
            "YWJj",
            "12:30:00",
            "PT1H",
            "192.0.2.1",
        ],
    ),
    "date": (dt.date, [dt.date(2024, 1, 1), dt.date(1999, 12, 31), dt.date(2999, 1, 1)]),
    "datetime": (
        dt.datetime,
        [
            dt.datetime(2024, 1, 1, 3, 4, tzinfo=dt.timezone.utc),
            dt.datetime(1970, 1, 1),
            dt.datetime(2999, 1, 1),
        ],
    ),
    "uuid": (uuid.UUID, [uuid.UUID(int=5), uuid.UUID(int=6)]),
    "decimal": (
        decimal.Decimal,
        [
            decimal.Decimal(one)
            for one in ("1.10", "-3", "1234", "0", "12.345", "99999", "-0.5", "1E+3", "99999.99")
        ],
    ),
    "time": (
        dt.time,
        [dt.time(3, 4), dt.time(12, 30, 0, 250000), dt.time(3, 4, tzinfo=dt.timezone.utc)],
    ),
    "timedelta": (dt.timedelta, [dt.timedelta(days=1), dt.timedelta(seconds=-1.5)]),
    "ipv4": (
        ipaddress.IPv4Address,
        [ipaddress.IPv4Address("192.0.2.1"), ipaddress.IPv4Address("192.0.2.2")],
    ),
    "network": (
        ipaddress.IPv4Network,
        [ipaddress.IPv4Network(f"192.0.2.0/{bits}") for bits in (24, 25)],
    ),
    "none": (type(None), [None]),
    "bytes": (bytes, [b"", b"abc", b"n[\x9e", b"abcdef"]),
    "any": (Any, [1, "a", None, [1]]),
}
WORDS = ["red", "blue", "a", 1, 2]
VALUES = [*WORDS, "1", None, True]  # of literals
FLAGS = {"A": 1, "B": 2, "C": 4}
NAMES = ["x", "y", "total", "when"]
ALIASES = ["X", "other", "total"]
_UTC = dt.timezone.utc
_TIMES = [
    dt.datetime(2024, 1, 1, 3, 4, tzinfo=_UTC), dt.datetime(1970, 1, 1), dt.datetime(2999, 1, 1),
    dt.datetime(2999, 1, 1, tzinfo=_UTC), dt.datetime(2024, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2))),
]  # fmt: skip
_DECIMALS = [
    decimal.Decimal(one)
    for one in (
        "1.10",
        "-3",
        "1234",
        "0",
        "0.5",
        "12.345",
        "99999",
        "1E+3",
        "7",
        "12.34",
        "0.05",
        "99999.99",
        "1.50",
        "100000",
        "0.001",
        "123",
        "0.125",
        "1.5",
        "12.3",
        "-99.9",
        "99",
        "9.99",
        "999.9",
    )
]
_STRINGS = [
    "a",
    "",
    "z",
    "A",
    " a ",
    " A ",
    "abcdefghijkl",
    "ABCDEFGHIJKL",
    "red",
    "abcdefgh",
    "a1",
    "7",
    "Ärger",
]
_BYTES = [b"", b"a", b"abc", b"abcdef"]
_NUMBERS = [0.0, 0.5, 1.5, 1.25, -2.0, 100.0, 1e9, float("inf")]
_INTS = [0, 1, -1, 2, 3, 9, 10, 2**40]
_DAYS = [dt.date(2024, 1, 1), dt.date(1999, 12, 31), dt.date(2999, 1, 1)]
_SPANS = [dt.timedelta(days=1), dt.timedelta(0), dt.timedelta(seconds=-1.5)]


def _field(**limits: Any) -> Any:
    return pydantic.Field(**limits)


# Scalars with further limits: name to what the value is, the metadata and values around the edges.
# The writer's codec refuses those outside.
NARROW: dict[str, dict[str, tuple[str, Any, list[Any]]]] = {
    PYDANTIC: {
        **{f"digits{n}": ("decimal", _field(max_digits=n), _DECIMALS) for n in (2, 3, 5)},
        **{f"places{n}": ("decimal", _field(decimal_places=n), _DECIMALS) for n in (0, 1, 2)},
        **{
            f"digits{n}places{m}": ("decimal", _field(max_digits=n, decimal_places=m), _DECIMALS)
            for n, m in ((3, 1), (4, 1), (4, 2), (5, 2))
        },
        "decimal above": ("decimal", _field(gt=0), _DECIMALS),
        "decimal steps": ("decimal", _field(multiple_of=decimal.Decimal("0.5")), _DECIMALS),
        "aware": ("datetime", pydantic.AwareDatetime, _TIMES),
        "naive": ("datetime", pydantic.NaiveDatetime, _TIMES),
        "past": ("datetime", pydantic.PastDatetime, _TIMES),
        "past day": ("date", pydantic.PastDate, _DAYS),
        "future day": ("date", pydantic.FutureDate, _DAYS),
        "from 2000": ("date", _field(ge=dt.date(2000, 1, 1)), _DAYS),
        "no negative span": ("timedelta", _field(ge=dt.timedelta(0)), _SPANS),
        "stripped": ("str", pydantic.StringConstraints(strip_whitespace=True), _STRINGS),
        "lower": ("str", pydantic.StringConstraints(to_lower=True), _STRINGS),
        "upper": ("str", pydantic.StringConstraints(to_upper=True), _STRINGS),
        "strict text": ("str", _field(strict=True), _STRINGS),
        "letters": ("str", _field(pattern="^[a-z]*$"), _STRINGS),
        "a letter": ("str", _field(pattern="^[a-z]$"), _STRINGS),
        "strict int": ("int", _field(strict=True), _INTS),
        "strict float": ("float", _field(strict=True), _NUMBERS),
        "finite": ("float", _field(allow_inf_nan=False), _NUMBERS),
        "halves": ("float", _field(multiple_of=0.5), _NUMBERS),
        "some bytes": ("bytes", _field(min_length=1), _BYTES),
        "few bytes": ("bytes", _field(max_length=3), _BYTES),
        "uuid4": ("uuid", pydantic.UUID4, [uuid.UUID(int=5), uuid.UUID(int=6, version=4)]),
    },
    NATIVE: {
        "aware": ("datetime", msgspec.Meta(tz=True), _TIMES),
        "naive": ("datetime", msgspec.Meta(tz=False), _TIMES),
        "aware time": ("time", msgspec.Meta(tz=True), [dt.time(3, 4), dt.time(3, 4, tzinfo=_UTC)]),
        "naive time": ("time", msgspec.Meta(tz=False), [dt.time(3, 4), dt.time(3, 4, tzinfo=_UTC)]),
        "letters": ("str", msgspec.Meta(pattern="^[a-z]*$"), _STRINGS),
        "a letter": ("str", msgspec.Meta(pattern="^[a-z]$"), _STRINGS),
        "halves": ("float", msgspec.Meta(multiple_of=0.5), _NUMBERS),
        "below": ("float", msgspec.Meta(lt=100), _NUMBERS),
        "some bytes": ("bytes", msgspec.Meta(min_length=1), _BYTES),
        "few bytes": ("bytes", msgspec.Meta(max_length=3), _BYTES),
    },
}  # fmt: skip
COLLECTIONS = {
    "sequence": collections.abc.Sequence, "collection": collections.abc.Collection,
    "mutable": collections.abc.MutableSequence, "deque": collections.deque,
}  # fmt: skip
MAPPINGS = {
    "mapping": collections.abc.Mapping, "ordered": collections.OrderedDict,
}  # fmt: skip
# What an Enum is besides, and what its values may be.
BASES: dict[str, tuple[tuple[type, ...], list[Any]]] = {
    "int": ((int,), [1, 2, 3]), "str": ((str,), ["red", "blue", "a", "1"]),
    "mixed": ((), ["red", 1, 2.5, "1", None]),
}  # fmt: skip


class Choices(tuple[str, ...]):
    """Several aliases of one field, for pydantic."""

    __slots__ = ()


@dataclass(frozen=True)
class Part:
    """One field of a record."""

    name: str
    spec: Spec
    required: bool = True
    alias: str | tuple[str | int, ...] | None = None  # a tuple is a path, for pydantic
    default: Any = None  # the index of a corner
    omitted: str = ""  # "exclude", "exclude_if" or "unset"

    def __repr__(self) -> str:
        alias = f" as {self.alias!r}" if self.alias else ""
        default = "" if self.required else f" = {self.default}{self.omitted}"
        return f"{self.name}{alias}: {self.spec}{default}"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


@dataclass(frozen=True)
class Spec:
    """A node of a contract.

    Attributes:
        kind: ``scalar``, ``limited``, ``literal``, ``enum``, ``flag``, ``list``, ``set``,
            ``frozenset``, ``many`` (an open tuple), ``tuple``, ``dict``, ``union``, ``tagged`` (a
            union told apart by ``kind``), ``bounded`` (a collection of some length), ``newtype``,
            ``root`` or ``record``.
        name: Of the scalar, of the record's style.
        parts: The nodes inside.
        fields: Of a record.
        values: Of a literal or an enum.
        limits: Of a limited scalar, a bounded collection or the keys of a dict.
        options: Of a record's class.
    """

    kind: str
    name: str = ""
    parts: tuple[Spec, ...] = ()
    fields: tuple[Part, ...] = ()
    values: tuple[Any, ...] = ()
    limits: tuple[tuple[str, Any], ...] = ()
    options: tuple[tuple[str, Any], ...] = ()

    def __repr__(self) -> str:
        shown = [f"{key}={one!r}" for key, one in vars(self).items() if one and key != "kind"]
        return f"{self.kind}({', '.join(shown)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


LIMITS = {
    "int": [("ge", 0), ("ge", 1), ("gt", 0), ("le", 10), ("lt", 100), ("multiple_of", 2)],
    "str": [("min_length", 1), ("max_length", 3), ("max_length", 8), ("pattern", "^[a-z]*$")],
    "float": [("ge", 0), ("gt", 0), ("le", 100)],
}
LENGTHS = [("min_length", 1), ("min_length", 2), ("max_length", 1), ("max_length", 2)]
# Of pydantic 2.12 and newer.
EXCLUDE_IF = ["exclude_if"] if "exclude_if" in pydantic.fields.FieldInfo.__slots__ else []
OPTIONS = {
    "model": [
        (), (), (("extra", "forbid"),), (("extra", "allow"),), (("strict", True),),
        (("str_strip_whitespace", True),), (("str_to_lower", True),), (("str_max_length", 3),),
        (("allow_inf_nan", False),), (("populate_by_name", True),),
        (("ser_json_bytes", "utf8"), ("val_json_bytes", "utf8")),
        (("ser_json_timedelta", "float"),), (("coerce_numbers_to_str", True),),
    ],
    "pydataclass": [(), (("extra", "forbid"),), (("strict", True),), (("str_max_length", 3),)],
    "typeddict": [(), (), (("closed", True),), (("extra_items", int),)],
    "struct": [
        (), (("forbid_unknown_fields", True),), (("omit_defaults", True),), (("array_like", True),),
        (("tag", "one"),), (("tag", "two"),), (("tag", 1),), (("rename", "upper"),),
        (("tag", "one"), ("tag_field", "total")), (("array_like", True), ("tag", 1)),
        (("tag", "one"), ("forbid_unknown_fields", True)),
    ],
}  # fmt: skip


@st.composite
def specs(draw: st.DrawFn, engine: str, depth: int = 2) -> Spec:
    """Contracts of one engine."""
    kinds = ["scalar", "scalar", "limited", "narrow", "literal", "enum", "flag"]
    if depth:
        kinds += ["collection", "mapping", "recursive"]
        kinds += ["called"] if engine == PYDANTIC else []
        kinds += ["list", "many", "set", "frozenset", "tuple", "dict", "union", "tagged", "bounded"]
        kinds += ["newtype", "record", "record", "record"]
        kinds += ["root"] if engine == PYDANTIC else []
    kind = draw(st.sampled_from(kinds))
    inner = specs(engine, depth - 1)
    if kind == "scalar":
        return Spec(kind, draw(st.sampled_from(list(SCALARS))))
    if kind == "limited":
        name = draw(st.sampled_from(list(LIMITS)))
        limits = draw(st.lists(st.sampled_from(LIMITS[name]), min_size=1, max_size=2))
        return Spec(kind, name, limits=_limits(limits))
    if kind == "narrow":
        return Spec(kind, draw(st.sampled_from(list(NARROW[engine]))))
    if kind == "enum" and draw(st.booleans()):
        return draw(_based())
    if kind in ("literal", "enum"):
        return Spec(kind, values=draw(_values(kind)))
    if kind == "collection":
        return Spec(kind, draw(st.sampled_from(list(COLLECTIONS))), parts=(draw(inner),))
    if kind == "mapping":
        return Spec(kind, draw(st.sampled_from(list(MAPPINGS))), parts=(draw(inner),))
    if kind == "recursive":
        style = draw(
            st.sampled_from(
                ["struct", "dataclass", "typeddict"]
                if engine == NATIVE
                else ["model", "dataclass", "typeddict"]
            )
        )
        names = draw(st.lists(st.sampled_from(NAMES[:2]), min_size=1, max_size=2, unique=True))
        fields = [
            Part(name, draw(specs(engine, 0)), draw(st.booleans()), default=draw(st.integers(0, 2)))
            for name in names
        ]
        return Spec(
            kind, style, fields=tuple(fields), values=(draw(st.sampled_from(["next", "kids"])),)
        )
    if kind == "called":
        return replace(
            draw(_tagged(engine)),
            kind="called",
            name=draw(st.sampled_from(["by_kind", "by_kind_too"])),
        )
    if kind == "flag":
        names = draw(st.lists(st.sampled_from(list(FLAGS)), min_size=1, unique=True))
        return Spec(kind, draw(st.sampled_from(["Flag", "IntFlag"])), values=tuple(sorted(names)))
    if kind in ("set", "frozenset"):
        return Spec(kind, parts=(Spec("scalar", draw(st.sampled_from(["int", "str", "date"]))),))
    if kind == "bounded":
        some = st.sampled_from(["list", "many", "set", "dict"])
        part = Spec(
            draw(some), "str", parts=(Spec("scalar", draw(st.sampled_from(["int", "str"]))),)
        )
        return Spec(kind, parts=(part,), limits=_limits([draw(st.sampled_from(LENGTHS))]))
    if kind == "tagged":
        return draw(_tagged(engine))
    if kind in ("list", "many", "dict", "newtype", "root"):
        key = draw(st.sampled_from(["str", "str", "int", "date"])) if kind == "dict" else ""
        limits = draw(st.sampled_from([(), (("min_length", 1),), (("max_length", 3),)]))
        return Spec(kind, key, parts=(draw(inner),), limits=limits if key == "str" else ())
    if kind in ("tuple", "union"):
        parts = tuple(draw(st.lists(inner, min_size=1, max_size=3)))
        return Spec(kind, parts=parts)
    return draw(records(engine, depth))


def _values(kind: str) -> st.SearchStrategy[tuple[Any, ...]]:
    """Values of a literal or an Enum, which takes two of the same for an alias."""
    if kind == "enum":
        some = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)
        return some.map(tuple)
    # 1 is True for Python, but not for a Literal.
    each = st.lists(st.sampled_from(VALUES), min_size=1, max_size=3, unique_by=repr)
    return each.map(tuple)


@st.composite
def _based(draw: st.DrawFn) -> Spec:
    """Enums that are an int or a str too, or whose values are of several kinds."""
    base = draw(st.sampled_from(list(BASES)))
    values = st.lists(st.sampled_from(BASES[base][1]), min_size=1, max_size=3, unique_by=repr)
    return Spec("enum", base, values=tuple(draw(values)))


@st.composite
def _tagged(draw: st.DrawFn, engine: str) -> Spec:
    """Unions of two or three classes that ``kind`` tells apart."""
    tags = draw(st.lists(st.sampled_from(["a", "b", "c"]), min_size=2, max_size=3, unique=True))
    ints = engine == NATIVE and draw(st.booleans())
    return Spec("tagged", parts=tuple(
        draw(_tagged_part(engine, "abc".index(tag) if ints else tag)) for tag in tags
    ))  # fmt: skip


@st.composite
def _tagged_part(draw: st.DrawFn, engine: str, tag: Any) -> Spec:
    names = draw(st.lists(st.sampled_from(NAMES[:2]), max_size=2, unique=True))
    fields = [
        Part(name, draw(specs(engine, 0)), draw(st.booleans()), default=draw(st.integers(0, 2)))
        for name in names
    ]
    if engine == NATIVE:
        options = (("tag", tag), ("tag_field", "kind"))
        return Spec("record", "struct", fields=tuple(fields), options=options)
    kind = Part("kind", Spec("literal", values=(tag,)))
    return Spec("record", "model", fields=(kind, *fields))


def is_open(spec: Spec) -> bool:
    """Whether *spec* has `Any` beside other types: the values here are too few to show a break."""
    inside = (*spec.parts, *(part.spec for part in spec.fields))
    is_one = spec.kind == "union" and any(one.name == "any" for one in _members(spec))
    return is_one or any(map(is_open, inside))


def reaches_into_any(old: Spec, new: Spec) -> bool:
    """Whether *new* has a path into what may be anything in *old*."""
    paths = [
        one
        for spec in _every(new)
        for part in spec.fields
        for one in (part.alias if isinstance(part.alias, Choices) else (part.alias,))
    ]
    return any(isinstance(one, tuple) for one in paths) and any(
        one.name == "any" for one in _every(old)
    )


def _every(spec: Spec) -> Iterator[Spec]:
    yield spec
    for one in (*spec.parts, *(part.spec for part in spec.fields)):
        yield from _every(one)


def overlaps(spec: Spec) -> bool:
    """Whether a union in *spec* has several arrays, several numbers, or `Any`.

    Which member reads a value there depends on the value.
    """
    if spec.kind in ("union", "tagged"):
        members = list(_members(spec))
        numbers = [one for one in members if one.name in ("int", "float", "bool", "decimal", "any")]
        numbers += [one for one in members if one.kind in ("literal", "enum", "flag")]
        is_open = any(one.name == "any" for one in members)
        if is_open or sum(map(_is_array, members)) > 1 or len(numbers) > 1:
            return True
    inside = (*spec.parts, *(part.spec for part in spec.fields))
    return any(map(overlaps, inside))


def _members(spec: Spec) -> Iterator[Spec]:
    for part in spec.parts:
        yield from _members(part) if part.kind in ("union", "newtype", "root") else (part,)


def _is_array(spec: Spec) -> bool:
    is_array = spec.name == "namedtuple" or ("array_like", True) in spec.options
    return spec.kind in ("list", "many", "set", "frozenset", "tuple", "bounded") or (
        spec.kind == "record" and is_array
    )


def _limits(limits: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """The last of each kind of limit: a library takes `gt` or `ge`, not both."""
    kinds = {"gt": "above", "ge": "above", "lt": "below", "le": "below"}
    return tuple(sorted({kinds.get(name, name): (name, one) for name, one in limits}.values()))


@st.composite
def records(draw: st.DrawFn, engine: str, depth: int) -> Spec:
    """Records of one engine."""
    style = draw(st.sampled_from(STYLES[engine]))
    if style == "generic":
        return Spec("record", style, fields=(Part("total", draw(specs(engine, depth - 1))),))
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    inner = specs(engine, depth - 1)
    parts = tuple(
        Part(name, draw(inner), draw(st.booleans()), default=draw(st.integers(0, 2)))
        for name in names
    )
    options = draw(st.sampled_from(OPTIONS.get(style, [()])))
    return Spec("record", style, fields=parts, options=options)


@st.composite
def crowded(draw: st.DrawFn, engine: str) -> Spec:
    """Unions of members that have the same form in JSON: arrays, numbers or texts."""
    inner = st.one_of(specs(engine, 0), specs(engine, 1))
    arrays = st.one_of(
        inner.map(lambda one: Spec("list", parts=(one,))),
        inner.map(lambda one: Spec("many", parts=(one,))),
        st.sampled_from(["int", "str", "date"]).map(
            lambda name: Spec("set", parts=(Spec("scalar", name),))
        ),
        st.lists(inner, min_size=1, max_size=2).map(lambda some: Spec("tuple", parts=(*some,))),
    )
    numbers = st.sampled_from(["bool", "int", "float", "decimal"]).map(
        lambda name: Spec("scalar", name)
    )
    texts = st.sampled_from(["str", "date", "datetime", "uuid", "bytes", "decimal"]).map(
        lambda name: Spec("scalar", name)
    )
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(
        lambda some: Spec("literal", values=(*some,))
    )
    kind = draw(st.sampled_from([arrays, st.one_of(numbers, words), st.one_of(texts, words)]))
    some = draw(st.lists(kind, min_size=2, max_size=3, unique=True))
    return Spec("union", parts=tuple(some))


@st.composite
def edited(draw: st.DrawFn, spec: Spec, engine: str) -> Spec:
    """*spec* with one to three small changes."""
    for _ in range(draw(st.integers(1, 3))):
        spec = draw(_edit(spec, engine))
    return spec


@st.composite
def _edit(draw: st.DrawFn, spec: Spec, engine: str) -> Spec:
    choices = ["here"]
    closed = ("set", "frozenset", "bounded")  # what is in a set can be hashed
    if (spec.parts or spec.fields) and spec.kind not in closed:
        choices += ["inside"] * 3
    if draw(st.sampled_from(choices)) == "inside":
        if spec.parts:
            at = draw(st.integers(0, len(spec.parts) - 1))
            if spec.kind == "called" and len(spec.parts[at].fields) < 2:
                return spec  # what the function reads stays, because nobody knows what it does
            edit = _edit_but_kind if spec.kind == "called" else _edit
            changed = draw(edit(spec.parts[at], engine))
            return replace(spec, parts=(*spec.parts[:at], changed, *spec.parts[at + 1 :]))
        at = draw(st.integers(0, len(spec.fields) - 1))
        old = spec.fields[at]
        if spec.name == "generic":
            part = replace(old, spec=draw(_edit(old.spec, engine)))
        else:
            part = draw(_edited_part(old, engine))
        return replace(spec, fields=(*spec.fields[:at], part, *spec.fields[at + 1 :]))
    return draw(st.one_of(_changes(spec, engine)))


@st.composite
def _edit_but_kind(draw: st.DrawFn, spec: Spec, engine: str) -> Spec:
    """A class of a union with another field than ``kind`` changed."""
    at = draw(st.integers(1, len(spec.fields) - 1))
    part = draw(_edited_part(spec.fields[at], engine))
    return replace(spec, fields=(*spec.fields[:at], part, *spec.fields[at + 1 :]))


def _changes(spec: Spec, engine: str) -> list[st.SearchStrategy[Spec]]:
    null = Spec("scalar", "none")
    some: list[st.SearchStrategy[Spec]] = [
        st.just(Spec("union", parts=(spec, null))),
        specs(engine, 1),
    ]
    if spec.kind == "narrow":
        what = NARROW[engine][spec.name][0]
        near = [name for name, one in NARROW[engine].items() if one[0] == what]
        some += [st.sampled_from(near).map(lambda one: replace(spec, name=one))] * 3
        some += [st.just(Spec("scalar", what))]
    if spec.kind == "scalar":
        near = [name for name, one in NARROW[engine].items() if one[0] == spec.name]
        some += [st.sampled_from(near).map(lambda one: Spec("narrow", one))] * 2 if near else []
    if spec.kind == "collection":
        some += [st.sampled_from(list(COLLECTIONS)).map(lambda one: replace(spec, name=one))]
        some += [st.sampled_from(["list", "many"]).map(lambda one: Spec(one, parts=spec.parts))]
    if spec.kind == "list":
        some += [
            st.sampled_from(list(COLLECTIONS)).map(
                lambda one: Spec("collection", one, parts=spec.parts)
            )
        ]
    if spec.kind == "mapping":
        some += [st.sampled_from(list(MAPPINGS)).map(lambda one: replace(spec, name=one))]
        some += [st.just(Spec("dict", "str", parts=spec.parts))]
    if spec.kind == "dict" and spec.name == "str" and not spec.limits:
        some += [
            st.sampled_from(list(MAPPINGS)).map(lambda one: Spec("mapping", one, parts=spec.parts))
        ]
    if spec.kind == "recursive":
        some += [st.sampled_from(["next", "kids"]).map(lambda one: replace(spec, values=(one,)))]
    if spec.kind == "called":
        some += [_tagged_part(engine, "d").map(lambda one: replace(spec, parts=(*spec.parts, one)))]
        some += [st.just(replace(spec, parts=spec.parts[1:]))] if spec.parts[2:] else []
        some += [st.just(replace(spec, kind="tagged", name=""))]
    if spec.kind in ("scalar", "limited") and spec.name in LIMITS:
        limit = st.sampled_from(LIMITS[spec.name])
        added = limit.map(lambda one: _limits((*spec.limits, one)))
        some += [added.map(lambda limits: Spec("limited", spec.name, limits=limits))]
        some += [st.just(Spec("scalar", spec.name)), st.just(Spec("scalar", "float"))]
    if spec.kind == "enum" and spec.name:
        some += [
            _based().map(lambda one: replace(one, name=spec.name) if one.name == spec.name else one)
        ] * 2
    elif spec.kind in ("literal", "enum"):
        values = _values(spec.kind)
        kept = values.map(
            lambda more: tuple({repr(one): one for one in (*spec.values, *more)}.values())
        )
        some += [kept.map(lambda one: replace(spec, values=one))]
        some += [values.map(lambda one: replace(spec, values=one))]
        if all(one in WORDS and one is not True for one in spec.values):
            some += [st.just(replace(spec, kind="literal" if spec.kind == "enum" else "enum"))]
    if spec.kind == "flag":
        names = st.lists(st.sampled_from(list(FLAGS)), min_size=1, unique=True)
        some += [names.map(lambda one: replace(spec, values=tuple(sorted(one))))]
        some += [st.sampled_from([replace(spec, name="Flag"), replace(spec, name="IntFlag")])]
        some += [st.sampled_from([Spec("scalar", "int"), Spec("literal", values=(1, 2))])]
    if spec.kind == "bounded":
        some += [
            st.sampled_from(LENGTHS).map(
                lambda one: replace(spec, limits=_limits([*spec.limits, one]))
            )
        ]
        some += [st.just(spec.parts[0])]
    if spec.kind in ("newtype", "root"):
        some += [st.just(spec.parts[0])] * 2
    elif engine == PYDANTIC and spec.kind not in ("union", "tagged", "record"):
        some += [st.just(Spec("root", parts=(spec,)))]  # in a model, unions are read by lax rules
    if spec.kind == "dict" and spec.name == "str":
        some += [
            st.sampled_from(["str", "int"]).map(lambda one: replace(spec, name=one, limits=()))
        ]
        some += [
            st.sampled_from([(("min_length", 1),), (("max_length", 3),)]).map(
                lambda one: replace(spec, limits=one)
            )
        ]
    if spec.kind == "tagged":
        some += [_tagged_part(engine, "d").map(lambda one: replace(spec, parts=(*spec.parts, one)))]
        some += [st.permutations(spec.parts).map(lambda one: replace(spec, parts=tuple(one)))]
        some += [st.sampled_from([spec.parts[0], replace(spec, kind="union")])]
        some += [
            st.just(
                replace(spec, parts=spec.parts[1:], kind="tagged" if spec.parts[2:] else "union")
            )
        ]
    if spec.kind == "union":
        some += [st.permutations(spec.parts).map(lambda one: replace(spec, parts=tuple(one)))]
        some += [st.sampled_from(spec.parts)]
        if len(spec.parts) > 1:
            some += [st.just(replace(spec, parts=spec.parts[1:]))]
    if spec.kind == "record":
        some += _record_changes(spec, engine)
    return some


def _record_changes(spec: Spec, engine: str) -> list[st.SearchStrategy[Spec]]:
    if spec.name == "generic":
        style = "struct" if engine == NATIVE else "model"
        return [st.just(replace(spec, name=style))]
    names = [part.name for part in spec.fields]
    free = [name for name in NAMES if name not in names]
    some: list[st.SearchStrategy[Spec]] = [
        st.permutations(spec.fields).map(lambda one: replace(spec, fields=tuple(one))),
        st.sampled_from(STYLES[engine]).map(lambda one: _styled(spec, one, engine)),
        st.sampled_from(OPTIONS.get(spec.name, [()])).map(lambda one: replace(spec, options=one)),
    ]
    if free:
        added = st.builds(
            Part, st.sampled_from(free), specs(engine, 0), st.booleans(), default=st.integers(0, 2)
        )
        some += [added.map(lambda one: replace(spec, fields=(*spec.fields, one)))] * 2
    if len(names) > 1:
        some += [st.just(replace(spec, fields=spec.fields[1:]))]
    if not dict(spec.options).get("array_like") and spec.name != "namedtuple":
        some += [st.just(Spec("dict", "str", parts=(Spec("scalar", "any"),)))]
    return some


def _styled(spec: Spec, style: str, engine: str) -> Spec:
    """*spec* as a class of another library."""
    if style == "generic" and not spec.fields:
        return spec
    if style == "generic":
        return Spec("record", style, fields=(Part("total", spec.fields[0].spec),))
    is_read = engine == PYDANTIC or style == "struct"
    fields = tuple(one if is_read else replace(one, alias=None) for one in spec.fields)
    return replace(spec, name=style, options=(), fields=fields)


@st.composite
def _edited_part(draw: st.DrawFn, part: Part, engine: str) -> Part:
    choices = ["spec", "spec", "required", "alias", "name", "default", "omitted"]
    what = draw(st.sampled_from(choices)) if part.name != "kind" else "spec"
    if what == "spec":
        return replace(part, spec=draw(_edit(part.spec, engine)))
    if what == "required":
        return replace(part, required=not part.required)
    if what == "default":
        return replace(part, default=draw(st.integers(0, 2)))
    if what == "omitted":
        ways = ["", "unset"] if engine == NATIVE else ["", "exclude", *EXCLUDE_IF]
        return replace(part, required=False, omitted=draw(st.sampled_from(ways)))
    if what == "alias":
        paths: list[Any] = [("total", 0), ("x", "y"), ("y", 1)] if engine == PYDANTIC else []
        paths += [Choices(("X", "other")), Choices(("total", "X"))] if engine == PYDANTIC else []
        return replace(part, alias=draw(st.sampled_from([None, *ALIASES, *paths])))
    return replace(part, name=part.name + "2", alias=draw(st.sampled_from([None, part.name])))


@dataclass
class Builder:
    """Builds the annotation of a spec, once for each node."""

    engine: str
    built: dict[int, Any] = field(default_factory=dict)
    kept: list[Spec] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)

    def annotation(self, spec: Spec) -> Any:
        """The annotation of *spec*."""
        if id(spec) not in self.built:
            self.kept.append(spec)
            self.built[id(spec)] = self._build(spec)
        return self.built[id(spec)]

    def _build(self, spec: Spec) -> Any:
        parts: Any = [self.annotation(one) for one in spec.parts]
        match spec.kind:
            case "scalar":
                return SCALARS[spec.name][0]
            case "limited":
                return Annotated[SCALARS[spec.name][0], self._limited(spec)]
            case "narrow":
                what, meta, _ = NARROW[self.engine][spec.name]
                is_class = isinstance(meta, type) or typing.get_origin(meta) is Annotated
                return meta if is_class else Annotated[SCALARS[what][0], meta]
            case "collection":
                return COLLECTIONS[spec.name][parts[0]]
            case "mapping":
                return MAPPINGS[spec.name][str, parts[0]]
            case "recursive":
                return self._recursive(spec)
            case "called":
                tagged = [
                    Annotated[one, pydantic.Tag(str(_tag_of(part)))]
                    for one, part in zip(parts, spec.parts, strict=True)
                ]
                return Annotated[Union[tuple(tagged)], pydantic.Discriminator(CALLED[spec.name])]
            case "literal":
                return Literal[spec.values]
            case "enum":
                names = [(f"M{at}", one) for at, one in enumerate(spec.values)]
                bases = BASES[spec.name][0] if spec.name else ()
                more: Any = {"type": bases[0]} if bases else {}
                return enum.Enum("Kind", names, **more)  # type: ignore[misc]
            case "flag":
                kind = enum.IntFlag if spec.name == "IntFlag" else enum.Flag
                return kind("Bits", [(one, FLAGS[one]) for one in spec.values])  # type: ignore[misc]
            case "frozenset":
                return frozenset[parts[0]]  # type: ignore[valid-type]
            case "bounded":
                return Annotated[parts[0], self._limited(spec)]
            case "newtype":
                return typing.NewType("Name", parts[0])  # type: ignore[valid-newtype]
            case "root":
                return self._root(parts[0])
            case "tagged" if self.engine == PYDANTIC:
                return Annotated[Union[tuple(parts)], pydantic.Field(discriminator="kind")]
            case "list":
                return list[parts[0]]  # type: ignore[valid-type]
            case "set":
                return set[parts[0]]  # type: ignore[valid-type]
            case "many":
                return tuple[parts[0], ...]  # type: ignore[valid-type]
            case "tuple":
                return tuple[tuple(parts)]  # type: ignore[misc]
            case "dict":
                key: Any = SCALARS[spec.name][0]
                return dict[Annotated[key, self._limited(spec)] if spec.limits else key, parts[0]]  # type: ignore[misc]
            case "union" | "tagged":
                return Union[tuple(_flat(parts))]
        return self._record(spec)

    def _limited(self, spec: Spec) -> Any:
        make: Any = msgspec.Meta if self.engine == NATIVE else pydantic.Field
        return make(**dict(spec.limits))

    @staticmethod
    def _root(inner: Any) -> Any:
        config = pydantic.ConfigDict(
            ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
        )
        kind = pydantic.create_model("Root", __base__=pydantic.RootModel[inner])
        kind.model_config.update(config)
        kind.model_rebuild(force=True)
        return kind

    def _record(self, spec: Spec) -> Any:
        options = dict(spec.options)
        if spec.name == "generic":
            return generic(self.engine)[self.annotation(spec.fields[0].spec)]
        if spec.name == "typeddict":
            return te.TypedDict("Row", {
                part.name: self._aliased(part) if part.required
                else te.NotRequired[self._aliased(part)] for part in spec.fields
            }, **options)  # type: ignore[misc]  # fmt: skip
        if spec.name == "model":
            made = {part.name: self._model_field(part) for part in spec.fields}
            config = pydantic.ConfigDict(
                **{"ser_json_bytes": "base64", "val_json_bytes": "base64", **options},
                ser_json_inf_nan="constants",
            )  # fmt: skip
            return pydantic.create_model("Model", __config__=config, **made)
        ordered = self._ordered(spec)
        if spec.name == "namedtuple":
            kind: Any = typing.NamedTuple(
                "Row", [(p.name, self.annotation(p.spec)) for p in ordered]
            )  # type: ignore[misc]
            defaults = [self.default(part) for part in ordered if not part.required]
            kind.__new__.__defaults__ = tuple(defaults) or None
            kind._field_defaults = {
                part.name: self.default(part) for part in ordered if not part.required
            }
            return kind
        if spec.name == "struct":
            return msgspec.defstruct(
                "Record", [self._struct_field(part) for part in ordered], **options
            )
        made = dataclasses.make_dataclass("Data", [
            (part.name, self._aliased(part)) if part.required
            else (part.name, self._aliased(part), self._dataclass_default(part))
            for part in ordered
        ])  # fmt: skip
        if spec.name == "pydataclass":
            config = pydantic.ConfigDict(
                ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants",
                **options,
            )  # fmt: skip
            return pydantic.dataclasses.dataclass(made, config=config)
        return made

    def _aliased(self, part: Part) -> Any:
        """The annotation of a field of a plain class, with its alias."""
        found = self._alias(part) if self.engine == PYDANTIC else {}
        annotation = self.annotation(part.spec)
        return Annotated[annotation, pydantic.Field(**found)] if found else annotation

    @staticmethod
    def _alias(part: Part) -> Any:
        path: Any = pydantic.AliasPath
        if isinstance(part.alias, Choices):
            return {"validation_alias": pydantic.AliasChoices(*part.alias)}
        alias = path(*part.alias) if isinstance(part.alias, tuple) else part.alias
        return {} if alias is None else {"validation_alias": alias}

    def _recursive(self, spec: Spec) -> Any:
        """A class that contains itself, in a module of its own, where its name is found."""
        module = types.ModuleType(f"gate_{id(self)}_{id(spec)}")
        sys.modules[module.__name__] = module
        self.modules.append(module.__name__)
        (link,) = spec.values
        ordered = sorted(spec.fields, key=lambda part: not part.required)
        kind: Any = Union["Data", None] if link == "next" else list["Data"]  # type: ignore[name-defined]  # noqa: F821
        default: Any = (lambda: None) if link == "next" else list
        if spec.name == "typeddict":
            fields = {
                part.name: self._aliased(part) if part.required
                else te.NotRequired[self._aliased(part)] for part in ordered
            }  # fmt: skip
            made: Any = te.TypedDict("Data", {**fields, link: te.NotRequired[kind]})  # type: ignore[misc]
            made.__module__ = module.__name__
        elif spec.name == "model":
            made = pydantic.create_model(
                "Data", __module__=module.__name__,
                __config__=pydantic.ConfigDict(
                    ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants"
                ),
                **{part.name: self._model_field(part) for part in ordered},
                **{link: (kind, pydantic.Field(default_factory=default))},
            )  # fmt: skip
        elif spec.name == "struct":
            made = msgspec.defstruct(
                "Data", [*map(self._struct_field, ordered), (link, kind, msgspec.field(default_factory=default))],
                module=module.__name__,
            )  # fmt: skip
        else:
            made = dataclasses.make_dataclass("Data", [
                *((part.name, self._aliased(part)) if part.required
                  else (part.name, self._aliased(part), self._dataclass_default(part))
                  for part in ordered),
                (link, kind, dataclasses.field(default_factory=default)),
            ])  # fmt: skip
            made.__module__ = module.__name__
        module.Data = made  # type: ignore[attr-defined]
        if spec.name == "model":
            made.model_rebuild(force=True, _types_namespace={"Data": made})
        return made

    def close(self) -> None:
        """Forgets the modules of classes that contain themselves."""
        for name in self.modules:
            sys.modules.pop(name, None)

    @staticmethod
    def _ordered(spec: Spec) -> list[Part]:
        return sorted(spec.fields, key=lambda part: not part.required)

    def _model_field(self, part: Part) -> Any:
        aliases = self._alias(part)
        if part.required:
            return self.annotation(part.spec), pydantic.Field(**aliases)
        default = self.default(part)
        if part.omitted == "exclude":
            aliases["exclude"] = True
        if part.omitted == "exclude_if":
            aliases["exclude_if"] = lambda value: type(value) is type(default) and value == default
        if part.omitted == "exclude_if" or isinstance(default, (int, str, enum.Enum)):
            aliases["default"] = default  # what a function computes, the gate does not know
        else:
            aliases["default_factory"] = lambda: default
        return self.annotation(part.spec), pydantic.Field(**aliases)

    def _struct_field(self, part: Part) -> Any:
        alias: Any = {"name": part.alias} if isinstance(part.alias, str) else {}
        if not part.required and part.omitted == "unset":
            kind = Union[self.annotation(part.spec), msgspec.UnsetType]
            return part.name, kind, msgspec.field(default=msgspec.UNSET, **alias)
        default = self.default(part) if not part.required else msgspec.NODEFAULT
        if default in ([], {}, set()):
            made = msgspec.field(default_factory=type(default), **alias)
        elif isinstance(default, (list, dict, set)) or type(default).__hash__ is None:
            made = msgspec.field(default_factory=lambda: default, **alias)
        else:
            made = msgspec.field(default=default, **alias)
        return part.name, self.annotation(part.spec), made

    def _dataclass_default(self, part: Part) -> Any:
        default = self.default(part)
        return dataclasses.field(default_factory=lambda: default)

    def default(self, part: Part) -> Any:
        """The default of a field: one of the corners of its type."""
        found = list(itertools.islice(self.corners(part.spec), 4))
        return found[part.default % len(found)]

    def corners(self, spec: Spec) -> Iterator[Any]:
        """Values at the edges of *spec*."""
        match spec.kind:
            case "scalar":
                yield from SCALARS[spec.name][1]
            case "limited":
                yield from filter(lambda one: within(one, spec), near(spec))
            case "narrow":
                yield from kept(self.engine, spec.name)
            case "collection":
                make: Any = collections.deque if spec.name == "deque" else list
                yield from (make([one]) for one in self.corners(spec.parts[0]))
                yield from map(make, self._lengths(replace(spec, kind="list")))
            case "mapping":
                make_dict: Any = collections.OrderedDict if spec.name == "ordered" else dict
                yield make_dict()
                yield from (make_dict({"a": one}) for one in self.corners(spec.parts[0]))
                for one in itertools.islice(self.corners(spec.parts[0]), 1):
                    yield make_dict({"a long key": one})
                    yield from (make_dict(dict.fromkeys("abc"[:count], one)) for count in (2, 3))
            case "recursive":
                plain = list(itertools.islice(self._instances(spec), 40))
                yield from plain
                (link,) = spec.values
                for at, one in enumerate(plain[:20]):
                    inner = plain[-at - 1]
                    value = inner if link == "next" else [inner]
                    if isinstance(one, dict):
                        yield {**one, link: value}
                    else:
                        outer = copy.copy(one)
                        setattr(outer, link, value)
                        yield outer
            case "literal":
                yield from spec.values
            case "enum":
                yield from self.annotation(spec)
            case "flag":
                kind = self.annotation(spec)
                yield from (
                    kind(one)
                    for one in range(sum(FLAGS[one] for one in spec.values) + 1)
                    if not one & ~sum(FLAGS[one] for one in spec.values)
                )
                yield from (kind(one) for one in (1, 3, 8, 2**20) if spec.name == "IntFlag")
            case "frozenset":
                yield from (frozenset({one}) for one in self.corners(spec.parts[0]))
                yield from self._lengths(spec)
            case "bounded":
                limits = dict(spec.limits)
                for one in self.corners(spec.parts[0]):
                    if limits.get("min_length", 0) <= len(one) <= limits.get("max_length", 9):
                        yield one
            case "newtype":
                yield from self.corners(spec.parts[0])
            case "root":
                yield from map(self.annotation(spec), self.corners(spec.parts[0]))
            case "list":
                yield from ([one] for one in self.corners(spec.parts[0]))
                yield from self._lengths(spec)
            case "many":
                yield from ((one,) for one in self.corners(spec.parts[0]))
                yield from self._lengths(spec)
            case "set":
                yield from ({one} for one in self.corners(spec.parts[0]))
                yield from self._lengths(spec)
            case "tuple":
                yield from _rows([list(self.corners(one)) for one in spec.parts], tuple)
            case "dict":
                limits = dict(spec.limits)
                keys = [
                    one for one in SCALARS[spec.name][1] if spec.name != "str"
                    or limits.get("min_length", 0) <= len(one) <= limits.get("max_length", 99)
                ]  # fmt: skip
                yield from ({keys[0]: one} for one in self.corners(spec.parts[0]))
                first = next(self.corners(spec.parts[0]))
                yield from ({key: first} for key in keys[1:])
                yield from self._lengths(spec, keys)
            case "union" | "tagged" | "called":
                yield from _in_turn([self.corners(one) for one in spec.parts])
            case "record":
                yield from self._instances(spec)

    def _lengths(self, spec: Spec, keys: list[Any] | None = None) -> Iterator[Any]:
        """Collections of no items, one, two and three."""
        items = list(itertools.islice(self.corners(spec.parts[0]), 8))
        make: Any = {"list": list, "many": tuple, "set": set, "frozenset": frozenset}
        for count in range(4):
            for at in range(len(items) if count else 1):
                some = [items[(at + step) % len(items)] for step in range(count)] if items else []
                if spec.kind == "dict":
                    yield dict(zip(keys or "abc", some, strict=False))
                else:
                    yield make[spec.kind](some)

    def _instances(self, spec: Spec) -> Iterator[Any]:
        kind = self.annotation(spec)
        names = [part.name for part in spec.fields]
        columns = [list(self.corners(part.spec)) for part in spec.fields]
        optional = [part.name for part in spec.fields if not part.required]
        for row in _rows(columns, tuple):
            values = dict(zip(names, row, strict=True))
            for left_out in [(), *((name,) for name in optional), tuple(optional)]:
                given = {name: one for name, one in values.items() if name not in left_out}
                if spec.name == "generic":
                    yield kind(**given)
                elif spec.name == "typeddict" and ("extra_items", int) in spec.options:
                    yield {**given, "extra": 1}
                elif spec.name == "model":
                    if ("extra", "allow") in spec.options:
                        given["extra"] = 1
                    yield kind.model_validate(given, by_alias=False, by_name=True, strict=False)
                else:
                    yield kind(**given)
                if not optional:
                    break


def _in_turn(sources: list[Iterator[Any]]) -> Iterator[Any]:
    """The items of all *sources*, one of each in turn."""
    rounds = itertools.zip_longest(*sources, fillvalue=_rows)
    yield from (one for found in rounds for one in found if one is not _rows)


def _rows(columns: list[list[Any]], make: Any) -> Iterator[Any]:
    """Rows in which each value of each column comes once, and once beside the first others."""
    if not all(columns):
        return
    for at in range(max(map(len, columns), default=0) + 1):
        yield make(column[(at + shift) % len(column)] for shift, column in enumerate(columns))
    first = [column[0] for column in columns]
    for at, column in enumerate(columns if len(columns) > 1 else ()):
        yield from (make([*first[:at], one, *first[at + 1 :]]) for one in column)


def _flat(members: Iterable[Any]) -> Iterator[Any]:
    """The members of nested unions: typing gives equal ones back in the order of the first."""
    for one in members:
        is_union = typing.get_origin(one) is Union
        yield from _flat(typing.get_args(one)) if is_union else (one,)


def near(spec: Spec) -> list[Any]:
    """Values beside the limits of a limited scalar."""
    limits = [one for name, one in spec.limits if isinstance(one, (int, float))]
    usual = SCALARS[spec.name][1]
    if spec.name == "str":
        around = ("a" * max(0, one + step) for one in limits for step in (-1, 0, 1))
        return [*usual, *around, "A7", " ", " a"]
    kind = SCALARS[spec.name][0]
    steps = (-2, -1, 0, 1, 2) if spec.name == "int" else (-1, -0.25, 0, 0.25, 1)
    return [*usual, *(kind(one + step) for one in limits for step in steps)]


@functools.cache
def kept(engine: str, name: str) -> list[Any]:
    """The values of `NARROW` that are within its limits."""
    what, _, values = NARROW[engine][name]
    annotation = Builder(engine).annotation(Spec("narrow", name))
    codec = make_codec(annotation, schema_of(annotation))
    found = []
    for one in values:
        with contextlib.suppress(TypedXComError):
            if _same_scalar(one, codec.check(one), what):
                found.append(one)
    return found


def within(value: Any, spec: Spec) -> bool:
    """Whether *value* is within the limits of *spec*."""
    kept = Builder(NATIVE).annotation(spec)
    try:
        msgspec.convert(value, kept)
    except msgspec.ValidationError:
        return False
    return True


def _kind_of(value: Any) -> Any:
    return value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)


# What tells the members of a union apart.
CALLED: dict[str, Any] = {
    name: (lambda value: _kind_of(value)) for name in ("by_kind", "by_kind_too")
}
for _name, _function in CALLED.items():
    _function.__qualname__ = _name


def _tag_of(spec: Spec) -> Any:
    kind = spec.fields[0].spec if spec.fields else spec
    while kind.parts and not kind.values:
        kind = kind.parts[0]
    return kind.values[0] if kind.values else "none"


_PARSING = [False]  # whether `parsing` is on
_ALIASED = [False]  # whether pydantic reads, which knows aliases in plain classes too


@contextlib.contextmanager
def aliased(is_on: bool) -> Iterator[None]:
    """Inside, plain classes are read under their aliases too."""
    before, _ALIASED[0] = _ALIASED[0], is_on
    try:
        yield
    finally:
        _ALIASED[0] = before


@contextlib.contextmanager
def parsing() -> Iterator[None]:
    """Inside, a text that the newer type could parse means that, and so do equal numbers."""
    _PARSING[0] = True
    try:
        yield
    finally:
        _PARSING[0] = False


def means(old: Any, new: Any, spec: Spec) -> bool:
    """Whether *new*, of the type *spec*, is the value *old* of an older type."""
    while isinstance(old, pydantic.RootModel):
        old = old.root
    match spec.kind:
        case "root":
            return isinstance(new, pydantic.RootModel) and means(old, new.root, spec.parts[0])
        case "newtype" | "bounded":
            return means(old, new, spec.parts[0])
        case "flag":
            one = _bare(old)
            is_near = _PARSING[0] and _is_parsed(one, getattr(new, "value", None))
            return isinstance(new, enum.Flag) and (
                is_near or (type(one) is int and one == new.value)
            )
        case "union" | "tagged" | "called":
            return any(means(old, new, one) for one in spec.parts)
        case "scalar" | "limited":
            return _same_scalar(old, new, spec.name)
        case "narrow":
            known = NARROW[PYDANTIC].get(spec.name) or NARROW[NATIVE][spec.name]
            return _same_scalar(old, new, known[0])
        case "collection":
            is_deque = spec.name == "deque"
            has_kind = type(old) is collections.deque or (not is_deque and type(old) is list)
            if spec.name in ("sequence", "collection") and _is_tuple(old):
                has_kind = True
            if spec.name == "collection" and isinstance(old, (set, frozenset)):
                return (
                    type(new) is list and len(new) == len(old)
                    and all(any(means(one, back, spec.parts[0]) for one in old) for back in new)
                )  # fmt: skip
            return (
                has_kind and type(new) is (collections.deque if is_deque else list)
                and _all_mean(old, new, [spec.parts[0]] * len(new))
            )  # fmt: skip
        case "mapping":
            if type(new) is not (collections.OrderedDict if spec.name == "ordered" else dict):
                return False
            return means(old, dict(new), Spec("dict", "str", parts=spec.parts))
        case "recursive":
            link = spec.values[0]
            inner = Part(link, Spec("again", parts=(spec,)), required=False)
            return _means_record(old, new, Spec("record", spec.name, fields=(*spec.fields, inner)))
        case "again":
            if old is None or new is None:
                return old is new
            if isinstance(old, list) or isinstance(new, list):
                return type(old) is type(new) is list and _all_mean(
                    old, new, [spec.parts[0]] * len(new)
                )
            return means(old, new, spec.parts[0])
        case "literal" | "enum":
            one, other = _bare(old), _bare(new)
            is_same = _equal(one, other) or (_PARSING[0] and _is_parsed(one, other))
            is_number = type(one) is float and type(other) is int and one == other
            return (is_same or is_number) and other in spec.values
        case "list" | "many":
            has_kind = _is_tuple(old) if spec.kind == "many" else type(old) is list
            is_kind = type(new) is (list if spec.kind == "list" else tuple)
            return has_kind and is_kind and _all_mean(old, new, [spec.parts[0]] * len(new))
        case "set" | "frozenset":
            return (
                type(old) is type(new) is (set if spec.kind == "set" else frozenset)
                and len(old) == len(new)
                and all(any(means(one, back, spec.parts[0]) for one in old) for back in new)
            )
        case "tuple":
            return _is_tuple(old) and type(new) is tuple and _all_mean(old, new, list(spec.parts))
        case "dict":
            if (
                not isinstance(old, dict)
                and not _is_tuple(old)
                and (keys := _written(old)) is not None
            ):
                return type(new) is dict and keys.keys() <= new.keys() and all(
                    means(one, new[key], spec.parts[0]) for key, one in keys.items()
                )  # fmt: skip
            return (
                isinstance(old, dict)
                and type(new) is dict
                and (
                    [(type(key), key) for key in old] == [(type(key), key) for key in new]
                    and all(means(old[key], new[key], spec.parts[0]) for key in old)
                )
            )
    return _means_record(old, new, spec)


def _is_tuple(value: Any) -> bool:
    config = getattr(value, "__struct_config__", None)
    return isinstance(value, tuple) or bool(config is not None and config.array_like)


def _all_mean(old: Any, new: Any, parts: list[Spec]) -> bool:
    return len(old) == len(new) and all(map(means, old, new, parts))


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, enum.Enum) else value


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _same_scalar(old: Any, new: Any, name: str) -> bool:
    old = _bare(old)
    if name == "any":
        return not _is_json(old) or old == new
    if _PARSING[0] and _is_parsed(old, new):
        return True
    if name == "float" and isinstance(old, (bool, int)):
        return type(new) is float and float(old) == new
    if name == "int" and isinstance(old, bool):
        return type(new) is int and old == new
    return _equal(old, new) and type(new) is SCALARS[name][0]


def _is_parsed(old: Any, new: Any) -> bool:
    numbers = (bool, int, float, decimal.Decimal)
    if isinstance(old, numbers) and isinstance(new, numbers):
        return float(old) == float(new)
    if isinstance(old, str):
        return not isinstance(new, (str, bytes))
    return isinstance(old, dt.date) and isinstance(new, dt.date)  # a datetime is a date too


def _is_json(value: Any) -> bool:
    """Whether `Any` gives back exactly *value*."""
    if type(value) is list:
        return all(map(_is_json, value))
    return type(value) in (bool, int, float, str, type(None))


def _content(value: Any) -> dict[str, Any] | None:
    """The fields of a record, or None if it is no record."""
    if isinstance(value, pydantic.BaseModel):
        return {**dict(value), **(value.__pydantic_extra__ or {})}
    if isinstance(value, msgspec.Struct):
        return {name: getattr(value, name) for name in value.__struct_fields__}
    if dataclasses.is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    return value if isinstance(value, dict) else None


def _written(value: Any) -> dict[str, Any] | None:
    """What a record has in JSON, without what it leaves out."""
    have = _content(value)
    if isinstance(value, msgspec.Struct):
        names = dict(zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True))
        have = {names[name]: one for name, one in (have or {}).items()}
        written = msgspec.to_builtins(value, enc_hook=str)
        return {key: one for key, one in have.items() if key in written}
    if isinstance(value, pydantic.BaseModel):
        kept = value.model_dump(round_trip=True)
        return {key: one for key, one in (have or {}).items() if key in kept}
    return have


def _at(value: Any, steps: tuple[str | int, ...]) -> tuple[Any] | None:
    """What is at the end of a path, in a tuple."""
    for step in steps:
        inside = _content(value) if isinstance(step, str) else value
        try:
            value = inside[step]
        except (TypeError, LookupError):
            return None
        while isinstance(value, pydantic.RootModel):
            value = value.root
    return (value,)


def _means_record(old: Any, new: Any, spec: Spec) -> bool:
    have, got = _content(old), _content(new)
    tag = getattr(getattr(new, "__struct_config__", None), "tag", None)
    if spec.name == "struct" and tag != dict(spec.options).get("tag"):
        return False
    if got is None or (spec.name == "namedtuple" and not _is_tuple(old)):
        return False  # an object is no tuple, even where pydantic reads it as one
    if have is None:
        if not _is_tuple(old) or spec.name not in ("namedtuple",):
            return False
        have = dict(zip(got, tuple(old), strict=False))
    if any(
        name.rstrip("2") not in NAMES and name not in ("extra", "kind", "next", "kids")
        for name in map(str, have)
    ):
        return False  # a dict whose keys would be lost
    is_array = _is_tuple(old) and _is_tuple(new)
    for part in spec.fields:
        if is_array and part.name not in have and part.name in got:
            at = list(got).index(part.name)  # a field with another name is the same field
            if at < len(have) and list(have)[at] not in got:
                have = {**have, part.name: list(have.values())[at]}
        is_read = spec.name in ("model", "struct", "pydataclass") or _ALIASED[0]
        alias = part.alias if is_read else None
        if isinstance(alias, Choices):
            alias = next((one for one in alias if one in have), None)
        if isinstance(alias, tuple) and part.name not in have:
            found = _at(have, alias)
            if found and not (part.name in got and means(found[0], got[part.name], part.spec)):
                return False
            continue
        if isinstance(old, msgspec.Struct):  # which may write its fields under other keys
            fields = dict(zip(old.__struct_encode_fields__, old.__struct_fields__, strict=True))
            alias = fields.get(alias)
        key = part.name if part.name in have else alias
        if key in have and have[key] is msgspec.UNSET:
            continue
        if key in have and not (part.name in got and means(have[key], got[part.name], part.spec)):
            return False
    return True
