"""Python's garbage collector runs seldom while a long text is read, and then as usual."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pydantic
import pytest

from typedxcom.codecs import make_codec
from typedxcom.errors import ValidationError
from typedxcom.schema import schema_of

USUAL = (700, 10, 10)
SEEN: list[tuple[int, ...]] = []


class Note(pydantic.BaseModel):
    text: str

    @pydantic.field_validator("text")
    @classmethod
    def _look(cls, text: str) -> str:
        SEEN.append(gc.get_threshold())
        if text == "bad":
            raise ValueError(text)
        return text


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """A process that collects garbage as Python does by default."""
    before = gc.get_threshold()
    gc.set_threshold(*USUAL)
    SEEN.clear()
    yield
    gc.set_threshold(*before)


def notes(count: int, *more: str) -> bytes:
    return make_codec(Any, schema_of(Any)).encode([{"text": "x" * 50}] * count + [{"text": one} for one in more]).text  # fmt: skip


@pytest.mark.parametrize(("count", "is_long"), [(1, False), (1000, True)])
def test_only_a_long_text_keeps_the_collector_away(count, is_long):
    """The validators of a long text see a higher threshold, those of a short one the usual."""
    assert len(make_codec(list[Note], schema_of(list[Note])).decode(notes(count))) == count
    assert {seen[0] > USUAL[0] for seen in SEEN} == {is_long}
    assert gc.get_threshold() == USUAL


def test_an_error_leaves_the_collector_as_it_was():
    """A text that is refused, or a value that is, changes nothing for what comes after."""
    codec = make_codec(list[Note], schema_of(list[Note]))
    with pytest.raises(ValidationError):
        codec.decode(notes(1000, "bad"))
    assert gc.get_threshold() == USUAL
    with pytest.raises(ValidationError):
        codec.encode([Note.model_construct(text=one) for one in ["x"] * 500 + ["bad"]])
    assert gc.get_threshold() == USUAL


@pytest.mark.parametrize("chosen", [0, 1_000_000])
def test_a_threshold_of_the_user_stays(chosen):
    """A process that collects never, or even more seldom, goes on like that."""
    gc.set_threshold(chosen, 10, 10)
    make_codec(list[Note], schema_of(list[Note])).decode(notes(1000))
    assert {seen[0] for seen in SEEN} == {chosen}
