"""Compares what the gate says about a pair of contracts with what decoding does.

`python -m tests.property.gate --minutes 30` does so for fresh pairs and prints the counts.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pydantic
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.property.edits import (
    NATIVE,
    PYDANTIC,
    Builder,
    Spec,
    aliased,
    crowded,
    edited,
    is_open,
    means,
    overlaps,
    reaches_into_any,
    specs,
)
from typedxcom.codecs import ValueCodec, is_foreign, make_codec
from typedxcom.errors import ContractError, TypedXComError
from typedxcom.evolution.describing import described
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.structure import Break, breaks
from typedxcom.exchange import dump, load
from typedxcom.schema import Schema, schema_of
from typedxcom.settings import Settings

__all__ = ["Outcome", "compared", "pairs", "read_back"]

_UNBUILT = "unless another member reads its values"
_COMPUTED = "which may be another now"
VALUES = 200  # of each older contract
NO_PAIR = (ContractError, ValueError, TypeError, NameError, pydantic.errors.PydanticUserError)


@dataclass(frozen=True)
class Outcome:
    """What the gate says about one pair, and what decoding does.

    Attributes:
        found: What the gate finds.
        wrong: What is wrong with each older value that the newer contract does not read as meant.
        tried: How many older values were tried.
        is_hard: Whether a union in the pair has members of one form.
        is_open: Whether the older contract has more values than were tried.
    """

    found: list[Break]
    wrong: list[str]
    tried: int
    is_hard: bool = False
    is_open: bool = False

    @property
    def verdict(self) -> str:
        """What the gate says: ``ok``, ``may``, ``careful`` or ``error``."""
        if not self.found:
            return "ok"
        if all(_COMPUTED in one.reason for one in self.found):
            return "careful"  # a function gives the default, and nobody calls it
        certain = [one for one in self.found if one.is_certain]
        if certain and all(_UNBUILT in one.reason for one in certain):
            return "careful"  # as the page says: these types cannot be built again
        return "error" if certain else "may"

    @property
    def fate(self) -> str:
        """What decoding does: ``works`` or ``fails``."""
        return "fails" if self.wrong else "works"

    @property
    def fault(self) -> str:
        """What is wrong with the verdict, or an empty text."""
        if self.verdict in ("ok", "may") and self.wrong:
            return f"the gate says {self.verdict}: {self.wrong[0]}"
        if self.verdict == "error" and self.tried and not self.wrong and not self.is_open:
            return f"the gate says {self.found}, but all {self.tried} values are read"
        return ""


def read_back(schema: Schema) -> Schema:
    """*schema* after it was in a file."""
    return read_type(json.loads(json.dumps(described(schema))))


def compared(engine: str, old: Spec, new: Spec) -> Outcome | None:
    """Compares the verdict and the fate of *old* read as *new*; None if one is no contract.

    Two members of one tag, for example, or two fields of one key are none.
    """
    writer, reader = Builder(engine), Builder(engine)
    try:
        written, read = writer.annotation(old), reader.annotation(new)
        codecs = [make_codec(one, schema_of(one)) for one in (written, read)]
        values = list(itertools.islice(writer.corners(old), VALUES))
    except NO_PAIR:
        return None
    found = breaks(read_back(codecs[0].schema), read_back(codecs[1].schema))
    wrong, tried = [], 0
    shown = (one.example for one in found if one.path == "$" and one.example)
    for value in itertools.chain(values, _examples(shown, codecs[0])):
        try:
            entry = dump(value, codecs[0], settings=Settings())
        except TypedXComError:
            continue  # it would not come back today either
        if not means(value, load(entry, codecs[0]), old):
            continue
        tried += 1
        try:
            back = load(entry, codecs[1])
        except TypedXComError as error:
            wrong.append(f"{value!r}: {error}")
            continue
        with aliased(engine == PYDANTIC and is_foreign(codecs[1].schema)):
            if not means(value, back, new):
                wrong.append(f"{value!r} is read as {back!r}")
    for one in (writer, reader):
        one.close()
    is_hard = overlaps(old) or overlaps(new)
    return Outcome(found, wrong, tried, is_hard, is_open(old) or reaches_into_any(old, new))


def _examples(shown: Iterable[str], codec: ValueCodec) -> Iterator[Any]:
    """The values with which the gate proves a break, as the writer's own types have them."""
    for one in shown:
        with contextlib.suppress(ValueError, TypedXComError):  # it may be cut
            yield codec.decode_tree(json.loads(one))


@st.composite
def pairs(draw: st.DrawFn, engine: str) -> tuple[Spec, Spec]:
    """A contract, and what random edits make of it."""
    old = draw(st.one_of(specs(engine), crowded(engine)))
    return old, draw(edited(old, engine))


def fuzz(minutes: float, first: int) -> Counter[str]:
    """Compares fresh pairs for *minutes*, and prints each fault and the counts."""
    counts: Counter[str] = Counter()
    end = time.monotonic() + minutes * 60
    for number in itertools.count(first):
        for engine in (NATIVE, PYDANTIC):
            _round(engine, number, counts, end)
        if time.monotonic() > end:
            print(f"seeds {first} to {number}", flush=True)
            break
    return counts


def _round(engine: str, number: int, counts: Counter[str], end: float) -> None:
    """Compares 200 pairs."""

    @seed(number)
    @settings(
        max_examples=200, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(pair=pairs(engine))
    def compare(pair: tuple[Spec, Spec]) -> None:
        for way, (old, new) in (("in flight", pair), ("mixed", pair[::-1])):
            if time.monotonic() > end:
                return
            try:
                outcome = compared(engine, old, new)
            except Exception:
                print(
                    f"CRASH {engine} {number}\n  {old}\n  {new}\n  {traceback.format_exc()[-700:]}",
                    flush=True,
                )
                counts["crash"] += 1
                continue
            if outcome is None or not outcome.tried:
                counts["no pair"] += 1
                continue
            hard = ", overlapping unions" if outcome.is_hard else ""
            many = ", open" if outcome.is_open else ""
            counts[f"{way}: {outcome.verdict} & {outcome.fate}{hard}{many}"] += 1
            if outcome.fault:
                print(f"FAULT {engine} {number}\n  {old}\n  {new}\n  {outcome.fault}", flush=True)

    compare()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    found = fuzz(options.minutes, options.seed)
    for name, count in sorted(found.items()):
        print(f"{count:8} {name}")
