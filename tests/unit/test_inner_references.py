"""Text inside an annotation that is none: ``list["Order"]``, which Python 3.10 does not read."""

import dataclasses
import typing
from typing import Annotated, Any, Literal, NamedTuple, Optional

import msgspec
import pydantic
import pytest
import typing_extensions as te

from typedxcom import Rows, Table
from typedxcom.contracts import Contract
from typedxcom.errors import ValidationError
from typedxcom.exchange.arguments import load_arguments
from typedxcom.schema import schema_of
from typedxcom.scopes import local_names

# Each annotation is what it is about: ruff would take the quotes away.
# ruff: noqa: UP045


@dataclasses.dataclass
class Data:
    xs: list["Order"]


class Typed(te.TypedDict):
    xs: list["Order"]


class Model(pydantic.BaseModel):
    xs: dict[str, list["Order"]]


class Struct(msgspec.Struct):
    xs: list["Order"]


class Named(NamedTuple):
    xs: list["Order"]


class Row(te.TypedDict):
    tags: list["Tag"]


@dataclasses.dataclass
class Order:
    n: int


Tag = Literal["new", "old"]


def plain(a: list["Order"]) -> None: ...
def deep(a: dict[str, tuple["Order", ...]]) -> None: ...
def optional(a: Optional[list["Order"]]) -> None: ...
def union(a: list["Order"] | None) -> None: ...
def marked(a: Annotated[list["Order"], "mark"]) -> None: ...
def data(a: Data) -> None: ...
def typed(a: Typed) -> None: ...
def model(a: Model) -> None: ...
def struct(a: Struct) -> None: ...
def named(a: Named) -> None: ...


WRONG = {"n": "x"}
PAYLOADS: list[tuple[Any, typing.Callable[[Any], Any]]] = [
    *((one, lambda order: [order]) for one in (plain, optional, union, marked)),
    (deep, lambda order: {"k": [order]}),
    (model, lambda order: {"xs": {"k": [order]}}),
    *((one, lambda order: {"xs": [order]}) for one in (data, typed, struct)),
    (named, lambda order: [[order]]),
]


@pytest.mark.parametrize(("function", "around"), PAYLOADS)
def test_text_inside_a_builtin_generic_is_checked(
    function: Any, around: typing.Callable[[Any], Any]
) -> None:
    """A class that is named by text is read and checked, in parameters and in fields."""
    _, read = load_arguments(Contract(function), [], {"a": around({"n": 1})}, task_id="f")
    assert "Order(n=1)" in repr(read["a"])
    with pytest.raises(ValidationError, match="expected"):
        load_arguments(Contract(function), [], {"a": around(WRONG)}, task_id="f")


def test_the_text_of_a_literal_stays_text() -> None:
    """``Literal["Order"]`` names no class."""

    def f(a: list[Literal["Order"]]) -> None: ...

    assert load_arguments(Contract(f), [], {"a": ["Order"]}, task_id="f")[1] == {"a": ["Order"]}


def test_a_local_class_may_be_named_so() -> None:
    """The names of the function around are used there too."""

    @dataclasses.dataclass
    class Local:
        others: list["Local"]

    def f(a: list["Local"]) -> None: ...

    contract = Contract(f, local_names=local_names(f))
    _, read = load_arguments(contract, [], {"a": [{"others": [{"others": []}]}]}, task_id="f")
    assert read == {"a": [Local([Local([])])]}


def test_a_row_model_may_be_named_so() -> None:
    """``Table["Row"]`` has the columns of ``Row``, and they may have such types themselves."""

    def f(a: Table["Row"], b: Annotated[Any, Rows(Row)]) -> None: ...

    assert Contract(f).parameter("a").schema == schema_of(Table[Row])
    made = Table[Row].sample(20).to_pylist()
    assert {tag for row in made for tag in row["tags"]} == {"new", "old"}
