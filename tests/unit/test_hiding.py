"""A class that hides its input hides all of it: values, keys, tags, and what validators say."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import pydantic
import pytest
from pydantic import BaseModel, Field, field_serializer, field_validator, model_validator
from pydantic_core import PydanticCustomError

from typedxcom.contracts import Promise
from typedxcom.errors import TypedXComError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

SECRET = "s3cret"


class Hidden(BaseModel, hide_input_in_errors=True):
    pass


class Cat(Hidden):
    kind: Literal["cat"]
    lives: int = 9


class Dog(Hidden):
    kind: Literal["dog"]


class Pets(Hidden):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


class Strict(Hidden, extra="forbid"):
    n: int = Field(1, gt=0)
    words: dict[str, int] = {}
    when: datetime | None = None
    items: list[Cat] = []


def _refuse(value: Any) -> Any:
    raise ValueError(f"not {value}")


class Checked(Hidden):
    a: Annotated[str, pydantic.AfterValidator(_refuse)] = ""
    b: str = ""
    c: str = ""
    d: str = ""
    e: str = ""

    @field_validator("b")
    @classmethod
    def custom(cls, value: str) -> str:
        raise PydanticCustomError("mine", "no {value}", {"value": value})

    @field_validator("c")
    @classmethod
    def like_a_core_error(cls, value: str) -> str:
        raise PydanticCustomError("int_type", f"{value} is wrong")

    @field_validator("d")
    @classmethod
    def asserts(cls, value: str) -> str:
        assert value == "x", f"got {value}"
        return value

    @field_validator("e")
    @classmethod
    def raises(cls, value: str) -> str:
        raise KeyError(value)


class Whole(Hidden):
    a: str

    @model_validator(mode="after")
    def refuses(self) -> Whole:
        raise ValueError(self.a)


class Keyed(Hidden):
    by_number: dict[int, str] = {}
    deep: dict[str, dict[str, list[Cat]]] = {}


class NotShown(BaseModel):
    token: int = Field(repr=False)


@dataclass
class Plain:
    token: int = field(repr=False)
    words: dict[str, int] = field(default_factory=dict)


@dataclass
class Login:
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        if self.token == SECRET:
            raise RuntimeError(self.token)


class Holder(msgspec.Struct):
    login: Plain
    level: Literal["low", "high"] = "low"


WRONG: list[tuple[Any, Any]] = [
    (Pets, {"pet": {"kind": SECRET}}),
    (Pets, {"pet": {"kind": "cat", "lives": SECRET}}),
    (Pets, {"pet": SECRET}),
    (Strict, {SECRET: 1}),
    (Strict, {"n": SECRET}),
    (Strict, {"words": {SECRET: "x"}}),
    (Strict, {"words": {f"a.{SECRET}[0]": "x"}}),
    (Strict, {"when": SECRET}),
    (Strict, {"items": [{"kind": "cat"}, {"kind": SECRET}]}),
    (Strict, {"items": {SECRET: 1}}),
    (list[Strict], [{}, {SECRET: 1}]),
    (dict[str, Strict], {SECRET: {"n": -1}}),
    *((Checked, {name: SECRET}) for name in "abcde"),
    (Whole, {"a": SECRET}),
    (Keyed, {"by_number": {SECRET: "x"}}),
    (Keyed, {"deep": {"a": {SECRET: [{"kind": "cow"}]}}}),
    (NotShown, {"token": SECRET}),
    (Plain, {"token": SECRET}),
    (Plain, {"token": 1, "words": {SECRET: "x"}}),
    (Login, {"token": SECRET}),
    (Holder, {"login": {"token": SECRET}}),
    (Holder, {"login": {"token": 1, "words": {SECRET: None}}}),
    (Holder, {"login": {"token": 1}, "level": SECRET}),
]


def codec(annotation: Any) -> Any:
    return Promise(annotation, schema_of(annotation)).codec


def shown_by(use: Callable[[], Any]) -> str:
    """All that a log shows of the error, what it is chained to included."""
    with pytest.raises(TypedXComError) as told:
        use()
    return "".join(traceback.format_exception(told.value, limit=0)) + repr(vars(told.value))


@pytest.mark.parametrize(("annotation", "value"), WRONG, ids=str)
def test_nothing_that_was_given_is_shown(annotation: Any, value: Any) -> None:
    """Neither a value nor a key, a tag or the words of a validator, however deep."""
    shown = shown_by(lambda: load(value, codec(annotation)))
    assert SECRET not in shown
    assert "$" in shown  # and it still says where


class Unwritable(Hidden):
    token: str

    @field_serializer("token")
    def write(self, value: str) -> str:
        raise RuntimeError(value)


class Changing(Hidden):
    token: str

    @field_serializer("token")
    def write(self, value: str) -> str:
        return value[::-1]


@pytest.mark.parametrize(
    "value", [Unwritable(token=SECRET), Changing(token=SECRET)], ids=["raises", "changes"]
)
def test_nothing_of_what_cannot_be_written_is_shown(value: Any) -> None:
    """A serializer's own words may quote it, and what comes back changed is the value too."""
    made = codec(type(value))
    shown = shown_by(lambda: dump(value, made, settings=Settings()))
    assert SECRET not in shown
    assert SECRET[::-1] not in shown


@pytest.mark.parametrize(
    ("annotation", "value", "words"),
    [
        (Strict, {"n": 0}, "input should be greater than 0 - at `$.n`|expected .*greater than 0"),
        (Strict, {"n": "x"}, r"expected .*integer.* - at `\$\.n`"),
        (Strict, {"words": {SECRET: "x"}}, r"expected .*integer.* - at `\$\.words\[…\]`"),
        (Strict, {SECRET: 1}, r"has a key that is not a field - at `\$\[…\]`"),
        (
            Pets,
            {"pet": {"kind": SECRET}},
            r"has a tag that no member of the union has - at `\$\.pet",
        ),
        (Cat, {}, r"missing `kind` - at `\$\.kind`"),
        (Checked, {"b": SECRET}, r"refused by a validator - at `\$\.b`"),
        (Plain, {"token": SECRET}, r"expected `int` - at `\$\.token`"),
    ],
    ids=str,
)
def test_what_the_schema_says_is_still_said(annotation: Any, value: Any, words: str) -> None:
    """The place, as far as it is in the code, and what was expected there."""
    with pytest.raises(TypedXComError, match=words):
        load(value, codec(annotation))


@dataclass
class Password:
    """A dataclass of the standard library that hides a field."""

    word: str = field(repr=False)


class Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """What msgspec reads, with a class inside that hides its input."""

    password: Password


def test_a_key_that_a_struct_does_not_know_is_hidden() -> None:
    """msgspec quotes it."""
    with pytest.raises(TypedXComError) as caught:
        load({"password": {"word": "a"}, SECRET: 1}, codec(Envelope))
    assert "has a key that is not a field" in str(caught.value)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
