"""Rows of SQL operators: records by the names of the columns, or tuples as they are."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from airflow.providers.common.sql.hooks.sql import DbApiHook
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from tests.e2e.support import succeed
from tests.harness.dagtest import run_dag
from typedxcom import ValidationError, WiringError, dag, task, typed_output

ROWS = "select 2.5 as total, 1 as id union select 10.0, 2"


class Hook(DbApiHook):
    conn_name_attr = "conn_id"

    def get_conn(self) -> Any:
        return sqlite3.connect(":memory:")


class Query(SQLExecuteQueryOperator):
    """The operator on a database of its own, since no provider of one is installed."""

    def get_db_hook(self) -> DbApiHook:
        if not hasattr(self, "_own_hook"):
            self._own_hook = Hook()
        return self._own_hook


class Row(NamedTuple):
    id: int
    total: float
    note: str = "-"


class Plain(NamedTuple):
    total: float
    id: int


class Model(BaseModel):
    id: int
    total: float = Field(alias="theTotal", gt=0)


class Typed(TypedDict):
    id: int
    total: float


@dataclass
class Data:
    id: int
    total: float


def query(name: str, sql: str = ROWS) -> Any:
    """A query that runs when the DAG does."""
    return Query(task_id=name, conn_id="none", sql=sql)


def test_rows_are_records_by_the_names_of_their_columns() -> None:
    """Whatever the order and the case of the columns; tuples stay tuples, also for a NamedTuple."""

    @dag(schedule=None)
    def sql_rows():
        @task
        def read(
            rows: list[Row],
            models: list[Model],
            dicts: list[Typed],
            data: list[Data],
            capitals: list[Typed],
            none: list[Row],
            tuples: list[tuple[float, int]],
            in_order: list[Plain],
            untyped: list[Plain],
        ) -> None:
            assert rows == [Row(1, 2.5), Row(2, 10.0)]
            assert [model.total for model in models] == [2.5, 10.0]
            assert dicts == capitals == [{"id": 1, "total": 2.5}, {"id": 2, "total": 10.0}]
            assert data == [Data(1, 2.5), Data(2, 10.0)]
            assert none == []
            assert tuples == [(2.5, 1), (10.0, 2)]
            assert in_order == untyped == [Plain(2.5, 1), Plain(10.0, 2)]

        capitals = "select 2.5 as TOTAL, 1 as ID union select 10.0, 2"
        read(
            typed_output(query("rows"), list[Row]),
            typed_output(query("models"), list[Model]),
            typed_output(query("dicts"), list[Typed]),
            typed_output(query("data"), list[Data]),
            typed_output(query("capitals", capitals), list[Typed]),
            typed_output(query("none", "select 1 as id, 2.5 as total where false"), list[Row]),
            typed_output(query("tuples"), list[tuple[float, int]]),
            typed_output(query("in_order"), list[tuple[float, int]]),
            query("untyped").output,
        )

    result = succeed(sql_rows())
    assert result.xcom("dicts") == [{"id": 1, "total": 2.5}, {"id": 2, "total": 10.0}]
    assert result.xcom("rows")[0] == [1, 2.5, "-"]


def test_wrong_columns_are_named() -> None:
    """A missing column, one that is there twice and a wrong value fail the operator's task."""

    @dag(schedule=None)
    def sql_wrong():
        typed_output(query("missing", "select 1 as id"), list[Row])
        typed_output(query("absent", "select 1 as id"), list[Model])
        typed_output(query("twice", "select 1 as id, 2 as ID, 3 as total"), list[Row])
        typed_output(query("wrong", "select 1 as id, 'x' as total"), list[Row])

    result = run_dag(sql_wrong())
    words = {
        "missing": "missing column `total`; it has `id`",
        "absent": "$[0]",
        "twice": "the query gives the column `id` twice; it has `id`, `ID`, `total`",
        "wrong": "expected `Row`, got `[1, 'x', '-']` - at `$[0]`",
    }
    for name, told in words.items():
        error = result.error(name)
        assert isinstance(error, ValidationError)
        assert str(error).startswith(f"Task '{name}' breaks its typed_output, returned value: ")
        assert told in str(error)


def test_tuples_of_another_shape_are_no_rows() -> None:
    """The items of a tuple are compared with the fields of a NamedTuple when the DAG is parsed."""

    @dag(schedule=None)
    def sql_shapes():
        @task
        def read(rows: list[Plain]) -> None: ...

        read(typed_output(query("fits"), list[tuple[float, int]]))
        with pytest.raises(WiringError, match=r"`str` is not `int` - at `\$\[0\]\[1\]`"):
            read(typed_output(query("text"), list[tuple[float, str]]))

    sql_shapes()
