"""What Airflow's own serialization wrote, read by an annotation: no name in it is ever imported."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import importlib
import json
import pkgutil
import sys
import types
import uuid
import zoneinfo
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from airflow.sdk.bases.xcom import BaseXCom
from pydantic import BaseModel, Field, RootModel, computed_field
from typing_extensions import TypedDict

from typedxcom import Table, TypedXComError, ValidationError, register_codec
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
    with pytest.raises(
        IntegrityError, match=r"declares [0-9,]+ bytes, but at most 1,000 may be read"
    ):
        load(row, codec, stores=small)
    row[0]["__data__"] = row[0]["__data__"][:200]
    with pytest.raises(TypedXComError):
        load(row, codec)


def test_another_shape_is_refused_with_its_path() -> None:
    """The name may be right: the fields count."""
    with pytest.raises(ValidationError, match=r"\$\[0\]\.id"):
        read(row_of([Box[int](value=1)]), list[Order])


class Reference(BaseModel):
    table_uri: str
    version: int


class Identified(BaseModel):
    identifier: list[str]


class Pod(BaseModel):
    metadata: dict[str, str]


class Cell(BaseModel):
    n: int


def form(name: str, data: Any) -> dict[str, Any]:
    """What a serializer of Airflow's writes, where its library is not installed here."""
    return {"__classname__": name, "__version__": 1, "__data__": data}


def made(name: str, *args: Any) -> dict[str, Any]:
    """What Airflow writes for an object of the class *name*."""
    module, _, own = name.rpartition(".")
    return row_of(getattr(importlib.import_module(module), own)(*args))


SECRET = "gAAAAABsecret"
DELTA = {"table_uri": "s3://lake/t", "version": 3, "storage_options": {"key": SECRET}}
ICEBERG = {"identifier": ["cat", "db", "t"], "catalog_properties": {"key": SECRET}}
DATE = dt.datetime(2024, 1, 2, tzinfo=dt.timezone.utc)
NO_FRAME = r"pandas frame, which `.*` does not read. Annotate the parameter with Table\[Row\]"
NO_ROWS = (
    r"says where .* is, and does not hold the rows .*Annotate the parameter with a model that has"
)
CURE = r"Annotate the parameter with the class, or with a model or dict\[str, Any\]"


class Refused(str):
    """The error that a reader gets."""


# name of a serializer's class -> what it wrote; the reader's annotation -> what it gets
FORMS: dict[str, tuple[Any, list[tuple[Any, Any]]]] = {
    "decimal.Decimal": (row_of(Decimal("1.5")), [(Decimal, Decimal("1.5")), (str, "1.5")]),
    "airflow.sdk.execution_time.lazy_sequence.LazyXComSequence": (
        form("airflow.sdk.execution_time.lazy_sequence.LazyXComSequence", [1, 2]),
        [(list[int], [1, 2]), (tuple[int, ...], (1, 2))],
    ),
    "builtins.tuple": (row_of((1, 2)), [(tuple[int, int], (1, 2)), (list[int], [1, 2])]),
    "builtins.set": (row_of({1}), [(set[int], {1}), (list[int], [1]), (Any, {1})]),
    "builtins.frozenset": (row_of(frozenset({1})), [(frozenset[int], frozenset({1}))]),
    "datetime.date": (row_of(DATE.date()), [(dt.date, DATE.date()), (str, "2024-01-02")]),
    "datetime.datetime": (row_of(DATE), [(dt.datetime, DATE), (int, Refused("expected `int`"))]),
    "datetime.timedelta": (row_of(dt.timedelta(days=1)), [(dt.timedelta, dt.timedelta(days=1))]),
    "pendulum.datetime.DateTime": (
        made("pendulum.DateTime", 2024, 1, 2, 0, 0, 0, 0, dt.timezone.utc),
        [(dt.datetime, DATE), (dt.date, Refused("expected `date`"))],
    ),
    "pendulum.date.Date": (made("pendulum.Date", 2024, 1, 2), [(dt.date, DATE.date())]),
    "deltalake.table.DeltaTable": (
        form("deltalake.table.DeltaTable", DELTA),
        [
            (Reference, Reference(table_uri="s3://lake/t", version=3)),
            (dict[str, Any], DELTA),
            (Table[Cell], Refused(NO_ROWS)),
            (pd.DataFrame, Refused(NO_ROWS)),
            (Any, Refused(CURE)),
        ],
    ),
    "pyiceberg.table.Table": (
        form("pyiceberg.table.Table", ICEBERG),
        [
            (Identified, Identified(identifier=["cat", "db", "t"])),
            (Table[Cell] | None, Refused(NO_ROWS)),
            (Any, Refused(CURE)),
        ],
    ),
    **{
        f"kubernetes.client.models.{name}": (
            form(f"kubernetes.client.models.{name}", {"metadata": {"name": "p"}}),
            [
                (Pod, Pod(metadata={"name": "p"})),
                (dict[str, Any], {"metadata": {"name": "p"}}),
                (Any, Refused(CURE)),
            ],
        )
        for name in ("v1_pod.V1Pod", "v1_resource_requirements.V1ResourceRequirements")
    },
    **{
        f"numpy.{name}": (made(f"numpy.{name}", 5), [(int, 5), (float, 5.0), (Decimal, Decimal(5))])
        for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
    },
    **{
        f"numpy.{name}": (made(f"numpy.{name}", 0.5), [(float, 0.5), (int, Refused("`int`"))])
        for name in ("float16", "float32", "float64")
    },
    # Airflow itself can write none of these.
    **{
        f"numpy.{name}": (form(f"numpy.{name}", 0.5), [(float, 0.5)])
        for name in ("complex64", "complex128")
    },
    **{
        f"numpy.{name}": (made("numpy.bool_", True), [(bool, True), (str, Refused("`str`"))])
        for name in ("bool", "bool_")
    },
    **{
        name: (
            row_of(pd.DataFrame({"n": [1]})),
            [
                (list[Cell], Refused(NO_FRAME)),
                (dict[str, Any], Refused(NO_FRAME)),
                (str, Refused(NO_FRAME)),
            ],
        )
        for name in ("pandas.DataFrame", "pandas.core.frame.DataFrame")
    },
    "pydantic.main.BaseModel": (row_of(Cell(n=1)), [(Cell, Cell(n=1)), (dict, {"n": 1})]),
    "pendulum.tz.timezone.FixedTimezone": (
        made("pendulum.tz.timezone.FixedTimezone", 3600),
        [(int, 3600), (str, Refused("expected `str`"))],
    ),
    "pendulum.tz.timezone.Timezone": (
        made("pendulum.tz.timezone.Timezone", "Europe/Paris"),
        [(zoneinfo.ZoneInfo, PARIS), (str, "Europe/Paris")],
    ),
    "zoneinfo.ZoneInfo": (row_of(PARIS), [(zoneinfo.ZoneInfo, PARIS), (str, "Europe/Paris")]),
    "uuid.UUID": (form("uuid.UUID", str(uuid.UUID(int=3))), [(uuid.UUID, uuid.UUID(int=3))]),
}


def serialized_classes() -> set[str]:
    """The names in the serializers of the installed Airflow."""
    try:
        package = importlib.import_module("airflow.sdk.serde.serializers")
    except ImportError:  # before 3.2
        package = importlib.import_module("airflow.serialization.serializers")
    names = [one.name for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")]
    found = [importlib.import_module(name).serializers for name in names]
    return {name for each in found for name in each}


def test_every_serializer_of_airflow_has_a_row() -> None:
    """A form that a new Airflow writes is looked at by a person."""
    assert serialized_classes() <= set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_read_by_the_annotation_or_refused_with_the_cure(name: str) -> None:
    """Whichever class it names. What a message shows of a value holds no secret."""
    written, readers = FORMS[name]
    for annotation, wanted in readers:
        if not isinstance(wanted, Refused):
            got = read(written, annotation)
            assert got == wanted, annotation
            assert type(got) is type(wanted), annotation
            continue
        with pytest.raises(TypedXComError, match=wanted) as caught:
            read(written, annotation)
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize("place", [lambda kind: kind, lambda kind: list[kind]])
def test_a_type_variable_gets_airflows_objects(place: Any) -> None:
    """As `Any` does: a function for any type works on the value, not on its form."""
    for value in (DAY, Decimal("1.5"), {1, 2}, np.int64(5), pd.DataFrame({"n": [1]})):
        written = row_of(value) if place(T) is T else [row_of(value)]
        got = read(written, place(T)) if place(T) is T else read(written, place(T))[0]
        assert type(got) is type(value)
        assert got.equals(value) if isinstance(value, pd.DataFrame) else got == value


class Custom:
    """A class with a way of its own to be written, which Airflow calls."""

    __version__ = 2

    def __init__(self, n: int) -> None:
        self.n = n

    def serialize(self) -> dict[str, int]:
        return {"n": self.n}

    @staticmethod
    def deserialize(data: dict[str, int], version: int) -> Custom:
        raise AssertionError("a name in data led to this class")


class Coded(Custom):
    """One that has a codec too."""


register_codec(Coded, encode=lambda value: {"n": value.n}, decode=lambda data: Coded(data["n"]))


def test_what_a_class_writes_itself_is_read_by_the_annotation() -> None:
    """By a model, a dict or the codec of the class; `deserialize` is never found by its name."""
    assert read(row_of([Custom(3)]), list[Cell]) == [Cell(n=3)]
    assert read(row_of(Custom(3)), dict[str, int]) == {"n": 3}
    assert read(row_of(Coded(3)), Coded).n == 3
    with pytest.raises(TypedXComError, match=CURE):
        read(row_of(Custom(3)), Any)
    with pytest.raises(TypedXComError, match=r"register a codec"):
        Promise(Custom, schema_of(Custom)).refuse_unsupported()


def test_frames_of_other_libraries_never_reach_an_xcom() -> None:
    """Airflow refuses to push them, so an untyped task fails where it returns one."""
    for value in (pl.DataFrame({"n": [1]}), pa.table({"n": [1]}), np.zeros(1)):
        with pytest.raises(TypeError):
            row_of(value)
