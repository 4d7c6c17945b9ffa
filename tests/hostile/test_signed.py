"""With a signing key nothing is read that no signature reaches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from pydantic import BaseModel

from typedxcom import Table
from typedxcom.contracts import Promise
from typedxcom.errors import IntegrityError
from typedxcom.exchange import load
from typedxcom.objects import Objects
from typedxcom.schema import schema_of
from typedxcom.stores import MemoryStore

KEY = b"k" * 32
FRAME = pd.DataFrame({"id": [6, 6, 6]})


class Row(BaseModel):
    id: int


def codec(annotation: Any) -> Any:
    return Promise(annotation, schema_of(annotation)).codec


def deployment(*keys: bytes) -> Objects:
    store = MemoryStore("default")
    return Objects(lambda name: store, keys=keys)


# Tables that stand in the row


@pytest.fixture
def frame_row() -> Any:
    """A pandas frame as a task without a contract pushes it."""
    from airflow.sdk.bases.xcom import BaseXCom

    return json.loads(json.dumps(BaseXCom.serialize_value(FRAME)))


@pytest.mark.airflow
@pytest.mark.parametrize("annotation", [Table[Row], list[Table[Row]], Table[Row] | None], ids=str)
def test_a_table_in_the_row_is_refused_where_pointers_are_signed(
    frame_row: Any, annotation: Any
) -> None:
    """Anybody who may write rows could write one; without a key it is read as ever."""
    forms: list[Any] = [frame_row, FRAME, pa.table({"id": [6]})]
    for form in forms:
        value = [form] if annotation == list[Table[Row]] else form
        assert load(value, codec(annotation), objects=deployment())
        with pytest.raises(IntegrityError, match=r"signed pointer.*Annotate the task that returns"):
            load(value, codec(annotation), objects=deployment(KEY))


@pytest.mark.airflow
def test_a_table_that_code_made_is_no_row(frame_row: Any) -> None:
    """A typed task pulls rows as they lie, so a table that is an object stands in the DAG file."""
    objects = replace(deployment(KEY), literals=True)
    assert load(FRAME, codec(Table[Row]), objects=objects).num_rows == 3
    with pytest.raises(IntegrityError):
        load(frame_row, codec(Table[Row]), objects=objects)


@pytest.mark.airflow
@pytest.mark.usefixtures("forgotten")
@pytest.mark.parametrize("rows", [3, 100_000])
def test_the_backend_signs_an_untyped_frame_of_any_size(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: int
) -> None:
    """So that a typed task reads what an untyped one returned, with a key too."""
    from typedxcom.airflow.raw import keep_rows, raw_rows
    from typedxcom.airflow.stores import objects
    from typedxcom.backend import XComBackend
    from typedxcom.pointer import is_pointer

    keep_rows()
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SIGNING_KEY", KEY.decode())
    frame = pd.DataFrame({"id": range(rows)})
    where = {"key": "return_value", "task_id": "t", "dag_id": "d", "run_id": "r"}
    row = XComBackend.serialize_value(frame, **where)
    assert is_pointer(row)
    assert XComBackend.deserialize_value(SimpleNamespace(value=row)).equals(frame)
    with raw_rows():
        pulled = XComBackend.deserialize_value(SimpleNamespace(value=row))
    assert load(pulled, codec(Table[Row]), objects=objects()).num_rows == rows
    assert load(pulled, codec(pd.DataFrame), objects=objects()) is not None
