"""The short text of a task's contract, which the serialized DAG holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from typedxcom.preview import Declared, Read, declared_text, read_declared

READS = (Read("order", "extract", "Order"), Read("rows", "load.all", None))


@pytest.mark.parametrize(
    "declared",
    [Declared("Order", ()), Declared(None, READS), Declared("list[int]", READS)],
    ids=str,
)
def test_a_contract_comes_back_from_its_text(declared: Declared) -> None:
    """With and without a result, arguments and types."""
    assert read_declared(declared_text(declared.returns, declared.reads)) == declared


def test_of_a_task_without_types_there_is_no_text() -> None:
    """So its field stays empty."""
    assert declared_text(None, ()) is None


def test_a_text_is_short_and_has_no_hidden_characters() -> None:
    """However many arguments there are, and however long their types are."""
    reads = [Read(f"{n}" + "p" * 1000, "w", "\u202e" + "x" * 1000) for n in range(1000)]
    text = declared_text("y" * 10_000, reads)
    assert text is not None
    assert len(text) < 10_000
    assert "\u202e" not in text
    found = read_declared(text)
    assert found is not None
    assert found.returns is not None
    assert (len(found.returns), len(found.reads)) == (120, 20)


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "a note",
        "{}",
        '{"typedxcom": 2}',
        '{"typedxcom": 1, "reads": [["a", "b"]]}',
        '{"typedxcom": 1, "returns": {}}',
        '{"typedxcom": 1, "returns": "\ud800"}',
        json.dumps({"typedxcom": 1, "reads": [["a", "b", "c"]] * 21}),
        json.dumps({"typedxcom": 1, "returns": "x" * 30_000}),
        "[" * 10_000,
    ],
    ids=repr,
)
def test_other_documentation_is_not_a_contract(text: Any) -> None:
    """That of an author, of a newer typedxcom, or of somebody who means harm."""
    assert read_declared(text) is None
