"""The gate says ok exactly when decoding works: pairs of contracts by random edits, old values."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pydantic
import pytest
from hypothesis import assume, event, given, note, reject, settings
from hypothesis import strategies as st

from tests.data import types
from tests.property.edits import (
    NATIVE,
    PYDANTIC,
    Builder,
    Spec,
    crowded,
    edited,
    has_root,
    is_open,
    means,
    overlaps,
    specs,
)
from tests.property.types import Case, cases
from typedxcom.codecs import ValueCodec, make_codec
from typedxcom.errors import ContractError, TypedXComError
from typedxcom.evolution.describing import described
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.structure import Break, breaks
from typedxcom.exchange import dump, load
from typedxcom.schema import Schema, schema_of
from typedxcom.schema.canonical import canonical
from typedxcom.settings import Settings

VALUES = 200  # of each older contract


def read_back(schema: Schema) -> Schema:
    """*schema* after it was in a file."""
    return read_type(json.loads(json.dumps(described(schema))))


def fates(engine: str, old: Spec, new: Spec) -> tuple[list[Break], list[str]]:
    """What the gate finds, and for each value of *old* what is wrong when *new* reads it."""
    writer, reader = Builder(engine), Builder(engine)
    try:
        written, read = writer.annotation(old), reader.annotation(new)
        codecs = [make_codec(one, schema_of(one)) for one in (written, read)]
    except (ContractError, ValueError, TypeError, pydantic.errors.PydanticUserError):
        # Two members of one tag, two fields of one key, or no tag at all.
        reject()
    found = breaks(read_back(schema_of(written)), read_back(schema_of(read)))
    results = []
    shown = (one.example for one in found if one.path == "$" and one.example)
    for value in itertools.chain(
        itertools.islice(writer.corners(old), VALUES), examples(shown, codecs[0])
    ):
        try:
            entry = dump(value, codecs[0], settings=Settings())
        except TypedXComError:
            continue  # it would not come back today either
        try:
            back = load(entry, codecs[1])
        except TypedXComError as error:
            results.append(f"{value!r}: {error}")
            continue
        results.append("" if means(value, back, new) else f"{value!r} is read as {back!r}")
    return found, results


def examples(shown: Iterable[str], codec: ValueCodec) -> Iterator[Any]:
    """The values with which the gate proves a break, as the writer's own types have them."""
    for one in shown:
        with contextlib.suppress(ValueError, TypedXComError):  # it may be cut
            yield codec.decode_tree(json.loads(one))


def check(engine: str, old: Spec, new: Spec, counts: Counter[str]) -> None:
    """Compares the gate's verdict with what decoding does, in unions that overlap too."""
    found, results = fates(engine, old, new)
    wrong = [one for one in results if one]
    union = "union: " if overlaps(old) or overlaps(new) else ""
    if not found:
        counts[f"{union}ok"] += 1
        assert not wrong, f"the gate says ok: {wrong[0]}"
    elif not any(one.is_certain for one in found):
        counts[f"{union}possible"] += 1
        assert not wrong, f"the gate only warns: {wrong[0]}"
    elif results and not is_open(old):
        counts[f"{union}broken"] += 1
        counts.update(one.rule for one in found)
        assert wrong, f"the gate says {found}, but all {len(results)} values are read"


@pytest.fixture
def counts() -> Iterator[Counter[str]]:
    """How often the gate said what. It is printed, and both verdicts must have come."""
    made: Counter[str] = Counter()
    yield made
    print("gate:", dict(made))
    assert made["ok"] + made["union: ok"]
    assert made["broken"] + made["union: broken"]


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
        assume(not has_root(old) and not has_root(new))
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
