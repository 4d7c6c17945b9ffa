"""The gate says ok exactly when decoding works: pairs of contracts by random edits, old values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import event, given, note, reject, settings
from hypothesis import strategies as st

from tests.data import types
from tests.property.edits import NATIVE, PYDANTIC, Spec, crowded, edited, specs
from tests.property.gate import compared, read_back
from tests.property.types import Case, cases
from typedxcom.evolution.describing import described
from typedxcom.evolution.structure import breaks
from typedxcom.schema import schema_of
from typedxcom.schema.canonical import canonical


def check(engine: str, old: Spec, new: Spec, counts: Counter[str]) -> None:
    """Compares the gate's verdict with what decoding does, in unions that overlap too."""
    outcome = compared(engine, old, new)
    if outcome is None:
        reject()
    if outcome.tried:
        hard = "union: " if outcome.is_hard else ""
        counts[f"{hard}{outcome.verdict}"] += 1
        assert not outcome.fault, outcome.fault


@pytest.fixture
def counts() -> Iterator[Counter[str]]:
    """How often the gate said what. It is printed, and both verdicts must have come."""
    made: Counter[str] = Counter()
    yield made
    print("gate:", dict(made))
    assert made["ok"] + made["union: ok"]
    assert made["error"] + made["union: error"]


@pytest.mark.parametrize("engine", [NATIVE, PYDANTIC])
def test_the_gate_says_what_decoding_does(engine: str, counts: Counter[str]) -> None:
    """In both directions: no break if each value is read, else one of them is not."""

    @settings(derandomize=True, max_examples=250, database=None)
    @given(data=st.data())
    def compare(data: st.DataObject) -> None:
        old = data.draw(specs(engine))
        new = data.draw(edited(old, engine))
        note(f"{old}\n{new}")
        check(engine, old, new, counts)
        check(engine, new, old, counts)

    compare()


@pytest.mark.parametrize("engine", [NATIVE, PYDANTIC])
def test_the_gate_knows_which_member_reads_a_value(engine: str, counts: Counter[str]) -> None:
    """In unions whose members have the same form in JSON, an error is one, and ok is ok."""

    @settings(derandomize=True, max_examples=250, database=None)
    @given(data=st.data())
    def compare(data: st.DataObject) -> None:
        old = data.draw(crowded(engine))
        new = data.draw(edited(old, engine))
        note(f"{old}\n{new}")
        check(engine, old, new, counts)
        check(engine, new, old, counts)

    compare()


@pytest.mark.parametrize("engine", [NATIVE, PYDANTIC])
@given(data=st.data())
def test_a_contract_never_breaks_itself(engine: str, data: st.DataObject) -> None:
    """A described type is read back without loss, and fits itself."""
    case: Case = data.draw(cases(engine))
    event(type(case.annotation).__name__)
    schema = schema_of(case.annotation)
    again = read_back(schema)
    assert described(again) == described(schema)
    assert breaks(again, read_back(schema)) == []


@pytest.mark.parametrize("written", [row[0] for rows in types.ROWS.values() for row in rows])
def test_each_documented_type_is_read_back(written: str) -> None:
    """Every type of the reference comes back from a file as it was described."""
    annotation: Any = eval(written, vars(types))
    schema = schema_of(annotation)
    again = read_back(schema)
    assert described(again) == described(schema)
    assert canonical(again) == canonical(schema)
    assert breaks(again, read_back(schema)) == []
