"""The law: a value comes back equal and of the same types, or there is an error. Never another."""

from __future__ import annotations

from typing import Any

import pydantic
import pytest
from hypothesis import assume, event, given, note, reject
from hypothesis import strategies as st

from tests.property.databases import HOPS
from tests.property.same import same
from tests.property.types import NATIVE, PYDANTIC, Case, cases
from typedxcom.codecs import make_codec
from typedxcom.codecs.collecting import forgets_names
from typedxcom.errors import EncodeError, UnsupportedTypeError, ValidationError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

ALLOWED = (EncodeError, ValidationError, UnsupportedTypeError)


def round_trip(case: Case, value: Any, threshold: int = 10_000) -> dict[str, Any]:
    """What each hop gives back for *value*."""
    schema = schema_of(case.annotation)
    codec = make_codec(case.annotation, schema)
    row = dump(value, codec, settings=Settings(threshold=threshold))
    note(f"row: {row!r}")
    return {name: load(through(row), codec) for name, through in HOPS.items()}


def drawn(data: st.DataObject, case: Case) -> Any:
    """A value of *case*; what a model itself refuses is no value of it."""
    try:
        return data.draw(case.values)
    except pydantic.ValidationError:
        reject()


@pytest.mark.parametrize("engine", [NATIVE, PYDANTIC])
@given(data=st.data())
def test_law(engine: str, data: st.DataObject) -> None:
    """Any value of any type comes back as it was through every database, or is refused."""
    case = data.draw(cases(engine))
    value = drawn(data, case)
    try:
        found = round_trip(case, value, threshold=data.draw(st.sampled_from([0, 10_000])))
    except ALLOWED as error:
        event(type(error).__name__)
        is_forgotten = forgets_names() and "only by their aliases" in str(error)  # older pydantic
        assert is_forgotten or not case.sure, (
            f"{value!r} of a type that must travel was refused: {error}"
        )
        return
    event("came back")
    for name, back in found.items():
        assert same(value, back, ordered=case.ordered), f"{name}: {back!r}"


@pytest.mark.parametrize("engine", [NATIVE, PYDANTIC])
@given(data=st.data())
def test_supported_types_always_travel(engine: str, data: st.DataObject) -> None:
    """No value of a supported type is refused, whatever it is nested in."""
    case = data.draw(cases(engine, wild=False))
    assume(case.sure)
    value = drawn(data, case)
    try:
        found = round_trip(case, value)
    except EncodeError as error:
        if forgets_names() and "only by their aliases" in str(error):
            reject()  # an older pydantic
        raise
    for name, back in found.items():
        assert same(value, back, ordered=case.ordered), f"{name}: {back!r}"


@given(st.integers() | st.booleans())
def test_promotions(number: int) -> None:
    """An int or bool is the number that was promised, if that number is equal; else refused."""
    for promised in (int, float):
        try:
            found = round_trip(Case(promised, st.nothing()), number)
        except ALLOWED:
            assert promised is float
            assert abs(number) > 2**53
            continue
        assert all(back == number and type(back) is promised for back in found.values())
