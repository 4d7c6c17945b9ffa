"""pydantic's own validation and ours give the same verdict on good and on bad JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
from typing import Any, Literal, NamedTuple

import pydantic
import pytest
import typing_extensions as te
from hypothesis import event, given
from hypothesis import strategies as st

from tests.property.same import same
from typedxcom.codecs import make_codec
from typedxcom.errors import TypedXComError, ValidationError
from typedxcom.exchange import load
from typedxcom.schema import schema_of


class Color(enum.Enum):
    """An enum of texts."""

    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    """An enum of numbers."""

    LOW = 1
    HIGH = 2


@dataclasses.dataclass
class Line:
    """A dataclass with a default."""

    sku: str
    qty: int = 1


class Row(te.TypedDict):
    """A TypedDict with a key that may be missing."""

    id: int
    note: te.NotRequired[str]


class Pair(NamedTuple):
    """A NamedTuple."""

    left: int
    right: str


class Order(pydantic.BaseModel):
    """A model with constraints and a nested dataclass."""

    id: int = pydantic.Field(gt=0)
    color: Color = Color.RED
    lines: list[Line] = []
    parent: Order | None = None


# What both libraries read. bool for int is left out of the inputs: Python's bool is an int, so a
# reader takes it where the wiring check and mypy do, and strict pydantic does not.
ANNOTATIONS: list[Any] = [
    int,
    float,
    str,
    bool,
    type(None),
    Color,
    Level,
    Literal["a", 1],
    list[int],
    dict[str, int],
    tuple[int, str],
    tuple[int, ...],
    set[int],
    int | None,
    str | int,
    list[dict[str, float | None]],
    Line,
    Row,
    Pair,
    list[Line],
    Order,
    list[Order],
]
scalars = (
    st.none()
    | st.integers(-3, 3)
    | st.floats(-2, 2).filter(lambda x: not x.is_integer())
    | st.sampled_from(["", "a", "red", "1", "x"])
)
keys = st.sampled_from(["id", "sku", "qty", "note", "color", "lines", "parent", "left", "z"])
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)
good_lines = st.fixed_dictionaries({"sku": st.just("s")}, optional={"qty": st.integers()})
good_orders = st.fixed_dictionaries(
    {"id": st.integers(1, 9)},
    optional={"color": st.just("blue"), "lines": st.lists(good_lines, max_size=2)},
)
near_misses = st.fixed_dictionaries(
    {"id": scalars, "sku": st.just("s")}, optional={"lines": trees, "qty": trees, "note": scalars}
)


def verdict_of_pydantic(annotation: Any, text: str) -> tuple[bool, Any]:
    """Whether strict pydantic takes *text*, and the value."""
    alias = te.TypeAliasType("Alias", annotation)
    config = pydantic.ConfigDict(strict=True)
    is_model = isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel)
    adapter: Any = (
        pydantic.TypeAdapter(annotation) if is_model else pydantic.TypeAdapter(alias, config=config)
    )
    try:
        return True, adapter.validate_json(text)
    except pydantic.ValidationError:
        return False, None


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=str)
@given(tree=trees | good_lines | good_orders | near_misses | st.lists(good_orders, max_size=2))
def test_same_verdict_and_same_value(annotation: Any, tree: Any) -> None:
    """What strict pydantic accepts is accepted, with the same value; what it refuses is refused."""
    accepted, expected = verdict_of_pydantic(annotation, json.dumps(tree))
    codec = make_codec(annotation, schema_of(annotation))
    event("accepted" if accepted else "refused")
    if accepted:
        assert same(expected, load(tree, codec), ordered=False)
    else:
        with pytest.raises(ValidationError):
            load(tree, codec)


# Where msgspec and pydantic read a text differently; docs/reference/types.md tells of each.
DIFFERENCES = [
    (dt.timedelta, "1:30:00", False, True),  # a clock; we read ISO 8601
    (decimal.Decimal, "NaN", True, False),  # a Decimal of Python's all the same
]


@pytest.mark.parametrize(("annotation", "tree", "ours", "pydantics"), DIFFERENCES)
def test_known_differences(annotation: Any, tree: Any, ours: bool, pydantics: bool) -> None:
    """The differences are exactly these: a change of either library shows here."""
    try:
        load(tree, make_codec(annotation, schema_of(annotation)))
    except TypedXComError:
        found = False
    else:
        found = True
    assert (found, verdict_of_pydantic(annotation, json.dumps(tree))[0]) == (ours, pydantics)
