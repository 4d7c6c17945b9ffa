"""Each way in which Airflow leaves an object behind: after purge and sweep it is gone.

The DAGs run for real, on the metadata database of this home, with and without XComBackend.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk import dag
from airflow.sdk import task as airflow_task
from pydantic import BaseModel

import typedxcom.backend as backend_module
from tests.harness.dagtest import DagResult, run_dag
from tests.sweep.support import DAY, LATER, paths, put
from typedxcom import File, LazyTable, Table, XComKey, task
from typedxcom.airflow.running import stores
from typedxcom.airflow.sweep.run import configured_source
from typedxcom.backend import XComBackend
from typedxcom.pointer import Coordinates, is_pointer
from typedxcom.stores import LocalStore, ObjectStore, Store
from typedxcom.sweep import StoreReport, sweep

pytestmark = [pytest.mark.airflow, pytest.mark.usefixtures("no_other_rows")]

EXTRA = XComKey("extra", str)
ROOT = Path(__file__).parents[2]


class Trip(BaseModel):
    km: float


ON_S3 = pytest.mark.parametrize(
    "store", ["local", pytest.param("s3", marks=pytest.mark.services)], indirect=True
)


@pytest.fixture
def store(request: Any, tmp_path: Path, monkeypatch: Any, forgotten: Any) -> Store:
    """The deployment's default store, empty; values above 100 bytes go there."""
    if getattr(request, "param", "local") == "local":
        made: Store = LocalStore(tmp_path / "xcom", name="default")
    else:
        bucket = request.getfixturevalue("bucket")
        made = ObjectStore(request.getfixturevalue("s3"), f"{bucket}/xcom", name="default")
    monkeypatch.setattr(stores, "_open", lambda name, address: made)
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE_THRESHOLD", "100")
    return made


@pytest.fixture(params=[False, True], ids=["stock", "backend"])
def backend(request: pytest.FixtureRequest, monkeypatch: Any) -> bool:
    """Whether the deployment has set our XCom backend."""
    if request.param:
        monkeypatch.setattr("airflow.sdk.execution_time.xcom.XCom", XComBackend)
        monkeypatch.setattr("airflow.sdk.execution_time.task_runner.XCom", XComBackend)
    return bool(request.param)


def named(row: Any) -> set[str]:
    """What a row points to, found in another way than the sweep does."""
    if is_pointer(row):
        return {row["path"]}
    inside = row.values() if isinstance(row, dict) else row if isinstance(row, list) else []
    return set().union(*map(named, inside))


def swept(store: Store, **options: Any) -> StoreReport:
    """A sweep that deletes, by the rows of this home's database, in two days' time."""
    options = {"delete": True, "all_orphans": True, "now": LATER, **options}
    source = configured_source()
    return sweep([store], source, DAY, owner=source.owner(), **options).stores[0]


def leave(store: Store) -> None:
    """An object of this deployment that no row names."""
    put(store, owner=configured_source().owner())


def expect(store: Store, *results: DagResult, orphans: int) -> None:
    """The sweep finds so many orphans, and leaves what the rows of these runs name."""
    kept = {path for result in results for row in result.rows().values() for path in named(row)}
    assert len(paths(store) - kept) == orphans
    assert swept(store).deleted.objects == orphans
    assert paths(store) == kept
    assert swept(store).orphans.objects == 0


def one_value(run: Callable[[Any], str]) -> DagResult:
    """Run a DAG whose only task returns what *run* gives; it has one retry."""

    @dag(dag_id="leaks", schedule=None)
    def made() -> None:
        @task(retries=1)
        def extract(ti: Any = None) -> str:
            return run(ti)

        extract()

    return run_dag(made())


def large(name: str) -> str:
    """A text that goes to the store."""
    return name * 200


@ON_S3
def test_a_task_that_is_tried_again(store: Store, backend: bool) -> None:
    """Also the keys that only the failed try pushed; the backend has purged them already."""

    def run(ti: Any) -> str:
        if ti.try_number == 1:
            EXTRA.push(ti, large("first"))
            raise ValueError
        return large("second")

    result = one_value(run)
    assert (result.state, result.tries["extract"]) == ("success", 2)
    (row,) = [row for (_, _, key), row in result.rows().items() if key == "return_value"]
    named(row)
    expect(store, result, orphans=len(paths(store)) - len(named(row)) if backend else 1)
    assert len(paths(store)) == 1


def test_a_key_that_is_pushed_twice(store: Store) -> None:
    """One row, two objects: the first is an orphan, which nobody purges."""

    def run(ti: Any) -> str:
        EXTRA.push(ti, large("first"))
        EXTRA.push(ti, large("second"))
        return "small"

    expect(store, one_value(run), orphans=1)
    assert len(paths(store)) == 1


# A task process that is killed when its object is whole and its row not yet pushed.
KILLED = """
import os, signal, sys
from airflow.sdk import dag
from tests.harness.dagtest import run_dag
from typedxcom import task
from typedxcom.airflow.running import stores
from typedxcom.stores import LocalStore, ObjectWriter

store = LocalStore(sys.argv[1], name="default")
stores._open = lambda name, address: store
commit = ObjectWriter.commit

def commit_and_die(self, **fields):
    commit(self, **fields)
    os.kill(os.getpid(), signal.SIGKILL)

ObjectWriter.commit = commit_and_die

@dag(dag_id="killed", schedule=None)
def made():
    @task
    def extract() -> str:
        return "value" * 200

    extract()

run_dag(made())
"""


def test_a_process_that_is_killed_between_write_and_push(store: LocalStore) -> None:
    """Its object has no row: it stays while the run is in flight, and goes when that has failed."""
    command = [sys.executable, "-c", KILLED, str(store.root)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr[-3000:]
    (left,) = paths(store)
    found = swept(store)
    assert (found.in_flight.objects, found.deleted.objects) == (1, 0)
    assert fail_runs("killed") == 1
    assert swept(store).deleted.objects == 1
    assert left not in paths(store)


def fail_runs(dag_id: str) -> int:
    """Let Airflow give up the runs of a DAG, as its scheduler does once no heartbeat comes."""
    import sqlalchemy as sa
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session

    with create_session() as session:
        for model in (TaskInstance, DagRun):
            changed = session.execute(
                sa.update(model).where(model.dag_id == dag_id).values(state="failed")
            )
        return int(changed.rowcount)


def test_the_same_value_again_is_the_same_object(store: Store, backend: bool) -> None:
    """A retry that returns what the try before it had pushed: one object, and it is named."""

    def run(ti: Any) -> str:
        EXTRA.push(ti, large("same"))
        if ti.try_number == 1:
            raise ValueError
        return "small"

    expect(store, one_value(run), orphans=0)
    assert len(paths(store)) == 1


@pytest.mark.parametrize("how", ["edited", "deleted", "run deleted", "dag deleted", "db clean"])
def test_rows_that_go(store: Store, how: str) -> None:
    """Whatever makes them go: what they named is an orphan, and another run's object is none."""
    other = one_value(lambda ti: large("other"))
    result = one_value(lambda ti: large("value"))
    assert swept(store).orphans.objects == 0
    lose_rows(result, how)
    if how in ("dag deleted", "db clean"):
        assert swept(store).deleted.objects == 2
        assert paths(store) == set()
    else:
        expect(store, other, orphans=1)
        assert len(paths(store)) == 1


def lose_rows(result: DagResult, how: str) -> None:
    """Let the rows of a run go as Airflow does it."""
    import sqlalchemy as sa
    from airflow.api.common.delete_dag import delete_dag
    from airflow.models.dagrun import DagRun
    from airflow.utils.db_cleanup import run_cleanup
    from airflow.utils.session import create_session

    with warnings.catch_warnings(), create_session() as session:
        # Airflow's own mapping takes a DAG of several versions for a mistake.
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        asked = sa.select(DagRun).where(DagRun.run_id == result.run_id)
        run = session.scalars(asked).one()
        if how == "run deleted":
            session.delete(run)
        elif how == "dag deleted":
            delete_dag(result.dag_id, session=session)
        elif how == "db clean":
            tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
            run_cleanup(
                clean_before_timestamp=tomorrow,
                table_names=["xcom", "xcom_v1", "xcom_v2"],
                confirm=False,
                skip_archive=True,
                session=session,
            )
        else:
            table = _table(session)
            change = sa.delete(table) if how == "deleted" else sa.update(table).values(value='"x"')
            last = sa.select(sa.func.max(table.c.timestamp)).scalar_subquery()
            assert session.execute(change.where(table.c.timestamp == last)).rowcount == 1


def _table(session: Any) -> Any:
    import sqlalchemy as sa

    names = sa.inspect(session.get_bind()).get_table_names()
    name = "xcom_v2" if "xcom_v2" in names else "xcom"
    return sa.table(name, sa.column("value"), sa.column("timestamp"))


def test_an_object_that_is_lost_does_not_stop_the_sweep(store: Store) -> None:
    """Its reader gets an error and no path; the sweep goes on."""
    result = one_value(lambda ti: large("value"))
    (lost,) = paths(store)
    store.delete(lost)
    leave(store)
    assert swept(store).deleted.objects == 1
    assert named(result.xcom("extract")) == {lost}


def test_a_text_that_looks_like_a_path_is_left_alone(store: Store, backend: bool) -> None:
    """Purge does not remove what a user's own text spells, and the text is nobody's pointer."""
    victim = put(store, dag="victim")

    def run(ti: Any) -> str:
        EXTRA.push(ti, victim.path)
        if ti.try_number == 1:
            raise ValueError
        return f"s3://bucket/xcom/{victim.path}"

    result = one_value(run)
    assert result.state == "success"
    assert result.xcom("extract").endswith(victim.path)
    assert paths(store) == {victim.path}


def test_a_pointer_that_is_passed_on_outlives_its_own_row(store: Store) -> None:
    """Another task's row names the object, which lies under the coordinates of the first."""

    @dag(dag_id="leaks", schedule=None)
    def made() -> None:
        @task
        def extract() -> Table[Trip]:
            return pa.table({"km": [1.0, 2.0]})

        @task
        def same(trips: LazyTable[Trip]) -> Table[Trip]:
            return trips

        same(extract())

    result = run_dag(made())
    assert result.state == "success", result
    assert result.xcom("same") == result.xcom("extract")
    import sqlalchemy as sa
    from airflow.utils.session import create_session

    with create_session() as session:
        table = _table(session)
        rows = session.execute(sa.select(table.c.timestamp).order_by(table.c.timestamp)).all()
        session.execute(sa.delete(table).where(table.c.timestamp == rows[-2][0]))
    expect(store, result, orphans=0)
    assert len(paths(store)) == 1


def test_only_tables_and_files_are_named_by_a_second_row(
    store: Store, tmp_path: Path, monkeypatch: Any
) -> None:
    """So that a purge of the first task may remove all else; what is passed on stays readable."""
    monkeypatch.setattr("airflow.sdk.execution_time.xcom.XCom", XComBackend)
    monkeypatch.setattr("airflow.sdk.execution_time.task_runner.XCom", XComBackend)
    (tmp_path / "file").write_bytes(b"x" * 1000)

    @dag(dag_id="leaks", schedule=None)
    def made() -> None:
        @task
        def table() -> Table[Trip]:
            return pa.table({"km": [1.0]})

        @task
        def file() -> File:
            return File(tmp_path / "file")

        @task
        def tables() -> list[Table[Trip]]:
            return [pa.table({"km": [float(number)]}) for number in range(3)]

        @task
        def text() -> str:
            return large("text")

        @airflow_task
        def items() -> list[str]:
            return [large("item")] * 3

        @task
        def pass_table(it: LazyTable[Trip]) -> Table[Trip]:
            return it

        @task
        def pass_file(it: File) -> File:
            return it

        @task
        def pass_tables(it: list[LazyTable[Trip]]) -> list[Table[Trip]]:
            return it

        @task
        def pass_any(it: Any) -> Any:
            return it

        @task
        def pass_bare(it):
            return it

        @airflow_task
        def pass_untyped(it: Any) -> Any:
            return it

        values = {"table": table(), "file": file(), "text": text(), "items": items()}
        pass_table(values["table"])
        pass_file(values["file"])
        pass_tables(tables())
        for name, value in values.items():
            for decorated in (pass_any, pass_bare, pass_untyped):
                decorated.override(task_id=f"{decorated.function.__name__}_{name}")(value)

    result = run_dag(made())
    assert result.state == "success", result
    second = {
        (task_id, path.split("/")[2])
        for (task_id, _, _), row in result.rows().items()
        for path in named(row)
        if path.split("/")[2] != task_id
    }
    assert second == {("pass_table", "table"), ("pass_file", "file")}
    for task_id in ("table", "file", "tables", "text", "items"):
        purge(result, task_id)
    left = {path.split("/")[2] for path in paths(store)}
    assert {"table", "file"} <= left
    assert not {"text", "items"} & left
    for task_id in ("pass_table", "pass_file", "pass_tables"):
        XComBackend.deserialize_value(SimpleNamespace(value=result.xcom(task_id)))


def purge(result: DagResult, task_id: str) -> None:
    """What Airflow does with the XCom of a task that is cleared alone."""
    at = Coordinates(result.dag_id, result.run_id, task_id)
    token = backend_module._deleting.set(at)
    XComBackend.purge(SimpleNamespace(value=result.xcom(task_id)))
    backend_module._deleting.reset(token)


@ON_S3
def test_many_tables_of_one_row_stay(store: Store, backend: bool) -> None:
    """With the backend a long list of pointers is an object itself, and what it names stays."""

    @dag(dag_id="leaks", schedule=None)
    def made() -> None:
        @task
        def extract() -> list[Table[Trip]]:
            return [pa.table({"km": [float(number)]}) for number in range(3)]

        @task
        def count(trips: list[Table[Trip]]) -> int:
            return len(trips)

        count(extract())

    result = run_dag(made())
    assert (result.state, result.xcom("count")) == ("success", 3)
    leave(store)
    assert swept(store).deleted.objects == 1
    assert len(paths(store)) == (4 if backend else 3)


def test_a_run_in_flight_keeps_its_objects(store: Store) -> None:
    """The sweep runs while a task has written and not yet pushed."""
    found = {}

    def run(ti: Any) -> str:
        EXTRA.push(ti, large("first"))
        EXTRA.push(ti, large("second"))  # the first has no row any more
        found["report"] = swept(store)
        return "small"

    result = one_value(run)
    assert result.state == "success", result
    assert (found["report"].in_flight.objects, found["report"].orphans.objects) == (2, 0)
    expect(store, result, orphans=1)


def test_the_database_of_this_home_is_the_one_that_is_read() -> None:
    """Without a setting a command line reads Airflow's own database."""
    assert os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].startswith("sqlite")
    one_value(lambda ti: json.dumps({"$typedxcom": 1, "mark": "of this test"}))
    assert any(b"of this test" in row.text for row in configured_source().entries())
