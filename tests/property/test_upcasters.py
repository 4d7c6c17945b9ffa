"""With upcasters too, the gate says ok exactly when decoding works: drawn pairs and old values."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, note, reject, settings
from hypothesis import strategies as st

from tests.property.edits import (
    NATIVE,
    PYDANTIC,
    Builder,
    Part,
    Spec,
    edited,
    means,
    overlaps,
    parsing,
    records,
)
from typedxcom import upcast
from typedxcom.codecs import make_codec
from typedxcom.errors import ContractError, TypedXComError
from typedxcom.evolution.describing import described
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.structure import Break, breaks
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

VALUES = 60  # of each older contract
AROUND = ["alone", "list", "dict", "optional", "tuple", "field", "argument"]


def around(how: str, spec: Spec, engine: str) -> Spec:
    """A type that contains *spec*."""
    if how == "alone":
        return spec
    if how == "argument":
        return Spec("record", "generic", fields=(Part("total", spec),))
    if how == "optional":
        return Spec("union", parts=(spec, Spec("scalar", "none")))
    if how == "field":
        style = "struct" if engine == NATIVE else "model"
        return Spec("record", style, fields=(Part("total", spec),))
    if how == "dict":
        return Spec("dict", "str", parts=(spec,))
    return Spec(how, parts=(spec,))


@dataclass
class Upcasts:
    """The upcasters of one reader, each of which makes one known value.

    Attributes:
        made: The value that the last of them makes.
        given: What the upcasters of one load were given, with the contract by which it was read.
    """

    made: Any
    given: list[tuple[Any, Spec]] = field(default_factory=list)

    def declare(self, older: Spec, old: Any, new: Any, made: Any) -> None:
        """Declares an upcaster from *old* to *new* that makes *made*."""

        def newer(value: Any) -> Any:
            self.given.append((value, older))
            return made

        newer.__annotations__ = {"value": old, "return": new}
        newer.__qualname__ = f"newer{id(old)}"
        upcast(newer)

    def reads(self, old: Any, back: Any, new: Spec) -> bool:
        """Whether *back* is *old*, or what upcasters made of *old*."""
        if not self.given:
            return means(old, back, new)
        value, older = self.given[0]
        is_made = type(back) is type(self.made) and back == self.made
        return is_made and means(old, value, older)


def declared(
    engine: str, olds: list[Spec], new: Spec, reader: Builder, *, chained: bool
) -> Upcasts:
    """Upcasters from each of *olds* to *new*, or from each to the next."""
    upcasts = Upcasts(next(reader.corners(new)))
    kinds = [Builder(engine) for _ in olds]
    for at, old in enumerate(olds):
        next_of = kinds[at + 1] if chained and at + 1 < len(olds) else reader
        target = olds[at + 1] if next_of is not reader else new
        made = next(next_of.corners(target)) if next_of is not reader else upcasts.made
        upcasts.declare(old, kinds[at].annotation(old), next_of.annotation(target), made)
    return upcasts


def fates(
    engine: str, how: str, written: Spec, olds: list[Spec], new: Spec, *, chained: bool
) -> tuple[list[Break], list[str], int]:
    """What the gate finds, and for each value of *written* what is wrong when *new* reads it.

    The last item is how many of these values were read with an upcaster. What is wrong begins with
    ``near:`` if the value is of another type, but equal: a number, or a text that was parsed.
    """
    writer, reader = Builder(engine), Builder(engine)
    whole, outer = around(how, new, engine), around(how, written, engine)
    try:
        types = [writer.annotation(outer), reader.annotation(whole)]
        upcasts = declared(engine, olds, new, reader, chained=chained)
        codecs = [make_codec(one, schema_of(one)) for one in types]
    except (ContractError, ValueError, TypeError, StopIteration):
        reject()
    schemas = [schema_of(one) for one in types]
    found = breaks(
        read_type(described(schemas[0])), read_type(described(schemas[1], upcasting=True))
    )
    results, newer = [], 0
    values = (one for one in writer.corners(outer) if len(inside(how, one)) < 2)
    for value in itertools.islice(values, VALUES):
        try:
            entry = dump(value, codecs[0], settings=Settings())
        except TypedXComError:
            continue  # it would not come back today either
        upcasts.given.clear()
        try:
            back = load(entry, codecs[1])
        except TypedXComError as error:
            results.append(f"{value!r}: {error}")
            continue
        newer += bool(upcasts.given)
        pairs = list(zip(inside(how, value), inside(how, back), strict=True))
        words = f"{value!r} is read as {back!r}"
        if all(upcasts.reads(one, other, new) for one, other in pairs):
            words = ""
        with parsing():
            if words and all(upcasts.reads(one, other, new) for one, other in pairs):
                words = f"near: {words}"
        results.append(words)
    return found, results, newer


def inside(how: str, value: Any) -> list[Any]:
    """The values of the inner type in one of the outer type."""
    match how:
        case "alone":
            return [value]
        case "optional":
            return [] if value is None else [value]
        case "field" | "argument":
            return [value.total]
        case "dict":
            return list(value.values())
    return list(value)


@pytest.fixture
def counts() -> Iterator[Counter[str]]:
    """How often the gate said what. It is printed, and each verdict must have come."""
    made: Counter[str] = Counter()
    yield made
    print("gate with upcasters:", dict(made))
    assert made["ok"]
    assert made["ok with an upcaster"]
    assert made["broken"]
    assert made["careful"] < made["broken"]


@pytest.mark.parametrize("engine", [NATIVE, PYDANTIC])
def test_the_gate_says_what_decoding_with_upcasters_does(engine: str, counts: Counter[str]) -> None:
    """No break if each old value is read as the reader means it, else one of them is not."""

    @settings(derandomize=True, max_examples=100, database=None)
    @given(data=st.data())
    def compare(data: st.DataObject) -> None:
        new = data.draw(records(engine, 1))
        old = data.draw(st.one_of(edited(new, engine), records(engine, 1)))
        written = old if data.draw(st.booleans()) else data.draw(edited(old, engine))
        how = data.draw(st.sampled_from(AROUND))
        more, chained = data.draw(st.booleans()), data.draw(st.booleans())
        between = (
            [data.draw(edited(new, engine) if chained else records(engine, 1))] if more else []
        )
        olds = [old, *between] if chained or data.draw(st.booleans()) else [*between, old]
        note(f"{how}\n{written}\n{olds}\n{new}")
        found, results, newer = fates(engine, how, written, olds, new, chained=chained)
        wrong = [one for one in results if one]
        if not found:
            counts["ok"] += 1
            counts["ok with an upcaster"] += bool(newer)
            wrong = [one for one in wrong if not one.startswith("near: ")]
            assert not wrong, f"the gate says ok: {wrong[0]}"
        elif results and not any(map(overlaps, (written, *olds, new))):
            # The gate is on the safe side where the newer type may misread, and where it reads some
            # values and the older type reads only the others.
            is_shared = 0 < newer < len(results)
            is_careful = not wrong and (is_shared or any(one.misreads for one in found))
            counts["careful" if is_careful else "broken"] += 1
            assert wrong or is_careful, f"{found}, but all {len(results)} values are read"

    compare()
