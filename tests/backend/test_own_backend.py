"""Typed tasks on an XCom backend that users have written themselves, as many teams have."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from airflow.sdk.bases.xcom import BaseXCom
from pydantic import BaseModel

from tests.harness.dagtest import run_dag
from typedxcom import Table, dag, task

pytestmark = pytest.mark.airflow


class Row(BaseModel):
    n: int


@pytest.fixture
def frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which a backend keeps frames as CSV, and their paths as XComs."""

    class Backend(BaseXCom):
        @staticmethod
        def serialize_value(value: Any, **where: Any) -> Any:
            if isinstance(value, pd.DataFrame):
                path = tmp_path / f"{where['task_id']}.csv"
                value.to_csv(path, index=False)
                value = f"csv:{path}"
            return BaseXCom.serialize_value(value)

        @staticmethod
        def deserialize_value(result: SimpleNamespace) -> Any:
            value = BaseXCom.deserialize_value(result)
            is_path = isinstance(value, str) and value.startswith("csv:")
            return pd.read_csv(value[4:]) if is_path else value

    for module in ("xcom", "task_runner"):
        monkeypatch.setattr(f"airflow.sdk.execution_time.{module}.XCom", Backend)
    return tmp_path


def test_typed_tasks_read_what_it_loads_and_store_their_own_tables(frames: Path) -> None:
    """A parameter takes the frame that the backend loads; a typed result goes past the backend."""
    from airflow.sdk import task as airflow_task

    @dag(schedule=None)
    def half_way():
        @airflow_task
        def old():
            return pd.DataFrame({"n": [5]})

        @task
        def new(rows: Table[Row]) -> Table[Row]:
            return rows

        @task
        def read(rows: Table[Row], frame: pd.DataFrame) -> list[int]:
            return [*rows["n"].to_pylist(), *frame["n"].tolist()]

        frame = old()
        read(new(frame), frame)

    result = run_dag(half_way())
    assert result.xcom("read") == [5, 5], result
    assert result.xcom("new")["$typedxcom"] == 1
    assert [path.name for path in frames.glob("*.csv")] == ["old.csv"]
