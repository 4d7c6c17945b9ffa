"""What is not read back, because its type proves it, would have come back equal."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import uuid
import zoneinfo
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
from hypothesis import event, given, reject
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from tests.property.same import same
from tests.property.types import NATIVE, PYDANTIC, cases
from typedxcom.codecs import make_codec
from typedxcom.codecs.json_native import NativeCodec
from typedxcom.codecs.json_pydantic import ModelCodec
from typedxcom.codecs.roundtrip.columns import same_columns
from typedxcom.errors import (
    DecodeError,
    TypedXComError,
    UnsupportedTypeError,
    ValidationError,
)
from typedxcom.schema import schema_of


class Colour(enum.Enum):
    RED = "red"


class Part(BaseModel):
    number: int = Field(ge=0)
    code: str = Field(pattern="^[a-z]+$")


class Plain(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    part: Part
    parts: list[Part]
    price: decimal.Decimal = Field(ge=0, decimal_places=2)
    at: dt.datetime
    day: dt.date | None
    ratio: float
    colour: Colour
    kind: Literal["a", "b"]
    pair: tuple[int, str]
    tags: dict[str, bool]
    note: str | None = None


def plain(**changes: Any) -> Plain:
    values: dict[str, Any] = {
        "text": "é", "part": Part(number=1, code="x"), "parts": [Part(number=0, code="y")],
        "price": decimal.Decimal("1.50"), "at": dt.datetime(2026, 1, 2, tzinfo=dt.timezone.utc),
        "day": None, "ratio": 0.5, "colour": Colour.RED, "kind": "a", "pair": (1, "x"),
        "tags": {"a": True}, "note": None,
    }  # fmt: skip
    return Plain.model_construct(**{**values, **changes})


def codec_of(annotation: Any) -> ModelCodec:
    codec = make_codec(annotation, schema_of(annotation))
    assert isinstance(codec, ModelCodec)
    return codec


def test_a_plain_model_needs_no_reading_back():
    """The proof is not empty: a model of usual fields has one, alone and in containers."""
    assert codec_of(Plain).surely_returns(plain())
    assert codec_of(list[Plain]).surely_returns([plain(), plain(note="x")])
    assert codec_of(dict[str, Plain]).surely_returns({"a": plain()})


@pytest.mark.parametrize("wrong", [0, 999, 1000, 2499])
def test_each_record_of_a_long_list_is_proved(wrong):
    """They are looked at in parts."""
    values = [Part(number=at, code="x") for at in range(2500)]
    assert codec_of(list[Part]).surely_returns(values)
    values[wrong] = Part.model_construct(number=-1, code="x")
    assert not codec_of(list[Part]).surely_returns(values)


class SubPart(Part):
    more: int = 1


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "change",
    [
        {"text": 1}, {"text": Text("x")}, {"part": SubPart(number=1, code="x")}, {"part": None},
        {"parts": [Part.model_construct(number=-1, code="x")]}, {"parts": ()},
        {"parts": [Part.model_construct(number=1, code="X")]}, {"parts": [{"number": 1}]},
        {"parts": [Part.model_construct(number=1)]}, {"price": decimal.Decimal("1.505")},
        {"price": decimal.Decimal("NaN")}, {"price": 1.5}, {"day": dt.datetime(2026, 1, 1)},
        {"at": dt.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Amsterdam"))},
        {"at": dt.datetime(2026, 1, 1, tzinfo=dt.timezone(dt.timedelta(seconds=30)))},
        {"ratio": float("nan")}, {"ratio": 1}, {"colour": "red"}, {"kind": "c"}, {"pair": (1,)},
        {"pair": [1, "x"]}, {"tags": {"a": 1}}, {"tags": {1: True}}, {"part": 2**80},
        {"parts": [Part.model_construct(number=2**80, code="x")]},
    ],
    ids=repr,
)  # fmt: skip
def test_another_value_than_the_type_says_has_no_proof(change):
    """A value that was never validated, or is only equal to one that was, is read back."""
    assert not codec_of(Plain).surely_returns(plain(**change))


class Validated(Part):
    @pydantic.field_validator("code")
    @classmethod
    def _same(cls, value: str) -> str:
        return value


class Serialized(Part):
    @pydantic.field_serializer("code")
    def _other(self, value: str) -> str:
        return value * 2


class Aliased(BaseModel):
    number: int = Field(alias="n")


class Open(Part):
    model_config = ConfigDict(extra="allow")


class Stripped(Part):
    model_config = ConfigDict(str_strip_whitespace=True)


class Counted(Part):
    @pydantic.computed_field  # type: ignore[prop-decorator]
    @property
    def double(self) -> int:
        return 2 * self.number


class Built(Part):
    def __init__(self, **values: Any) -> None:
        super().__init__(**values)


class Private(Part):
    _seen: int = 0


class Late(Part):
    def model_post_init(self, context: Any) -> None:
        self.number += 1


class Loose(BaseModel):
    value: Any


class Excluded(BaseModel):
    value: int = Field(default=1, exclude=True)


class Lowered(BaseModel):
    value: Annotated[str, pydantic.StringConstraints(to_lower=True)]


class Tree(BaseModel):
    children: list[Tree]


@pytest.mark.parametrize(
    "value",
    [
        Validated(number=1, code="x"), Serialized(number=1, code="x"), Aliased(n=1),
        Open(number=1, code="x"), Stripped(number=1, code="x"), Counted(number=1, code="x"),
        Built(number=1, code="x"), Private(number=1, code="x"), Late(number=1, code="x"),
        Loose(value=1), Excluded(), Lowered(value="x"), Tree(children=[]),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_model_with_code_of_its_author_has_no_proof(value):
    """Validators, serializers, aliases and configuration can do anything."""
    assert not codec_of(type(value)).surely_returns(value)


ZONES = st.none() | st.timezones() | st.builds(
    dt.timezone, st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23))
)  # fmt: skip
LEAVES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (bool, st.booleans()), (int, st.integers()), (float, st.floats()), (str, st.text()),
    (decimal.Decimal, st.decimals()), (dt.date, st.dates()),
    (dt.datetime, st.datetimes(timezones=ZONES)), (uuid.UUID, st.uuids()),
    (Colour, st.just(Colour.RED)), (Literal["a", "b"], st.sampled_from("ab")),
    (Annotated[int, Field(ge=0)], st.integers(min_value=0)),
    (Annotated[str, Field(max_length=3)], st.text(max_size=3)),
]  # fmt: skip


class Whole(int):
    pass


class Shade(str, enum.Enum):
    A = "a"


ODD: st.SearchStrategy[Any] = st.sampled_from([
    Text("a"), Whole(1), Shade.A, True, 0, 1, 1.0, -0.0, 2**63, -(2**63) - 1, float("nan"), "", "b",
    float("inf"), decimal.Decimal("NaN"), decimal.Decimal("1E+400"), decimal.Decimal("1.00"), None,
    "\ud800", "\x00", dt.datetime(2026, 1, 1, fold=1), dt.date(1, 1, 1), Colour.RED, b"x", [], {},
    {"first": 1, "second": 2}, (1, "x"), Part.model_construct(number=-1, code="x"),
])  # fmt: skip


def with_more(value: Any) -> Any:
    """The same model with something beside its fields, as a `cached_property` leaves it."""
    value.__dict__["more"] = 1
    return value


def itself(value: Any) -> Any:
    return value


def another(value: Any) -> Any:
    """Something that is equal to *value*, has the same JSON or another class, or is near it."""
    match value:
        case bool():
            return int(value)
        case str():
            return Text(value) if len(value) % 2 else value.strip()
        case int():
            return Whole(value) if value % 2 else float(value)
        case decimal.Decimal():
            return value.normalize()
        case dt.datetime():
            return value.astimezone(dt.timezone.utc) if value.tzinfo else value.replace(fold=1)
        case list():
            return tuple(value) if len(value) % 2 else value[:1]
        case dict():
            return dict(reversed(value.items()))
        case BaseModel():
            return with_more(value)
    return value


def refusing(value: Any) -> Any:
    if isinstance(value, (str, list, dict)) and len(value) == 1:
        raise ValueError("refused")
    return value


CODE = [
    pydantic.AfterValidator(itself), pydantic.AfterValidator(another), pydantic.AfterValidator(refusing),
    pydantic.BeforeValidator(itself), pydantic.WrapValidator(lambda value, read: another(read(value))),
]  # fmt: skip
CONFIGS = [
    None, ConfigDict(str_strip_whitespace=True), ConfigDict(str_to_upper=True),
    ConfigDict(alias_generator=str.upper), ConfigDict(coerce_numbers_to_str=True),
]  # fmt: skip


@st.composite
def plain_types(
    draw: st.DrawFn,
    depth: int = 2,
    odd: st.SearchStrategy[Any] | None = None,
    coded: bool = False,
) -> tuple[Any, st.SearchStrategy[Any]]:
    """A type of the kinds that can be proved, and its values, perhaps *odd* ones too.

    If *coded*, the author's own functions and configuration may change what is read.
    """
    made, values = draw(bare_types(depth=depth, odd=odd, coded=coded))
    if coded and draw(st.booleans()):
        made = Annotated[made, draw(st.sampled_from(CODE))]
    return made, values


@st.composite
def bare_types(
    draw: st.DrawFn, depth: int, odd: st.SearchStrategy[Any] | None, coded: bool
) -> tuple[Any, st.SearchStrategy[Any]]:
    """As `plain_types`, without a function around it."""
    if depth == 0 or draw(st.booleans()):
        kind, leaves = draw(st.sampled_from(LEAVES))
        return kind, leaves if odd is None else leaves | odd
    kind, values = draw(plain_types(depth=depth - 1, odd=odd, coded=coded))
    other, others = draw(plain_types(depth=depth - 1, odd=odd, coded=coded))
    config = draw(st.sampled_from(CONFIGS)) if coded else None
    model = pydantic.create_model(
        "Model", __config__=config, first=(kind, ...), second=(other, None)
    )
    made: list[tuple[Any, st.SearchStrategy[Any]]] = [
        (list[kind], st.lists(values, max_size=3)),
        (kind | None, st.none() | values),
        (tuple[kind, other], st.tuples(values, others)),
        (tuple[kind, ...], st.lists(values, max_size=3).map(tuple)),
        (dict[str, kind], st.dictionaries(st.text(), values, max_size=3)),
        (model, st.builds(model.model_construct, first=values, second=others)),
    ]
    if odd is not None:
        made[-1] = model, made[-1][1] | made[-1][1].map(with_more)
    return draw(st.sampled_from(made))


@given(data=st.data())
def test_what_is_proved_comes_back(data: st.DataObject) -> None:
    """A proof is never wrong: the text is read back as the same value."""
    kind, values = data.draw(plain_types())
    value = data.draw(values)
    codec = ModelCodec(kind, schema_of(kind))
    text = codec.proved_text(value)
    event(f"proved: {text is not None}")
    if text is not None:
        assert same(value, codec.decode(text), ordered=True)


def verdict(codec: ModelCodec | NativeCodec, value: Any) -> tuple[Any, ...]:
    """What comes back of *value*; the error, if there is one."""
    try:
        return "back", codec.decode(codec.encode(value).text)
    except TypedXComError as error:
        return type(error), str(error)


def same_verdicts(quick: tuple[Any, ...], slow: tuple[Any, ...]) -> bool:
    """Whether both are the same error, or the same value."""
    if "back" not in (quick[0], slow[0]):
        return quick == slow
    return quick[0] == slow[0] and same(quick[1], slow[1], ordered=True)


@given(data=st.data())
def test_a_proof_changes_no_verdict(data: st.DataObject) -> None:
    """With values that no annotation allows, encoding ends as it does if all is read back."""
    kind, values = data.draw(plain_types(odd=ODD))
    value = data.draw(values)
    codec, slow = ModelCodec(kind, schema_of(kind)), ModelCodec(kind, schema_of(kind))
    slow.__dict__["_proof"] = None  # as for a type that has none
    found = verdict(codec, value)
    event(f"came back: {found[0] == 'back'}, proved: {codec.proved_text(value) is not None}")
    assert same_verdicts(found, verdict(slow, value))


@given(data=st.data())
def test_half_a_proof_changes_no_verdict(data: st.DataObject) -> None:
    """What the author's code changes is found by classes and JSON as well as by comparing."""
    kind, values = data.draw(plain_types(odd=data.draw(st.none() | st.just(ODD)), coded=True))
    value = data.draw(values)
    codec, slow = ModelCodec(kind, schema_of(kind)), ModelCodec(kind, schema_of(kind))
    slow.__dict__["_proof"] = None
    found = verdict(codec, value)
    is_half = codec._proof is not None and not codec._proof.is_enough
    event(f"half: {is_half}, proved: {is_half and codec.proved_text(value) is not None}")
    assert same_verdicts(found, verdict(slow, value))


@pytest.mark.parametrize(
    ("kind", "value", "comes_back"),
    [
        (Validated, Validated(number=1, code="x"), True), (Aliased, Aliased(n=1), True),
        (Stripped, Stripped(number=1, code="x"), True), (Private, Private(number=1, code="x"), None),
        (Stripped, Stripped.model_construct(number=1, code=" x"), None),
        (Late, Late(number=1, code="x"), None), (Validated, Part(number=1, code="x"), None),
        (list[Validated], [Validated(number=at, code="x") for at in range(500)], True),
    ],
    ids=str,
)  # fmt: skip
def test_what_validators_read_needs_no_comparing(kind, value, comes_back):
    """If what is read has the same classes and the same JSON, it is the same."""
    codec = codec_of(kind)
    codec.__dict__["_first_loss"] = lambda one, other: pytest.fail("it was compared")
    assert (codec.proved_text(value) is not None) is bool(comes_back)


def test_what_is_beside_the_fields_is_not_written():
    """A value that keeps more in its `__dict__` than fields, such as a cached property."""
    codec = codec_of(Part)
    value = with_more(Part(number=1, code="x"))
    assert codec.proved_text(value) is None
    assert codec.encode(value).tree == {"number": 1, "code": "x"}


class Shorter(BaseModel):
    """Its validator changes a value at every reading, until it is empty."""

    text: str

    @pydantic.field_validator("text")
    @classmethod
    def _shorten(cls, value: str) -> str:
        if value == "bad":
            raise ValueError("bad")
        return value[:-1] if value.startswith("-") else value


class ShorterStruct(msgspec.Struct):
    """The same for msgspec."""

    text: str

    def __post_init__(self) -> None:
        if self.text == "bad":
            raise ValueError("bad")
        self.text = self.text[:-1] if self.text.startswith("-") else self.text


def struct(text: Any) -> ShorterStruct:
    value = ShorterStruct("")
    value.text = text
    return value


@pytest.mark.parametrize(
    ("kind", "make"),
    [(Shorter, lambda text: Shorter.model_construct(text=text)), (ShorterStruct, struct)],
)
@given(
    texts=st.lists(
        st.sampled_from(["a", "é", "bad", "-x", "-", "\ud800", 1, Text("t")]) | st.just("ok")
    )
)
def test_a_list_read_back_in_parts_has_the_same_verdict(
    kind: Any, make: Any, texts: list[Any]
) -> None:
    """A long list is read back in parts, and its errors are those of the whole list."""
    value = [make(text) for text in texts]
    codec = make_codec(list[kind], schema_of(list[kind]))
    assert codec.reads_items_alone
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typedxcom.codecs.text.PART", 2)
        found = verdict(codec, value)
        patch.setattr("typedxcom.codecs.text.PART", len(value))
        assert same_verdicts(found, verdict(codec, value))


def whole(value: list[Any]) -> list[Any]:
    """A validator that a part of the list would not pass."""
    assert len(value) != 200
    return value


@pytest.mark.parametrize(
    "kind",
    [
        Annotated[list[Part], Field(max_length=1000)], Annotated[list[Part], pydantic.AfterValidator(whole)],
        list[Part] | None, dict[str, Part], tuple[Part, ...], Annotated[list[int], msgspec.Meta(min_length=3)],
    ],
    ids=str,
)  # fmt: skip
def test_only_a_list_without_rules_is_read_in_parts(kind):
    """What a rule or a validator says of a whole list holds for no part of it."""
    assert not make_codec(kind, schema_of(kind)).reads_items_alone


@given(values=st.lists(st.integers(0, 9), max_size=5))
def test_the_count_of_items_is_known_without_reading(values: list[int]) -> None:
    """The line for people says how long a list is, whether it was proved, read back or repaired."""
    for kind in (list[Part], list[Shorter], list[int], list[float]):
        made: Any = {
            list[Part]: lambda one: Part(number=one, code="x"),
            list[Shorter]: lambda one: Shorter(text=str(one)),
        }
        encoded = make_codec(kind, schema_of(kind)).encode(
            [made.get(kind, int)(one) for one in values]
        )
        assert encoded.count in (None, len(encoded.tree))


@pytest.mark.parametrize("engine", [NATIVE, PYDANTIC])
@given(data=st.data())
def test_what_is_the_same_by_columns_is_the_same(engine: str, data: st.DataObject) -> None:
    """What the quick half of the comparison passes, the test's own eye passes."""
    case = data.draw(cases(engine))
    schema = schema_of(case.annotation)
    try:
        codec = make_codec(case.annotation, schema)
        values = data.draw(st.lists(case.values, max_size=3))
        pairs = [(one, codec.decode(codec.to_text(one) or b"null")) for one in values]
    except (pydantic.ValidationError, UnsupportedTypeError, ValidationError, DecodeError):
        reject()
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    by_columns = same_columns(schema, lambda schema: lambda ones, others: not (ones or others))
    is_same = by_columns(ones, others)
    event(f"same by columns: {is_same}")
    if is_same:
        assert all(same(one, other, ordered=case.ordered) for one, other in pairs)


def test_a_wrapped_collection_needs_no_proof():
    """A function around a generic, which is no class although Python 3.10 calls it a `type`."""
    kind = Annotated[list[list[bool]], pydantic.WrapValidator(lambda value, read: read(value))]
    codec = codec_of(kind)
    assert codec.decode(codec.encode([[True]]).text) == [[True]]
