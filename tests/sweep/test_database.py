"""Entries and runs from tables as the supported releases of Airflow have them."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from typedxcom.airflow.deployment import VARIABLE, description_of
from typedxcom.airflow.sweep.database import DatabaseEntries
from typedxcom.errors import SweepError
from typedxcom.pointer import Coordinates
from typedxcom.stores.owners import owner_name

pytestmark = pytest.mark.airflow

_numbers = itertools.count()
POINTER = {"$typedxcom": 1, "path": "d/r/t/-1/return_value/" + "0" * 32 + ".json"}


def names() -> list[sa.Column[Any]]:
    """The columns of an XCom that says itself whose it is."""
    texts = [sa.Column(name, sa.String(250)) for name in ("dag_id", "run_id")]
    return [*texts, sa.Column("map_index", sa.Integer)]


class Database:
    """Tables with the columns that are read, on any server."""

    def __init__(self, url: str, *, later: bool) -> None:
        self.url, self.engine = url, sa.create_engine(url, poolclass=sa.NullPool)
        made = sa.MetaData()
        run = [sa.Column(name, sa.String(250)) for name in ("dag_id", "run_id", "state")]
        times = [sa.Column("id", sa.Integer), sa.Column("run_after", sa.DateTime)]
        self.runs = sa.Table("dag_run", made, *run, *times)
        task = [
            sa.Column(name, sa.String(250)) for name in ("dag_id", "run_id", "state", "task_id")
        ]
        task += [sa.Column("map_index", sa.Integer), sa.Column("id", sa.Uuid())]
        later_task = [sa.Column("working_set", sa.Boolean)] if later else []
        self.tasks = sa.Table("task_instance", made, *task, *later_task)
        json_type = sa.JSON().with_variant(JSONB(), "postgresql")
        event = [sa.Column("id", sa.Integer), sa.Column("extra", sa.JSON)]
        self.events = sa.Table("asset_event", made, *event)
        variable = [sa.Column(name, sa.Text) for name in ("key", "val", "description")]
        encrypted = sa.Column("is_encrypted", sa.Boolean)
        self.variables = sa.Table("variable", made, *variable, encrypted)
        self.rows = {}
        for name in ("xcom_v1", "xcom_v2") if later else ("xcom",):
            owner = "task_instance_id" if name == "xcom_v2" else "task_id"
            self.rows[name] = sa.Table(
                name,
                made,
                sa.Column(owner, sa.Uuid() if name == "xcom_v2" else sa.String(250)),
                sa.Column("key", sa.String(512)),
                sa.Column("value", json_type),
                *(names() if owner == "task_id" else ()),
            )
        made.create_all(self.engine)

    def insert(self, table: sa.Table, *values: dict[str, object]) -> None:
        """Add rows."""
        with self.engine.begin() as connection:
            connection.execute(sa.insert(table), list(values))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'airflow.db'}"
    server, name = request.getfixturevalue("postgres"), f"sweep{next(_numbers)}"
    engine = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    found: str = server.url(name)
    return found


@pytest.fixture(params=[False, True], ids=["to 3.3", "from 3.4"])
def database(request: pytest.FixtureRequest, url: str) -> Iterator[Database]:
    """The tables of a release."""
    made = Database(url, later=request.param)
    yield made
    made.engine.dispose()


def test_marked_rows_of_every_table_are_read(database: Database) -> None:
    """With text that names the objects, however the database keeps it; others are left out."""
    for name, table in database.rows.items():
        owner = {"task_instance_id": uuid.uuid4()} if name == "xcom_v2" else {"task_id": "extract"}
        database.insert(
            table,
            {**owner, "key": "return_value", "value": [{"a": POINTER}]},
            {**owner, "key": "text", "value": {"$typedxcom": 1, "json": json.dumps(POINTER)}},
            {**owner, "key": "plain", "value": {"a": "b"}},
            {**owner, "key": "null", "value": None},
        )
    rows = list(DatabaseEntries(database.url).entries())
    assert len(rows) == 2 * len(database.rows)
    assert all(POINTER["path"].encode() in row.text for row in rows)
    assert all(row.where.startswith(("XCom 'return_value' of", "XCom 'text' of")) for row in rows)


def test_the_extra_of_an_asset_event_names_objects(database: Database) -> None:
    """Readers of events follow what stands there, so it keeps its object."""
    database.insert(
        database.events,
        {"id": 7, "extra": {"rows": [POINTER]}},
        {"id": 8, "extra": {"rows": 3}},
        {"id": 9, "extra": {}},
    )
    (row,) = DatabaseEntries(database.url).entries()
    assert row.where == "the extra of asset event 7"
    assert POINTER["path"].encode() in row.text


def test_the_owner_is_what_the_variable_stands_for(database: Database) -> None:
    """By its value, or by its description where the value is encrypted with a key of others."""
    rows = DatabaseEntries(database.url)
    assert rows.owner() == ""
    plain = {"key": VARIABLE, "val": "ours", "description": "", "is_encrypted": False}
    database.insert(database.variables, {**plain, "key": "another"}, plain)
    assert rows.owner() == rows.make_owner() == owner_name("ours")
    with database.engine.begin() as connection:
        told = description_of("theirs")
        change = {"val": "gAAAAAB", "description": told, "is_encrypted": True}
        connection.execute(sa.update(database.variables).values(change))
    assert rows.owner() == owner_name("theirs")
    with database.engine.begin() as connection:
        connection.execute(sa.update(database.variables).values(description=None))
    with pytest.raises(SweepError, match="fernet_key"):
        rows.owner()


def test_a_deployment_gets_an_id_once(database: Database) -> None:
    """`--adopt` makes one where no task has stored anything yet."""
    rows = DatabaseEntries(database.url)
    made = rows.make_owner()
    assert made == rows.owner() == rows.make_owner()
    assert len(made) == 12


def test_runs_in_flight_are_those_with_anything_unfinished(database: Database) -> None:
    """By the state of the run or of a task in it; earlier tries of Airflow 3.4 do not count."""
    states = ["queued", "running", "success", "failed", None, "a later state"]
    database.insert(
        database.runs,
        *({"dag_id": "dag", "run_id": str(state), "state": state} for state in states),
    )
    tasks = [
        *("running", "deferred", "up_for_retry", "up_for_reschedule", "awaiting_input", "new"),
        *("success", "failed", "skipped", "upstream_failed", "removed", None),
    ]
    later = "working_set" in database.tasks.c
    working = {"working_set": True} if later else {}
    database.insert(
        database.tasks,
        *({"dag_id": "tasks", "run_id": str(one), "state": one, **working} for one in tasks),
    )
    if later:
        old = {"dag_id": "tasks", "run_id": "old", "state": "up_for_retry", "working_set": None}
        database.insert(database.tasks, old)
    found = DatabaseEntries(database.url).in_flight()
    runs = {("dag", name) for name in ("queued", "running", "None", "a later state")}
    assert set(found) == runs | {("tasks", str(one)) for one in tasks[:6]}


def test_tables_that_are_not_known_stop_the_sweep(url: str) -> None:
    """A release with another table of XComs, or a database that is not Airflow's."""
    with pytest.raises(SweepError, match=r"XCom tables of the .* database .* are none"):
        list(DatabaseEntries(url).entries())
    database = Database(url, later=True)
    sa.Table("xcom_v3", sa.MetaData(), sa.Column("value", sa.JSON)).create(database.engine)
    with pytest.raises(SweepError, match="xcom_v1, xcom_v2, xcom_v3"):
        list(DatabaseEntries(url).entries())
    database.engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg2://reader:secret@127.0.0.1:1/airflow",
        "sqlite:////nowhere/at/all/airflow.db",
        "nosuch://reader:secret@host/db",
        "postgresql://reader:pw@host:secret/db",
        "no url: secret",
    ],
)
def test_a_database_that_does_not_answer_stops_the_sweep(url: str) -> None:
    """With an error that holds no password."""
    for read in (
        DatabaseEntries.owner,
        DatabaseEntries.in_flight,
        lambda rows: list(rows.entries()),
    ):
        with pytest.raises(SweepError) as told:
            read(DatabaseEntries(url))
        assert "secret" not in str(told.value)


def test_a_database_is_described_without_credentials() -> None:
    """Kind, name and host are enough to tell the wrong one."""
    told = DatabaseEntries("postgresql+psycopg2://reader:secret@db.example.com:5433/air").describe()
    assert told == "the postgresql database air on db.example.com:5433"
    assert DatabaseEntries("sqlite:////home/airflow.db").describe().endswith(" /home/airflow.db")


def test_one_entry_is_found_by_the_names_of_its_task(database: Database) -> None:
    """From 3.4 on, by those of the task's last try; `keys` says which there are."""
    at = Coordinates("d", "r1", "t", 1, "rows")
    named = {"dag_id": "d", "run_id": "r1", "task_id": "t", "map_index": 1}
    for name, table in database.rows.items():
        owners: list[dict[str, Any]] = [named]
        if name == "xcom_v2":
            ids = [uuid.uuid4(), uuid.uuid4()]
            tries = [{**named, "id": one, "working_set": one == ids[1]} for one in ids]
            database.insert(database.tasks, *tries)
            owners = [{"task_instance_id": one} for one in ids]
        elif len(database.rows) > 1:
            owners = [{**named, "run_id": "old"}]
        for number, owner in enumerate(owners):
            value = {"try": number}
            database.insert(
                table, *({**owner, "key": key, "value": value} for key in ("a", "rows"))
            )
    rows = DatabaseEntries(database.url)
    last = len(owners) - 1 if len(database.rows) > 1 else 0
    assert json.loads(rows.value(at) or b"") == {"try": last}
    assert rows.keys("d", "r1", "t") == [(1, "a"), (1, "rows")]
    assert rows.value(Coordinates("d", "r1", "t", 0, "rows")) is None
    assert rows.value(Coordinates("d", "r1", "t", 1, "none")) is None
    assert rows.keys("d", "r2", "t") == []
    if len(database.rows) > 1:  # of a run before the upgrade
        assert json.loads(rows.value(Coordinates("d", "old", "t", 1, "a")) or b"") == {"try": 0}


def test_the_latest_run_is_the_one_that_was_to_start_last(database: Database) -> None:
    """Whatever order they were made in; a DAG without runs has none."""
    times = [datetime(2026, 1, day) for day in (1, 3, 2)]
    runs = [
        {"dag_id": "d", "run_id": f"r{n}", "id": n, "run_after": at} for n, at in enumerate(times)
    ]
    database.insert(database.runs, *runs, {**runs[1], "dag_id": "other", "run_id": "theirs"})
    assert DatabaseEntries(database.url).latest_run("d") == "r1"
    assert DatabaseEntries(database.url).latest_run("none") is None
