"""Columns for property tests: an annotation, an Arrow type, and values, good and bad."""

import datetime as dt
import enum
import ipaddress
import math
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import pyarrow as pa
import pydantic
import typing_extensions as te
from hypothesis import strategies as st
from pydantic import BaseModel, Field


@dataclass(frozen=True)
class Spec:
    """One column.

    Attributes:
        annotation: What the row says.
        kind: The Arrow type that the column comes with.
        values: Python values of that type, good and bad.
    """

    annotation: Any
    kind: pa.DataType
    values: Any


class Color(enum.Enum):
    RED = "red"
    BLUE = "blau é"


class Size(enum.IntEnum):
    S = 1
    L = 20


INTS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32()]
TEXTS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
ODD = "aAbz09_-. \t\n\r\x0b\x0c\x1f\x85\xa0é٣²ßſK𝟘Ω"
ATOMS = ["a", "b", ".", r"\d", r"\w", r"\s", r"\S", r"\D", r"\W", "[a-c]", "[^a]", r"[\w-]", "é", "(ab|b)",
         r"\.", "[0-9_]", r"[^\s]", "(?:a|)", r"\b", "x", r"[\da-f]", "(?i:k)", r"\p{L}", "[[:alpha:]]"]  # fmt: skip
REPEATS = ["", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "+?"]


@st.composite
def patterns(draw: Any) -> str:
    """Regular expressions that Rust's engine takes."""
    parts = draw(
        st.lists(
            st.tuples(st.sampled_from(ATOMS), st.sampled_from(REPEATS)), min_size=1, max_size=4
        )
    )
    text = "".join(atom + ("" if atom == r"\b" else repeat) for atom, repeat in parts)
    pattern = draw(st.sampled_from(["", "^"])) + text + draw(st.sampled_from(["", "$"]))
    try:
        pydantic.TypeAdapter(Annotated[str, Field(pattern=pattern)])
    except Exception:
        return "^a+$"
    return pattern


def bounds(values: Any) -> Any:
    """Keyword arguments for Field: at most one lower and one upper limit."""
    lower = st.one_of(st.just({}), values.map(lambda v: {"ge": v}), values.map(lambda v: {"gt": v}))
    upper = st.one_of(st.just({}), values.map(lambda v: {"le": v}), values.map(lambda v: {"lt": v}))
    return st.tuples(lower, upper).map(lambda pair: pair[0] | pair[1])


def int_range(kind: pa.DataType) -> Any:
    """All integers of an Arrow type, small ones often."""
    low = 0 if pa.types.is_unsigned_integer(kind) else -(2 ** (kind.bit_width - 1))
    high = low + 2**kind.bit_width - 1
    return st.one_of(st.integers(max(low, -5), 5), st.integers(low, high))


@st.composite
def integers(draw: Any) -> Spec:
    """int with bounds, also beyond the type, and steps."""
    limits = draw(bounds(st.one_of(st.integers(-5, 5), st.integers(-(2**70), 2**70))))
    if draw(st.booleans()):
        limits["multiple_of"] = draw(st.integers(1, 4))
    kind = draw(st.sampled_from(INTS))
    return Spec(Annotated[int, Field(**limits)], kind, int_range(kind))


@st.composite
def floats(draw: Any) -> Spec:
    """float with bounds and steps, NaN and infinities."""
    limits = draw(bounds(st.floats(-5, 5)))
    if draw(st.booleans()):
        limits["allow_inf_nan"] = False
    elif draw(st.booleans()):
        limits["multiple_of"] = draw(st.sampled_from([0.1, 0.5, 3.0]))
    width = draw(st.sampled_from([32, 64]))
    kind = pa.float32() if width == 32 else pa.float64()
    near = st.integers(-60, 60).map(lambda n: n * 0.1)
    near = near.map(lambda v: pa.scalar(v, kind).as_py())
    odd = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0])
    return Spec(
        Annotated[float, Field(**limits)], kind, st.one_of(near, odd, st.floats(width=width))
    )


@st.composite
def decimals(draw: Any) -> Spec:
    """Decimal with digits, places and bounds; the column may have others."""
    places = draw(st.integers(0, 3))
    digits = draw(st.integers(places + 1, 8))
    limits = draw(bounds(st.decimals(-100, 100, places=2)))
    own = draw(st.booleans())
    kind = (
        pa.decimal128(digits, places)
        if own
        else draw(
            st.sampled_from([pa.decimal128(38, 2), pa.decimal128(9, 4), pa.decimal128(10, 0)])
        )
    )
    top = 10 ** (min(kind.precision, 9)) - 1
    values = st.one_of(st.integers(-min(200, top), min(200, top)), st.integers(-top, top)).map(
        lambda n: Decimal(n).scaleb(-kind.scale)
    )
    annotation = Annotated[Decimal, Field(max_digits=digits, decimal_places=places, **limits)]
    return Spec(annotation, kind, values)


@st.composite
def texts(draw: Any) -> Spec:
    """str with lengths and patterns."""
    limits: dict[str, Any] = {}
    if draw(st.booleans()):
        limits["min_length"] = draw(st.integers(0, 4))
    if draw(st.booleans()):
        limits["max_length"] = draw(st.integers(0, 6))
    if draw(st.booleans()):
        limits["pattern"] = draw(patterns())
    values = (
        st.text(st.sampled_from(ODD), max_size=7) | st.text(max_size=5) | st.text("ab", max_size=6)
    )
    return Spec(Annotated[str, Field(**limits)], draw(st.sampled_from(TEXTS)), values)


@st.composite
def blobs(draw: Any) -> Spec:
    """bytes with lengths."""
    limits = {"min_length": draw(st.integers(0, 3)), "max_length": draw(st.integers(3, 5))}
    kind = draw(st.sampled_from([pa.binary(), pa.large_binary()]))
    return Spec(Annotated[bytes, Field(**limits)], kind, st.binary(max_size=7))


ZONES = [None, "UTC", "Europe/Amsterdam", "+02:00"]
DAYS = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2000, 1, 5))


@st.composite
def moments(draw: Any) -> Spec:
    """datetime of each kind of zone, with bounds."""
    base = draw(st.sampled_from([dt.datetime, pydantic.AwareDatetime, pydantic.NaiveDatetime]))
    is_aware = {dt.datetime: draw(st.booleans()), pydantic.AwareDatetime: True}.get(base, False)
    zone = draw(st.sampled_from(ZONES[1:])) if is_aware else None
    stamp = dt.timezone.utc if is_aware else None
    limits = draw(bounds(DAYS.map(lambda v: v.replace(tzinfo=stamp))))
    values = DAYS.map(lambda v: v.replace(tzinfo=stamp))
    return Spec(Annotated[base, Field(**limits)], pa.timestamp("us", zone), values)


@st.composite
def times(draw: Any) -> Spec:
    """date, time and timedelta with bounds."""
    base, kind, values = draw(
        st.sampled_from(
            [
                (dt.date, pa.date32(), DAYS.map(dt.datetime.date)),
                (dt.time, pa.time64("us"), DAYS.map(dt.datetime.time)),
                (dt.timedelta, pa.duration("us"), DAYS.map(lambda v: v - dt.datetime(2000, 1, 3))),
                (
                    dt.timedelta,
                    pa.duration("ms"),
                    st.integers(-5, 5).map(lambda n: dt.timedelta(days=n)),
                ),
            ]
        )
    )
    return Spec(Annotated[base, Field(**draw(bounds(values)))], kind, values)


FIXED = [
    Spec(bool, pa.bool_(), st.booleans()),
    Spec(Color, pa.string(), st.sampled_from(["red", "blau é", "green", ""])),
    Spec(Color, pa.dictionary(pa.int8(), pa.string()), st.sampled_from(["red", "x"])),
    Spec(Size, pa.int32(), st.sampled_from([1, 20, 2])),
    Spec(Literal["a", "b"], pa.string(), st.sampled_from(["a", "b", "c", "A"])),
    Spec(Literal["a", None], pa.string(), st.sampled_from(["a", "c"])),
    Spec(Literal[1, 5], pa.int64(), st.integers(0, 6)),
    Spec(uuid.UUID, pa.string(), st.one_of(st.uuids().map(str), st.sampled_from(["", "12", "{" + "0" * 32 + "}"]))),
    Spec(ipaddress.IPv4Address, pa.string(), st.sampled_from(["10.0.0.1", "10.0.0.256", ""])),
    Spec(pydantic.AnyUrl, pa.string(), st.sampled_from(["http://a.b", "nope", ""])),
    Spec(pydantic.PastDate, pa.date32(), st.sampled_from([dt.date(2000, 1, 1), dt.date(2999, 1, 1)])),
    Spec(Annotated[str, Field(pattern=r"^\d$"), Field(max_length=3)], pa.string(), st.sampled_from(["1", "٣", "12", "é"])),
]  # fmt: skip

leaves = st.one_of(
    integers(), floats(), decimals(), texts(), blobs(), moments(), times(), st.sampled_from(FIXED)
)


def nullable(inner: Any) -> Any:
    """The same, or None allowed."""
    return st.one_of(inner, inner.map(lambda s: Spec(s.annotation | None, s.kind, s.values)))


def listed(spec: Spec, limits: dict[str, int]) -> Spec:
    """A list of *spec*; null items are tried too."""
    items = st.lists(st.none() | spec.values, max_size=4)
    return Spec(Annotated[list[spec.annotation], Field(**limits)], pa.list_(spec.kind), items)


def structured(specs: list[Spec]) -> Spec:
    """A nested row of *specs*."""
    names = [f"f{index}" for index in range(len(specs))]
    row = te.TypedDict("Inner", {n: s.annotation for n, s in zip(names, specs, strict=True)})
    kind = pa.struct([(n, s.kind) for n, s in zip(names, specs, strict=True)])
    values = st.fixed_dictionaries(
        {n: st.none() | s.values for n, s in zip(names, specs, strict=True)}
    )
    return Spec(row, kind, values)


def mapped(spec: Spec) -> Spec:
    """A dict of *spec*."""
    values = st.dictionaries(st.text("abc", max_size=2), spec.values, max_size=3).map(
        lambda d: list(d.items())
    )
    annotation = dict[Annotated[str, Field(min_length=1)], spec.annotation]
    return Spec(annotation, pa.map_(pa.string(), spec.kind), values)


plain = leaves.filter(lambda spec: not pa.types.is_dictionary(spec.kind))
sizes = st.sampled_from(
    [{}, {"min_length": 1}, {"max_length": 2}, {"min_length": 1, "max_length": 2}]
)
nested = st.recursive(
    nullable(plain),
    lambda inner: st.one_of(
        st.builds(listed, nullable(inner), sizes),
        st.builds(structured, st.lists(nullable(inner), min_size=1, max_size=2)),
        st.builds(mapped, nullable(inner)),
    ),
    max_leaves=3,
)
specs = st.one_of(nullable(leaves), nested)


@st.composite
def rows_and_table(draw: Any) -> tuple[Any, pa.Table]:
    """A row class with one to three columns, and a table with good and bad values."""
    columns = draw(st.lists(specs, min_size=1, max_size=3))
    count = draw(st.integers(0, 12))
    arrays = [
        pa.array(draw(st.lists(st.none() | one.values, min_size=count, max_size=count)), one.kind)
        for one in columns
    ]
    names = [f"c{index}" for index in range(len(columns))]
    row = pydantic.create_model(
        "Row",
        __config__=pydantic.ConfigDict(extra="allow"),
        **{name: (one.annotation, ...) for name, one in zip(names, columns, strict=True)},
    )
    return row, pa.table([*arrays, pa.array(range(count), pa.int64())], names=[*names, "row"])


__all__ = ["BaseModel", "Spec", "leaves", "patterns", "rows_and_table", "specs"]
