"""Every type that pydantic and msgspec document: it travels, or is refused with the cure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pydantic
import pytest

from tests.data import types
from tests.property.same import same
from typedxcom.codecs import make_codec
from typedxcom.errors import UnsupportedTypeError
from typedxcom.exchange import dump, load
from typedxcom.schema import schema_of
from typedxcom.settings import Settings

OLD = tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 12)
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
    if OLD and written.startswith(("collections.OrderedDict", "collections.Counter")):
        pytest.skip("pydantic before 2.12 refuses it; docs/reference/types.md says so")
    codec = make_codec(annotation, schema_of(annotation))
    expected = eval(value, vars(types))
    row = json.loads(json.dumps(dump(expected, codec, settings=Settings())))
    assert same(expected, load(row, codec), ordered=True)


def table() -> str:
    """The table as the page shows it."""
    lines = []
    for title, rows in types.ROWS.items():
        travels = ", ".join(f"`{row[0]}`" for row in rows if row[2] == "travels")
        refused = ", ".join(f"`{row[0]}`" for row in rows if row[2] == types.REFUSED)
        lines.append(f"| {title} | {travels} | {refused} |".replace("|  |", "| |"))
    return "\n".join(lines)


def test_the_page_shows_this_table() -> None:
    """docs/reference/types.md lists each type once, under what becomes of it."""
    assert table() in PAGE.read_text()
