"""`typedxcom.testing.strategy` makes values of every type that travels, and only such values."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, NamedTuple

import annotated_types as at
import msgspec
import pydantic
import pytest
import typing_extensions as te
from hypothesis import HealthCheck, given, settings

from tests.data import types
from typedxcom import File, Table, UnsupportedTypeError
from typedxcom.testing import sample, strategy, through_wire

ON_DISK = ("pydantic.FilePath", "pydantic.DirectoryPath", "pydantic.NewPath")
TRAVELS = [
    written
    for rows in types.ROWS.values()
    for written, _, becomes in rows
    if becomes == "travels" and written not in ON_DISK
]


class Trip(te.TypedDict):
    id: int
    fare: te.NotRequired[Annotated[float, at.Ge(0)]]


class Order(pydantic.BaseModel):
    id: int = pydantic.Field(ge=1, le=9)
    code: str = pydantic.Field(pattern="^[A-Z]{3}$", alias="Code")
    lines: list[str] = pydantic.Field(min_length=2)
    share: float = pydantic.Field(gt=0, lt=1)

    @pydantic.field_validator("id")
    @classmethod
    def is_odd(cls, number: int) -> int:
        if number % 2 == 0:
            raise ValueError("even")
        return number


class Pair(msgspec.Struct, array_like=True, tag=True):
    left: int
    right: list[int]


@dataclasses.dataclass
class Node:
    name: str
    below: list[Node] = dataclasses.field(default_factory=list)


class Point(NamedTuple):
    x: int
    y: int = 0


def drawn(annotation: Any, examples: int = 3) -> list[Any]:
    """The first values that the strategy of *annotation* draws."""
    found: list[Any] = []

    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy(annotation))
    def collect(value: Any) -> None:
        found.append(value)

    collect()
    return found


@pytest.mark.parametrize("written", TRAVELS)
def test_every_type_that_travels_has_values(written):
    """Each of them comes back from the wire, of the same class."""
    annotation = eval(written, vars(types))
    values = drawn(annotation)
    assert values
    for value in values:
        assert type(through_wire(value, annotation)) is type(value)


@pytest.mark.parametrize("annotation", [Order, Pair, Node, Point, Trip, list[Order]])
def test_values_of_classes_keep_every_rule(annotation):
    """Constraints, patterns, aliases, tags and validators hold, and the value comes back equal."""
    values = drawn(annotation, 30)
    assert len(values) > 3
    for value in values:
        assert through_wire(value, annotation) == value


@pytest.mark.parametrize("annotation", [Pair, Node, Point, Trip, list[Order], Table[Trip]])
def test_one_value_is_made_up(annotation):
    """It is the same each time, and another number may give another value."""
    first = sample(annotation)
    assert through_wire(first, annotation) == first == sample(annotation)
    assert type(sample(annotation, 1)) is type(first)


def test_tables_are_drawn():
    """A table has the columns of its row, and its rows keep their constraints."""
    tables = drawn(Table[Trip], 10)
    assert {table.column_names == ["id", "fare"] for table in tables} == {True}
    assert len({table.num_rows for table in tables}) > 1
    for table in tables:
        assert Table[Trip].validate(table).equals(table)
    assert all(isinstance(tables, list) for tables in drawn(list[Table[Trip]]))


def test_what_has_no_strategy_says_what_to_write():
    """A file is on a disk, so no value of it can be made up."""
    with pytest.raises(UnsupportedTypeError, match="composite"):
        strategy(File)
    with pytest.raises(UnsupportedTypeError, match="`File`"):
        sample(File)
