"""The sweep against a running deployment: rows by REST and by SQL, and what a kill leaves."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from tests.sweep.support import DAY, LATER, paths
from typedxcom.airflow.apirows import ApiRows
from typedxcom.airflow.dbrows import DatabaseRows
from typedxcom.pointer import paths_in
from typedxcom.stores import LocalStore
from typedxcom.sweep import RowSource, StoreReport, sweep

pytestmark = [pytest.mark.services, pytest.mark.airflow]

DAG = """
import os
import signal

import pyarrow as pa
from airflow.sdk import dag
from pydantic import BaseModel
from typedxcom import Table, XComKey, task
from typedxcom.airflow.stores import placement

EXTRA = XComKey("extra", str)


class Trip(BaseModel):
    km: float


@task
def extract(ti=None) -> Table[Trip]:
    EXTRA.push(ti, "x" * 200_000)
    EXTRA.push(ti, "y" * 200_000)
    return pa.table({"km": [float(ti.try_number)]})


@task
def count(trips: Table[Trip]) -> int:
    return trips.num_rows


@task
def each(n: int) -> Table[Trip]:
    return pa.table({"km": [float(n)]})


@task(trigger_rule="all_done")
def killed(ti=None) -> str:
    placement(ti).put(b"z" * 10, codec="bytes", ext="bin", about="bytes")
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


@dag(schedule=None)
def leaky():
    count(extract()) >> each.expand(n=[1, 2]) >> killed()


leaky()
"""


def sources(stack: Any) -> list[RowSource]:
    """The two ways to read this deployment's rows."""
    api = ApiRows(stack._url, user="admin", password="admin")
    return [api, DatabaseRows(stack._postgres.url(stack._name))]


def both(stack: Any, store: LocalStore, *, delete: bool = False) -> StoreReport:
    """A sweep by each source, which must tell the same; the last one may delete."""
    told = []
    for source in sources(stack):
        is_last = isinstance(source, DatabaseRows)
        with contextlib.closing(source):
            report = sweep([store], source, DAY, delete=delete and is_last, now=LATER)
        assert report.is_complete
        told.append(report.stores[0])
    assert told[0].orphans == told[1].orphans
    assert told[0].named == told[1].named
    return told[1]


def test_what_a_deployment_leaves_behind_is_found(stack: Any) -> None:
    """Push twice, kill, edit, delete, clear, and delete a run: by REST and SQL alike."""
    stack.write_dag("leaky", DAG)
    run, other = stack.trigger("leaky"), stack.trigger("leaky")
    for one in (run, other):
        assert stack.wait_run("leaky", one) == "failed"  # one task was killed
    store = LocalStore(stack.folder / "xcom")
    mine = {path for path in paths(store) if path.startswith("leaky/")}
    assert len(mine) == 2 * 6, sorted(
        mine
    )  # the table, two texts, two mapped tables, what the killed wrote
    # Of each run: the first text, and what the killed task wrote.
    assert both(stack, store, delete=True).deleted.objects >= 4
    assert left(store) == 2 * 4

    base = f"/dags/leaky/dagRuns/{run}/taskInstances"
    stack.api("PATCH", f"{base}/extract/xcomEntries/extra", json={"value": "short"})
    assert both(stack, store, delete=True).deleted.objects == 1
    stack.api("DELETE", f"{base}/each/xcomEntries/return_value", params={"map_index": 1})
    assert both(stack, store, delete=True).deleted.objects == 1
    assert left(store) == 6

    # Without XComBackend the table of the first try stays when the second writes another one.
    stack.clear("leaky", run, "extract")
    assert stack.wait_run("leaky", run) in ("failed", "success")
    assert both(stack, store, delete=True).deleted.objects == 2  # and the text that came first
    assert left(store) == 7

    stack.api("DELETE", f"/dags/leaky/dagRuns/{other}")
    assert both(stack, store, delete=True).deleted.objects == 4
    stack.api("DELETE", "/dags/leaky")
    assert both(stack, store, delete=True).deleted.objects == 3
    assert left(store) == 0


def left(store: LocalStore) -> int:
    """How many objects of the DAG there are."""
    return sum(path.startswith("leaky/") for path in paths(store))


def test_a_forged_row_is_read_as_it_was_written(stack: Any) -> None:
    """REST takes any JSON: a pointer that somebody wrote protects, and nothing is redacted."""
    stack.write_dag("leaky2", DAG.replace("leaky", "leaky2"))
    run = stack.trigger("leaky2")
    stack.wait_run("leaky2", run)
    store = LocalStore(Path(stack.folder) / "xcom")
    path = next(path for path in paths(store) if "/killed/" in path and path.startswith("leaky2/"))
    forged = {"password": {"token": [{"$typedxcom": 1, "path": path, "mac": "?"}]}}
    body = {"key": "secret", "value": forged}
    stack.api("POST", f"/dags/leaky2/dagRuns/{run}/taskInstances/count/xcomEntries", json=body)
    for source in sources(stack):
        with contextlib.closing(source):
            assert path in {one for row in source.rows() for one in paths_in(row.text)}
            sweep([store], source, DAY, delete=True, now=LATER)
        assert path in paths(store)
