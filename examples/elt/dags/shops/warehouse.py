"""The warehouse, a DuckDB file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from shops.models import ShopTotal

_SALES = """
create table if not exists sales (
    day date, receipt bigint, shop text, article text, pieces bigint, price decimal(9, 2), cost decimal(9, 2)
)
"""
_TOTALS = """
select shop, sum(pieces)::bigint as pieces, sum(pieces * price)::decimal(12, 2) as revenue
from sales where day = ? group by shop order by shop
"""


def replace(day: date, tables: list[pa.Table]) -> int:
    """Makes the rows of *day* those of *tables*, and returns their number. May be called again."""
    with _open() as database:
        database.execute("delete from sales where day = ?", [day])
        for table in tables:
            database.register("arrived", table)
            database.execute(
                "insert into sales select ?, receipt, shop, article, pieces, price, cost from arrived",
                [day],
            )
    return sum(table.num_rows for table in tables)


def totals(day: date) -> list[ShopTotal]:
    """What each shop sold on *day*."""
    with _open() as database:
        found = database.execute(_TOTALS, [day]).fetchall()
    return [ShopTotal(shop=shop, pieces=pieces, revenue=revenue) for shop, pieces, revenue in found]


@contextmanager
def _open() -> Iterator[duckdb.DuckDBPyConnection]:
    path = os.environ.get("WAREHOUSE", Path(__file__).parents[2] / "warehouse.duckdb")
    with duckdb.connect(str(path)) as database:
        database.execute(_SALES)
        yield database
