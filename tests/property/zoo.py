"""Classes that a generator could not make up, each with a strategy for its values."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import fractions
import ipaddress
import pathlib
from typing import Annotated, Any, Generic, Literal, TypeVar, Union

import msgspec
import pydantic
import typing_extensions as te
from hypothesis import strategies as st

T = TypeVar("T")
text = st.text("abcé", max_size=4)
small = st.integers(-9, 9)
_BASE64 = pydantic.ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class Page(pydantic.BaseModel, Generic[T]):
    model_config = pydantic.ConfigDict(**_BASE64, ser_json_inf_nan="constants")
    items: list[T]
    total: int = 0


class Node(pydantic.BaseModel):
    name: str
    children: list[Node] = []
    parent: Node | None = None


class Cat(pydantic.BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


Pet = Annotated[Cat | Dog, pydantic.Field(discriminator="kind")]


class Owner(pydantic.BaseModel):
    pets: list[Pet]
    best: Pet | None = None


class Scores(pydantic.RootModel[dict[str, int]]):
    pass


class Computed(pydantic.BaseModel):
    width: int
    height: int = pydantic.Field(validation_alias="h", serialization_alias="H")

    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def area(self) -> int:
        return self.width * self.height


class Checked(pydantic.BaseModel):
    """Validators that change nothing which is right already."""

    word: str
    low: int
    high: int

    @pydantic.field_validator("word", mode="after")
    @classmethod
    def _lower(cls, word: str) -> str:
        return word.lower()

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Checked:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Written(pydantic.BaseModel):
    """A serializer and the validator that reads what it wrote."""

    tags: frozenset[str]

    @pydantic.field_serializer("tags")
    def _joined(self, tags: frozenset[str]) -> str:
        return ",".join(sorted(tags))

    @pydantic.field_validator("tags", mode="before")
    @classmethod
    def _split(cls, raw: Any) -> Any:
        return frozenset(raw.split(",")) - {""} if isinstance(raw, str) else raw


class Open(pydantic.BaseModel, extra="allow"):
    x: int = 0


class Hidden(pydantic.BaseModel):
    x: int
    secret: int = pydantic.Field(default=0, exclude=True)
    _note: str = pydantic.PrivateAttr(default="")


class Doubling(pydantic.BaseModel):
    x: int

    @pydantic.field_validator("x")
    @classmethod
    def _double(cls, x: int) -> int:
        return x * 2


class NaNs(pydantic.BaseModel):
    """pydantic's own default writes NaN as null."""

    x: float | None = None


class Raw(pydantic.BaseModel):
    """pydantic's own default writes bytes as UTF-8."""

    data: bytes
    more: Any = None


class Lossy(pydantic.BaseModel):
    when: dt.datetime

    @pydantic.field_serializer("when")
    def _day(self, when: dt.datetime) -> str:
        return when.date().isoformat()


class Base(pydantic.BaseModel):
    x: int


class Sub(Base):
    y: int = 0


class Pair(pydantic.BaseModel):
    first: int | str
    second: Base | Sub | None = None


@dataclasses.dataclass
class Link:
    value: int
    next: Link | None = None


@dataclasses.dataclass
class Counting:
    x: int

    def __post_init__(self) -> None:
        self.x += 1


@dataclasses.dataclass
class Parent:
    x: int


@dataclasses.dataclass
class Child(Parent):
    y: int = 0


@dataclasses.dataclass
class Late:
    x: int
    y: int = dataclasses.field(init=False, default=0)


@dataclasses.dataclass
class Measured:
    größe: float
    länge: int = -1


class Ville(te.TypedDict):
    été: bool
    hôtels: te.NotRequired[list[Measured]]


class Mötley(msgspec.Struct):
    ville: Ville
    größen: dict[str, Measured] = {}


class Tree(msgspec.Struct):
    name: str
    left: Tree | None = None
    right: Tree | None = None


class Circle(msgspec.Struct, tag=True):
    radius: float


class Square(msgspec.Struct, tag=True):
    side: float


class Box(msgspec.Struct, Generic[T]):
    item: T
    more: list[T] = []


class Optionals(msgspec.Struct, omit_defaults=True, rename="kebab"):
    first_name: str = "x"
    last_name: str | msgspec.UnsetType | None = msgspec.UNSET
    numbers: list[int] = []


class Shifting(msgspec.Struct):
    x: int

    def __post_init__(self) -> None:
        self.x += 1


class WithModel(msgspec.Struct):
    base: Base
    link: Link


_nodes = st.recursive(
    st.builds(Node, name=text),
    lambda inner: st.builds(Node, name=text, children=st.lists(inner, max_size=2), parent=st.none() | inner),
    max_leaves=4,
)  # fmt: skip
_pets = st.builds(Cat, lives=small) | st.builds(Dog, name=text)
_links = st.recursive(
    st.builds(Link, value=small), lambda inner: st.builds(Link, value=small, next=inner)
)
_measured = st.builds(Measured, größe=st.floats(0, 9), länge=small)
_villes: Any = st.fixed_dictionaries(
    {"été": st.booleans()}, optional={"hôtels": st.lists(_measured, max_size=2)}
).map(lambda raw: dict(sorted(raw.items(), key=lambda pair: len(pair[0]))))  # as PostgreSQL
_trees = st.recursive(
    st.builds(Tree, name=text), lambda inner: st.builds(Tree, name=text, left=inner, right=inner),
    max_leaves=4,
)  # fmt: skip
_shapes = st.builds(Circle, radius=st.floats(0, 9)) | st.builds(Square, side=st.floats(0, 9))


def _hidden(x: int, secret: int, note: str) -> Hidden:
    made = Hidden(x=x, secret=secret)
    made._note = note
    return made


PYDANTIC: dict[Any, st.SearchStrategy[Any]] = {
    Node: _nodes,
    Pet: _pets,
    Owner: st.builds(Owner, pets=st.lists(_pets, max_size=3), best=st.none() | _pets),
    Scores: st.builds(Scores, st.dictionaries(text, small, max_size=4)),
    Computed: st.tuples(small, small).map(lambda pair: Computed(width=pair[0], h=pair[1])),
    Checked: st.builds(Checked, word=text, low=st.just(-9), high=small),
    Written: st.builds(Written, tags=st.frozensets(st.text("ab", min_size=1), max_size=3)),
    Page[Page[int]]: st.builds(
        Page[Page[int]], items=st.lists(st.builds(Page[int], items=st.lists(small)), max_size=2)
    ),
    collections.Counter[str]: st.lists(text).map(collections.Counter),
    dict[bool, int]: st.dictionaries(st.booleans(), small),
    dict[pathlib.Path, int]: st.dictionaries(text.map(pathlib.Path), small, max_size=3),
    dict[ipaddress.IPv4Address, str]: st.dictionaries(st.ip_addresses(v=4), text, max_size=3),
    dict[fractions.Fraction, int]: st.dictionaries(st.fractions(), small, max_size=3),
    complex: st.complex_numbers(allow_nan=False, allow_infinity=False),
}
WILD_PYDANTIC: dict[Any, st.SearchStrategy[Any]] = {
    Open: st.dictionaries(
        st.sampled_from(["x", "zeta", "a", "bb"]), small | text | st.dates() | st.tuples(small)
    ).map(lambda raw: Open(**{**raw, "x": len(raw)})),
    Hidden: st.builds(_hidden, small, st.integers(0, 1), st.sampled_from(["", "n"])),
    Doubling: st.builds(Doubling, x=small),
    NaNs: st.builds(NaNs, x=st.none() | st.floats()),
    Raw: st.builds(Raw, data=st.binary(max_size=3), more=st.none() | st.dates() | st.floats()),
    Lossy: st.builds(Lossy, when=st.datetimes()),
    Base: st.builds(Base, x=small) | st.builds(Sub, x=small, y=small),
    list[Base]: st.lists(st.builds(Base, x=small) | st.builds(Sub, x=small), max_size=2),
    Pair: st.builds(
        Pair, first=small | st.sampled_from("01a"),
        second=st.none() | st.builds(Base, x=small) | st.builds(Sub, x=small, y=small),
    ),
    Union[Base, Sub]: st.builds(Base, x=small) | st.builds(Sub, x=small),
    collections.defaultdict[str, int]: st.dictionaries(text, small).map(
        lambda raw: collections.defaultdict(lambda: 5, raw)
    ),
    Annotated[int, pydantic.AfterValidator(lambda x: x * 2)]: small,
    Annotated[str, pydantic.StringConstraints(strip_whitespace=True)]: st.text(" a", max_size=3),
    Annotated[Any, pydantic.PlainSerializer(str)]: small | text,
    decimal.Decimal: st.decimals(),
}  # fmt: skip
NATIVE: dict[Any, st.SearchStrategy[Any]] = {
    Link: _links,
    Tree: _trees,
    Union[Circle, Square]: _shapes,
    Box[int]: st.builds(Box, item=small, more=st.lists(small)),
    Box[Box[str]]: st.builds(Box, item=st.builds(Box, item=text)),
    Optionals: st.builds(
        Optionals, first_name=text, last_name=text | st.none() | st.just(msgspec.UNSET),
        numbers=st.lists(small),
    ),
    WithModel: st.builds(WithModel, base=st.builds(Base, x=small), link=_links),
    Mötley: st.builds(Mötley, ville=_villes, größen=st.dictionaries(text, _measured, max_size=2)),
}  # fmt: skip
WILD_NATIVE: dict[Any, st.SearchStrategy[Any]] = {
    Counting: st.builds(Counting, x=small),
    Shifting: st.builds(Shifting, x=small),
    Parent: st.builds(Parent, x=small) | st.builds(Child, x=small, y=small),
    list[Parent]: st.lists(st.builds(Parent, x=small) | st.builds(Child, x=small), max_size=2),
    Union[Parent, Link]: st.builds(Parent, x=small) | _links,
    Late: st.builds(lambda x, y: _late(x, y), small, small),
    Link: st.builds(Link, value=small | text | st.floats()),
    WithModel: st.builds(WithModel, base=st.builds(Sub, x=small, y=small), link=_links),
}


def _late(x: int, y: int) -> Late:
    made = Late(x)
    made.y = y
    return made
