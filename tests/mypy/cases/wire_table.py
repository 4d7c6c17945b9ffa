"""``Table[Row]``, compared by column."""

from dataclasses import dataclass
from typing import Any, TypedDict

import pyarrow as pa  # type: ignore[import-untyped]
from pydantic import BaseModel, Field

from airflow.sdk import dag
from typedxcom import Table, task


class Frame:
    """A table of a library that has types."""

    height: int = 0


class Trip(BaseModel):
    id: int
    fare: float = Field(ge=0)


class Wide(BaseModel):
    id: int
    fare: float
    note: str


class OnlyId(TypedDict):
    id: int


class Optional(BaseModel):
    id: int
    tip: float | None = None


class TextId(BaseModel):
    id: str
    fare: float


@dataclass
class Plain:
    id: int


@task
def trips() -> Table[Trip]:
    return pa.table({"id": [1], "fare": [1.0]})


@task
def framed(day: str) -> Table[Trip]:
    return Frame()


@task
def wide() -> Table[Wide]:
    raise NotImplementedError


@task
def ids() -> Table[OnlyId]:
    raise NotImplementedError


@task
def text_ids() -> Table[TextId]:
    raise NotImplementedError


@task
def plain_rows() -> Table[Plain]:
    raise NotImplementedError


@task
def many_ids() -> list[Table[TextId]]:
    return []


@task
def arrow() -> pa.Table:
    return pa.table({})


@task
def models() -> list[Trip]:
    return []


@task
def number() -> int:
    return 1


@task
def on_trips(trips: Table[Trip]) -> int:
    return trips.num_rows + len(trips)


@task
def on_ids(rows: Table[OnlyId]) -> None:
    print(rows)


@task
def on_plain(rows: Table[Plain]) -> None:
    print(rows)


@task
def on_optional(rows: Table[Optional]) -> None:
    print(rows)


@task
def on_wide(rows: Table[Wide]) -> None:
    print(rows)


@task
def on_arrow(rows: pa.Table) -> None:
    print(rows)


@task
def on_any(rows: Any) -> None:
    print(rows)


@task
def on_models(rows: list[Trip]) -> None:
    print(rows)


@task
def on_many(tables: list[Table[Trip]]) -> None:
    print(tables)


@task
def read(shard: str) -> Table[Trip]:
    raise NotImplementedError


@task
def on_nullable(rows: Table[Trip] | None = None) -> None:
    print(rows)


@dag(schedule=None)
def right() -> None:
    on_trips(trips())
    on_ids(trips())
    on_trips(wide())
    on_plain(ids())
    on_optional(trips())
    on_arrow(trips())
    on_trips(framed("x"))
    on_trips(arrow())
    on_any(trips())
    on_many([trips(), wide()])
    on_many(read.expand(shard=["a"]))
    on_nullable(trips())
    on_trips.expand(trips=[trips(), trips()])


@dag(schedule=None)
def wrong() -> None:
    on_wide(plain_rows())  # E: Argument "rows" of task "on_wide" takes "Table[Wide]", but task "plain_rows" returns "Table[Plain]": missing columns "fare", "note" - at "$" [xcom-arg]
    on_many([trips(), ids()])  # E: Argument "tables" of task "on_many" takes "Table[Trip]" here, but task "ids" returns "Table[OnlyId]": missing column "fare" - at "$.fare" [xcom-arg]
    on_many(many_ids())  # E: Argument "tables" of task "on_many" takes "list[Table[Trip]]", but task "many_ids" returns "list[Table[TextId]]": "str" is not "int" - at "$[0].id" [xcom-arg]
    on_trips.expand(trips=many_ids())  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but mapping over task "many_ids" gives "Table[TextId]": "str" is not "int" - at "$.id" [xcom-map]
    on_trips(ids())  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but task "ids" returns "Table[OnlyId]": missing column "fare" - at "$.fare" [xcom-arg]
    on_trips(text_ids())  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but task "text_ids" returns "Table[TextId]": "str" is not "int" - at "$.id" [xcom-arg]
    on_wide(trips())  # E: Argument "rows" of task "on_wide" takes "Table[Wide]", but task "trips" returns "Table[Trip]": missing column "note" - at "$.note" [xcom-arg]
    on_trips(models())  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but task "models" returns "list[Trip]" [xcom-arg]
    on_trips(number())  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but task "number" returns "int" [xcom-arg]
    on_models(trips())  # E: Argument "rows" of task "on_models" takes "list[Trip]", but task "trips" returns "Table[Trip]" [xcom-arg]
    on_trips(on_trips(trips()))  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but task "on_trips" returns "int" [xcom-arg]
    on_trips.expand(trips=trips())  # E: Argument "trips" of task "on_trips" cannot be mapped over task "trips": it returns "Table[Trip]", not a list, a tuple or a dict [xcom-map]
    on_trips(read.expand(shard=["a"]))  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but mapped task "read" returns "list[Table[Trip]]": "on_trips.expand(trips=...)" runs it for each item [xcom-arg]
    on_many(trips())  # E: Argument "tables" of task "on_many" takes "list[Table[Trip]]", but task "trips" returns "Table[Trip]" [xcom-arg]
    on_trips([trips()])  # E: Argument "trips" of task "on_trips" takes "Table[Trip]", but gets "list[Table[Trip]]" from task "trips" [xcom-arg]
    on_nullable(ids())  # E: Argument "rows" of task "on_nullable" takes "Table[Trip] | None", but task "ids" returns "Table[OnlyId]": missing column "fare" - at "$.fare" [xcom-arg]
    number() >> on_ids(text_ids())  # E: Argument "rows" of task "on_ids" takes "Table[OnlyId]", but task "text_ids" returns "Table[TextId]": "str" is not "int" - at "$.id" [xcom-arg]
