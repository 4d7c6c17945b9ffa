"""Types to wire, and tasks that return or take them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, NewType, TypeVar

from pydantic import BaseModel
from typing_extensions import NotRequired, ReadOnly, Required, TypedDict

from typedxcom import task

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
N = TypeVar("N", int, str)
UserId = NewType("UserId", int)


class Color(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Animal(BaseModel):
    name: str


class Dog(Animal):
    age: int


class Other(BaseModel):
    name: str


class Page(BaseModel, Generic[T]):
    items: list[T]


@dataclass
class Pair(Generic[K, V]):
    key: K
    value: V


class Total(TypedDict):
    a: int
    b: str


class Partly(TypedDict):
    a: int
    b: NotRequired[str]


class Less(TypedDict):
    a: int


class Loose(TypedDict, total=False):
    a: Required[int]
    b: ReadOnly[str]


class Point(NamedTuple):
    x: int
    y: int


def returns(annotation: Any) -> Any:
    """The output of a task that returns *annotation*."""

    def upstream(): ...

    upstream.__annotations__ = {"return": annotation}
    return task(multiple_outputs=False)(upstream)()


def takes(annotation: Any, **options: Any) -> Any:
    """A task with one parameter of *annotation*."""

    def downstream(value): ...

    downstream.__annotations__ = {"value": annotation}
    return task(**options)(downstream)
