"""A row is untrusted input: what is damaged or forged is one of our errors, in bounded time."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from typedxcom.codecs import make_codec
from typedxcom.errors import DecodeError, EncodeError, TypedXComError, ValidationError
from typedxcom.exchange import dump, load, opened
from typedxcom.schema import schema_of
from typedxcom.settings import Settings


class Order(BaseModel):
    """A model, so that both engines are asked."""

    id: int
    extra: dict[str, Any] = {}


def codec(annotation: Any) -> Any:
    """The codec of *annotation*."""
    return make_codec(annotation, schema_of(annotation))


FORGED = [
    {"$typedxcom": 0, "json": "1"},
    {"$typedxcom": -1, "json": "1"},
    {"$typedxcom": 2, "json": "1"},
    {"$typedxcom": 10**30, "json": "1"},
    {"$typedxcom": True, "json": "1"},
    {"$typedxcom": 1},
    {"$typedxcom": 1, "json": 1},
    {"$typedxcom": 1, "json": None},
    {"$typedxcom": 1, "json": "{"},
    {"$typedxcom": 1, "json": "1 2"},
    {"$typedxcom": 1, "json": "[" * 1_000_000 + "]" * 1_000_000},
    {"$typedxcom": 1, "json": '"' + "\x00"},
    {"$typedxcom": 1, "json": "1], [2"},
    {"$typedxcom": 1, "json": "9" * 100_000},
    {"$typedxcom": 1, "path": "../../etc/passwd", "digest": "x"},
    {"$typedxcom": "1", "json": "1"},
    {"$typedxcom": 1.0, "json": "1"},
    {"$typedxcom": ["a"], "b": 1},
    {"$typedxcom": ["a", "a"], "a": 1},
    {"$typedxcom": [1], "1": 1},
    {"$typedxcom": None},
]


@pytest.mark.parametrize("row", FORGED, ids=range(len(FORGED)))
@pytest.mark.parametrize("annotation", [int, Order, dict[str, Any], list[int]])
def test_a_forged_row_is_an_error(row: dict[str, Any], annotation: Any) -> None:
    """Alone or inside a list, a forged form never becomes a value and never another exception."""
    for value in (row, [row], {"extra": row}):
        with pytest.raises(TypedXComError):
            load(value, codec(annotation))


@pytest.mark.parametrize("row", FORGED, ids=range(len(FORGED)))
def test_a_forged_row_is_an_error_for_untyped_readers_too(row: dict[str, Any]) -> None:
    """What takes the forms off for a reader without a contract refuses the same rows."""
    with pytest.raises(DecodeError):
        opened(row)


@pytest.mark.parametrize("text", ["1e999999", "-1e999999", "9" * 100_000])
@pytest.mark.parametrize("annotation", [int, float, Order])
def test_a_number_beyond_all_bounds_is_an_error(text: str, annotation: Any) -> None:
    """A huge exponent or a number of a hundred thousand digits is refused, in bounded time."""
    with pytest.raises(TypedXComError):
        load({"$typedxcom": 1, "json": text}, codec(annotation))


def test_the_reserved_key_is_refused_in_a_users_dict() -> None:
    """A user's dict with our marker is refused at any depth, in every form."""
    for value in ({"$typedxcom": 1}, {"a": [{"$typedxcom": "x"}]}):
        for threshold in (0, 10_000):
            with pytest.raises(EncodeError, match="reserved"):
                dump(value, codec(dict[str, Any]), settings=Settings(threshold=threshold))


def test_nesting_of_500_travels() -> None:
    """Deep values come back, also under `Any`."""
    value: Any = 1
    for _ in range(500):
        value = [value]
    for annotation in (list[Any], Any):
        made = codec(annotation)
        found = load(dump(value, made, settings=Settings()), made)
        depth = 0
        while isinstance(found, list):
            found, depth = found[0], depth + 1
        assert depth == 500


def test_values_of_a_model_that_hides_its_input_are_not_shown() -> None:
    """`hide_input_in_errors` and `repr=False` keep values out of messages."""

    class Hidden(BaseModel):
        model_config = {"hide_input_in_errors": True}
        token: int

    with pytest.raises(ValidationError) as caught:
        load({"token": "s3cret"}, codec(Hidden))
    assert "s3cret" not in str(caught.value)
