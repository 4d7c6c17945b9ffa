"""The sweep against a running deployment: its entries by REST and by SQL."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from tests.sweep.support import DAY, LATER, paths
from typedxcom.airflow.sweep.api import ApiEntries
from typedxcom.airflow.sweep.database import DatabaseEntries
from typedxcom.pointer import owner_of, paths_in
from typedxcom.stores import LocalStore
from typedxcom.sweep import EntrySource, sweep

pytestmark = [pytest.mark.services, pytest.mark.airflow]

DAG = """
import os
import signal

import pyarrow as pa
from airflow.sdk import dag
from pydantic import BaseModel
from typedxcom import Table, XComKey, task
from typedxcom.airflow.running.stores import placement

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


def sources(stack: Any) -> list[EntrySource]:
    """The two ways to read this deployment's rows."""
    api = ApiEntries(stack.url, user="admin", password="admin")
    return [api, DatabaseEntries(stack._postgres.url(stack._name))]


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
            assert path in {one for row in source.entries() for one in paths_in(row.text)}
            owner = source.owner()
            assert owner_of(path) == owner
            sweep([store], source, DAY, owner=owner, delete=True, all_orphans=True, now=LATER)
        assert path in paths(store)
