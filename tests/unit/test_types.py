"""Every type that pydantic and msgspec document: it travels, or is refused with the cure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.data import types
from tests.property.same import same
from typedxcom.codecs import make_codec
from typedxcom.errors import UnsupportedTypeError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

ROWS = [row for rows in types.ROWS.values() for row in rows]
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "types.md"


@pytest.mark.parametrize(("written", "value", "verdict"), ROWS, ids=[row[0] for row in ROWS])
def test_a_type_travels_or_is_refused_at_declaration(
    written: str, value: str, verdict: str
) -> None:
    """A value comes back equal and of its type; a refusal says what to use instead."""
    annotation: Any = eval(written, vars(types))
    if verdict == types.REFUSED:
        with pytest.raises(UnsupportedTypeError, match=r"Instead|Use one|cannot read"):
            make_codec(annotation, schema_of(annotation))
        return
    codec = make_codec(annotation, schema_of(annotation))
    expected = eval(value, vars(types))
    row = json.loads(json.dumps(dump(expected, codec, settings=Settings())))
    assert same(expected, load(row, codec), ordered=True)


def parts(title: str) -> tuple[str, str]:
    """The lists of one section of the page: what travels, and what is refused."""
    section = PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]
    bullets = re.sub(r"\n  +", " ", section)  # a bullet is one line
    travels, _, refused = bullets.partition("\nRejected:\n")
    return travels, refused


def times(part: str, item: str) -> int:
    """How often *item* stands in the bullets of *part*, alone or between commas."""
    return len(re.findall(rf"^- (?:.*[:,] )?{re.escape(item)}(?=,|:|$)", part, re.M))


@pytest.mark.parametrize("title", types.ROWS)
def test_the_page_lists_each_type(title: str) -> None:
    """docs/reference/types.md lists each type once, under what becomes of it."""
    travels, refused = parts(title)
    for written, _, verdict in types.ROWS[title]:
        found = times(travels, types.shown(written)), times(refused, types.shown(written))
        assert found == ((0, 1) if verdict == types.REFUSED else (1, 0)), written


@pytest.mark.parametrize("title", types.ROWS)
def test_the_page_lists_nothing_else(title: str) -> None:
    """What the page says travels is tested to travel."""
    known = {types.shown(written) for written, _, _ in types.ROWS[title]}
    for bullet in re.findall(r"^- (.*)$", parts(title)[0], re.M):
        left = bullet.partition(": ")[2]
        for one in sorted(known, key=len, reverse=True):
            left = left.replace(one, "")
        assert not left.strip(", "), bullet
