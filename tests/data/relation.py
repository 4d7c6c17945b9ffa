"""What fits what: one row for each statement of the relation, for every place that decides it.

Annotations are source text, with `PREAMBLE` before them, so that a type checker can read them too.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

__all__ = ["DIFFERS", "FITS", "PREAMBLE", "ROWS", "Row", "meaning"]

PREAMBLE = """
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import (
    Collection, Iterable, Mapping, MutableMapping, MutableSequence, Sequence, Set,
)
from typing import (
    Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, TypeVar, Union,
)

import msgspec
import pydantic
from pydantic import Field
from typedxcom import Table
from typing_extensions import LiteralString, NotRequired, Required, TypeAliasType, TypedDict

T = TypeVar("T")
N = TypeVar("N", int, str)
B = TypeVar("B", bound="Animal")


class Animal(pydantic.BaseModel):
    name: str


class Dog(Animal):
    tail: int = 1


class Cat(pydantic.BaseModel):
    name: str


class Order(pydantic.BaseModel):
    id: int
    total: float


class Invoice(pydantic.BaseModel):
    id: int


class Tree(pydantic.BaseModel):
    value: int
    below: "list[Tree]" = []


class Bush(pydantic.BaseModel):
    value: str
    below: "list[Bush]" = []


class Box(pydantic.BaseModel, Generic[T]):
    inside: T


@dataclasses.dataclass
class Point:
    x: int
    y: int


@dataclasses.dataclass
class Point3(Point):
    z: int = 0


@dataclasses.dataclass
class Pair(Generic[T]):
    one: T
    two: T


class Size(msgspec.Struct):
    width: int


class BigSize(Size):
    height: int = 0


class Movie(TypedDict):
    title: str
    year: int


class Film(TypedDict):
    title: str
    year: int


class Title(TypedDict):
    title: str


class Draft(TypedDict, total=False):
    title: str
    year: int


class Note(TypedDict):
    title: Required[str]
    text: NotRequired[str]


class Yearly(TypedDict):
    year: str


class Work(pydantic.BaseModel):
    title: str
    year: int


class Spot(NamedTuple):
    x: int
    y: int


class Place(NamedTuple):
    x: int
    y: int


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(str, enum.Enum):
    YES = "yes"
    NO = "no"


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


class Fare(pydantic.BaseModel):
    fare: float


class Trip(Fare):
    km: int


class Named(Fare):
    name: str


class Worded(pydantic.BaseModel):
    fare: str


UserId = NewType("UserId", int)
AdminId = NewType("AdminId", UserId)
OrderId = NewType("OrderId", int)
Ints = TypeAliasType("Ints", list[int])
Nested = TypeAliasType("Nested", "int | list[Nested]")
Texts = TypeAliasType("Texts", "str | list[Texts]")
"""
FITS, DIFFERS = "fits", "differs"
_MODULE = ModuleType("relation_preamble")
sys.modules[_MODULE.__name__] = _MODULE  # classes look their own names up there
exec(PREAMBLE, vars(_MODULE))


def meaning(source: str) -> Any:
    """What *source* stands for after the preamble."""
    return eval(source, vars(_MODULE))


@dataclass(frozen=True)
class Row:
    """One statement: a value of *up* fits, or does not fit, a reader of *down*.

    Attributes:
        up: The annotation of what is written.
        down: The annotation of what is read.
        verdict: What the relation says before any value exists.
        why: The reason, for readers.
        value: A value of *up* as source text; none where there is nothing to run.
        read: What the reader gets, where that is not equal to the value.
        run: Why the run time says the opposite; empty where it agrees.
        mypy: Why mypy with the plugin says the opposite; empty where it agrees.
    """

    up: str
    down: str
    verdict: Literal["fits", "differs"]
    why: str
    value: str = ""
    read: str = ""
    run: str = ""
    mypy: str = ""

    def __str__(self) -> str:
        return f"{self.up} -> {self.down}"


_STRUCTURE = "the JSON has the same structure; only the names of the classes differ"
_UNSEEN = "mypy does not see constraints"
_CHECKED = "this value breaks what only a value can break"

ROWS = (
    # The same type, and types that nobody knows
    Row("int", "int", FITS, "the same type", "5"),
    Row("str", "str", FITS, "the same type", "'a'"),
    Row("None", "None", FITS, "the same type", "None"),
    Row("int", "str", DIFFERS, "a number is no text", "5"),
    Row("str", "int", DIFFERS, "text is no number, also when it spells one", "'5'"),
    Row("str", "bool", DIFFERS, "text is no truth value", "'true'"),
    Row("None", "int", DIFFERS, "None is no number", "None"),
    Row("int", "None", DIFFERS, "a number is not None", "5"),
    Row("Any", "int", FITS, "Any is unknown", "5"),
    Row("Any", "int", FITS, "Any is unknown", "'a'", run=_CHECKED),
    Row("object", "int", FITS, "object says nothing", "5", mypy="for mypy Any says nothing, and object may be text"),
    Row("int", "Any", FITS, "Any takes everything", "5"),
    Row("Movie", "object", FITS, "object takes everything", "{'title': 'a', 'year': 1}"),
    Row("list[Any]", "list[int]", FITS, "Any inside is unknown too", "[5]"),
    Row("list", "list[int]", FITS, "a bare list is one of Any", "[5]"),
    Row("list", "list[int]", FITS, "a bare list is one of Any", "['a']", run=_CHECKED),
    Row("dict", "dict[str, int]", FITS, "a bare dict is one of Any", "{'a': 1}"),
    Row("tuple", "tuple[int, ...]", FITS, "a bare tuple is one of Any", "(1,)"),
    Row("list[Any]", "dict[str, Any]", DIFFERS, "Any inside does not hide the container", "[5]"),
    Row("LiteralString", "str", FITS, "a literal string is text", "'a'"),
    # The tower of numbers
    Row("bool", "int", FITS, "Python's bool is an int", "True", "1"),
    Row("bool", "float", FITS, "a bool is an int, an int is a float", "True", "1.0"),
    Row("int", "float", FITS, "PEP 484 and JSON alike", "5", "5.0"),
    Row("int", "bool", DIFFERS, "a number is no truth value", "1"),
    Row("float", "int", DIFFERS, "a float may have a fraction", "1.5"),
    Row("float", "int", DIFFERS, "a float is no int, also where it is whole", "2.0"),
    Row("int", "decimal.Decimal", DIFFERS, "classes that are not related", "5", run="JSON has one kind of number"),
    Row("decimal.Decimal", "float", DIFFERS, "a Decimal travels as text", "decimal.Decimal('1.5')"),
    Row("decimal.Decimal", "str", DIFFERS, "a Decimal is no text", "decimal.Decimal('1.5')", "'1.5'", run="a Decimal travels as text"),
    Row("complex", "float", DIFFERS, "a complex number is no float", "1j"),
    Row("list[int]", "list[float]", FITS, "containers are covariant: an XCom is a copy", "[1]", "[1.0]"),
    Row("list[float]", "list[int]", DIFFERS, "item by item", "[1.5]"),
    # Dates and other classes of the standard library
    Row("dt.datetime", "dt.datetime", FITS, "the same type", "dt.datetime(2024, 1, 2, 3)"),
    Row("dt.datetime", "dt.date", DIFFERS, "a datetime's text is no date, although it is a subclass", "dt.datetime(2024, 1, 2, 3)"),
    Row("dt.date", "dt.datetime", DIFFERS, "a date has no time of day", "dt.date(2024, 1, 2)"),
    Row("str", "dt.datetime", DIFFERS, "text is not known to be a time", "'2024-01-02T03:04:05'", "dt.datetime(2024, 1, 2, 3, 4, 5)", run="an ISO string is how a datetime travels"),
    Row("dt.timedelta", "float", DIFFERS, "a duration travels as ISO text", "dt.timedelta(seconds=1)"),
    Row("uuid.UUID", "str", DIFFERS, "a UUID is no text", "uuid.UUID(int=1)", "str(uuid.UUID(int=1))", run="a UUID travels as text"),
    Row("pathlib.PurePosixPath", "pathlib.PurePath", FITS, "a subclass", "pathlib.PurePosixPath('/a')", "pathlib.PurePath('/a')"),
    Row("ipaddress.IPv4Address", "ipaddress.IPv6Address", DIFFERS, "other addresses", "ipaddress.IPv4Address('1.2.3.4')"),
    Row("bytes", "bytes", FITS, "the same type", "b'ab'"),
    Row("bytearray", "bytes", FITS, "PEP 688's promotion, of old", "bytearray(b'ab')"),
    Row("bytes", "int", DIFFERS, "bytes travel as text", "b'ab'"),
    # Further classes of the standard library
    Row("dt.date", "dt.date", FITS, "the same type", "dt.date(2024, 1, 2)"),
    Row("dt.time", "dt.time", FITS, "the same type", "dt.time(1, 2)"),
    Row("dt.time", "dt.datetime", DIFFERS, "a time has no date", "dt.time(1, 2)"),
    Row("dt.timedelta", "dt.timedelta", FITS, "the same type", "dt.timedelta(days=1)"),
    Row("dt.timedelta", "str", DIFFERS, "a duration is no text", "dt.timedelta(days=1)", "'P1D'", run="a duration travels as ISO text"),
    Row("dt.datetime", "str", DIFFERS, "a datetime is no text", "dt.datetime(2024, 1, 2)", "'2024-01-02T00:00:00'", run="a datetime travels as ISO text"),
    Row("dt.datetime", "float", DIFFERS, "a datetime is no number", "dt.datetime(2024, 1, 2)"),
    Row("dt.datetime | None", "dt.datetime", DIFFERS, "None is no time", "None"),
    Row("str", "dt.date", DIFFERS, "text is not known to be a date", "'soon'"),
    Row("uuid.UUID", "uuid.UUID", FITS, "the same type", "uuid.UUID(int=1)"),
    Row("str", "uuid.UUID", DIFFERS, "text is not known to be a UUID", "'no'"),
    Row("decimal.Decimal", "decimal.Decimal", FITS, "the same type", "decimal.Decimal('1.50')"),
    Row("decimal.Decimal", "int", DIFFERS, "a Decimal may have a fraction", "decimal.Decimal('1.5')"),
    Row("float", "decimal.Decimal", DIFFERS, "classes that are not related", "1.5", "decimal.Decimal('1.5')", run="JSON has one kind of number"),
    Row("str", "decimal.Decimal", DIFFERS, "text is not known to be a number", "'many'"),
    Row("bytes", "str", DIFFERS, "bytes are no text", "b'ab'", "'YWI='", run="bytes travel as base64 text"),
    Row("str", "bytes", DIFFERS, "text is no bytes", "'!'"),
    Row("pathlib.Path", "pathlib.Path", FITS, "the same type", "pathlib.Path('/a')"),
    Row("pathlib.Path", "str", DIFFERS, "a path is no text", "pathlib.Path('/a')", "'/a'", run="a path travels as text"),
    Row("str", "pathlib.Path", DIFFERS, "text is not known to be a path", "'/a'", "pathlib.Path('/a')", run="a path travels as text"),
    Row("pathlib.Path", "pathlib.PurePath", FITS, "a subclass", "pathlib.Path('/a')", "pathlib.PurePath('/a')"),
    Row("fractions.Fraction", "float", DIFFERS, "a fraction is no float"),
    # Unions and Optional
    Row("int", "int | None", FITS, "one member takes it", "5"),
    Row("Annotated[int | None, Field(ge=1)]", "int | None", FITS, "the constraint is on each member", "None"),
    Row("Annotated[int | str, Field(ge=1)]", "int | None", DIFFERS, "a text does not fit", ""),
    Row("None", "Optional[int]", FITS, "one member takes it", "None"),
    Row("int | None", "int", DIFFERS, "every member must fit", "None"),
    Row("Optional[int]", "Union[int, None]", FITS, "three spellings of one type", "None"),
    Row("int | str", "str | int", FITS, "members have no order", "'a'"),
    Row("int | str", "int | str | None", FITS, "a wider union", "5"),
    Row("int | str", "int", DIFFERS, "the text does not fit", "'a'"),
    Row("int | str", "float | str", FITS, "each member finds one that takes it", "5", "5.0"),
    Row("bool", "int | str", FITS, "a bool is an int", "True", "1"),
    Row("int | str | None", "int | str", DIFFERS, "None does not fit", "None"),
    Row("list[int | str]", "list[int] | list[str]", DIFFERS, "a mixed list fits neither", "[1, 'a']"),
    Row("list[int] | list[str]", "list[int | str]", FITS, "either list is one of both", "['a']"),
    Row("dict[str, int] | None", "dict[str, int]", DIFFERS, "None does not fit", "None"),
    # Sequences and sets
    Row("list[int]", "list[int]", FITS, "the same type", "[1]"),
    Row("list[int]", "list[str]", DIFFERS, "item by item", "[1]"),
    Row("list[int]", "int", DIFFERS, "a list is no number", "[1]"),
    Row("int", "list[int]", DIFFERS, "a number is no list", "1"),
    Row("list[int]", "Sequence[int]", FITS, "a list is a Sequence", "[1]"),
    Row("list[int]", "MutableSequence[int]", FITS, "a list is one", "[1]"),
    Row("list[int]", "Iterable[int]", FITS, "a list is an Iterable", "[1]"),
    Row("list[int]", "Collection[float]", FITS, "covariant", "[1]", "[1.0]"),
    Row("tuple[int, ...]", "Sequence[int]", FITS, "a tuple is a Sequence", "(1,)", "[1]"),
    Row("set[int]", "Set[int]", FITS, "a set is a Set", "{1}"),
    Row("frozenset[int]", "Set[int]", FITS, "a frozenset is a Set", "frozenset({1})", "{1}"),
    Row("set[int]", "Iterable[int]", FITS, "a set is an Iterable", "{1}", "[1]"),
    Row("set[int]", "Sequence[int]", DIFFERS, "a set has no order", "{1}", "[1]", run="a set travels as a list"),
    Row("set[int]", "list[int]", DIFFERS, "a set is no list", "{1}", "[1]", run="a set travels as a list"),
    Row("list[int]", "set[int]", DIFFERS, "a list is no set", "[1]", "{1}", run="a set travels as a list"),
    Row("list[int]", "tuple[int, ...]", DIFFERS, "a list is no tuple", "[1]", "(1,)", run="a tuple travels as a list"),
    Row("Sequence[int]", "list[int]", DIFFERS, "a Sequence may be a tuple", "[1]", run="whatever it was, it travels as a list"),
    Row("deque[int]", "MutableSequence[int]", FITS, "a deque is one", "deque([1])", "[1]"),
    Row("str", "list[str]", DIFFERS, "text is no list", "'ab'"),
    Row("str", "Sequence[str]", DIFFERS, "a string is a Sequence to Python, and one value in JSON", "'ab'"),
    Row("str", "Iterable[str]", DIFFERS, "a string is one value in JSON", "'ab'"),
    # Tuples
    Row("tuple[int, str]", "tuple[int, str]", FITS, "the same type", "(1, 'a')"),
    Row("tuple[int, str]", "tuple[float, str]", FITS, "place by place", "(1, 'a')", "(1.0, 'a')"),
    Row("tuple[int, str]", "tuple[str, int]", DIFFERS, "place by place", "(1, 'a')"),
    Row("tuple[int, int]", "tuple[int, int, int]", DIFFERS, "another length", "(1, 2)"),
    Row("tuple[int, int]", "tuple[int, ...]", FITS, "any length takes two", "(1, 2)"),
    Row("tuple[int, str]", "tuple[int, ...]", DIFFERS, "the text is no int", "(1, 'a')"),
    Row("tuple[int, ...]", "tuple[int, int]", DIFFERS, "the length is not known", "(1,)"),
    Row("tuple[int, int]", "Sequence[int]", FITS, "a tuple is a Sequence", "(1, 2)", "[1, 2]"),
    Row("tuple[()]", "tuple[int, ...]", FITS, "no item is wrong", "()"),
    Row("tuple[int, str]", "list[int | str]", DIFFERS, "a tuple is no list", "(1, 'a')", "[1, 'a']", run="a tuple travels as a list"),
    # Mappings
    Row("dict[str, int]", "dict[str, int]", FITS, "the same type", "{'a': 1}"),
    Row("dict[str, int]", "dict[str, str]", DIFFERS, "value by value", "{'a': 1}"),
    Row("dict[str, int]", "dict[int, int]", DIFFERS, "key by key", "{'a': 1}"),
    Row("dict[int, int]", "dict[int, int]", FITS, "keys travel as text and come back", "{1: 2}"),
    Row("dict[int, int]", "dict[str, int]", DIFFERS, "key by key", "{1: 2}", "{'1': 2}", run="keys travel as text"),
    Row("dict[str, int]", "Mapping[str, float]", FITS, "a dict is a Mapping; covariant", "{'a': 1}", "{'a': 1.0}"),
    Row("dict[str, int]", "MutableMapping[str, int]", FITS, "a dict is one", "{'a': 1}"),
    Row("Mapping[str, int]", "dict[str, int]", DIFFERS, "a Mapping need not be a dict", "{'a': 1}", run="whatever it was, it travels as an object"),
    Row("OrderedDict[str, int]", "dict[str, int]", FITS, "a subclass", "OrderedDict(a=1)", "{'a': 1}"),
    Row("dict[str, int]", "OrderedDict[str, int]", DIFFERS, "a base class", "{'a': 1}", "OrderedDict(a=1)", run="both travel as an object"),
    Row("Counter[str]", "dict[str, int]", FITS, "a Counter is a dict of int", "Counter('aab')", "{'a': 2, 'b': 1}"),
    Row("dict[str, int]", "list[str]", DIFFERS, "an object is no list", "{'a': 1}"),
    Row("list[str]", "dict[str, str]", DIFFERS, "a list is no object", "['a']"),
    Row("dict[str, int]", "Iterable[str]", FITS, "iterating a dict gives its keys", "{'a': 1}", run="an object is no list: annotate the reader with the dict"),
    # Models and dataclasses: by name
    Row("Dog", "Animal", FITS, "a subclass", "Dog(name='a')", "Animal(name='a')"),
    Row("Animal", "Dog", DIFFERS, "a base class", "Animal(name='a')", "Dog(name='a')", run="every field that it lacks has a default"),
    Row("Cat", "Animal", DIFFERS, "models are compared by name", "Cat(name='a')", "Animal(name='a')", run=_STRUCTURE),
    Row("Invoice", "Order", DIFFERS, "`total` is missing", "Invoice(id=1)"),
    Row("Animal", "dict[str, Any]", DIFFERS, "a model is no dict", "Animal(name='a')", "{'name': 'a'}", run="a model travels as an object"),
    Row("dict[str, Any]", "Animal", DIFFERS, "a dict is no model", "{'name': 'a'}", "Animal(name='a')", run="a model travels as an object"),
    Row("list[Dog]", "Sequence[Animal]", FITS, "covariant", "[Dog(name='a')]", "[Animal(name='a')]"),
    Row("list[Animal]", "list[Order]", DIFFERS, "item by item", "[Animal(name='a')]"),
    Row("dict[str, Dog]", "Mapping[str, Animal | None]", FITS, "covariant", "{'a': Dog(name='a')}", "{'a': Animal(name='a')}"),
    Row("Tree", "Tree", FITS, "a class that contains itself ends", "Tree(value=1, below=[Tree(value=2)])"),
    Row("Tree", "Bush", DIFFERS, "other classes", "Tree(value=1)"),
    Row("Point3", "Point", FITS, "a subclass", "Point3(1, 2, 3)", "Point(1, 2)"),
    Row("Point", "Point3", DIFFERS, "a base class", "Point(1, 2)", "Point3(1, 2, 0)", run="every field that it lacks has a default"),
    Row("Point", "Order", DIFFERS, "`id` is missing", "Point(1, 2)"),
    Row("BigSize", "Size", FITS, "a subclass", "BigSize(1, 2)", "Size(1)"),
    Row("Size", "Point", DIFFERS, "`x` is missing", "Size(1)"),
    Row("Dog | Cat", "Animal | Cat", FITS, "member by member", "Dog(name='a', tail=2)", "Animal(name='a')"),
    Row("Dog | Invoice", "Animal", DIFFERS, "the invoice does not fit", "Invoice(id=1)"),
    Row("Dog | None", "Animal | None", FITS, "member by member", "None"),
    Row("Animal | None", "Animal", DIFFERS, "None is no model", "None"),
    Row("list[Dog] | None", "Sequence[Animal] | None", FITS, "member by member", "None"),
    Row("Point3", "Any", FITS, "Any takes everything"),
    Row("Point", "Size", DIFFERS, "`width` is missing", "Point(1, 2)"),
    Row("Size", "BigSize", DIFFERS, "a base class", "Size(1)", "BigSize(1, 0)", run="every field that it lacks has a default"),
    Row("Point", "tuple[int, int]", DIFFERS, "a dataclass is no tuple", "Point(1, 2)"),
    Row("Point", "dict[str, int]", DIFFERS, "a dataclass is no dict", "Point(1, 2)", "{'x': 1, 'y': 2}", run="a dataclass travels as an object"),
    Row("Size", "dict[str, int]", DIFFERS, "a Struct is no dict", "Size(1)", "{'width': 1}", run="a Struct travels as an object"),
    Row("Order", "Movie", DIFFERS, "`title` is missing", "Order(id=1, total=2)"),
    Row("Order", "list[Order]", DIFFERS, "a model is no list", "Order(id=1, total=2)"),
    Row("list[Order]", "Order", DIFFERS, "a list is no model", "[Order(id=1, total=2)]"),
    Row("Order", "str", DIFFERS, "a model is no text", "Order(id=1, total=2)"),
    Row("tuple[Dog, int]", "tuple[Animal, float]", FITS, "place by place, covariant", "(Dog(name='a'), 1)", "(Animal(name='a'), 1.0)"),
    Row("dict[str, list[Dog]]", "Mapping[str, Sequence[Animal]]", FITS, "covariant at every depth", "{'a': [Dog(name='a')]}", "{'a': [Animal(name='a')]}"),
    Row("dict[str, list[int]]", "dict[str, list[str]]", DIFFERS, "at every depth", "{'a': [1]}"),
    Row("list[tuple[str, int]]", "list[tuple[str, str]]", DIFFERS, "at every depth", "[('a', 1)]"),
    Row("list[Color]", "list[str]", DIFFERS, "a member is no text", "[Color.RED]", "['red']", run="a member travels as its value"),
    Row("list[Literal['a']]", "list[str]", FITS, "a literal is of its type", "['a']"),
    Row("list[dt.datetime]", "list[dt.date]", DIFFERS, "a datetime's text is no date", "[dt.datetime(2024, 1, 2, 3)]"),
    # Generics
    Row("Box[int]", "Box[int]", FITS, "the same argument", "Box[int](inside=1)"),
    Row("Box[int]", "Box[str]", DIFFERS, "another argument", "Box[int](inside=1)"),
    Row("Box[bool]", "Box[int]", FITS, "covariant", "Box[bool](inside=True)", "Box[int](inside=1)"),
    Row("Box[Any]", "Box[int]", FITS, "Any is unknown", "Box[Any](inside=1)", "Box[int](inside=1)"),
    Row("Pair[int]", "Pair[int]", FITS, "the same argument", "Pair(1, 2)"),
    Row("Pair[int]", "Pair[float]", FITS, "covariant", "Pair(1, 2)", "Pair(1.0, 2.0)"),
    Row("Pair[int]", "Pair[str]", DIFFERS, "another argument", "Pair(1, 2)"),
    Row("list[int]", "list[T]", FITS, "a type variable takes what comes"),
    Row("int", "N", FITS, "one of its constraints"),
    Row("float", "N", DIFFERS, "none of its constraints"),
    Row("Dog", "B", FITS, "below its bound"),
    Row("Order", "B", DIFFERS, "not below its bound"),
    # TypedDict and NamedTuple: by structure
    Row("Movie", "Film", FITS, "the same keys under another name", "{'title': 'a', 'year': 1}"),
    Row("Movie", "Title", FITS, "a reader may know fewer keys", "{'title': 'a', 'year': 1}", "{'title': 'a'}"),
    Row("Title", "Movie", DIFFERS, "`year` is missing", "{'title': 'a'}"),
    Row("Movie", "Yearly", DIFFERS, "`year` is no text", "{'title': 'a', 'year': 1}"),
    Row("Draft", "Movie", DIFFERS, "`year` may be missing", "{'title': 'a'}"),
    Row("Movie", "Draft", FITS, "all keys are there", "{'title': 'a', 'year': 1}"),
    Row("Title", "Note", FITS, "`text` need not be there", "{'title': 'a'}"),
    Row("Work", "Movie", FITS, "a model has the keys", "Work(title='a', year=1)", "{'title': 'a', 'year': 1}", mypy="a class is no TypedDict to mypy"),
    Row("Point", "Title", DIFFERS, "`title` is missing", "Point(1, 2)"),
    Row("Movie", "dict[str, Any]", FITS, "a TypedDict is a dict", "{'title': 'a', 'year': 1}"),
    Row("Movie", "Mapping[str, object]", FITS, "a TypedDict is a Mapping", "{'title': 'a', 'year': 1}"),
    Row("Movie", "dict[str, int]", DIFFERS, "the title is no int", "{'title': 'a', 'year': 1}"),
    Row("dict[str, Any]", "Movie", DIFFERS, "a dict does not promise its keys", "{'title': 'a'}"),
    Row("Spot", "tuple[int, int]", FITS, "a NamedTuple is a tuple", "Spot(1, 2)", "(1, 2)"),
    Row("Spot", "Sequence[int]", FITS, "a NamedTuple is a Sequence", "Spot(1, 2)", "[1, 2]"),
    Row("Spot", "tuple[int, str]", DIFFERS, "place by place", "Spot(1, 2)"),
    Row("Spot", "Place", DIFFERS, "NamedTuples are compared by name", "Spot(1, 2)", "Place(1, 2)", run=_STRUCTURE),
    Row("tuple[int, int]", "Spot", FITS, "a NamedTuple is read from its items", "(1, 2)", "Spot(1, 2)"),
    Row("list[tuple[int, int]]", "list[Spot]", FITS, "at every depth", "[(1, 2)]", "[Spot(1, 2)]"),
    Row("tuple[int, str]", "Spot", DIFFERS, "place by place", "(1, 'a')"),
    Row("tuple[int, int, int]", "Spot", DIFFERS, "another length", "(1, 2, 3)"),
    # Literal and Enum
    Row("Literal['a']", "str", FITS, "a literal is of its type", "'a'"),
    Row("Literal['a']", "int", DIFFERS, "text is no number", "'a'"),
    Row("Literal[1]", "float", FITS, "the tower of numbers", "1", "1.0"),
    Row("str", "Literal['a']", DIFFERS, "any text is wider than one", "'b'"),
    Row("Literal['a']", "Literal['a', 'b']", FITS, "a subset", "'a'"),
    Row("Literal['a', 'c']", "Literal['a', 'b']", DIFFERS, "'c' is not among them", "'c'"),
    Row("Literal[1]", "Literal[True]", DIFFERS, "equal, and of another type", "1"),
    Row("Literal['a', 1]", "str | int", FITS, "each value finds a member", "1"),
    Row("Literal['a', None]", "Optional[str]", FITS, "each value finds a member", "None"),
    Row("Literal['a', 'b']", "Literal['a'] | Literal['b']", FITS, "each value finds a member", "'b'"),
    Row("bool", "Literal[True, False]", FITS, "all values of a bool", "True"),
    Row("bool", "Literal[True]", DIFFERS, "False is not among them", "False"),
    Row("Color", "Color", FITS, "the same Enum", "Color.RED"),
    Row("Color", "str", DIFFERS, "a member is no text", "Color.RED", "'red'", run="a member travels as its value"),
    Row("str", "Color", DIFFERS, "text is no member", "'green'"),
    Row("Color", "Word", DIFFERS, "another Enum", "Color.RED"),
    Row("Level", "int", FITS, "an IntEnum is an int", "Level.LOW", "1"),
    Row("int", "Level", DIFFERS, "a number is no member", "7"),
    Row("Word", "str", FITS, "a str Enum is text", "Word.YES", "'yes'"),
    Row("Access", "int", FITS, "an IntFlag is an int", "Access.READ | Access.WRITE", "3"),
    # NewType and aliases
    Row("UserId", "int", FITS, "a NewType is its supertype", "UserId(1)"),
    Row("int", "UserId", DIFFERS, "an int is not known to be one", "1", run="a NewType is its supertype on the wire"),
    Row("UserId", "OrderId", DIFFERS, "another NewType", "UserId(1)", run="both are an int on the wire"),
    Row("AdminId", "UserId", FITS, "a NewType of a NewType", "AdminId(1)"),
    Row("UserId", "float", FITS, "the tower of numbers", "UserId(1)", "1.0"),
    Row("list[UserId]", "list[int]", FITS, "covariant", "[UserId(1)]"),
    Row("Ints", "list[int]", FITS, "an alias is what it stands for", "[1]"),
    Row("list[str]", "Ints", DIFFERS, "an alias is what it stands for", "['a']"),
    Row("Nested", "Nested", FITS, "an alias that contains itself ends", "[1, [2]]"),
    Row("Nested", "Texts", DIFFERS, "an int is no text", "[1, [2]]"),
    Row("list[int]", "Nested", FITS, "one shape of it", "[1]"),
    # Constraints
    Row("Annotated[int, Field(ge=1)]", "Annotated[int, Field(ge=0)]", FITS, "a narrower range", "1"),
    Row("Annotated[int, Field(ge=0)]", "Annotated[int, Field(ge=1)]", FITS, "not provable before the value", "1"),
    Row("Annotated[int, Field(ge=0)]", "Annotated[int, Field(ge=1)]", FITS, "not provable before the value", "0", run=_CHECKED),
    Row("Annotated[int, Field(le=0)]", "Annotated[int, Field(ge=1)]", DIFFERS, "no value is in both", "0", mypy=_UNSEEN),
    Row("Annotated[int, Field(ge=9)]", "Annotated[int, Field(lt=3)]", DIFFERS, "no value is in both", "9", mypy=_UNSEEN),
    Row("int", "Annotated[int, Field(gt=0)]", FITS, "not provable before the value", "1"),
    Row("int", "Annotated[int, Field(gt=0)]", FITS, "not provable before the value", "0", run=_CHECKED),
    Row("Annotated[int, Field(gt=0)]", "int", FITS, "a narrower type", "1"),
    Row("Annotated[int, Field(gt=0)]", "str", DIFFERS, "a number is no text", "1"),
    Row("Annotated[str, Field(max_length=2)]", "Annotated[str, Field(min_length=5)]", DIFFERS, "no text is both", "'ab'", mypy=_UNSEEN),
    Row("str", "Annotated[str, Field(pattern='^a')]", FITS, "not provable before the value", "'b'", run=_CHECKED),
    Row("Annotated[int, msgspec.Meta(ge=5)]", "Annotated[int, Field(ge=0)]", FITS, "two libraries, one meaning", "5"),
    Row("Annotated[int, 'a note']", "int", FITS, "a note binds nothing", "1"),
    Row("Annotated[int, Field(lt=1)] | None", "Annotated[int, Field(gt=2)]", DIFFERS, "neither member fits", "None"),
    # Tables: by column
    Row("Table[Trip]", "Table[Trip]", FITS, "the same columns"),
    Row("Table[Trip]", "Table[Fare]", FITS, "a reader may know fewer columns"),
    Row("Table[Fare]", "Table[Trip]", DIFFERS, "the column `km` is missing"),
    Row("Table[Trip]", "Table[Named]", DIFFERS, "the column `name` is missing"),
    Row("Table[Worded]", "Table[Fare]", DIFFERS, "the column `fare` is text"),
    Row("Table[Trip]", "Trip", DIFFERS, "a table is no row"),
    Row("Table[Trip]", "list[Trip]", DIFFERS, "a table is no list of rows"),
    Row("list[Trip]", "Table[Trip]", DIFFERS, "a list of rows is no table"),
    Row("Table[Trip]", "int", DIFFERS, "a table is no number"),
    Row("list[Table[Trip]]", "list[Table[Fare]]", FITS, "column by column in each"),
    Row("Table[Trip] | None", "Table[Trip]", DIFFERS, "None is no table"),
)  # fmt: skip
