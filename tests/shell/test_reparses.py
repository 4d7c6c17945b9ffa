"""A DAG processor imports the same files for weeks: nothing of an earlier import stays."""

from __future__ import annotations

import gc
import sys
import types
import weakref

SOURCE = """
from dataclasses import dataclass
from typing import TypedDict
import msgspec
from airflow.sdk import DAG
from pydantic import BaseModel
from typedxcom import Table, task

class Model(BaseModel):
    id: int

@dataclass
class Data:
    model: Model

class Struct(msgspec.Struct):
    data: dict[str, int]

class Typed(TypedDict):
    items: list[Struct]

class Row(BaseModel):
    id: int

with DAG("again"):
    @task
    def model(n: int) -> Model: ...
    @task
    def data(model: Model) -> list[Data]: ...
    @task
    def struct(data: list[Data], typed: Typed) -> Struct: ...
    @task
    def typed() -> Typed: ...
    @task
    def table(model: Model) -> Table[Row]: ...
    @task
    def rows(table: Table[Row]) -> int: ...
    made = model(rows(table(model(1))))
    struct(data(made), typed())
"""


def parsed() -> list[weakref.ref[type]]:
    """The classes of one import of the file."""
    module = sys.modules["again"] = types.ModuleType("again")
    exec(compile(SOURCE, "again.py", "exec"), vars(module))
    del sys.modules["again"]
    names = ("Model", "Data", "Struct", "Typed", "Row")
    return [weakref.ref(vars(module)[name]) for name in names]


def test_the_classes_of_a_file_go_with_it():
    """After a file was imported 20 times, at most the newest classes are still in memory."""
    imports = [parsed() for _ in range(20)]
    gc.collect()
    alive = [(number, ref().__name__) for number, one in enumerate(imports) for ref in one if ref()]
    assert [one for one in alive if one[0] < 19] == []


BARE = """
from airflow.sdk import DAG
from typedxcom import task
from typedxcom.airflow.policy import dag_policy

def described(rows):
    return {"rows": len(rows), "first": rows[0]}

with DAG("again") as dag:
    @task
    def rows(n=1) -> list[int]: ...
    @task(multiple_outputs=True)
    def counted(rows: list[int]):
        return {"rows": len(rows), "path": "a"}
    @task
    def shown(path, count: int):
        print(path.upper())
    made = counted(rows())
    shown(made["path"], made["rows"])
dag_policy(dag)
"""


def test_nothing_grows_where_code_is_read(tmp_path):
    """Tasks without annotations leave nothing behind: 300 imports keep as much as 100."""
    path = tmp_path / "bare.py"
    path.write_text(BARE)
    code = compile(BARE, str(path), "exec")
    kept = []
    for number in range(1, 301):
        module = sys.modules["bare"] = types.ModuleType("bare")
        exec(code, vars(module))
        del sys.modules["bare"], module
        if number in (100, 300):
            gc.collect()
            kept.append(len(gc.get_objects()))
    assert kept[1] - kept[0] < 100
