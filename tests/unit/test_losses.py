"""What a value would lose is said in words that fit its place and cause."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import inspect
import math
from typing import Annotated, Any, Generic, TypeVar

import pydantic
import pytest

from typedxcom import register_codec
from typedxcom.codecs import make_codec
from typedxcom.errors import ContractError, EncodeError
from typedxcom.exchange import dump, load
from typedxcom.registry import _CODECS
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

DAY = dt.datetime(2024, 11, 3, 1, 30)
T = TypeVar("T")


class Cat(pydantic.BaseModel):
    name: str


class Dog(pydantic.BaseModel):
    name: str


class Day(pydantic.BaseModel):
    at: dt.datetime

    @pydantic.field_serializer("at")
    def _day(self, at: dt.datetime) -> str:
        return at.strftime("%Y-%m-%d")


class Zoned(pydantic.BaseModel):
    at: dt.datetime

    @pydantic.field_validator("at")
    @classmethod
    def _utc(cls, at: dt.datetime) -> dt.datetime:
        return at.replace(tzinfo=dt.timezone.utc)


class Level(enum.IntEnum):
    LOW = 1


class Word(str, enum.Enum):
    YES = "yes"


def codec(annotation: Any) -> Any:
    return make_codec(annotation, schema_of(annotation))


def naive(moment: Zoned) -> Zoned:
    moment.at = moment.at.replace(tzinfo=None)
    return moment


@pytest.mark.parametrize(
    ("annotation", "value", "said", "unsaid"),
    [
        (Day, Day(at=DAY), "changes its value", "zone"),
        (Zoned, naive(Zoned(at=DAY)), "without a zone comes back with one", "convert it"),
        (list[Cat | Dog], [Dog(name="x")], "members of `Cat | Dog` look alike", "annotate"),
        (Cat | Dog | None, Dog(name="x"), "members of `Cat | Dog | None` look alike", "annotate"),
        (list[Any], [DAY], "annotate that part", "look alike"),
        *[
            (annotation, value, "look alike", "annotate")
            for annotation, value in [
                (Level | int, Level.LOW),
                (tuple[int | Level], (Level.LOW,)),
                (list[str | Word], ["yes", Word.YES]),
                (dict[str, Word | str | None], {"a": Word.YES}),
            ]
        ],
        (dict[str | Word, int], {Word.YES: 1}, "`Word` comes back as `str`", "zone"),
        (set[Level | int], {Level.LOW}, "`Level` comes back as `int`", "zone"),
        (dt.time, dt.time(1, tzinfo=dt.timezone(dt.timedelta(seconds=1))), "zone", "changes"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_the_words_name_the_cause(annotation: Any, value: Any, said: str, unsaid: str) -> None:
    """Neither a cure that is taken already nor a loss that is none is told."""
    with pytest.raises(EncodeError) as caught:
        dump(value, codec(annotation), settings=Settings())
    assert said in str(caught.value)
    assert unsaid not in str(caught.value)


@pytest.mark.skipif(
    "exclude_if" not in inspect.signature(pydantic.Field).parameters,
    reason="exclude_if is newer than this pydantic",
)
def test_a_field_that_its_own_rule_leaves_out_is_named_as_that() -> None:
    """`None` fits the field, and is not in the JSON."""

    class LeftOut(pydantic.BaseModel):
        a: Annotated[int | None, pydantic.Field(exclude_if=lambda value: value is None)] = 3

    with pytest.raises(EncodeError, match="`None` comes back as `int`: it is left out") as caught:
        dump(LeftOut(a=None), codec(LeftOut), settings=Settings())
    assert "annotate" not in str(caught.value)


@dataclasses.dataclass
class Shift:
    start: dt.datetime
    ends: list[dt.time]


@pytest.mark.parametrize(
    ("annotation", "value", "path"),
    [
        (dt.datetime, DAY.replace(fold=1), "$"),
        (dt.time, dt.time(1, fold=1), "$"),
        (list[dt.datetime | None], [None, DAY.replace(fold=1)], "$[1]"),
        (dict[dt.datetime, int], {DAY.replace(fold=1): 1}, "$ (a key)"),
        (set[dt.datetime], {DAY.replace(fold=1)}, "$["),
        (Shift, Shift(DAY, [dt.time(1), dt.time(1, fold=1)]), "$.ends[1]"),
        (Shift, Shift(DAY.replace(fold=1), []), "$.start"),
        (Shift | None, Shift(DAY.replace(fold=1), []), "$.start"),
    ],
    ids=str,
)
def test_the_fold_of_a_time_without_a_zone_is_refused(
    annotation: Any, value: Any, path: str
) -> None:
    """JSON has no room for the fold, and it tells two hours apart: the error says what to do."""
    with pytest.raises(EncodeError) as caught:
        dump(value, codec(annotation), settings=Settings())
    assert path in str(caught.value)


def test_the_fold_with_a_zone_is_in_the_offset() -> None:
    """An aware time comes back as the moment that its fold says."""
    import zoneinfo

    late = DAY.replace(tzinfo=zoneinfo.ZoneInfo("America/New_York"), fold=1)
    back = load(dump(late, codec(dt.datetime), settings=Settings()), codec(dt.datetime))
    assert back.utcoffset() == dt.timedelta(hours=-5)


class Array(Generic[T]):
    """Compares item by item, as an array does, and its bool is an error."""

    def __init__(self, items: Any) -> None:
        self.items = list(items)

    def __eq__(self, other: Any) -> Any:
        return Array(a == b for a, b in zip(self.items, other.items, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise ValueError("the truth value of an array is ambiguous")


class Plain:
    """Has no == of its own."""

    def __init__(self, x: int) -> None:
        self.x = x


class Pair:
    """Has an == that says yes or no."""

    def __init__(self, x: int, y: int = 0) -> None:
        self.x, self.y = x, y

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and (self.x, self.y) == (other.x, other.y)

    __hash__ = None  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def _forget() -> Any:
    before = dict(_CODECS)
    yield
    _CODECS.clear()
    _CODECS.update(before)


@dataclasses.dataclass
class Holder:
    items: Array[int]
    plain: Plain


def test_a_class_without_a_yes_or_no_is_compared_by_its_encoded_form() -> None:
    """Arrays, and classes without an ==, travel with a codec: alone, in fields and in lists."""
    register_codec(Array, encode=lambda made: made.items, decode=Array)
    register_codec(Plain, encode=lambda made: made.x, decode=Plain)
    for annotation, value in [
        (Array, Array([1, 2])), (Array, Array([])), (Array[int], Array([math.nan])),
        (list[Array[int]], [Array([1])]), (Holder, Holder(Array([1, 2]), Plain(3))),
        (Plain | None, Plain(1)),
    ]:  # fmt: skip
        made = codec(annotation)
        assert type(load(dump(value, made, settings=Settings()), made)) is type(value)


def test_what_the_encoded_form_does_not_hold_is_a_loss() -> None:
    """An == of the class's own decides before the encoded form does, and `equal` before both."""
    register_codec(Pair, encode=lambda pair: pair.x, decode=Pair)
    with pytest.raises(EncodeError, match=r"changes its value.*equal="):
        dump(Pair(1, 2), codec(Pair), settings=Settings())
    register_codec(Pair, encode=lambda pair: pair.x, decode=Pair, equal=lambda a, b: a.x == b.x)
    assert load(dump(Pair(1, 2), codec(Pair), settings=Settings()), codec(Pair)) == Pair(1)
    register_codec(Plain, encode=lambda made: made.x, decode=lambda x: Plain(x + 1))
    with pytest.raises(EncodeError, match="changes its value"):
        dump(Plain(1), codec(Plain), settings=Settings())


def test_an_equal_that_fails_is_an_error_of_ours() -> None:
    """What the author's own comparison raises ends in an EncodeError."""
    register_codec(Plain, encode=lambda made: made.x, decode=Plain, equal=lambda a, b: 1 / 0)
    with pytest.raises(EncodeError, match="raised `ZeroDivisionError`"):
        dump(Plain(1), codec(Plain), settings=Settings())


def test_a_codec_serves_a_generic_class_with_any_arguments() -> None:
    """`register_codec(Array[int], ...)` means the class, as `numpy.typing.NDArray` does."""
    register_codec(Array[Any], encode=lambda made: made.items, decode=Array)
    assert codec(dict[str, Array[float]])
    with pytest.raises(ContractError, match="takes a class"):
        register_codec("Array", encode=list, decode=Array)  # type: ignore[arg-type]
