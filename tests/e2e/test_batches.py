"""Tables that mapped tasks read in slices, and tables stored as parquet."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from airflow.sdk import task as airflow_task
from pydantic import BaseModel, Field

from tests.e2e.support import succeed
from typedxcom import ContractError, Table, WiringError, dag, task
from typedxcom.tables import LazyTable, Rows


class Trip(BaseModel):
    trip_id: int
    km: float = Field(ge=0)


class Distance(BaseModel):
    km: float


class Place(BaseModel):
    city: str


@task
def trips(rows: int = 25) -> Table[Trip]:
    return pa.table({"trip_id": list(range(rows)), "km": [float(n) for n in range(rows)]})


@task
def count(batch: Table[Distance]) -> tuple[int, float]:
    assert batch.column_names == ["km"]
    return batch.num_rows, pc.sum(batch["km"]).as_py()


def of_task(result: Any, task_id: str) -> list[Any]:
    """What each instance of a mapped task pushed."""
    rows = result.rows()
    return [rows[key] for key in sorted(rows) if key[0] == task_id and key[2] == "return_value"]


def test_each_instance_reads_its_own_slice():
    """A table of 25 rows in batches of 10: three instances, the last one of 5 rows."""

    @task
    def total(parts: list[tuple[int, float]]) -> float:
        return sum(part[1] for part in parts)

    @dag(schedule=None)
    def sliced():
        total(count.expand(batch=trips().batches(rows=10)))

    result = succeed(sliced())
    assert of_task(result, "count") == [[10, 45.0], [10, 145.0], [5, 110.0]]
    assert result.xcom("total") == 300.0
    assert result.xcom("trips_batches") == [0, 10, 20]
    assert "rows 0 to 9 of a table" in str(result.rendered("count", 0))


def test_a_slice_comes_in_the_library_that_the_reader_names():
    """polars, a handle, a stream and a plain Airflow task each get the rows of their slice."""

    @task
    def by_polars(batch: Annotated[pl.DataFrame, Rows(Trip)]) -> int:
        return batch["trip_id"].sum()

    @task
    def lazily(batch: LazyTable[Trip]) -> int:
        assert batch.rows == len(batch)
        return batch.filter("trip_id > 10").to_arrow().num_rows

    @task
    def in_batches(batch: Annotated[pa.RecordBatchReader, Rows(Trip)]) -> int:
        return sum(part.num_rows for part in batch)

    @airflow_task
    def untyped(batch):
        return batch.num_rows

    @dag(schedule=None)
    def libraries():
        table = trips()
        for read in (by_polars, lazily, in_batches, untyped):
            read.expand(batch=table.batches(rows=20))

    result = succeed(libraries())
    assert of_task(result, "by_polars") == [190, 110]
    assert of_task(result, "lazily") == [9, 5]
    assert of_task(result, "in_batches") == [20, 5]
    assert of_task(result, "untyped") == [20, 5]


def test_batches_of_a_mapped_task_and_of_nothing():
    """Each table of a mapped task is cut on its own; a table without rows maps over nothing."""

    @dag(schedule=None)
    def mapped():
        several = trips.expand(rows=[3, 5])
        count.expand(batch=several.batches(rows=4))
        count.override(task_id="none").expand(batch=trips(0).batches(rows=4))

    result = succeed(mapped())
    assert of_task(result, "count") == [[3, 3.0], [4, 6.0], [1, 4.0]]
    assert result.states["none"] == "skipped"


def test_batches_are_checked_when_the_dag_is_parsed():
    """A reader of other columns, an output that is no table, and no number of rows are refused."""

    @task
    def places(batch: Table[Place]) -> None: ...

    @task
    def number() -> int:
        return 1

    @dag(schedule=None)
    def wrong():
        with pytest.raises(WiringError, match="missing column `city`"):
            places.expand(batch=trips().batches(rows=10))
        with pytest.raises(WiringError, match="cuts a table, but task 'number' returns `int`"):
            number().batches(rows=10)
        with pytest.raises(ContractError, match="1 or more"):
            trips().batches(rows=0)
        with pytest.raises(WiringError, match="Do it in the task"):
            trips().batches(rows=3).map(str)

    wrong()


def test_a_table_is_stored_as_parquet_where_the_task_says_so():
    """The pointer names the format; readers of all kinds and slices get the same rows."""

    @task(format="parquet")
    def stored() -> Table[Trip]:
        return pa.table({"trip_id": [1, 2, 3], "km": [0.5, 1.0, 1.5]})

    @task
    def lazily(table: LazyTable[Trip]) -> int:
        return table.filter("km > 0.7").to_arrow().num_rows

    @dag(schedule=None)
    def parquet():
        table = stored()
        lazily(table)
        count.expand(batch=table.batches(rows=2))

    result = succeed(parquet())
    row = result.xcom("stored")
    assert (row["codec"], row["rows"]) == ("parquet", 3)
    assert row["path"].endswith(".parquet")
    assert result.xcom("lazily") == 2
    assert of_task(result, "count") == [[2, 1.5], [1, 1.5]]


def test_a_format_without_a_table_is_refused():
    """At parse time, as is a word that is no format."""

    @task(format="parquet")
    def number() -> int:
        return 1

    @task(format="csv")
    def table() -> Table[Trip]: ...

    @dag(schedule=None)
    def wrong():
        with pytest.raises(ContractError, match="returns `int`"):
            number()
        with pytest.raises(ContractError, match="'arrow' or 'parquet'"):
            table()

    wrong()
