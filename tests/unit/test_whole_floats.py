"""A float without a fraction keeps its type, although SQLite makes an int of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

import annotated_types as at
import pydantic
import pytest

from tests.property.databases import HOPS
from typedxcom.exchange import dump, load
from typedxcom.promises import promise_of
from typedxcom.settings import Settings

AMONG = [
    float,
    float | None,
    float | str,
    float | list[int],
    Decimal | float,
    Decimal | float | str,
    Annotated[int, at.Ge(5)] | float,
    Literal[7] | float | None,
    float | bool,
    Any,
]
# Older ones read every number as a Fraction, so a dump refuses the float.
if tuple(map(int, pydantic.VERSION.split(".")[:2])) >= (2, 12):
    AMONG.append(Fraction | float)


@pytest.mark.parametrize("hop", HOPS.values(), ids=HOPS)
@pytest.mark.parametrize("annotation", AMONG, ids=str)
def test_a_whole_float_stays_a_float(annotation, hop):
    """Beside whatever the annotation also allows."""
    codec = promise_of(annotation).codec
    for value in (0.0, 3.0, -7.0, 7.0):
        got = load(hop(dump(value, codec, settings=Settings())), codec)
        assert (type(got), got) == (float, value)
