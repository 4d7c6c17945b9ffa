"""What is known of tables, where pyarrow has stubs."""

import polars as pl
import pyarrow as pa
from pydantic import BaseModel
from typedxcom import LazyTable, Table
from typedxcom.tables import Filtered
from typing_extensions import assert_type


class Trip(BaseModel):
    fare: int


def read(one: Table[Trip], lazy: LazyTable[Trip]) -> None:
    assert_type(Table[Trip].sample(3), pa.Table)
    assert_type(Table[Trip].validate(one, mode="python"), pa.Table)
    assert_type(Table[Trip].filter(one), Filtered)
    assert_type(Table[Trip].filter(one).good, pa.Table)
    assert_type(lazy.to_arrow(), pa.Table)
    assert_type(lazy.to_polars(), pl.DataFrame)
    Table[Trip].sample("3")  # wrong
