"""A short row may stand for endless work: it is refused, and explaining why takes linear time."""

from __future__ import annotations

import fractions
import re
from typing import Annotated, Any, Literal

import msgspec
import pytest
from pydantic import BaseModel, Field

from typedxcom.codecs import make_codec
from typedxcom.codecs.explain import explain
from typedxcom.errors import DecodeError, TypedXComError, ValidationError
from typedxcom.exchange import load
from typedxcom.exchange.arguments import parse_rendered
from typedxcom.schema import schema_of


class Leaf(msgspec.Struct):
    below: Leaf | None = None
    x: int = 0


class Left(msgspec.Struct, tag="left"):
    below: Left | Right | None = None
    x: int = 0


class Right(msgspec.Struct, tag="right"):
    below: Left | Right | None = None
    x: int = 0


class Plus(BaseModel):
    below: Plus | Minus | None = None
    x: int = 0


class Minus(BaseModel):
    below: Plus | Minus | None = None
    x: int = 0


class Add(BaseModel):
    kind: Literal["add"] = "add"
    below: Annotated[Add | Sub, Field(discriminator="kind")] | None = None


class Sub(BaseModel):
    kind: Literal["sub"] = "sub"
    below: Annotated[Add | Sub, Field(discriminator="kind")] | None = None


class Holder(msgspec.Struct):
    model: Plus


class Texts(BaseModel):
    pattern: re.Pattern[str] | None = None
    ratio: fractions.Fraction | None = None


def read(annotation: Any, tree: Any) -> Any:
    """What a reader of *annotation* gets."""
    return load(tree, make_codec(annotation, schema_of(annotation)))


def nested(depth: int, leaf: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """*leaf*, *depth* times below something."""
    for _ in range(depth):
        leaf = {**rest, "below": leaf}
    return leaf


@pytest.mark.parametrize(
    ("annotation", "tree", "path"),
    [
        (Leaf, nested(30, {"x": "no"}), "$" + ".below" * 30 + ".x"),
        (Left | Right, nested(30, {"type": "right", "x": "no"}, type="left"), ".below.x`"),
        (list[Left | Right], [nested(9, {"type": "left", "x": ""}, type="left")], "$[0].below"),
    ],
    ids=["optional", "tagged", "listed"],
)
def test_a_problem_deep_inside_a_union_is_named_where_it_is(annotation, tree, path):
    """The tag, or the only class that it can be, leads to the part that is wrong."""
    with pytest.raises(ValidationError) as caught:
        read(annotation, tree)
    assert len(caught.value.problems) == 1
    assert path in str(caught.value)
    assert "expected `int`" in str(caught.value)


def test_explaining_takes_linear_time():
    """Twice the depth, and twice the length, ask for about twice as much."""

    def asked(schema: Any, tree: Any) -> int:
        count = 0

        def leaf(annotation: Any, value: Any) -> str | None:
            nonlocal count
            count += 1
            return None if type(value) is annotation else "wrong"

        assert explain(schema, tree, leaf, ValueError("wrong")).problems
        return count

    union, numbers = schema_of(Left | Right), schema_of(list[int | str | None])
    deep = [
        asked(union, nested(n, {"type": "left", "x": "no"}, type="left")) for n in (50, 100, 200)
    ]
    long = [asked(numbers, [b""] * n) for n in (50, 100, 200)]
    for one, two, four in (deep, long):
        assert two - one <= 60 * 10, (one, two)
        assert four - two <= 2.2 * (two - one), (one, two, four)


def test_ten_problems_are_built_and_the_rest_is_counted():
    """A list of wrong values costs ten sentences; past a budget the count is a lower bound."""
    with pytest.raises(ValidationError, match=r"and 990 more$") as caught:
        read(list[int], ["x"] * 1000)
    assert (len(caught.value.problems), caught.value.more) == (10, 990)
    with pytest.raises(ValidationError, match=r"and at least \d+ more$") as caught:
        read(list[int], ["x"] * 400_000)
    assert caught.value.is_partial
    assert caught.value.about("Task 'a'").more == caught.value.more


@pytest.mark.parametrize("depth", [100, 200, 300, 400, 900, 2000, 20_000])
@pytest.mark.parametrize("annotation", [Leaf, Left | Right, Plus, Holder])
def test_deep_values_are_refused_by_an_error_of_ours(annotation, depth):
    """Whatever recurses over a value, no RecursionError escapes."""
    tree: Any = nested(depth, {"type": "left", "x": "no"}, type="left")
    with pytest.raises(TypedXComError):
        read(annotation, {"model": tree} if annotation is Holder else tree)


@pytest.mark.parametrize("leaf", [{"x": 1}, {"x": "no"}], ids=["right", "wrong"])
def test_a_union_of_models_inside_itself_is_read_to_a_depth(leaf):
    """pydantic tries every combination: what would take it too long is refused, with the cure."""
    shallow = nested(8, leaf)
    if leaf["x"] == 1:
        assert read(Plus | Minus, shallow) == Plus.model_validate(shallow)
    with pytest.raises(DecodeError, match=r"60 times inside itself.*discriminator"):
        read(Plus | Minus, nested(59, leaf))
    with pytest.raises(ValidationError):
        read(Holder, {"model": nested(60, leaf)})


def test_a_discriminated_union_may_be_deep():
    """With a discriminator pydantic knows each time which model it is."""
    tree = nested(60, {"kind": "sub"}, kind="add")
    assert read(Add | Sub, tree) == Add.model_validate(tree)


@pytest.mark.parametrize("text", ["1e1000000", "1e-9999999999", "9" * 100_000, "1e+000005000"])
def test_a_fraction_of_endless_digits_is_refused(text):
    """Its digits are bounded before they are made, alone and inside a model."""
    for annotation, tree in ((fractions.Fraction, text), (Texts, {"ratio": text})):
        with pytest.raises(ValidationError, match="expected `Fraction"):
            read(annotation, tree)


def test_ordinary_fractions_and_patterns_are_read():
    """The bounds are far from what people write."""
    assert read(fractions.Fraction, "1e1000") == fractions.Fraction(10**1000)
    assert read(Texts, {"ratio": "-1/3"}).ratio == fractions.Fraction(-1, 3)
    assert read(Texts, {"pattern": "a" * 10_000}).pattern.pattern == "a" * 10_000


def test_a_pattern_of_megabytes_is_refused():
    """Compiling it would take minutes."""
    with pytest.raises(ValidationError, match="20,000 characters"):
        read(Texts, {"pattern": "|".join(map(str, range(300_000)))})


def test_long_rendered_text_is_read_as_json_only():
    """Python's parser takes hundreds of times the memory of the text."""
    assert parse_rendered("[1, 'a',]") == [1, "a"]
    python = f"[{'0,' * 200_000}]"
    assert parse_rendered(python) == python
    json = f"[{'0,' * 200_000}0]"
    assert len(parse_rendered(json)) == 200_001
