"""The quick look at a text for signs of trouble decides as a look at every part of it does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from typedxcom.codecs.base import Encoded
from typedxcom.errors import EncodeError
from typedxcom.exchange.plain import NotPlain, plain
from typedxcom.jsontypes import JsonValue
from typedxcom.pointer import MARKER
from typedxcom.schema.nodes import UNKNOWN

_ODD = ["\x00", "\ud800", "\U0001f600", "\\u0000", MARKER, "__type", "__mine", "é", "1e999"]
_TEXTS = st.text(max_size=5) | st.sampled_from(_ODD)
_NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63), 1e16, -0.0, 1e-101, 0.0])
_TREES = st.recursive(
    st.none() | st.booleans() | _TEXTS | _NUMBERS,
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(_TEXTS, inside, max_size=5),
    max_leaves=20,
)


def form(encoded: Encoded) -> Any:
    """What a row gets; the kind of error where it cannot be plain."""
    try:
        return repr(plain(UNKNOWN, encoded))
    except (NotPlain, EncodeError) as error:
        return type(error)


@given(_TREES)
@example({"b": ["\ud800"], "a": 1})
def test_quick_and_thorough_agree(tree: JsonValue) -> None:
    """With a sign that every text holds, every part is looked at."""
    encoded = Encoded.of(tree)
    quick = form(encoded)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typedxcom.exchange.plain._SIGNS", (b"",))
        assert form(encoded) == quick
