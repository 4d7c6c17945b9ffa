"""The gate says ok exactly when a stored table can be read: row models by random edits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pyarrow as pa
import pydantic
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tests.property.gate import read_back
from tests.tables.test_versions import COLUMNS
from typedxcom import Table
from typedxcom.errors import ContractError, ValidationError
from typedxcom.evolution.structure import breaks
from typedxcom.schema import schema_of
from typedxcom.tables import Unique

NAMES = ["a", "b", "c"]
# Columns whose values read as others of this test only by the same type.
KINDS = sorted(COLUMNS.keys() - {"unique", "optional", "struct", "struct_of_two", "list", "floats"})


@dataclass(frozen=True)
class Column:
    """One column: its name, its kind in `COLUMNS` and what else is said of it."""

    name: str
    kind: str
    nullable: bool = False
    optional: bool = False
    unique: bool = False
    alias: str = ""


@dataclass(frozen=True)
class RowModel:
    """A row model."""

    columns: tuple[Column, ...]
    extra: str = "ignore"


@st.composite
def columns(draw: st.DrawFn, name: str) -> Column:
    """Columns of one name."""
    flags = [draw(st.sampled_from([False, False, True])) for _ in range(3)]
    alias = draw(st.sampled_from(["", "", *(one for one in NAMES if one != name)]))
    return Column(name, draw(st.sampled_from(KINDS)), *flags, alias)


@st.composite
def rows(draw: st.DrawFn) -> RowModel:
    """Row models of one to three columns."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    extra = draw(st.sampled_from(["ignore", "ignore", "forbid"]))
    return RowModel(tuple(draw(columns(name)) for name in names), extra)


@st.composite
def edited(draw: st.DrawFn, row: RowModel) -> RowModel:
    """*row* with one or two columns changed, added, removed or moved."""
    for _ in range(draw(st.integers(1, 2))):
        known = [one.name for one in row.columns]
        what = draw(st.sampled_from(["change", "change", "flag", "flag", "add", "remove", "extra"]))
        at = draw(st.integers(0, len(known) - 1))
        one = row.columns[at]
        free = [name for name in NAMES if name not in known]
        if what == "add" and free:
            row = replace(row, columns=(*row.columns, draw(columns(free[0]))))
        elif what == "remove" and len(known) > 1:
            row = replace(row, columns=(*row.columns[:at], *row.columns[at + 1 :]))
        elif what == "extra":
            row = replace(row, extra="forbid" if row.extra == "ignore" else "ignore")
        else:
            flag = draw(st.sampled_from(["nullable", "optional", "unique"]))
            is_flag = what == "flag"
            new = (
                replace(one, **{flag: not getattr(one, flag)})
                if is_flag
                else draw(columns(one.name))
            )
            row = replace(row, columns=(*row.columns[:at], new, *row.columns[at + 1 :]))
    return row


def table_of(row: RowModel) -> Any:
    """The annotation of a table of *row*."""
    fields: dict[str, Any] = {}
    for one in row.columns:
        kind, values = COLUMNS[one.kind]
        kind = Annotated[kind, Unique()] if one.unique else kind
        kind = kind | None if one.nullable else kind
        alias: Any = (
            {"validation_alias": pydantic.AliasChoices(one.alias, one.name)} if one.alias else {}
        )
        default: Any = {"default": None if one.nullable else values[0]} if one.optional else {}
        fields[one.name] = (kind, pydantic.Field(**alias, **default))
    config = pydantic.ConfigDict(extra=row.extra)  # type: ignore[typeddict-item]
    return Table[pydantic.create_model("Row", __config__=config, **fields)]


def stored_tables(row: RowModel, table: Any) -> list[pa.Table]:
    """Tables of *row*: one with each value, and one whose columns repeat a value if they may."""
    schema = table.sample(1).schema
    values = {}
    for one in row.columns:
        given = list(COLUMNS[one.kind][1])
        values[one.name] = [*given, None] if one.nullable else given
    unique = [len(values[one.name]) for one in row.columns if one.unique]
    most = min(unique, default=max(2, *map(len, values.values())))
    made = []
    starts = [(start, False) for start in range(max(map(len, values.values())))]
    for start, is_repeated in (*starts, (0, True)):
        arrays = {}
        for one in row.columns:
            given = values[one.name]
            step = 0 if is_repeated and not one.unique else 1
            arrays[one.name] = pa.array(
                [given[(start + at) * step % len(given)] for at in range(most)],
                schema.field(one.name).type,
            )
        made.append(pa.table(arrays))
    if not unique or most > 1:
        return made
    return []  # too few values to tell


def is_read(stored: pa.Table, row: RowModel, table: Any) -> bool:
    """Whether a reader of *row* gets the values that are stored."""
    try:
        back = table.validate(stored)
    except ValidationError:
        return False
    for one in row.columns:
        source = next((name for name in (one.name, one.alias) if name in stored.column_names), None)
        if source is None:
            continue
        have, got = stored.column(source).to_pylist(), back.column(one.name).to_pylist()
        if have != got and str(have) != str(got):  # NaN does not equal NaN
            return False
    return True


def test_the_gate_says_what_reading_a_stored_table_does() -> None:
    """In both directions: no break if each stored table is read, else one of them is not."""
    counts: Counter[str] = Counter()

    @settings(derandomize=True, max_examples=300, database=None, deadline=None)
    @given(data=st.data())
    def compare(data: st.DataObject) -> None:
        first = data.draw(rows())
        second = data.draw(edited(first))
        note(f"{first}\n{second}")
        for old, new in ((first, second), (second, first)):
            try:
                writer, reader = table_of(old), table_of(new)
                stored = [writer.validate(one) for one in stored_tables(old, writer)]
            except ContractError:
                continue  # an alias that is another column
            if not stored:
                continue
            found = breaks(read_back(schema_of(writer)), read_back(schema_of(reader)))
            works = all(is_read(one, new, reader) for one in stored)
            counts[f"{'error' if found else 'ok'} & {'works' if works else 'fails'}"] += 1
            assert works == (not found), (
                f"{found}, and the tables are {'read' if works else 'not read'}"
            )

    compare()
    print("tables:", dict(counts))
    assert counts["ok & works"] > 50
    assert counts["error & fails"] > 50
