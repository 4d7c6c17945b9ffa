"""Tables as the docs use them, with the option of strict mode that looks at untyped libraries."""
# mypy: warn-return-any, disable-error-code="import-untyped"

import pandas as pd
import polars as pl
import pyarrow as pa
from pydantic import BaseModel
from typedxcom import LazyTable, Table, XComArg, task
from typing_extensions import TypeAlias


class Trip(BaseModel):
    fare: int


Trips: TypeAlias = Table[Trip]


@task
def arrow() -> Table[Trip]:
    return pa.table({"fare": [1]})


@task
def polars() -> Table[Trip]:
    return pl.DataFrame({"fare": [1]})


def pandas() -> Table[Trip] | None:
    return pd.DataFrame({"fare": [1]})


def spelled() -> Trips:
    return pa.table({"fare": [1]})


def columns(table: pa.Table) -> list[str]:
    return list(table.column_names)


@task
def read(one: Table[Trip], many: list[Table[Trip]], lazy: LazyTable[Trip]) -> Table[Trip]:
    found = Table[Trip].filter(pl.DataFrame({"fare": [1]}))
    print(one.num_rows, len(one), one["fare"], columns(one), columns(many[0]), pl.from_arrow(one))
    print(found.good.num_rows, found.dropped, dict(found.counts))
    print(columns(Table[Trip].sample(3)), Table[Trip].sample(n=3, seed=1).num_rows)
    print(columns(Table[Trip].validate(one, mode="python")), lazy.to_arrow().num_rows)
    return one.select(["fare"])


def given(rows: XComArg[Table[Trip]]) -> None: ...


read(arrow(), [arrow(), polars()], polars())
given(arrow())
