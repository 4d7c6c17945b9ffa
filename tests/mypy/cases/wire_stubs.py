"""Tasks in other languages: no body, and nothing that only Python can open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from airflow.sdk import dag
from airflow.sdk import task as airflow_task
from pydantic import BaseModel
from typedxcom import File, Table, task


class Row(BaseModel):
    id: int
    next: Row | None = None


class Picture(BaseModel):
    name: str
    pixels: bytes


@dataclass
class Report:
    attached: list[File]


class Pair(NamedTuple):
    name: str
    rows: Table[Row]


@task
def row() -> Row:
    return Row(id=1)


@task
def table() -> Table[Row]:
    raise NotImplementedError


@task
def picture() -> Picture:
    raise NotImplementedError


@task
def pictures() -> list[Picture]:
    raise NotImplementedError


@task
def anything() -> Any:
    return 1


@task.stub(queue="java")
def price(row: Row, currency: str = "EUR") -> Row: ...


@task.stub
def bare(row: Row) -> dict[str, list[int]]:
    """In Go."""


@airflow_task.stub(queue="go")
def plain(row: Row) -> int:
    pass


@task.stub(queue="java")
def open_end(row, other=None): ...


@task
def no_stub(row: Row) -> int: ...  # E: Missing return statement [empty-body]


@task.stub(queue="java")  # E: Argument "rows" of task "reads_table" cannot be read or written by another language: pass the address of a file that both can open, or the rows as a list [xcom-task]
def reads_table(rows: Table[Row]) -> int: ...


@task.stub(queue="java")  # E: Argument "picture" of task "reads_picture" cannot be read or written by another language: pass a str, such as its base64 text [xcom-task]
def reads_picture(picture: Picture | None) -> int: ...


@task.stub(queue="java")  # E: The return value of task "gives_report" cannot be read or written by another language: pass its address as a str [xcom-task]
def gives_report(row: Row) -> Report: ...


@task.stub(queue="java")  # E: Argument "pair" of task "reads_pair" cannot be read or written by another language: pass the address of a file that both can open, or the rows as a list [xcom-task]
def reads_pair(pair: list[Pair]) -> int: ...


@airflow_task.stub(queue="java")  # E: Argument "raw" of task "plain_bytes" cannot be read or written by another language: pass a str, such as its base64 text [xcom-task]
def plain_bytes(raw: bytes) -> int: ...


@dag(schedule=None)
def right():
    price(row())
    price(row=row(), currency="USD")
    bare(price(row()))
    plain(row())
    open_end(row(), anything())
    open_end([row(), {"a": row()}])
    open_end.expand(row=anything())


@dag(schedule=None)
def nested() -> None:
    @task.stub(queue="go")
    def inner(row: Row) -> Row: ...

    inner(row())


@dag(schedule=None)
def wrong():
    open_end(table())  # E: Task "open_end" cannot read "Table[Row]", because its body is in another language: pass the address of a file that both can open, or the rows as a list [xcom-arg]
    open_end(row(), other=picture())  # E: Task "open_end" cannot read "Picture", because its body is in another language: pass a str, such as its base64 text [xcom-arg]
    open_end([row(), picture()])  # E: Task "open_end" cannot read "Picture", because its body is in another language: pass a str, such as its base64 text [xcom-arg]
    open_end.partial(other=1).expand(row=pictures())  # E: Task "open_end" cannot read "list[Picture]", because its body is in another language: pass a str, such as its base64 text [xcom-arg]
    price(anything(), 1)  # E: Argument 2 to "price" has incompatible type "int"; expected "str" [arg-type]
