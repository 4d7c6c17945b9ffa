"""Strategies that generate an annotation together with a strategy for its values."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import functools
import ipaddress
import pathlib
import typing
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Annotated, Any, Literal, NewType, Optional, Union

import annotated_types as at
import msgspec
import pydantic
import typing_extensions as te
from hypothesis import strategies as st

from tests.property import zoo

__all__ = ["NATIVE", "PYDANTIC", "Case", "any_json", "cases"]

NATIVE, PYDANTIC = "native", "pydantic"
OLD = tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 12)  # strict models differ
Values = st.SearchStrategy[Any]


@dataclasses.dataclass(frozen=True)
class Case:
    """An annotation and its values.

    Attributes:
        annotation: What a task's author would write.
        values: Values of exactly that type.
        sure: Each value must make the round trip; an error is a fault too.
        hashable: A value may stand in a set.
        ordered: The order of dict keys counts; False where a TypedDict is inside.
    """

    annotation: Any
    values: Values
    sure: bool = True
    hashable: bool = False
    ordered: bool = True

    def __repr__(self) -> str:
        return f"Case({self.annotation!r})"


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Mixed(enum.Enum):
    RED = "red"
    BLUE = 2
    NONE = None


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(str, enum.Enum):
    YES = "yes"
    NO = "no"


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4


UserId = NewType("UserId", int)
Names = NewType("Names", list[str])

_ZONES = st.sampled_from([
    dt.timezone.utc, dt.timezone(dt.timedelta(hours=5, minutes=30)),
    dt.timezone(dt.timedelta(hours=-11)), zoneinfo.ZoneInfo("Europe/Paris"),
    zoneinfo.ZoneInfo("America/St_Johns"),
])  # fmt: skip
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
wild_text = st.text(st.characters(), max_size=8) | st.sampled_from(["\x00", "\ud800", "$typedxcom"])
integers = st.integers() | st.sampled_from([2**63, -(2**63) - 1, 2**64, 2**70, -(2**70), 10**22])
floats = st.floats() | st.sampled_from([-0.0, 1e16, 1e22, 1e308, 5e-324, 3.0, 2.0**63])
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None)


def unfolded(moment: Any) -> Any:
    """*moment* without a fold that JSON has no room for: one without a zone."""
    return moment if moment.tzinfo is not None else moment.replace(fold=0)


wild_datetimes = st.datetimes(min_value=dt.datetime(1950, 1, 1), timezones=st.none() | _ZONES)
datetimes = wild_datetimes.map(unfolded)
keys = st.text(st.characters(exclude_categories=["Cs"]), max_size=6).filter(
    lambda key: key != "$typedxcom"
)

LEAVES: list[tuple[Any, Values, bool]] = [  # annotation, values, hashable
    (bool, st.booleans(), True),
    (int, integers, True),
    (str, text, True),
    (float, floats, False),
    (type(None), st.none(), True),
    (bytes, st.binary(max_size=12), True),
    (decimal.Decimal, decimals, True),
    (dt.datetime, datetimes, True),
    (dt.date, st.dates(), True),
    (dt.time, st.times(timezones=st.none() | st.just(dt.timezone.utc)).map(unfolded), True),
    (dt.timedelta, st.timedeltas(), True),
    (uuid.UUID, st.uuids(), True),
    (pathlib.Path, st.sampled_from(["", "/a/b", "c d", "é"]).map(pathlib.Path), True),
    (pathlib.PurePosixPath, st.sampled_from(["a", "/"]).map(pathlib.PurePosixPath), True),
    (fractions.Fraction, st.fractions(), True),
    (ipaddress.IPv4Address, st.ip_addresses(v=4), True),
    (ipaddress.IPv6Address, st.ip_addresses(v=6), True),
    (Color, st.sampled_from(Color), True),
    (Level, st.sampled_from(Level), True),
    (Word, st.sampled_from(Word), True),
    (Access, st.sampled_from([Access.READ, Access.READ | Access.RUN, Access(0)]), True),
    (UserId, st.integers(-100, 100), True),
    (Names, st.lists(text, max_size=3), False),
    (Literal["a", "b"], st.sampled_from(["a", "b"]), True),
    (Literal[1, "1", None], st.sampled_from([1, "1", None]), True),
]

CONSTRAINED: dict[str, list[tuple[Any, Values]]] = {
    PYDANTIC: [
        (Annotated[int, at.Ge(0)], st.integers(0, 10**6)),
        (Annotated[float, pydantic.Field(gt=0, le=1)], st.floats(0.001, 1)),
        (Annotated[str, pydantic.Field(min_length=1, max_length=5)], text.filter(lambda s: 0 < len(s) <= 5)),
        (Annotated[list[int], at.Len(1, 3)], st.lists(st.integers(), min_size=1, max_size=3)),
        (Annotated[str, pydantic.StringConstraints(pattern="^[a-c]+$")], st.text("abc", min_size=1)),
        (pydantic.PositiveInt, st.integers(1, 99)),
        (Annotated[decimal.Decimal, pydantic.Field(max_digits=5, decimal_places=2)],
         st.decimals(-999, 999, places=2)),
    ],
    NATIVE: [
        (Annotated[int, msgspec.Meta(ge=0)], st.integers(0, 10**6)),
        (Annotated[str, msgspec.Meta(max_length=5)], st.text("abc", max_size=5)),
        (Annotated[list[int], msgspec.Meta(min_length=1)], st.lists(st.integers(-9, 9), min_size=1)),
        (Annotated[str, msgspec.Meta(pattern="^[a-c]+$")], st.text("abc", min_size=1)),
    ],
}  # fmt: skip

# Values that JSON has no room for, or that some reader refuses: right, or an error.
WILD: list[tuple[Any, Values]] = [
    (str, wild_text),
    (Any, st.deferred(lambda: any_json())),
    (dict, st.dictionaries(wild_text | st.integers(-2, 2) | st.booleans(), st.integers(), max_size=3)),
    (dict[str, Any], st.dictionaries(keys, st.deferred(lambda: any_json()), max_size=3)),
    (Any, st.sampled_from([(1,), {1}, b"x", Level.LOW, dt.date(2024, 1, 1), decimal.Decimal(1)])),
    (list, st.lists(st.integers() | text | st.tuples(st.integers()), max_size=3)),
    (dt.datetime, wild_datetimes),
    (dt.time, st.times(timezones=st.none() | _ZONES)),
    (decimal.Decimal, st.decimals()),
    (dict[str, int], st.dictionaries(
        st.sampled_from(["__type", "__classname__", "$typedxcom", "bb", "a", "\x00"]), st.integers())),
    (dict[int | str, int], st.dictionaries(st.integers(0, 2) | st.sampled_from("012a"), st.integers())),
    (Union[int, float], integers | floats),
    (Union[int, str], integers | wild_text),
    (Union[float, str], floats | text),
    (Union[bool, int, None], st.none() | st.booleans() | integers),
    (Union[str, dt.date], text | st.dates()),
    (Union[decimal.Decimal, str], text | decimals),
    (Union[uuid.UUID, str], text | st.uuids() | st.uuids().map(str)),
    (Union[dt.date, dt.datetime], st.dates() | datetimes),
    (Union[bytes, str], st.binary(max_size=3) | text),
    (Union[list[int], set[int]], st.lists(st.integers()) | st.sets(st.integers())),
    (Union[list[Any], dict[str, Any]], st.deferred(lambda: any_json())),
    (Mixed, st.sampled_from(Mixed)),
    (Union[Color, int], st.sampled_from(Color) | st.integers(0, 3)),
    (set[int], st.lists(st.integers(0, 3))),
    (tuple[int, int], st.lists(st.integers(), min_size=2, max_size=2)),
]  # fmt: skip


def any_json() -> Values:
    """Any JSON value, the awkward ones included."""
    leaves = st.none() | st.booleans() | integers | floats | wild_text
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(wild_text, inner, max_size=4),
        max_leaves=8,
    )


@st.composite
def cases(draw: st.DrawFn, engine: str, *, wild: bool = True, depth: int = 2) -> Case:
    """Cases that *engine* reads; *wild* ones may be refused."""
    if depth == 0 or draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(_leaves(engine, wild)))
    inner = cases(engine, wild=wild, depth=depth - 1)
    make, wants = draw(st.sampled_from(_makers(engine, wild)))
    if wants == "many":
        return make(draw, [draw(inner) for _ in range(draw(st.integers(1, 3)))])
    case = draw(inner)
    if wants == "hashable" and not case.hashable:
        case = draw(st.sampled_from([leaf for leaf in _leaves(engine, False) if leaf.hashable]))
    return make(draw, case)


@functools.cache
def _leaves(engine: str, wild: bool) -> list[Case]:
    leaves = [Case(kind, values, hashable=ok) for kind, values, ok in LEAVES]
    leaves += [Case(kind, values) for kind, values in CONSTRAINED[engine]]
    leaves += [Case(kind, values) for kind, values in ZOO[engine].items()]
    if wild:
        leaves += [Case(kind, values, sure=False) for kind, values in WILD]
        leaves += [Case(kind, values, sure=False) for kind, values in WILD_ZOO[engine].items()]
    return leaves


@functools.cache
def _makers(engine: str, wild: bool) -> list[tuple[Callable[..., Case], str]]:
    """How a larger case is made, and of what."""
    made: list[tuple[Callable[..., Case], str]] = [
        (_list, "one"), (_open_tuple, "one"), (_optional, "one"), (_dict, "one"),
        (_int_dict, "one"), (_set, "hashable"), (_frozenset, "hashable"), (_tuple, "many"),
        (_named_tuple, "many"), (_typed_dict, "many"), (_dataclass, "many"),
    ]  # fmt: skip
    if wild:
        made.append((_union, "many"))
    if engine == NATIVE:
        return [*made, (_struct, "many")]
    return [
        *made, (_model, "many"), (_pydantic_dataclass, "many"), (_root_model, "one"),
        (_deque, "one"), (_ordered_dict, "one"), (_generic_model, "one"),
    ]  # fmt: skip


def _joined(annotation: Any, values: Values, *parts: Case, hashable: bool = False) -> Case:
    return Case(
        annotation,
        values,
        sure=all(part.sure for part in parts),
        ordered=all(part.ordered for part in parts),
        hashable=hashable and all(part.hashable for part in parts),
    )


def _list(draw: st.DrawFn, case: Case) -> Case:
    return _joined(list[case.annotation], st.lists(case.values, max_size=3), case)  # type: ignore[name-defined]


def _open_tuple(draw: st.DrawFn, case: Case) -> Case:
    values = st.lists(case.values, max_size=3).map(tuple)
    return _joined(tuple[case.annotation, ...], values, case, hashable=True)  # type: ignore[name-defined]


def _tuple(draw: st.DrawFn, parts: list[Case]) -> Case:
    annotation = tuple[tuple(part.annotation for part in parts)]  # type: ignore[misc]
    values = st.tuples(*(part.values for part in parts))
    return _joined(annotation, values, *parts, hashable=True)


def _optional(draw: st.DrawFn, case: Case) -> Case:
    made = _joined(Optional[case.annotation], st.none() | case.values, case, hashable=True)
    kind = case.annotation
    is_root = isinstance(kind, type) and issubclass(kind, pydantic.RootModel)
    return dataclasses.replace(made, sure=made.sure and not is_root)  # Root(None) is null too


def _union(draw: st.DrawFn, parts: list[Case]) -> Case:
    made = _joined(Union[tuple(part.annotation for part in parts)], st.one_of(*(part.values for part in parts)), *parts)  # fmt: skip
    return dataclasses.replace(made, sure=False)


def _dict(draw: st.DrawFn, case: Case) -> Case:
    values = st.dictionaries(keys, case.values, max_size=3)
    made = _joined(dict[str, case.annotation], values, case)  # type: ignore[name-defined]
    return made


def _int_dict(draw: st.DrawFn, case: Case) -> Case:
    values = st.dictionaries(st.integers(-99, 99), case.values, max_size=3)
    return _joined(dict[int, case.annotation], values, case)  # type: ignore[name-defined]


def _set(draw: st.DrawFn, case: Case) -> Case:
    return _joined(set[case.annotation], st.sets(case.values, max_size=3), case)  # type: ignore[name-defined]


def _frozenset(draw: st.DrawFn, case: Case) -> Case:
    values = st.frozensets(case.values, max_size=3)
    return _joined(frozenset[case.annotation], values, case, hashable=True)  # type: ignore[name-defined]


def _deque(draw: st.DrawFn, case: Case) -> Case:
    values = st.lists(case.values, max_size=3).map(collections.deque)
    return _joined(collections.deque[case.annotation], values, case)  # type: ignore[name-defined]


def _ordered_dict(draw: st.DrawFn, case: Case) -> Case:
    values = st.dictionaries(keys, case.values, max_size=3).map(collections.OrderedDict)
    return _joined(collections.OrderedDict[str, case.annotation], values, case)  # type: ignore[name-defined]


_FIELDS = ["x", "long_name", "b2", "ab"]
_MODEL_CONFIGS: list[dict[str, Any]] = [
    {}, {"strict": True}, {"frozen": True}, {"extra": "forbid"}, {"validate_assignment": True},
    {"alias_generator": str.upper}, {"alias_generator": str.upper, "populate_by_name": True},
    {"use_enum_values": False, "str_max_length": 10**6}, {"revalidate_instances": "always"},
]  # fmt: skip
_STRUCT_OPTIONS: list[dict[str, Any]] = [
    {}, {"rename": "camel"}, {"tag": True}, {"tag": "t", "tag_field": "kind"}, {"array_like": True},
    {"forbid_unknown_fields": True}, {"frozen": True, "eq": True}, {"omit_defaults": True},
    {"kw_only": True, "gc": False}, {"array_like": True, "tag": True},
]  # fmt: skip


def _named(parts: list[Case]) -> list[tuple[str, Case]]:
    return list(zip(_FIELDS, parts, strict=False))


def _built(kind: Callable[..., Any], parts: list[Case]) -> Values:
    return st.builds(kind, **{name: part.values for name, part in _named(parts)})


def _named_tuple(draw: st.DrawFn, parts: list[Case]) -> Case:
    fields = [(name, part.annotation) for name, part in _named(parts)]
    kind: Any = typing.NamedTuple("Point", fields)  # type: ignore[misc]
    return _joined(kind, _built(kind, parts), *parts, hashable=True)


def _typed_dict(draw: st.DrawFn, parts: list[Case]) -> Case:
    total = draw(st.booleans())
    fields: dict[str, Any] = {name: part.annotation for name, part in _named(parts)}
    last = list(fields)[-1]
    fields[last] = te.NotRequired[fields[last]] if total else te.Required[fields[last]]
    kind: Any = te.TypedDict("Row", fields, total=total)  # type: ignore[misc]
    named = {name: part.values for name, part in _named(parts)}
    optional = {name: part for name, part in named.items() if (name == last) is total}
    required = {name: part for name, part in named.items() if name not in optional}
    values = st.fixed_dictionaries(required, optional=optional)
    return dataclasses.replace(_joined(kind, values, *parts), ordered=False)


def _dataclass(draw: st.DrawFn, parts: list[Case]) -> Case:
    fields: list[Any] = [(name, part.annotation) for name, part in _named(parts)]
    fields.append(("more", list[int], dataclasses.field(default_factory=list)))
    options = {name: draw(st.booleans()) for name in ("frozen", "slots", "kw_only")}
    kind = dataclasses.make_dataclass("Data", fields, **options)
    return _joined(kind, _built(kind, parts), *parts)


def _pydantic_dataclass(draw: st.DrawFn, parts: list[Case]) -> Case:
    fields: list[Any] = [(name, part.annotation) for name, part in _named(parts)]
    config = pydantic.ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
    kind = pydantic.dataclasses.dataclass(
        dataclasses.make_dataclass("PData", fields), config=config
    )
    return _joined(kind, _built(kind, parts), *parts)


def _model(draw: st.DrawFn, parts: list[Case]) -> Case:
    config = draw(st.sampled_from(_MODEL_CONFIGS))
    made: Any = {name: (part.annotation, ...) for name, part in _named(parts)}
    if draw(st.booleans()):
        name, (annotation, _) = next(iter(made.items()))
        made[name] = (
            annotation,
            pydantic.Field(validation_alias="Read", serialization_alias="Wrote"),
        )
    settings = pydantic.ConfigDict(
        ser_json_bytes="base64", val_json_bytes="base64", ser_json_inf_nan="constants",
        **config,
    )  # fmt: skip
    kind = pydantic.create_model("Model", __config__=settings, **made)
    fields = {name: part.values for name, part in _named(parts)}
    values = st.fixed_dictionaries(fields).map(lambda raw: _constructed(kind, raw))
    case = _joined(kind, values, *parts)
    return dataclasses.replace(case, sure=case.sure and not (OLD and "strict" in config))


def _constructed(kind: Any, raw: dict[str, Any]) -> Any:
    """An instance by field name, validated as Python values, whatever the aliases are."""
    return kind.model_validate(raw, by_alias=False, by_name=True)


def _root_model(draw: st.DrawFn, case: Case) -> Case:
    config = pydantic.ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
    kind = pydantic.create_model("Root", __base__=pydantic.RootModel[case.annotation])  # type: ignore[name-defined]
    kind.model_config.update(config)
    kind.model_rebuild(force=True)
    return _joined(kind, case.values.map(kind), case)


def _generic_model(draw: st.DrawFn, case: Case) -> Case:
    kind = zoo.Page[case.annotation]  # type: ignore[name-defined]
    values = st.builds(kind, items=st.lists(case.values, max_size=3), total=st.integers(0, 9))
    return _joined(kind, values, case)


def _struct(draw: st.DrawFn, parts: list[Case]) -> Case:
    options = draw(st.sampled_from(_STRUCT_OPTIONS))
    fields = [(name, part.annotation) for name, part in _named(parts)]
    kind = msgspec.defstruct("Record", fields, **options)
    return _joined(kind, _built(kind, parts), *parts)


ZOO = {PYDANTIC: zoo.PYDANTIC, NATIVE: zoo.NATIVE}
WILD_ZOO = {PYDANTIC: zoo.WILD_PYDANTIC, NATIVE: zoo.WILD_NATIVE}
