"""With a signing key a pointer counts in the row that it was signed for, and in no other one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pyarrow as pa
import pytest
from airflow.sdk import task as airflow_task
from pydantic import BaseModel

from tests.e2e.support import run_dag, succeed
from typedxcom import File, Table, XComKey, dag, task
from typedxcom.errors import IntegrityError
from typedxcom.pointer import MARKER
from typedxcom.tables import LazyTable, Rows

KEY = XComKey("side", Table)
LARGE = 30_000  # numbers, which are more than a row holds


class Row(BaseModel):
    id: int


@pytest.fixture(autouse=True)
def signed(monkeypatch: pytest.MonkeyPatch, forgotten: Any) -> None:
    """A deployment with a key."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SIGNING_KEY", "k" * 32)
    forgotten()


@task
def table(rows: int = 25) -> Table[Row]:
    return pa.table({"id": list(range(rows))})


@task
def size(rows: Table[Row]) -> int:
    return rows.num_rows


def test_whatever_is_wired_is_read(tmp_path: Path) -> None:
    """Handles that are passed on, items, keys, slices, reduces and frames of the DAG file."""

    @task
    def passes(rows: LazyTable[Row]) -> LazyTable[Row]:
        return rows

    @task
    def file() -> File:
        path = tmp_path / "file.txt"
        path.write_text("text")
        return File(path)

    @task
    def passes_file(file: File) -> File:
        return file

    @task
    def reads_file(file: File) -> str:
        return file.read_bytes().decode()

    @task(multiple_outputs=True)
    def several() -> dict[str, Table[Row]]:
        return {"a": pa.table({"id": [1]}), "b": pa.table({"id": [1, 2]})}

    @task
    def pair() -> tuple[list[int], list[int]]:
        return list(range(LARGE)), list(range(LARGE))

    @task
    def length(numbers: list[int]) -> int:
        return len(numbers)

    @task
    def reduces(tables: list[Table[Row]]) -> int:
        return sum(one.num_rows for one in tables)

    @task
    def both(parts: dict[str, Table[Row]]) -> int:
        return sum(one.num_rows for one in parts.values())

    @task
    def pushes(ti: Any = None) -> int:
        KEY.push(ti, pa.table({"id": [1, 2, 3]}))
        return 1

    @task
    def pulls(after: int, ti: Any = None) -> int:
        prior = KEY.pull(ti, "pushes", include_prior_dates=True)
        return KEY.pull(ti, "pushes").num_rows + prior.num_rows

    @dag(schedule=None)
    def wired():
        rows = table()
        size.override(task_id="own")(rows)
        size.override(task_id="passed_twice")(passes.override(task_id="again")(passes(rows)))
        reads_file(passes_file(file()))
        parts = several()
        size.override(task_id="part")(parts["b"])
        _, second = pair()
        length(second)
        size.override(task_id="sliced").expand(rows=rows.batches(rows=10))
        made = table.override(task_id="tables").expand(rows=[1, 2, 3])
        reduces(made)
        both({"one": rows, "other": passes.override(task_id="third")(rows)})
        pulls(pushes())
        size.override(task_id="literal")(pd.DataFrame({"id": [1, 2]}))

    result = succeed(wired())
    values = {key[:2]: value for key, value in result.rows().items() if key[2] == "return_value"}
    for task_id, expected in {
        "own": 25, "passed_twice": 25, "reads_file": "text", "part": 2, "length": LARGE,
        "reduces": 6, "both": 50, "pulls": 6, "literal": 2,
    }.items():  # fmt: skip
        assert values[task_id, -1] == expected
    assert [values["sliced", index] for index in range(3)] == [10, 10, 5]
    assert values["passes", -1]["path"] == values["table", -1]["path"]
    assert values["passes", -1]["passed_to"].endswith("/passes/-1/return_value")


def test_a_pointer_in_another_row_is_refused() -> None:
    """A true pointer to true bytes, copied into the row of another task, or under another key."""

    @airflow_task
    def copies(ti: Any = None) -> Any:
        row = ti.xcom_pull(task_ids="table", key="return_value")
        assert row[MARKER] == 1
        ti.xcom_push("side", row)
        return row

    @task
    def lazily(rows: LazyTable[Row]) -> int:
        return rows.to_arrow().num_rows

    @task
    def streamed(rows: Annotated[pa.RecordBatchReader, Rows(Row)]) -> int:
        return rows.read_all().num_rows

    @task
    def together(rows: dict[str, Table[Row]]) -> int:
        return len(rows)

    @task
    def by_key(ti: Any = None) -> int:
        return KEY.pull(ti, "copies").num_rows

    @dag(schedule=None)
    def replayed():
        rows = table()
        copied = copies()
        rows >> copied
        size(copied)
        lazily(copied)
        streamed(copied)
        together({"wrong": copied})
        copied >> by_key()

    result = run_dag(replayed())
    for task_id in ("size", "lazily", "streamed", "together", "by_key"):
        error = result.error(task_id)
        assert isinstance(error, IntegrityError), task_id
        assert "was signed for another XCom" in str(error)
        assert "/table/-1/return_value" in str(error)
