"""The columns of two versions: the gate says what reading a stored table does."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from decimal import Decimal
from typing import Annotated, Any, Literal

import pyarrow as pa
import pydantic

from typedxcom import Table
from typedxcom.errors import ValidationError
from typedxcom.evolution.describing import described
from typedxcom.evolution.reading import read_type
from typedxcom.evolution.structure import breaks
from typedxcom.schema import Schema, schema_of
from typedxcom.tables import ArrowType, Unique

WHOLE = [0, 1, 7, 255, 2**53 + 1, 2**62]
TEXT = ["", "a", "red", "abcd", "R2"]
MOMENT = dt.datetime(2024, 1, 1, 3)


def digits(most: int, places: int) -> Any:
    """A Decimal of so many digits."""
    return Annotated[Decimal, pydantic.Field(max_digits=most, decimal_places=places)]


class Small(pydantic.BaseModel):
    x: int


class Large(pydantic.BaseModel):
    x: int
    y: int


COLUMNS: dict[str, tuple[Any, list[Any]]] = {  # a type, and values at its edges
    "bool": (bool, [True, False]),
    "int": (int, [*WHOLE, -1]),
    "int32": (Annotated[int, ArrowType(pa.int32())], [-(2**31), 2**31 - 1]),
    "uint8": (Annotated[int, ArrowType(pa.uint8())], [0, 255]),
    "float": (float, [0.0, 1.5, -2.5, 1e300, float("nan")]),
    "str": (str, TEXT),
    "decimal": (digits(9, 2), [Decimal("1.10"), Decimal("9999999.99"), Decimal("-1.00")]),
    "wider": (digits(11, 2), [Decimal("999999999.99")]),
    "date": (dt.date, [MOMENT.date()]),
    "aware": (pydantic.AwareDatetime, [MOMENT.replace(tzinfo=dt.timezone.utc)]),
    "naive": (pydantic.NaiveDatetime, [MOMENT]),
    "time": (dt.time, [MOMENT.time()]),
    "duration": (dt.timedelta, [dt.timedelta(1)]),
    "literal": (Literal["red", "blue"], ["red", "blue"]),
    "fewer": (Literal["red"], ["red"]),
    "optional": (int | None, [None, -1, *WHOLE]),
    "list": (list[int], [[], [-1], WHOLE]),
    "floats": (list[float], [[1.5], [-1.0]]),
    "ge": (Annotated[int, pydantic.Field(ge=0)], WHOLE),
    "gt": (Annotated[int, pydantic.Field(gt=0)], WHOLE[1:]),
    "short": (Annotated[str, pydantic.Field(max_length=3)], ["", "abc", "R2"]),
    "pattern": (Annotated[str, pydantic.Field(pattern="^[a-z]+$")], ["a", "abcdef"]),
    "unique": (Annotated[int, Unique()], [*WHOLE, -1]),
    "struct": (Small, [{"x": 1}]),
    "struct_of_two": (Large, [{"x": 1, "y": 2}]),
}


def locked(annotation: Any) -> Schema:
    """The type as a file keeps it."""
    return read_type(json.loads(json.dumps(described(schema_of(annotation)))))


def test_the_gate_says_what_reading_a_stored_column_does() -> None:
    """For each pair of column types: no break if each stored value is read as it was."""
    tables, counts = {}, Counter[bool]()
    for name, (kind, values) in COLUMNS.items():
        table: Any = Table[pydantic.create_model("Row", v=(kind, ...))]
        given = values if name == "unique" else values * 2
        arrow = table.sample(1).schema.field("v").type
        tables[name] = table, table.validate(pa.table({"v": pa.array(given, arrow)}))
    described_once = {name: locked(table) for name, (table, _) in tables.items()}
    wrong: list[tuple[str, str, str]] = []
    for old, (_, stored) in tables.items():
        for new, (table, _) in tables.items():
            found = breaks(described_once[old], described_once[new])
            try:
                back = table.validate(stored).column("v").to_pylist()
                before = stored.column("v").to_pylist()
                is_read = back == before or str(back) == str(before)  # NaN does not equal NaN
            except ValidationError:
                is_read = False
            counts[not found] += 1
            if (not found) != is_read:
                wrong.append((old, new, str(found)))
    assert wrong == []
    assert counts[True] > len(COLUMNS)
    assert counts[False] > len(COLUMNS)
