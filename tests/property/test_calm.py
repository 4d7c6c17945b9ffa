"""The quick look at a text for signs of trouble decides as a look at every part of it does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from typedxcom.codecs import make_codec
from typedxcom.codecs.base import Encoded
from typedxcom.errors import EncodeError
from typedxcom.exchange import load
from typedxcom.exchange.plain import NotPlain, plain
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import MARKER
from typedxcom.schema import schema_of
from typedxcom.schema.nodes import UNKNOWN, Schema

_ODD = ["\x00", "\ud800", "\U0001f600", "\\u0000", MARKER, "__type", "__mine", "é", "1e999"]
_TEXTS = st.text(max_size=5) | st.sampled_from(_ODD)
_NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63), 1e16, -0.0, 1e-101, 0.0])
_TREES = st.recursive(
    st.none() | st.booleans() | _TEXTS | _NUMBERS,
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(_TEXTS, inside, max_size=5),
    max_leaves=20,
)


def form(encoded: Encoded, schema: Schema = UNKNOWN) -> Any:
    """What a row gets; the kind of error where it cannot be plain."""
    try:
        return repr(plain(schema, encoded))
    except (NotPlain, EncodeError) as error:
        return type(error)


class Inner(BaseModel):
    """Nothing but scalars."""

    text: str
    number: float | int | None


class Other(BaseModel):
    """Not the same fields."""

    key: str


class Outer(BaseModel):
    """With and without dicts whose order counts."""

    inner: Inner
    inners: list[Inner]
    tags: dict[str, Any]
    either: Inner | Other
    deep: list[list[dict[str, int | str]]] | None
    outer: Outer | None


_INNERS = st.fixed_dictionaries({"text": _TEXTS, "number": _NUMBERS | st.none()})
_OUTERS = st.deferred(lambda: st.fixed_dictionaries({
    "inner": _INNERS, "inners": st.lists(_INNERS, max_size=3),
    "tags": st.dictionaries(_TEXTS, _TREES, max_size=3),
    "either": _INNERS | st.fixed_dictionaries({"key": _TEXTS}),
    "deep": st.none() | st.lists(st.lists(st.dictionaries(_TEXTS, _NUMBERS | _TEXTS, max_size=3), max_size=2), max_size=2),
    "outer": st.none() | _OUTERS,
}))  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "trees"),
    [
        (Outer, _OUTERS), (list[Outer], st.lists(_OUTERS, max_size=2)), (Inner, _INNERS),
        (Inner | Other, _INNERS | st.fixed_dictionaries({"key": _TEXTS})),
        (list[float], st.lists(_NUMBERS)), (float | None, _NUMBERS), (dict[str, Inner], st.dictionaries(_TEXTS, _INNERS, max_size=3)),
    ],
    ids=str,
)  # fmt: skip
@given(data=st.data())
def test_typed_trees_agree_as_well(annotation: Any, trees: Any, data: st.DataObject) -> None:
    """A tree that needs no mark by its type is not walked, and becomes the same entry."""
    encoded, schema = Encoded.of(data.draw(trees)), schema_of(annotation)
    quick = form(encoded, schema)
    event(f"plain: {isinstance(quick, str)}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typedxcom.exchange.plain._is_calm", lambda text: False)
        assert form(encoded, schema) == quick


def test_an_entry_is_the_entry_s_own():
    """Nobody who changes an entry changes the tree that other entries are made of."""
    encoded = Encoded.of({"text": "x", "number": 1})
    made = plain(schema_of(Inner), encoded)
    assert made == encoded.tree
    assert made is not encoded.tree


def test_an_argument_is_not_the_entry():
    """A task that changes its argument does not change what Airflow holds."""
    entry = {"a": [1], "b": {"c": 1}}
    found = load(entry, make_codec(Any, schema_of(Any)))
    assert found == entry
    assert found is not entry
    assert found["a"] is not entry["a"]
    assert found["b"] is not entry["b"]


@given(_TREES)
@example({"b": ["\ud800"], "a": 1})
def test_quick_and_thorough_agree(tree: JsonValue) -> None:
    """If every text may hold a sign, every part is looked at."""
    encoded = Encoded.of(tree)
    quick = form(encoded)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typedxcom.exchange.plain._is_calm", lambda text: False)
        assert form(encoded) == quick
