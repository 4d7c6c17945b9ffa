"""How texts of dates, numbers and the like are read: as strict pydantic reads them, or as told."""

from __future__ import annotations

import datetime as dt
import decimal
import ipaddress
import json
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from tests.property.same import same
from tests.property.test_agreement import verdict_of_pydantic
from typedxcom.codecs import make_codec
from typedxcom.errors import ValidationError
from typedxcom.exchange import load
from typedxcom.schema import schema_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "types.md"

# What strict pydantic takes and we refuse: a text for each rule, and the rule's name on the page.
STRICTER: dict[str, tuple[Any, list[str], str]] = {
    "a clock without seconds": (
        dt.datetime | dt.time, ["2024-01-02T03:04", "03:04", "2024-01-02T03:04Z"],
        r"^(.*[Tt_ ])?\d\d:\d\d([+-].*|[Zz])?$",
    ),
    "a comma for the decimal point": (dt.datetime | dt.time, ["2024-01-02T03:04:05,5"], r",\d"),
    "an underscore for the T": (dt.datetime, ["2024-01-02_03:04:05"], r"_"),
    "a text of digits as a timestamp": (dt.datetime | dt.date, ["1704164645"], r"^[-+]?\d*\.?\d*$"),
    "weeks, months and years": (dt.timedelta, ["P1W", "P1M", "P1Y"], r"(?i)^[-+]?P.*[WMY]"),
    "a fraction without its digits": (dt.timedelta, ["P1.D"], r"\.[A-Za-z]"),
    "a clock or words for a duration": (dt.timedelta, ["1:30:00", "1 day"], r"^[^Pp]*$|[ :,]|days"),
    "braces or urn: around a UUID": (
        uuid.UUID, ["{12345678-1234-5678-1234-567812345678}",
                    "urn:uuid:12345678-1234-5678-1234-567812345678"], r"^(\{|urn:)",
    ),
}  # fmt: skip
# What we take and strict pydantic refuses.
LOOSER: dict[str, tuple[Any, list[str], str]] = {
    "letters of a duration in lower case": (dt.timedelta, ["p1d"], r"[a-z]"),
    "NaN and infinities": (decimal.Decimal, ["NaN", "-Infinity", "sNaN"], r"(?i)nan|inf"),
}
# What both take, with another value.
ROUNDED = {
    "digits beyond microseconds": ["2024-01-02T03:04:05.1234567", "2024-01-02T03:04:05.9999999"]
}


def verdicts(annotation: Any, text: str) -> tuple[tuple[bool, Any], tuple[bool, Any]]:
    """Our verdict and value for *text*, and strict pydantic's."""
    try:
        ours = True, load(text, make_codec(annotation, schema_of(annotation)))
    except ValidationError:
        ours = False, None
    return ours, verdict_of_pydantic(annotation, json.dumps(text))


def members(annotation: Any) -> list[Any]:
    """The types of a union, or the one type."""
    return list(getattr(annotation, "__args__", (annotation,)))


@pytest.mark.parametrize("rule", STRICTER)
def test_what_only_pydantic_reads(rule: str) -> None:
    """Each named text is taken by strict pydantic and refused by us, and the page says so."""
    annotation, texts, pattern = STRICTER[rule]
    for text in texts:
        found = [verdicts(kind, text) for kind in members(annotation)]
        assert any(not ours[0] and theirs[0] for ours, theirs in found), text
        assert re.search(pattern, text)
    assert rule in PAGE.read_text()


@pytest.mark.parametrize("rule", LOOSER)
def test_what_only_we_read(rule: str) -> None:
    """Each named text is refused by strict pydantic and taken by us, and the page says so."""
    annotation, texts, pattern = LOOSER[rule]
    for text in texts:
        ours, theirs = verdicts(annotation, text)
        assert ours[0]
        assert not theirs[0]
        assert re.search(pattern, text)
    assert rule in PAGE.read_text()


@pytest.mark.parametrize("text", ROUNDED["digits beyond microseconds"])
def test_a_seventh_digit_is_rounded(text: str) -> None:
    """msgspec rounds what is finer than a microsecond, pydantic cuts it off."""
    (_, ours), (_, theirs) = verdicts(dt.datetime, text)
    assert ours - theirs == dt.timedelta(microseconds=1)
    assert "digits beyond microseconds" in PAGE.read_text()


def mutated(good: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Good texts, and the same with one character changed, added or taken away."""
    letters = st.sampled_from(list("0123456789:-+.TZtzPDHMS_, eEx/{}a"))

    @st.composite
    def change(draw: st.DrawFn) -> str:
        text = draw(good)
        at = draw(st.integers(0, len(text)))
        how = draw(st.sampled_from(["keep", "add", "take", "swap"]))
        if how == "keep":
            return text
        middle = draw(letters) if how != "take" else ""
        return text[:at] + middle + text[at + (how != "add") :]

    return change()


def _iso(value: Any) -> str:
    return str(value.isoformat())


ZONES = st.none() | st.timezones().filter(lambda zone: zone is not None)
SOURCES: list[tuple[Any, st.SearchStrategy[str]]] = [
    (dt.datetime, st.datetimes(dt.datetime(1950, 1, 1), timezones=ZONES).map(_iso)),
    (dt.date, st.dates().map(_iso)),
    (dt.time, st.times().map(_iso)),
    (dt.timedelta, st.sampled_from(["P1D", "-PT5S", "P1DT2H3M4.5S", "PT0.000001S", "P2DT1M"])),
    (uuid.UUID, st.uuids().map(str)),
    (decimal.Decimal, st.decimals(allow_nan=False, allow_infinity=False).map(str)),
    (ipaddress.IPv4Address, st.ip_addresses(v=4).map(str)),
    (ipaddress.IPv6Address, st.ip_addresses(v=6).map(str)),
]


@pytest.mark.parametrize(("annotation", "good"), SOURCES, ids=[str(one[0]) for one in SOURCES])
@given(data=st.data())
def test_texts_are_read_alike(
    annotation: Any, good: st.SearchStrategy[str], data: st.DataObject
) -> None:
    """A right or slightly wrong text is read as pydantic reads it, save for the named rules."""
    # pydantic takes durations with all kinds of slips, so only right ones are compared.
    text = data.draw(good if annotation is dt.timedelta else mutated(good))
    ours, theirs = verdicts(annotation, text)
    event("accepted" if ours[0] else "refused")
    if ours[0] and theirs[0]:
        assert same(ours[1], theirs[1]) or _is_finer(text)
    elif ours[0]:
        assert _is_known(LOOSER, annotation, text), f"only we read {text!r}"
    elif theirs[0]:
        assert _is_known(STRICTER, annotation, text), f"only pydantic reads {text!r}"


def _is_finer(text: str) -> bool:
    return re.search(r"[.,]\d{7}", text) is not None


def _is_known(rules: dict[str, tuple[Any, list[str], str]], annotation: Any, text: str) -> bool:
    search: Callable[[str, str], Any] = re.search
    return any(
        annotation in members(kinds) and search(pattern, text)
        for kinds, _, pattern in rules.values()
    )
