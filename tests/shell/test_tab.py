"""What the tab's route makes of entries, whoever wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_project import imports
from typedxcom.airflow.tab import plugin
from typedxcom.airflow.tab.before import changes
from typedxcom.airflow.tab.entries import StoredEntry
from typedxcom.airflow.tab.shown import shown_entries
from typedxcom.exchange.forms import text_form
from typedxcom.pointer import Pointer
from typedxcom.preview import KEY, make_preview
from typedxcom.schema import schema_of

POINTER = Pointer(
    about="table 3 x 1, 1 kB",
    codec="arrow",
    store="default",
    path="shop/run/task/-1/return_value/abc.arrow",
    size=1000,
    digest="xxh3:" + "0" * 32,
    rows=3,
).to_entry()


def entry(value: Any, key: str = "return_value", *, text: str | None = None) -> StoredEntry:
    written = json.dumps(value) if text is None else text
    return StoredEntry(key, written, len(written), "2024-01-01T00:00:00+00:00")


def shown(value: Any, *more: StoredEntry) -> dict[str, Any]:
    """The first XCom that is shown."""
    found: dict[str, Any] = shown_entries([*more, entry(value)])["xcoms"][0]
    return found


def test_the_plugin_imports_nothing_of_ours_when_airflow_loads_it():
    """Airflow loads plugins in every process, also in those that have no typed task."""
    path = Path(plugin.__file__)
    found = imports(path.read_text(), "typedxcom.airflow.tab.plugin")
    assert [one.module for one in found if one.at_start and one.top == "typedxcom"] == []


def test_a_value_is_indented_json():
    """As it was returned: without our marks, in its order."""
    assert shown({"a": [1, "é"]})["value"] == '{\n  "a": [\n    1,\n    "é"\n  ]\n}'
    ordered = shown({"ant": 2, "zebra": 1, "$typedxcom": ["zebra", "ant"]})
    assert json.loads(ordered["value"]) == {"zebra": 1, "ant": 2}
    assert [*json.loads(ordered["value"])] == ["zebra", "ant"]
    text = shown(text_form(b"[1180591620717411303424]"))
    assert (text["form"], text["value"]) == ("text", "[\n  1180591620717411303424\n]")


def test_a_pointer_is_facts():
    """Rows, bytes, place, digest and signature; one in a list is its line for people."""
    found = shown(POINTER)
    assert found["about"] == "table 3 x 1, 1 kB"
    assert found["stored"]["rows"] == 3
    assert found["stored"]["is_signed"] is False
    assert "value" not in found
    assert json.loads(shown([POINTER, 1])["value"]) == ["table 3 x 1, 1 kB", 1]


def test_the_return_value_comes_first_with_its_preview():
    """Other keys follow; the preview is no entry of its own."""
    made = make_preview(schema_of(list[int]), readers=[("load", "n", "list[int]")])
    found = shown_entries([entry(1, "a"), entry([1]), entry(made, KEY)])["xcoms"]
    assert [one["key"] for one in found] == ["return_value", "a"]
    assert found[0]["preview"]["readers"] == [["load", "n", "list[int]"]]
    assert found[1]["preview"] is None


def test_what_a_contract_withholds_is_not_shown():
    """Neither marked fields at any depth, nor anything of a class that hides its input."""
    made = {"version": 1, "type": "X", "withheld_names": ["key"]}
    found = shown([{"key": "s3cret", "n": 1}], entry(made, KEY))
    assert json.loads(found["value"]) == [{"key": "(withheld)", "n": 1}]
    hidden = shown({"n": "s3cret"}, entry({"version": 1, "type": "X", "withheld": True}, KEY))
    assert "s3cret" not in str(hidden)
    long = StoredEntry("return_value", '["s3cret', 10**9, "")
    assert "s3cret" not in str(shown_entries([long, entry(made, KEY)]))


def test_a_large_value_is_cut():
    """In its text, and where the database has cut it already."""
    found = shown(["x" * 10_000])
    assert found["is_cut"] is True
    assert len(found["value"]) <= 4000
    cut = StoredEntry("return_value", '{"a": [1, 2', 10**9, "")
    (only,) = shown_entries([cut])["xcoms"]
    assert (only["value"], only["is_cut"], only["bytes"]) == ('{"a": [1, 2', True, 10**9)


@pytest.mark.parametrize(
    "value",
    [
        {"$typedxcom": 1, "path": "../../etc", "codec": "\u202e", "x": "<script>"},
        {"$typedxcom": 99, "digest": 1},
        {"$typedxcom": 1, "about": ["\u202e"], "json": "[" * 100_000},
        {"$typedxcom": True, "json": {"a": 1}},
        {"$typedxcom": [1, {}], "a": 1},
        {"a\u202e\u0007": "\u2066<script>alert(1)</script>\x1b[31m\ud800"},
        "\u0000",
        None,
    ],
    ids=range(8),
)
def test_a_hostile_entry_is_visible_text_or_nothing(value):
    """It is answered in any case, and nothing in the answer turns or hides the text around it."""
    answer = shown_entries([entry(value)])
    assert all(line.isprintable() for text in texts_in(answer) for line in text.split("\n"))
    json.dumps(answer, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    "forged",
    [
        {"version": 2, "type": "int"},
        {"version": 1},
        {"version": 1, "type": "int", "rows": [[{"a": 1}]]},
        {"version": 1, "type": "int", "tree": [[10**9, "a", "b"]]},
        {"version": 1, "type": "int", "columns": [["a"]]},
        {"version": 1, "type": "int", "names": ["a"] * 1000},
        [1],
        "text",
    ],
    ids=range(8),
)
def test_what_is_no_preview_is_left_out(forged):
    """And so is the value: nobody knows what a newer one withholds."""
    found = shown("s3cret", entry(forged, KEY))
    assert found["preview"] is None
    assert "s3cret" not in str(found)
    assert "upgrade" in found["wrong"]


def test_texts_of_a_forged_preview_are_cut_and_visible():
    """Another task may have written it."""
    made = {"version": 1, "type": "\u202e" + "x" * 10**5, "rows": [["\x1b" * 10**5]]}
    preview = shown(1, entry(made, KEY))["preview"]
    assert all(len(text) <= 200 and text.isprintable() for text in texts_in(preview))


def texts_in(tree: Any) -> list[str]:
    """Every text at any depth."""
    if isinstance(tree, str):
        return [tree]
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return [text for part in parts for text in texts_in(part)]


def pointer(run: str, **fields: Any) -> dict[str, Any]:
    """A pointer to the same bytes as another run's, unless *fields* say otherwise."""
    return {**POINTER, "path": f"shop/{run}/task/-1/return_value/abc.arrow", **fields}


@pytest.mark.parametrize(
    ("before", "now", "change"),
    [
        ({"a": 1, "b": [1.5]}, {"b": [1.5], "a": 1}, "same"),
        ({"a": 1}, {"a": 2}, "changed"),
        ([1], [1.0], "changed"),
        ([1], [True], "changed"),
        (None, 0, "changed"),
        ([1180591620717411303424], text_form(b"[1180591620717411303424]"), "same"),
        (text_form(b'{"a": 1}'), text_form(b'{"a":1}'), "same"),
        (pointer("one"), pointer("two", mac="hmac-sha256:" + "0" * 64), "same"),
        (pointer("one"), pointer("two", digest="xxh3:" + "1" * 32), "changed"),
        (pointer("one"), pointer("two", size=999), "changed"),
        ([pointer("one"), 1], [pointer("two"), 1], "same"),
        ([pointer("one")], [pointer("two"), pointer("two")], "changed"),
        (pointer("one"), pointer("two", digest="sha256:" + "0" * 64), "unknown"),
        (pointer("one"), pointer("two", codec="parquet", digest="xxh3:" + "1" * 32), "unknown"),
        ([1, 2], pointer("two"), "unknown"),
        (pointer("one", path="../x"), pointer("two"), "unknown"),
    ],
)
def test_an_xcom_is_compared_with_that_of_the_run_before(before, now, change):
    """Stored values by their digests, others as JSON. What cannot be compared is not guessed."""
    assert changes([entry(now)], [entry(before)]) == {"return_value": change}
    (only,) = shown_entries([entry(now)], {"return_value": change})["xcoms"]
    assert only["change"] == change


def test_entries_that_were_cut_are_compared_by_size_and_beginning():
    """A key that the run before has not pushed is new."""
    cut, longer = (StoredEntry("return_value", "[1, 2", size, "") for size in (10**9, 10**9 + 1))
    other = StoredEntry("return_value", "[1, 3", 10**9, "")
    assert [changes([cut], [one])["return_value"] for one in (cut, longer, other)] == [
        "unknown",
        "changed",
        "changed",
    ]
    assert changes([cut], []) == {"return_value": "new"}
    assert changes([entry(1)], [cut]) == {"return_value": "changed"}
    pointers = StoredEntry("return_value", '[{"$typedxcom": 1, "path": "', 10**9, "")
    assert changes([pointers], [longer]) == {"return_value": "unknown"}
    assert shown_entries([entry(1)])["xcoms"][0]["change"] is None
