"""What Airflow's own serialization wrote, read by an annotation: no name in it is ever imported."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import json
import sys
import types
import uuid
import zoneinfo
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

import attrs
import pandas as pd
import pytest
from airflow.sdk.bases.xcom import BaseXCom
from pydantic import BaseModel, Field, RootModel, computed_field
from typing_extensions import TypedDict

from typedxcom import TypedXComError, ValidationError, register_codec
from typedxcom.airflow.raw import as_airflow, raw_entries
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError
from typedxcom.exchange import load
from typedxcom.exchange.unwrap import for_reader
from typedxcom.schema import schema_of
from typedxcom.stored.access import Stores
from typedxcom.stores import MemoryStore
from typedxcom.stores.verified import Limits

pytestmark = pytest.mark.airflow

T = TypeVar("T")
PARIS = zoneinfo.ZoneInfo("Europe/Paris")
DAY = dt.datetime(2024, 1, 2, 3, 4, 5, 678901)


class Color(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Order(BaseModel):
    id: int
    price: Decimal = Field(Decimal("1.10"), alias="thePrice")
    at: dt.datetime = DAY
    color: Color = Color.RED


class Strict(BaseModel, extra="forbid"):
    names: list[str]

    @computed_field
    @property
    def count(self) -> int:
        return len(self.names)


class Outer(BaseModel):
    inner: Strict


class Box(BaseModel, Generic[T]):
    value: T


class Names(RootModel[list[str]]):
    pass


@dataclasses.dataclass
class Point:
    x: int
    at: dt.datetime
    price: Decimal
    near: list[dt.date] = dataclasses.field(default_factory=list)


class Pair(NamedTuple):
    left: int
    right: dt.date


class Row(TypedDict):
    at: dt.datetime
    price: Decimal
    tags: frozenset[str]


@attrs.define
class Attrs:
    n: int
    at: dt.datetime


register_codec(
    Attrs,
    encode=lambda value: {"n": value.n, "at": value.at.isoformat()},
    decode=lambda data: Attrs(data["n"], dt.datetime.fromisoformat(data["at"])),
)


class LooksAlike(BaseModel):
    left: int
    at: dt.datetime


POINT = Point(1, DAY, Decimal("2.5"), [dt.date(2024, 1, 1)])


def _writes(value: Any) -> bool:
    """Whether Airflow itself can write *value*."""
    try:
        BaseXCom.serialize_value(value)
    except TypeError:
        return False
    return True


VALUES: list[tuple[Any, Any]] = [
    (Order, Order(id=1, thePrice=Decimal("3.10"))),
    (Strict, Strict(names=["a", "b"])),
    (Outer, Outer(inner=Strict(names=["a"]))),
    (Box[int], Box[int](value=1)),
    (Box[Order], Box[Order](value=Order(id=1))),
    (Names, Names(["a"])),
    (Point, POINT),
    (Pair, Pair(1, dt.date(2024, 1, 1))),
    (Row, {"at": DAY, "price": Decimal("1.5"), "tags": frozenset({"a"})}),
    (Color, Color.RED),
    (Level, Level.HIGH),
    (dt.datetime, DAY),
    (dt.datetime, DAY.replace(tzinfo=dt.timezone.utc)),
    (dt.datetime, DAY.replace(tzinfo=PARIS)),
    (dt.date, dt.date(2024, 1, 2)),
    (dt.timedelta, dt.timedelta(days=-1, seconds=0.5)),
    (Decimal, Decimal("1.5")),
    (Decimal, Decimal(10)),
    (uuid.UUID, uuid.UUID(int=3)),
    (tuple[int, dt.date], (1, dt.date(2024, 1, 1))),
    (tuple[dt.date, ...], (dt.date(2024, 1, 1),)),
    (set[int], {1, 2}),
    (frozenset[Decimal], frozenset({Decimal("1.5")})),
    (dict[str, tuple[int, int]], {"a": (1, 2)}),
]
if not _writes(uuid.UUID(int=3)):  # an older Airflow
    VALUES = [(kind, value) for kind, value in VALUES if kind is not uuid.UUID]
IDS = [str(schema_of(kind)) for kind, _ in VALUES]


def row_of(value: Any) -> Any:
    """The row that Airflow's default backend writes for *value*."""
    return json.loads(json.dumps(BaseXCom.serialize_value(value)))


def read(row: Any, annotation: Any) -> Any:
    """*row* as a parameter of *annotation* gets it."""
    return load(row, Promise(annotation, schema_of(annotation)).codec, airflow=as_airflow)


@pytest.mark.parametrize(("annotation", "value"), VALUES, ids=IDS)
@pytest.mark.parametrize("place", ["alone", "list", "dict", "tuple", "optional", "model"])
def test_what_airflow_wrote_is_read_by_the_annotation(
    annotation: Any, value: Any, place: str
) -> None:
    """Each type comes back equal and of its own class, wherever it stands."""
    wanted: Any
    kind: Any
    kind, wanted = {
        "alone": lambda: (annotation, value),
        "list": lambda: (list[annotation], [value, value]),
        "dict": lambda: (dict[str, annotation], {"a": value}),
        "tuple": lambda: (tuple[int, annotation], (1, value)),
        "optional": lambda: (annotation | None, value),
        "model": lambda: (Box[annotation], Box[annotation](value=value)),
    }[place]()
    got = read(row_of(wanted), kind)
    assert got == wanted
    assert type(got) is type(wanted)


def test_where_the_annotation_says_nothing_airflows_objects_stay() -> None:
    """`dict[str, Any]` gets what an untyped task gets, also beside typed fields."""

    class Mixed(TypedDict):
        at: dt.datetime
        rest: Any

    value = {"at": DAY, "tags": {1, 2}, "pair": (1, Decimal("1.5")), "deep": [{"day": DAY}]}
    assert read(row_of(value), dict[str, Any]) == value
    assert read(row_of(value), dict) == value
    assert read(row_of([value]), list) == [value]
    mixed = {"at": DAY, "rest": {"day": DAY, "tags": {1}}}
    assert read(row_of(mixed), Mixed) == mixed
    assert for_reader(row_of(value), None, airflow=as_airflow) == value


def test_an_offset_with_seconds_is_read() -> None:
    """Zones had such ones before 1911, and ISO text has none."""
    old = dt.datetime(1800, 1, 1, tzinfo=PARIS)
    assert read(row_of(old), dt.datetime) == old


def test_old_forms_are_read() -> None:
    """What Airflow 2 wrote: bare timestamps, names of zones, and its `__type` form."""
    assert read({"__type": "datetime", "__var": 0.0}, dt.datetime).timestamp() == 0
    assert read({"__type": "timedelta", "__var": 90.0}, dt.timedelta) == dt.timedelta(seconds=90)
    assert read({"__type": "set", "__var": [1]}, set[int]) == {1}
    assert read(
        {"__type": "dict", "__var": {"a": {"__type": "tuple", "__var": [1]}}}, dict[str, tuple[int]]
    ) == {"a": (1,)}
    for zone in ("UTC", "EDT", "CEST"):
        data = {"timestamp": 0.0, "tz": zone}
        form = {"__classname__": "datetime.datetime", "__version__": 1, "__data__": data}
        assert read(form, dt.datetime).timestamp() == 0


def test_a_tuple_keeps_its_length_for_who_maps_over_it() -> None:
    """Airflow takes the length of the row, which in its own form has three keys."""
    with raw_entries():
        row = BaseXCom.deserialize_value(types.SimpleNamespace(value=row_of((1, 2, 3, 4))))
    assert len(row) == 4
    assert read(row, tuple[int, ...]) == (1, 2, 3, 4)


def test_no_name_in_data_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The module that a row names is not even looked at, whatever stands in the form."""
    asked: list[str] = []

    class Told(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            asked.append(name)
            raise AttributeError(name)

    monkeypatch.setitem(sys.modules, "serde_bomb", Told("serde_bomb"))
    for data in ({"left": 1, "at": "2024-01-02T03:04:05"}, [1], "x", None, 5):
        for name in ("serde_bomb.Bomb", "airflow.sdk.Connection", "builtins.eval", 7, None):
            forms = (
                {"__classname__": name, "__version__": 1, "__data__": data},
                {"__type": name, "__var": data},
            )
            for form in forms:
                for value, kind in ((form, LooksAlike), ([form], list[LooksAlike])):
                    try:
                        assert read(value, kind) in (LooksAlike(**data), [LooksAlike(**data)])  # type: ignore[arg-type]
                    except TypedXComError:
                        continue
    assert not asked


@pytest.mark.parametrize(
    "name", ["datetime.datetime", "datetime.timedelta", "decimal.Decimal", "pandas.DataFrame"]
)
def test_a_damaged_form_is_an_error_of_ours(name: str) -> None:
    """It says what was expected; nothing else escapes."""
    hostile = [None, True, "x", "../../etc/passwd", [], {}, {"timestamp": "x", "tz": None}, 1e300]
    hostile += [
        {"timestamp": 0, "tz": zone} for zone in ("../../etc/passwd", 1e9, [], {}, [{}], True)
    ]
    for data in hostile:
        form = {"__classname__": name, "__version__": 2, "__data__": data}
        for kind in (dt.datetime, dt.timedelta, list[int], LooksAlike):
            try:
                read(form, kind)
            except TypedXComError:
                continue


def test_a_class_that_airflow_refuses_is_told_with_its_cure() -> None:
    """Where nothing is annotated the allow-list decides, and the error says what to write."""
    with pytest.raises(TypedXComError, match=r"allow list.*Annotate the parameter"):
        read(row_of({"a": Order(id=1)}), dict[str, Any])


def test_a_class_of_attrs_is_read_by_its_codec() -> None:
    """Its codec gets the fields that Airflow wrote, with what is nested in them as JSON."""
    form = row_of([Attrs(1, DAY)])
    assert read(form, list[Attrs]) == [Attrs(1, DAY)]


def test_a_frame_is_read_within_limits() -> None:
    """What its parquet declares counts as for any stored table."""
    store = MemoryStore(name="default")
    codec = Promise(list[pd.DataFrame], schema_of(list[pd.DataFrame])).codec
    row = row_of([pd.DataFrame({"n": [0] * 10_000})])
    assert len(load(row, codec, stores=Stores(lambda name: store))[0]) == 10_000
    small = Stores(lambda name: store, limits=Limits(decoded=1000))
    with pytest.raises(IntegrityError, match=r"declares [0-9,]+ bytes, and at most 1,000 are read"):
        load(row, codec, stores=small)
    row[0]["__data__"] = row[0]["__data__"][:200]
    with pytest.raises(TypedXComError):
        load(row, codec)


def test_another_shape_is_refused_with_its_path() -> None:
    """The name may be right: the fields count."""
    with pytest.raises(ValidationError, match=r"\$\[0\]\.id"):
        read(row_of([Box[int](value=1)]), list[Order])
