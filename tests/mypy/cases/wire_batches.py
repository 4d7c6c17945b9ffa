"""``table.batches(rows=...)``: a table in slices for mapped tasks."""

from pydantic import BaseModel

from airflow.sdk import dag
from typedxcom import LazyTable, Table, task


class Trip(BaseModel):
    id: int
    fare: float


class OnlyId(BaseModel):
    id: int


class Place(BaseModel):
    city: str


@task
def trips() -> Table[Trip]:
    raise NotImplementedError


@task
def read(shard: str) -> Table[Trip]:
    raise NotImplementedError


@task
def number() -> int:
    return 1


@task
def on_ids(batch: Table[OnlyId]) -> int:
    raise NotImplementedError


@task
def on_places(batch: Table[Place], more: int = 0) -> None:
    raise NotImplementedError


@task
def on_many(tables: list[Table[Trip]]) -> None:
    raise NotImplementedError


@task
def lazily(table: LazyTable[OnlyId]) -> LazyTable[OnlyId]:
    return table.filter("id > 3")


@task
def lazy_places(table: LazyTable[Place]) -> None:
    table.columns("city").to_arrow()


@task
def total(numbers: list[int]) -> None:
    raise NotImplementedError


@dag(schedule=None)
def right() -> None:
    total(on_ids.expand(batch=trips().batches(rows=1000)))
    on_ids.expand(batch=read.expand(shard=["a", "b"]).batches(rows=1000))
    on_many(trips().batches(rows=1000))
    on_ids(lazily(trips()))
    lazily.expand(table=trips().batches(rows=1000))


@dag(schedule=None)
def wrong() -> None:
    on_places.expand(batch=trips().batches(rows=1000))  # E: Argument "batch" of task "on_places" takes "Table[Place]", but mapping over task "trips" gives "Table[Trip]": missing column "city" - at "$.city" [xcom-map]
    on_ids.expand(batch=number().batches(rows=1000))  # E: Task "number" returns "int": only a table has batches() [xcom-map]
    trips().batches(rows="many")  # E: Argument "rows" to "batches" of "XComArg" has incompatible type "str"; expected "int" [arg-type]
    trips().batches()  # E: Missing named argument "rows" for "batches" of "XComArg" [call-arg]
    on_ids(trips().batches(rows=1000))  # E: Argument "batch" of task "on_ids" takes "Table[OnlyId]", but task "trips" returns "list[Table[Trip]]": "on_ids.expand(batch=...)" runs it for each item [xcom-arg]
    lazy_places(trips())  # E: Argument "table" of task "lazy_places" takes "LazyTable[Place]", but task "trips" returns "Table[Trip]": missing column "city" - at "$.city" [xcom-arg]
    lazy_places.expand(table=trips().batches(rows=1000))  # E: Argument "table" of task "lazy_places" takes "LazyTable[Place]", but mapping over task "trips" gives "Table[Trip]": missing column "city" - at "$.city" [xcom-map]
