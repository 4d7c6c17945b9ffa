"""Previews: what a task pushes beside its entry, and who never meets it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk import DAG
from airflow.sdk import task as plain_task
from pydantic import BaseModel, Field

from tests.e2e.support import Order, succeed
from typedxcom import ContractError, Table, task, typed
from typedxcom.preview import KEY


class Trip(BaseModel):
    id: int
    name: str = Field(json_schema_extra={"preview": False})


SECRET = "s3cret"


def test_a_preview_is_pushed_beside_the_entry():
    """Where a task asks for one: types, readers, counts and rows, and marked columns without."""
    pulled: list[Any] = []

    @task(preview=2)
    def table() -> Table[Trip]:
        return pa.table({"id": range(1000), "name": [SECRET] * 1000})

    @task(preview=1)
    def large() -> list[Trip]:
        return [Trip(id=n, name=SECRET * 20) for n in range(1000)]

    @task(preview=3)
    def small() -> Order:
        return Order(id=1, at="2024-01-01T00:00:00")

    @task(preview=1)
    def mapped_over() -> list[int]:
        return [7, 8]

    @typed(preview=0)
    @plain_task
    def counted() -> Table[Trip]:
        return pa.table({"id": [5], "name": ["x"]})

    @task(preview=False)
    def off() -> int:
        return 1

    @task
    def unsaid() -> int:
        return 1

    @task(preview=1)
    def untyped():
        return 1

    @task
    def read(trips: Table[Trip], many: list[Trip], order: Order, limit: int) -> None:
        pulled.append((trips.num_rows, len(many), order.id, limit))

    @plain_task
    def pull(ti=None):
        pulled.extend([ti.xcom_pull("small"), ti.xcom_pull("off"), ti.xcom_pull("mapped_over")])
        pulled.append(ti.xcom_pull(["small", "off"]))

    @task
    def each(n: int) -> None:
        pulled.append(n)

    with DAG("previewed", schedule=None) as dag:
        counted()
        read(table(), large(), small(), off()) >> pull() >> each.expand(n=mapped_over())
        unsaid()
        untyped()
    result = succeed(dag)
    rows = result.rows()
    found = {task_id: value for (task_id, _, key), value in rows.items() if key == KEY}
    assert found == {
        "table": {
            "version": 1,
            "type": "Table[Trip]",
            "withheld_names": ["name"],
            "readers": [["read", "trips", "Table[Trip]"]],
            "columns": [["id", "int", 0, "0", "999"], ["name", "str", 0]],
            "width": 2,
            "rows": [["0", False], ["1", False]],
        },
        "large": {
            "version": 1,
            "type": "list[Trip]",
            "withheld_names": ["name"],
            "readers": [["read", "many", "list[Trip]"]],
            "tree": [[0, "id", "int"], [0, "name", "str"]],
            "names": ["id", "name"],
            "rows": [["0", False]],
        },
        "small": {
            "version": 1,
            "type": "Order",
            "readers": [["read", "order", "Order"]],
            "tree": found["small"]["tree"],
        },
        "mapped_over": {
            "version": 1,
            "type": "list[int]",
            "readers": [["each", "n", "int (each item)"]],
            "rows": [["7"]],
        },
        "counted": {
            "version": 1,
            "type": "Table[Trip]",
            "withheld_names": ["name"],
            "columns": [["id", "int", 0], ["name", "str", 0]],
            "width": 2,
        },
    }
    plain = rows["small", -1, "return_value"]
    assert pulled[:-2] == [(1000, 1000, 1, 1), plain, 1, [7, 8], [plain, 1]]
    assert sorted(pulled[-2:]) == [7, 8]
    assert SECRET not in str([value for (_, _, key), value in rows.items() if key == KEY])
    assert "readers" not in str(result.rendered("read"))


@pytest.mark.parametrize("rows", [True, -1, 101, "5", 2.0])
def test_a_wrong_number_of_rows_is_refused(rows):
    """When the task is written."""
    with pytest.raises(ContractError, match="preview takes a number of rows from 0 to 100"):
        task(preview=rows)(lambda: None)


def test_a_preview_that_cannot_be_made_fails_nothing(monkeypatch):
    """The log says so, and quotes no value."""

    def fail(*args: Any, **kwargs: Any) -> Any:
        raise LookupError(SECRET)

    monkeypatch.setattr("typedxcom.airflow.running.previews.make_preview", fail)

    @task(preview=1)
    def one() -> int:
        return 1

    with DAG("unpreviewed", schedule=None) as dag:
        one()
    result = succeed(dag)
    assert {key for _, _, key in result.rows()} == {"return_value"}
    assert "pushes no preview: LookupError" in result.log("one")
    assert SECRET not in result.log("one")
