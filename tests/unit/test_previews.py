"""What a preview shows of a value, and what it never shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from typedxcom import Table
from typedxcom.preview import MAX_BYTES, TableLook, make_preview, withheld_names
from typedxcom.preview.text import cell, compact, visible
from typedxcom.schema import schema_of

HIDDEN = Field(json_schema_extra={"preview": False})
SECRET = "s3cret"


class Item(BaseModel):
    sku: str
    note: str = Field("", json_schema_extra={"preview": False})


class Order(BaseModel):
    id: int
    price: Annotated[float, Field(ge=0)]
    items: list[Item] = []
    parent: Order | None = None


class Struct(msgspec.Struct):
    sku: str
    note: Annotated[str, msgspec.Meta(extra_json_schema={"preview": False})] = msgspec.field(
        name="Note"
    )


class Typed(TypedDict):
    sku: str
    note: Annotated[str, HIDDEN] | None


@dataclass
class Plain:
    sku: str
    note: Annotated[str, HIDDEN]


class Quiet(BaseModel, hide_input_in_errors=True):
    sku: str
    n: int


def looked(table: Any, rows: int = 3) -> TableLook:
    """A look at all of *table*."""
    look = TableLook(rows)
    seen = look(table)
    if isinstance(seen, pa.RecordBatchReader):
        seen.read_all()
    return look


def preview(annotation: Any, table: Any = None, *, rows: int = 3, items: Any = ()) -> Any:
    """A preview, which never takes more than its bytes."""
    seen = None if table is None else looked(table, rows).seen
    readers = [("load", "order", "Order")]
    made = make_preview(schema_of(annotation), readers=readers, seen=seen, items=items)
    assert len(msgspec.json.encode(made)) <= MAX_BYTES
    return made


def test_a_contract_is_a_tree_of_names_and_types():
    """Optional fields have a question mark, and a class that contains itself comes once."""
    made = preview(list[Order])
    assert made["type"] == "list[Order]"
    assert made["readers"] == [["load", "order", "Order"]]
    assert made["tree"] == [
        [0, "id", "int"],
        [0, "price", "float >= 0"],
        [0, "items?", "list[Item]"],
        [1, "sku", "str"],
        [1, "note?", "str"],
        [0, "parent?", "Order | None"],
    ]


def test_a_table_has_columns_with_nulls_and_ranges_and_its_first_rows():
    """The types are the contract's; Arrow's where it names none."""
    table = pa.table(
        {
            "id": [3, 1, 2],
            "price": pa.array([0.5, None, 2.5]),
            "day": pa.array([dt.date(2024, 1, 2), dt.date(2024, 1, 1), None]),
        }
    )
    made = preview(Table[Order], table, rows=2)
    assert made["columns"] == [
        ["id", "int", 0, "1", "3"],
        ["price", "float >= 0", 1, "0.5", "2.5"],
        ["day", "date32[day]", 1, "2024-01-01", "2024-01-02"],
    ]
    assert made["rows"] == [["3", "0.5", "2024-01-02"], ["1", None, "2024-01-01"]]


def test_without_rows_no_value_is_shown():
    """Ranges are values too."""
    made = preview(Table[Order], pa.table({"id": [1, 2]}), rows=0)
    assert made["columns"] == [["id", "int", 0]]
    assert "rows" not in made


def test_a_stream_is_counted_as_it_flows_and_stays_what_it_is():
    """Nulls are of all batches, ranges and rows of the first one that has rows."""
    batches = [pa.record_batch({"n": pa.array(part, pa.int64())}) for part in ([], [2, 1], [None])]
    stream = pa.RecordBatchReader.from_batches(batches[0].schema, iter(batches))
    look = TableLook(1)
    assert look(stream).read_all().column("n").to_pylist() == [2, 1, None]
    seen = look.seen
    assert seen is not None
    assert (seen.total, seen.measured, seen.nulls) == (3, 2, [1])
    assert (seen.ranges, seen.rows) == ([("1", "2")], [["2"]])


def test_an_error_in_a_stream_stays_that_error():
    """The look is in nobody's way."""

    def broken():
        yield pa.record_batch({"n": [1]})
        raise LookupError(SECRET)

    schema = pa.schema({"n": pa.int64()})
    stream = pa.RecordBatchReader.from_batches(schema, broken())
    with pytest.raises(LookupError):
        TableLook(1)(stream).read_all()


def test_of_several_tables_none_is_looked_at():
    """A list of tables has no one set of columns."""
    look = looked(pa.table({"n": [1]}))
    look(pa.table({"n": [2]}))
    assert look.seen is None


@pytest.mark.parametrize("row", [Item, Struct, Typed, Plain])
def test_a_marked_field_shows_no_value(row):
    """Neither a range, nor a cell, nor inside another value; in each kind of class."""
    name = "Note" if row is Struct else "note"
    assert name in withheld_names(schema_of(list[row]))
    table = pa.table({"sku": ["tea"], name: [SECRET]})
    item = {"sku": "tea", name: SECRET}
    for made in (
        preview(Table[row], table),
        preview(list[row], items=[item]),
        preview(list[dict[str, row]], items=[{"a": item}]),
    ):
        assert "tea" in str(made)
        assert SECRET not in str(made)


def test_a_class_that_hides_its_input_shows_no_value():
    """Its columns and types are no secret."""
    made = preview(Table[Quiet], pa.table({"sku": [SECRET], "n": [123456]}))
    assert made["withheld"] is True
    assert made["columns"] == [["sku", "str", 0], ["n", "int", 0]]
    assert "rows" not in made
    assert SECRET not in str(preview(list[Quiet], items=[{"sku": SECRET, "n": 1}]))


def test_a_wide_table_is_cut_and_says_so():
    """First the columns, then the rows of the columns that fit."""
    table = pa.table({f"column_{index}": [index] for index in range(200)})
    made = preview(Table[Any], table)
    assert made["cut"] is True
    assert made["width"] == 200
    assert 10 < len(made["columns"]) < 60
    assert len(made["rows"][0]) == len(made["columns"])


HOSTILE = {
    "<script>alert(1)</script>": "<script>alert(1)</script>",  # a text like any other
    "a\nb\x00\x1b[31m": r"a\nb\x00\x1b[31m",
    "\u202eexe.txt": r"\u202eexe.txt",
    "\u200b\ufeff\u2066": r"\u200b\ufeff\u2066",
    "\ud800": r"\ud800",
    "x" * 10**7: "x" * 39 + "…",
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:10]))
def test_a_text_is_short_and_visible(text):
    """Nothing that turns, hides or overwrites what is around it."""
    assert visible(text) == HOSTILE[text]
    assert visible(compact({"a": text})).isprintable()


@given(
    st.recursive(
        st.text() | st.integers() | st.none(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_any_items_make_a_bounded_preview_of_visible_text(item):
    """Whatever a value holds, the preview is JSON that every database keeps."""
    assert all(text.isprintable() for text in texts_in(preview(list[Any], items=[item, item])))


def texts_in(tree: Any) -> list[str]:
    """Every text at any depth."""
    if isinstance(tree, str):
        return [tree]
    parts = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return [text for part in parts for text in texts_in(part)]


@pytest.mark.parametrize(
    ("array", "shown"),
    [
        (pa.array(["é" * 10**6]), "é" * 39 + "…"),
        (pa.array(["a\u202eb"], pa.string_view()), r"a\u202eb"),
        (pa.array([b"\x00\xff" * 10**6]), "00ff" * 9 + "00f…"),
        (pa.array([list(range(10**5))]), "[0, 1, 2, 3, …]"),
        (pa.array([[[[[1]]]]]), "[[[…]]]"),
        (pa.array([{"a": 1, "b": None}]), "{a: 1, b: null}"),
        (pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())), "[{key: k, value: 1}]"),
        (pa.array(["x"]).dictionary_encode(), "x"),
        (pa.array([Decimal("1.10")]), "1.10"),
        (pa.array([2**62], pa.timestamp("ns")), "2116-02-20 23:53:38.427387904"),
        (pa.nulls(1), None),
    ],
    ids=lambda one: str(getattr(one, "type", "")),
)
def test_a_cell_of_any_type_is_short(array, shown):
    """A large value is looked at only at its beginning."""
    assert cell(array[0]) == shown


def test_a_value_that_python_cannot_make_does_not_end_the_look():
    """A date of Arrow's may be beyond Python's."""
    table = pa.table({"at": pa.array([2**62], pa.timestamp("s")), "n": [1]})
    made = preview(Table[Any], table)
    assert made["rows"] == [["?", "1"]]
