"""Taxi trips of 8 columns, and their rules as each library writes them."""

from __future__ import annotations

import enum
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, Field

from typedxcom.tables import Unique

PATTERN = "^[A-Z]{2}-[0-9]{4}$"
CITIES = ["Amsterdam", "Rotterdam", "Utrecht", "Eindhoven"]


class City(enum.Enum):
    A = "Amsterdam"
    R = "Rotterdam"
    U = "Utrecht"
    E = "Eindhoven"


class Simple(BaseModel):
    trip_id: int
    vendor: int = Field(ge=1, le=4)
    distance: float = Field(ge=0, le=500)
    fare: Decimal = Field(ge=0, max_digits=9, decimal_places=2)
    tip: float | None = Field(ge=0)
    city: City
    code: str = Field(min_length=3, max_length=12)
    note: str | None = Field(max_length=60)


class Full(Simple):
    trip_id: Annotated[int, Unique()]
    code: str = Field(min_length=3, max_length=12, pattern=PATTERN)


def make_table(rows: int) -> pa.Table:
    """The data: about 130 bytes a row, one tip and note in ten null, 9,000 codes."""
    at = pc.indices_nonzero(pa.nulls(rows).is_null()).cast(pa.int64())
    noise = pc.random(rows, initializer=7)
    tenth = pc.less(pc.random(rows, initializer=8), 0.1)
    codes = pa.array(
        [
            f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}-{n % 10_000:04}"
            for n in range(1_000, 10_000)
        ]
    )
    notes = pa.array([f"note {n} of the driver, with some more words in it" for n in range(5_000)])
    cents = pc.cast(pc.floor(pc.multiply(noise, 9_999)), pa.decimal128(9, 0), safe=False)
    columns = {
        "trip_id": at,
        "vendor": pc.add(pc.cast(pc.floor(pc.multiply(noise, 3.999)), pa.int64()), 1),
        "distance": pc.multiply(noise, 499.0),
        "fare": pc.divide(cents, pa.scalar(Decimal("100.00"))).cast(pa.decimal128(9, 2), safe=False),
        "tip": pc.if_else(tenth, None, pc.multiply(noise, 20.0)),
        "city": pa.DictionaryArray.from_arrays(pick(noise, 4).cast(pa.int32()), pa.array(CITIES)),
        "code": codes.take(pick(noise, len(codes))),
        "note": pc.if_else(tenth, None, notes.take(pick(noise, len(notes)))),
    }  # fmt: skip
    return pa.table(columns)


def pick(noise: pa.Array, count: int) -> pa.Array:
    """A number below *count* for each row."""
    return pc.cast(pc.floor(pc.multiply(noise, count - 0.001)), pa.int64())


def spoiled(table: pa.Table) -> pa.Table:
    """One row in a thousand with a vendor, a distance and a code that break their rules."""
    noise = pc.random(table.num_rows, initializer=9)
    bad = pc.less(noise, 0.001)
    for name, value in (("vendor", 9), ("distance", -1.0), ("code", "no code at all")):
        index = table.column_names.index(name)
        table = table.set_column(index, name, pc.if_else(bad, value, table.column(name)))
    return table.combine_chunks()


def dataframely(table: pa.Table) -> Callable[[], object]:
    """A dataframely schema of the same rules."""
    import dataframely as dy
    import polars as pl

    class Rows(dy.Schema):
        trip_id = dy.Int64(primary_key=True)
        vendor = dy.Int64(min=1, max=4, nullable=False)
        distance = dy.Float64(min=0, max=500, nullable=False)
        fare = dy.Decimal(9, 2, min=Decimal(0), nullable=False)
        tip = dy.Float64(min=0, nullable=True)
        city = dy.Enum(CITIES, nullable=False)
        code = dy.String(min_length=3, max_length=12, regex=PATTERN, nullable=False)
        note = dy.String(max_length=60, nullable=True)

    frame = pl.DataFrame(pl.from_arrow(table)).with_columns(
        pl.col("city").cast(pl.String).cast(pl.Enum(CITIES))
    )
    return lambda: Rows.validate(frame)


def pandera_polars(table: pa.Table) -> Callable[[], object]:
    """A pandera schema of the same rules, over polars."""
    import pandera.polars as pap
    import polars as pl

    def column(kind: Any, *checks: pap.Check, **options: Any) -> pap.Column:
        return pap.Column(kind, list(checks), **options)

    schema = pap.DataFrameSchema(
        {
            "trip_id": column(pl.Int64, unique=True),
            "vendor": column(pl.Int64, pap.Check.in_range(1, 4)),
            "distance": column(pl.Float64, pap.Check.in_range(0, 500)),
            "fare": column(pl.Decimal(9, 2), pap.Check.ge(0)),
            "tip": column(pl.Float64, pap.Check.ge(0), nullable=True),
            "city": column(pl.String, pap.Check.isin(CITIES)),
            "code": column(pl.String, pap.Check.str_length(3, 12), pap.Check.str_matches(PATTERN)),
            "note": column(pl.String, pap.Check.str_length(max_value=60), nullable=True),
        }
    )
    frame = pl.DataFrame(pl.from_arrow(table)).with_columns(pl.col("city").cast(pl.String))
    return lambda: schema.validate(frame, lazy=True)


def pandera_pyarrow(table: pa.Table) -> Callable[[], object]:
    """The same over pandas with Arrow's types, which is what pandera has for pyarrow."""
    import pandas as pd
    import pandera.pandas as pap

    def column(*checks: pap.Check, **options: Any) -> pap.Column:
        return pap.Column(checks=list(checks), **options)

    schema = pap.DataFrameSchema(
        {
            "trip_id": column(unique=True),
            "vendor": column(pap.Check.in_range(1, 4)),
            "distance": column(pap.Check.in_range(0, 500)),
            "fare": column(pap.Check.ge(Decimal(0))),
            "tip": column(pap.Check.ge(0), nullable=True),
            "city": column(pap.Check.isin(CITIES)),
            "code": column(pap.Check.str_length(3, 12), pap.Check.str_matches(PATTERN)),
            "note": column(pap.Check.str_length(max_value=60), nullable=True),
        }
    )
    plain = table.set_column(5, "city", table.column("city").cast(pa.string()))
    frame = plain.to_pandas(types_mapper=pd.ArrowDtype)
    return lambda: schema.validate(frame, lazy=True)
