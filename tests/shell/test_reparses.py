"""A DAG processor imports the same files for weeks: nothing of an earlier import stays."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path

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


def imported(path: Path, code: types.CodeType) -> None:
    """One import of a file, after which nothing holds its module."""
    module = sys.modules[path.stem] = types.ModuleType(path.stem)
    vars(module)["__file__"] = str(path)
    try:
        exec(code, vars(module))
    finally:
        del sys.modules[path.stem]


def calls_of(run: Callable[[], None]) -> int:
    """How many functions *run* calls, of Python and of C."""
    events: Counter[str] = Counter()
    sys.setprofile(lambda _, event, __: events.update([event]))
    try:
        run()
    finally:
        sys.setprofile(None)
    return events["call"] + events["c_call"]


def test_the_thousandth_import_costs_what_the_first_ones_did(tmp_path: Path) -> None:
    """Over 1,000 imports of a file, neither memory nor the work of an import grows."""
    path = tmp_path / "often.py"
    path.write_text(SOURCE + BARE.replace("again", "bare"))
    code = compile(path.read_text(), str(path), "exec")
    objects, blocks, calls = [], [], []
    for number in range(1, 1001):
        imported(path, code)
        if number in (200, 1000):
            calls.append(calls_of(lambda: imported(path, code)))
            gc.collect()
            objects.append(len(gc.get_objects()))
            blocks.append(sys.getallocatedblocks())
    assert objects[1] - objects[0] < 100
    assert blocks[1] - blocks[0] < 1000  # 1.25 for each import
    assert abs(calls[1] - calls[0]) < calls[0] / 100
