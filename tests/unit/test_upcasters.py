"""Upcasters: how they are declared, where a reader asks them, and what their errors say."""

from __future__ import annotations

import dataclasses
import enum
import json
from pathlib import Path
from typing import Any, NamedTuple, NewType

import msgspec
import pyarrow as pa
import pydantic
import pytest
import typing_extensions as te
from pydantic import BaseModel, ConfigDict

from typedxcom import ContractError, LazyTable, Table, ValidationError, register_codec, upcast
from typedxcom.evolution.describing import described
from typedxcom.evolution.locks import Read, TaskLock, lock_text, read_lock
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.structure import breaks
from typedxcom.exchange import dump, load
from typedxcom.pointer import Coordinates
from typedxcom.promises import promise_of
from typedxcom.schema import Schema, schema_of
from typedxcom.settings import Settings
from typedxcom.stored.access import Placement, Stores
from typedxcom.stores import LocalStore


class First(te.TypedDict):
    id: int


class Second(BaseModel):
    id: int
    name: str


class Third(BaseModel):
    id: int
    names: list[str]


class Lines(BaseModel):
    orders: list[Third]
    best: Third | None = None


class Node(BaseModel):
    value: str
    children: list[Node] = []


class OldNode(BaseModel):
    number: int
    children: list[OldNode] = []


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Tick(msgspec.Struct):
    at: int


class Pair(NamedTuple):
    left: int
    right: int


class Color(enum.Enum):
    RED = "red"


class Old(BaseModel):
    km: int


class Row(BaseModel):
    km: int
    miles: float


@dataclasses.dataclass
class Raw:
    data: bytes
    size: int


@dataclasses.dataclass
class Bare:
    data: bytes


class Written(te.TypedDict):
    raw: Bare


class Coded(te.TypedDict):
    text: bytes


CALLED: list[str] = []


@upcast
def second(old: First) -> Second:
    return Second(id=old["id"], name="first")


@upcast
def third(old: Second) -> Third:
    CALLED.append("third")
    return Third(id=old.id, names=[old.name])


@upcast
def node(old: OldNode) -> Node:
    return Node(value=str(old.number), children=[node(one) for one in old.children])


@upcast
def point(old: list[int]) -> Point:
    return Point(*old)


@upcast
def tick(old: str) -> Tick:
    return Tick(len(old))


@upcast
def pair(old: int) -> Pair:
    return Pair(old, old)


@upcast
def color(old: int) -> Color:
    return Color.RED


@upcast
def row(old: Table[Old]) -> Table[Row]:
    table: Any = old
    return table.append_column("miles", pa.array([0.5] * len(table)))


def read(annotation: Any, entry: Any, stores: Stores | None = None) -> Any:
    """What a parameter with *annotation* gets for *entry*."""
    return load(entry, promise_of(annotation).codec, stores=stores)


def gate(written: Any, read: Any) -> list[Any]:
    """What the gate finds for an edge."""
    locked = [described(schema_of(written)), described(schema_of(read), upcasting=True)]
    return breaks(*(read_type(json.loads(json.dumps(one))) for one in locked))


THIRD = Third(id=1, names=["a"])
CASES: list[tuple[Any, Any, Any, Any]] = [
    (Third, {"id": 1, "names": ["a"]}, THIRD, Third),
    (Third, {"id": 1, "name": "a"}, THIRD, Second),
    (Third, {"id": 1}, Third(id=1, names=["first"]), First),
    (list[Third], [{"id": 1, "name": "a"}, {"id": 1, "names": ["a"]}], [THIRD] * 2, list[Second]),
    (dict[str, Third], {"a": {"id": 1, "name": "a"}}, {"a": THIRD}, dict[str, Second]),
    (tuple[int, Third], [7, {"id": 1, "name": "a"}], (7, THIRD), tuple[int, Second]),
    (Third | None, {"id": 1, "name": "a"}, THIRD, Second | None),
    (Third | None, None, None, Second | None),
    (Third | int, 5, 5, Second | int),
    (Third | list[Third], [{"id": 1, "name": "a"}], [THIRD], list[Second]),
    (
        Lines,
        {"orders": [{"id": 1, "name": "a"}], "best": {"id": 1, "name": "a"}},
        Lines(orders=[THIRD], best=THIRD),
        te.TypedDict("Before", {"orders": list[Second], "best": Second}),
    ),
    (Point, [1, 2], Point(1, 2), tuple[int, int]),
    (list[Tick], ["ab", {"at": 1}], [Tick(2), Tick(1)], list[str]),
    (Pair, 3, Pair(3, 3), int),
    (list[Color], [3, "red"], [Color.RED] * 2, list[int]),
    (
        Node,
        {"number": 1, "children": [{"number": 2}]},
        Node(value="1", children=[Node(value="2")]),
        OldNode,
    ),
]


@pytest.mark.parametrize(("annotation", "entry", "value", "written"), CASES)
def test_a_reader_takes_older_values(annotation: Any, entry: Any, value: Any, written: Any) -> None:
    """At any place of a type an older value becomes a newer one, if its class refuses it."""
    assert read(annotation, entry) == value


@pytest.mark.parametrize(
    ("annotation", "written"), [(one[0], one[3]) for one in CASES if one[0] is not Point]
)
def test_the_gate_takes_the_same_types(annotation: Any, written: Any) -> None:
    """The gate says ok where an upcaster reads what was written, and not without it."""
    assert gate(written, annotation) == []
    if written not in (Third, None) and annotation != Third | int:
        plain = [read_type(described(schema_of(one))) for one in (written, annotation)]
        assert breaks(*plain)


def test_an_upcaster_is_asked_only_for_a_refused_value() -> None:
    """A value that the newer class takes is not given to any function."""
    CALLED.clear()
    assert read(list[Third], [{"id": 1, "names": ["a"]}]) == [THIRD]
    assert CALLED == []
    assert read(Third, {"id": 1, "name": "a"}) == THIRD
    assert CALLED == ["third"]


@pytest.mark.parametrize("entry", [{"id": "x"}, {"id": "1", "name": 2}, 5])
def test_the_first_error_is_reported(entry: Any) -> None:
    """If no older type reads it either, the error is that of the newer type."""
    codec = promise_of(Third).codec
    with pytest.raises(ValidationError) as plain:
        load(entry, codec, upcasting=False)
    with pytest.raises(ValidationError) as found:
        load(entry, codec)
    assert str(found.value) == str(plain.value)
    if isinstance(entry, dict):
        assert "missing `names`" in str(found.value)


def test_the_fingerprint_of_a_pointer_chooses(tmp_path: Path) -> None:
    """Two older types take the same JSON. A pointer says which of them was written."""

    class Metres(BaseModel):
        length: int

    class Feet(BaseModel):
        length: int
        unit: str = "ft"

    class Length(BaseModel):
        metres: float

    @upcast
    def from_metres(old: Metres) -> Length:
        return Length(metres=old.length)

    @upcast
    def from_feet(old: Feet) -> Length:
        return Length(metres=old.length * 0.3)

    store = LocalStore(tmp_path)
    stores = Stores(lambda name: store)
    for kind, metres in ((Metres, 10), (Feet, 3)):
        for annotation, value in ((kind, kind(length=10)), (list[kind], [kind(length=10)])):  # type: ignore[valid-type]
            place = Placement(stores, Coordinates("d", "r", kind.__name__), "s")
            settings = Settings(store_threshold=1)
            entry = dump(value, promise_of(annotation).codec, settings=settings, placement=place)
            assert isinstance(entry, dict)
            newer = Length if annotation is kind else list[Length]
            back = read(newer, entry, stores)
            assert back in (Length(metres=metres), [Length(metres=metres)])
    assert read(Length, {"length": 10}) == Length(metres=3), "without one, the last declared"


def test_a_table_of_older_columns_is_read(tmp_path: Path) -> None:
    """A stored table with older columns becomes one with the newer columns, in a list too."""
    store = LocalStore(tmp_path)
    stores = Stores(lambda name: store)
    codec = promise_of(Table[Old]).codec
    place = Placement(stores, Coordinates("d", "r", "t"), "s")
    entry = dump(pa.table({"km": [1, 2]}), codec, settings=Settings(), placement=place)
    back = read(Table[Row], entry, stores)
    assert back.to_pydict() == {"km": [1, 2], "miles": [0.5, 0.5]}
    assert read(list[Table[Row]], [entry], stores)[0].num_rows == 2
    assert gate(Table[Old], Table[Row]) == []
    assert gate(Table[Old], list[Table[Row]])
    with pytest.raises(ValidationError, match="missing column `km`"):
        read(Table[Row], pa.table({"a": [1]}))
    assert gate(Table[Old], LazyTable[Row]) == []


def broken(words: str) -> Any:
    """A class with an upcaster that fails in one way."""

    class New(BaseModel):
        size: int

    class Before(BaseModel):
        text: str

    class Outer(BaseModel):
        parts: list[New]

    @upcast
    def failing(old: Before) -> New:
        if words == "raise":
            raise KeyError(old.text)
        return {"size": "?"} if words == "return" else None  # type: ignore[return-value]

    return Outer


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("raise", "the upcaster `failing` raised `KeyError`: "),
        ("return", "the upcaster `failing` returned something else: "),
        ("none", "the upcaster `failing` returned something else: "),
    ],
)
def test_an_error_of_an_upcaster_breaks_the_contract(words: str, message: str) -> None:
    """What it raises, or returns beside its type, is an error with its place; a retry is no use."""
    with pytest.raises(ValidationError) as found:
        read(broken(words), {"parts": [{"size": 1}, {"text": "x" * 500}]})
    assert message in str(found.value)
    assert found.value.problems[0].path == "$.parts[1]"
    assert "x" * 60 not in str(found.value)


class Circle(BaseModel):
    r: int


class Coordinate:
    """A class with a registered codec."""


register_codec(Coordinate, encode=lambda one: 1, decode=lambda tree: Coordinate())
Number = NewType("Number", int)


def function(source: str) -> Any:
    """The function `one` of some source."""
    names = {**globals(), "Any": Any, "SecretStr": pydantic.SecretStr}
    exec(compile(source, __file__, "exec", dont_inherit=True), names)
    return names["one"]


REFUSED = {
    "async def one(old: First) -> Circle: ...": "must return the value itself",
    "def one(old: First) -> Circle:\n  yield old": "must return the value itself",
    "def one() -> Circle: ...": "exactly one parameter",
    "def one(old: First, more: int = 1) -> Circle: ...": "exactly one parameter",
    "def one(*old: First) -> Circle: ...": "exactly one parameter",
    "def one(*, old: First) -> Circle: ...": "exactly one parameter",
    "def one(old) -> Circle: ...": "the parameter `old` has no type",
    "def one(old: First): ...": "the return value has no type",
    "def one(old: Any) -> Circle: ...": "the parameter `old` has no type",
    "def one(old: 'Later') -> Circle: ...": "names `Later`, which does not exist yet",
    "def one(old: First) -> int: ...": "`int` is no class of its own",
    "def one(old: First) -> list[Circle]: ...": "is no class of its own",
    "def one(old: First) -> Circle | None: ...": "is no class of its own",
    "def one(old: First) -> Number: ...": "`Number` is only another name for `int`",
    "def one(old: First) -> Coordinate: ...": "Let its decode function take the older form too",
    "def one(old: SecretStr) -> Circle: ...": "cannot travel",
    "def one(old: Circle) -> Circle: ...": "both types are `Circle`",
    "def one(old: First) -> Table[Row]: ...": "A table is made from a table",
    "def one(old: Table[Old]) -> Circle: ...": "A table is made from a table",
    "def one(old: LazyTable[Old]) -> Table[Row]: ...": "A table is made from a table",
    "def one(old: Table[Old]) -> LazyTable[Row]: ...": "A table is made from a table",
    "def one(old: Third) -> Second: ...": "so this would be a circle",
    "def one(old: First) -> Second: ...": "turns `First` into `Second` already",
    "one = 5": "upcast\\(\\) takes a function",
    "one = Circle": "upcast\\(\\) takes a function",
}


@pytest.mark.parametrize("source", REFUSED)
def test_a_wrong_declaration_is_refused(source: str) -> None:
    """The message names the function and the cure, when the file is imported."""
    with pytest.raises(ContractError, match=REFUSED[source]):
        upcast(function(source))


def test_a_file_may_be_imported_again() -> None:
    """The same function of the same file replaces itself; the function stays what it is."""
    assert upcast(second) is second
    assert read(Second, {"id": 4}) == Second(id=4, name="first")


def test_bytes_of_another_form_are_left_alone() -> None:
    """A model may write the bytes of a class in it as text, which an upcaster could misread."""

    class Outer(BaseModel):
        raw: Raw

    class Base64(BaseModel):
        model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
        raw: Raw

    @upcast
    def raw(old: Bare) -> Raw:
        return Raw(old.data, len(old.data))

    assert read(Base64, {"raw": {"data": "YWJj"}}).raw == Raw(b"abc", 3)
    with pytest.raises(ValidationError):
        read(Outer, {"raw": {"data": "YWJj"}})
    assert gate(Written, Base64) == []
    assert gate(Written, Outer)


def locked(annotation: Any) -> Schema:
    """A reader's type as a file keeps it."""
    return read_type(described(schema_of(annotation), upcasting=True))


def test_a_file_keeps_the_upcasters_of_its_readers() -> None:
    """It has their types and fingerprints, once for each class, and is read back without loss."""
    edges = (
        Read("orders", "extract", "return_value", "whole", locked(list[Third])),
        Read("node", "tree", "return_value", "whole", locked(Node)),
        Read("rows", "table", "return_value", "whole", locked(Table[Row])),
    )
    text = lock_text(TaskLock("shop", "load", "dags/shop.py", {}, edges))
    tree = json.loads(text)
    assert {name: [one["is"] for one in found] for name, found in tree["upcasters"].items()} == {
        "Third": ["Second"],
        "Second": ["First"],
        "Node": ["OldNode"],
    }
    assert {len(one["old"]) for one in tree["upcasters"]["Third"]} == {64}
    again = read_lock(text, name="x")
    assert lock_text(again) == text
    orders = next(one for one in again.reads if one.parameter == "orders")
    assert breaks(read_type(described(schema_of(list[First]))), orders.schema) == []


def test_an_upcaster_does_not_hide_a_misreading() -> None:
    """Where the newer class takes older values for something else, nobody asks the upcaster."""

    class Before(BaseModel):
        text: int

    class After(BaseModel):
        text: str = ""
        more: int = 0

    class Lengths(BaseModel):
        model_config = ConfigDict(extra="forbid")
        text: str

    @upcast
    def after(old: Before) -> After:
        return After(text="a" * old.text)

    @upcast
    def decoded(old: Coded) -> After:
        return After(text=old["text"].decode())

    @upcast
    def lengths(old: After) -> Lengths:
        return Lengths(text=old.text)

    assert gate(Before, After) == [], "an int is refused where a text is read"
    assert gate(Coded, After), "base64 is read as text"
    assert gate(After, Lengths) == []
