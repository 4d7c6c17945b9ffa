"""`typedxcom sweep`, and the DAG of one line, as people use them."""

from __future__ import annotations

import functools
import io
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from airflow.sdk import dag
from pydantic import BaseModel

from tests.harness import env
from tests.harness.dagtest import load_dag, run_dag
from tests.harness.terminal import Seen
from tests.sweep.support import paths, put
from typedxcom import Table, task
from typedxcom.airflow.sweep.run import configured_source
from typedxcom.cli import main
from typedxcom.cli.terminal.bar import Bar
from typedxcom.errors import ConfigurationError
from typedxcom.pointer import owner_of
from typedxcom.stores import LocalStore
from typedxcom.stores.owners import owner_name

pytestmark = [pytest.mark.airflow, pytest.mark.usefixtures("no_other_rows")]

OLD = (datetime.now(timezone.utc) - timedelta(days=2)).timestamp()


class Row(BaseModel):
    id: int


@pytest.fixture
def store(tmp_path: Path, monkeypatch: Any, forgotten: Any) -> LocalStore:
    """The default store, with an orphan of yesterday and one of just now."""
    env.migrate()
    owner = marked_row()
    forgotten()
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__STORE", str(tmp_path / "xcom"))
    made = LocalStore(tmp_path / "xcom")
    os.utime(made.root / put(made, b"12345", dag="old", owner=owner).path, (OLD, OLD))
    put(made, b"1", dag="young", owner=owner)
    return made


@functools.cache
def marked_row() -> str:
    """Let a task of this home push a row of ours elsewhere; the owner of what it stored."""

    @dag(dag_id="marked", schedule=None)
    def made() -> None:
        @task
        def extract() -> Table[Row]:
            return pa.table({"id": [1]})

        extract()

    result = run_dag(made())
    return owner_of(result.xcom("extract")["path"]) or ""


def dags(store: LocalStore) -> set[str]:
    """Whose objects are there."""
    return {path.partition("/")[0] for path in paths(store)}


def test_a_dry_run_is_the_default(store: LocalStore, capsys: Any) -> None:
    """It tells counts and bytes, says how to go on, and exits with 0."""
    assert main(["sweep"]) == 0
    out, err = capsys.readouterr()
    assert "store default: 2 objects, 6 bytes" in out
    assert "orphans: 1 objects, 5 bytes" in out
    assert "old: 1 objects, 5 bytes" in out
    assert "--delete" in out
    assert err == ""
    assert dags(store) == {"old", "young"}


def test_delete_removes_orphans(store: LocalStore, capsys: Any) -> None:
    """With JSON for programs."""
    assert main(["sweep", "--delete", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["delete"], told["complete"], told["errors"]) == (True, True, [])
    assert told["stores"][0]["deleted"] == {"objects": 1, "size": 5}
    assert told["stores"][0]["young"] == {"objects": 1, "size": 1}
    assert dags(store) == {"young"}


def test_periods_come_from_options_and_settings(store: LocalStore, monkeypatch: Any) -> None:
    """An option takes the place of the setting; a DAG's own period stands before both."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SWEEP_GRACE", "3d")
    assert main(["sweep", "--delete"]) == 0
    assert dags(store) == {"old", "young"}
    assert main(["sweep", "--delete", "--grace", "1d", "--retention", "old=4d"]) == 0
    assert dags(store) == {"old", "young"}
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SWEEP_RETENTION", '{"old": "36h"}')
    assert main(["sweep", "--delete"]) == 0
    assert dags(store) == {"young"}


@pytest.mark.parametrize(
    "wrong",
    [
        ["--grace", "1"],
        ["--grace", "5m"],
        ["--retention", "old"],
        ["--retention", "=1d"],
        ["--store", "nosuch"],
        ["--format", "xml"],
    ],
)
def test_wrong_usage_exits_with_2(store: LocalStore, wrong: list[str], capsys: Any) -> None:
    """And removes nothing."""
    try:
        code = main(["sweep", "--delete", *wrong])
    except SystemExit as ended:
        code = int(ended.code or 0)
    assert code == 2
    assert capsys.readouterr().err
    assert dags(store) == {"old", "young"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"SWEEP_RETENTION": "old"}, 2),
        ({"SWEEP_RETENTION": "[1]"}, 2),
        ({"SWEEP_API": "http://127.0.0.1:1"}, 2),
        ({"SWEEP_API": "http://127.0.0.1:1", "SWEEP_DATABASE": "sqlite://"}, 2),
        ({"SWEEP_DATABASE": "sqlite://"}, 1),
        ({"SWEEP_DATABASE": "nosuch://reader:secret@host/db"}, 1),
    ],
)
def test_rows_that_cannot_be_read_are_no_rows_to_go_by(
    store: LocalStore, settings: dict[str, str], code: int, monkeypatch: Any, capsys: Any
) -> None:
    """A wrong setting exits with 2, rows that cannot be read with 1; nothing is removed."""
    for name, value in settings.items():
        monkeypatch.setenv(f"AIRFLOW__TYPEDXCOM__{name}", value)
    assert main(["sweep", "--delete"]) == code
    out, err = capsys.readouterr()
    assert (out, "secret" in err) == ("", False)
    assert err.startswith("typedxcom: ")
    assert dags(store) == {"old", "young"}


def test_a_task_is_told_that_it_has_no_database(monkeypatch: Any) -> None:
    """Airflow takes the database away from tasks; the message says what to set."""
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "airflow-db-not-allowed:///")
    with pytest.raises(ConfigurationError, match="sweep_api with sweep_token, or sweep_database"):
        configured_source()


def test_the_command_is_installed(store: LocalStore) -> None:
    """`python -m typedxcom sweep` in a process of its own: no bar where there is no terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "typedxcom", "sweep", "--delete"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "deleted: 1 objects, 5 bytes" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert dags(store) == {"young"}


class Terminal(io.StringIO):
    """Standard error of a person."""

    def isatty(self) -> bool:
        return True


def test_the_bar_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal; drawn at each new step and at its end, and not all the time."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "70")
    out, now = Terminal(), iter([0.0, 0.01, 0.2, 0.21, 0.22])
    with Bar(out, clock=lambda: next(now)) as bar:
        bar.show("entries", 10, None)
        bar.show("entries", 11, None)
        bar.show("entries", 12, None)
        bar.show("deleting", 500, 1000)
        bar.show("deleting", 1000, 1000)
    drawn = Seen(0, out.getvalue()).text
    for line in ("entries", " 10 ", " 12 ", "deleting", " 500 of 1,000 ", " 1,000 of 1,000 "):
        assert line in drawn
    assert " 11 " not in drawn
    assert out.getvalue().rindex("\x1b[?25h") > out.getvalue().rindex("\x1b[?25l"), "no cursor"


def test_people_see_a_table_for_each_store(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same counts as in the text, in columns."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["sweep"]) == 0
    seen = Seen(0, out.getvalue())
    rows = [line.split() for line in seen.text.splitlines()]
    assert ["objects", "size"] in rows
    assert ["store", "default", "2", "6", "bytes"] in rows
    assert ["orphans", "1", "5", "bytes"] in rows
    assert "Run it with --delete to remove them." in seen.text
    assert seen.is_coloured


@pytest.mark.parametrize(("out", "is_on"), [(io.StringIO(), True), (Terminal(), False)])
def test_no_bar_is_drawn_elsewhere(out: io.StringIO, is_on: bool) -> None:
    """Not into a file, and not with --no-progress."""
    bar = Bar(out, is_on=is_on)
    bar.show("entries", 1, 1)
    bar.clear()
    assert out.getvalue() == ""


def test_one_line_is_a_dag_that_sweeps(store: LocalStore, monkeypatch: Any) -> None:
    """It counts until it is told to delete, and returns the report."""
    url = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SWEEP_DATABASE", url)
    made = load_dag("from typedxcom.airflow.sweep.dag import dag")
    assert (made.dag_id, made.params["delete"]) == ("typedxcom_sweep", False)
    result = run_dag(made)
    assert result.state == "success", result
    assert result.xcom("sweep")["stores"][0]["orphans"] == {"objects": 1, "size": 5}
    assert dags(store) == {"old", "young"}
    result = run_dag(made, run_conf={"delete": True})
    assert result.xcom("sweep")["stores"][0]["deleted"] == {"objects": 1, "size": 5}
    assert dags(store) == {"young"}


def test_a_sweep_that_is_refused_fails_its_task(store: LocalStore, monkeypatch: Any) -> None:
    """So that somebody is told."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SWEEP_DATABASE", "sqlite://")
    made = load_dag("from typedxcom.airflow.sweep.dag import dag  # refused")
    result = run_dag(made, run_conf={"delete": True})
    assert result.state == "failed"
    assert "Entries cannot be read from the sqlite database" in str(result.error("sweep"))
    assert dags(store) == {"old", "young"}


def test_an_old_store_is_adopted_by_one_command(store: LocalStore, capsys: Any) -> None:
    """What names no deployment is left alone, and says so, until `--adopt`; never at one go."""
    os.utime(store.root / put(store, b"123", dag="before", owner="").path, (OLD, OLD))
    assert main(["sweep", "--delete"]) == 0
    assert "or of none (see --adopt): 1 objects, 3 bytes" in capsys.readouterr().out
    assert dags(store) == {"before", "young"}
    assert main(["sweep", "--adopt", "--delete"]) == 2
    assert main(["sweep", "--adopt"]) == 0
    out, err = capsys.readouterr()
    assert "orphans: 1 objects, 3 bytes" in out
    assert f"bound to this deployment, {marked_row()}" in err
    assert main(["sweep", "--delete"]) == 0
    assert dags(store) == {"young"}


def empty_database(url: str) -> None:
    """The tables of Airflow's, without a row."""
    import sqlalchemy as sa

    text = {"xcom": "task_id key value", "dag_run": "dag_id run_id state"}
    text |= {"task_instance": "dag_id run_id state", "asset_event": "id extra"}
    text |= {"variable": "key val description is_encrypted"}
    engine, made = sa.create_engine(url, poolclass=sa.NullPool), sa.MetaData()
    for name, columns in text.items():
        sa.Table(name, made, *(sa.Column(one, sa.String) for one in columns.split()))
    made.create_all(engine)


def test_the_wrong_database_removes_nothing(
    store: LocalStore, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """A fresh one, by the command and by the DAG: both say which store and which database it is."""
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    empty_database(url)
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SWEEP_DATABASE", url)
    assert main(["sweep", "--delete", "--all-orphans"]) == 1
    told = capsys.readouterr().err
    assert f"Store 'default' ({store.root}) belongs to deployment {marked_row()}" in told
    assert f"the sqlite database {tmp_path / 'fresh.db'}" in told
    result = run_dag(
        load_dag("from typedxcom.airflow.sweep.dag import dag  # wrong"), run_conf={"delete": True}
    )
    assert f"belongs to deployment {marked_row()}" in str(result.error("sweep"))
    assert main(["sweep"]) == 1
    assert "error: Store 'default'" in capsys.readouterr().out
    assert dags(store) == {"old", "young"}


def test_an_emptied_database_removes_nothing(
    store: LocalStore, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """It knows its deployment and no row: by the command and by the DAG only if it is said so."""
    url = f"sqlite:///{tmp_path / 'emptied.db'}"
    empty_database(url)
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__SWEEP_DATABASE", url)
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__DEPLOYMENT", "ours")
    os.utime(store.root / put(store, dag="ours", owner=owner_name("ours")).path, (OLD, OLD))
    assert main(["sweep", "--delete"]) == 1
    assert "no entry at all" in capsys.readouterr().err
    assert main(["sweep"]) == 0
    assert "points to 1 of 1 old objects in store 'default'" in capsys.readouterr().out
    made = load_dag("from typedxcom.airflow.sweep.dag import dag  # emptied")
    assert "--all-orphans" in str(run_dag(made, run_conf={"delete": True}).error("sweep"))
    assert dags(store) == {"old", "young", "ours"}
    result = run_dag(made, run_conf={"delete": True, "all_orphans": True})
    assert result.state == "success", result
    assert dags(store) == {"old", "young"}


def test_the_setting_and_the_database_may_not_differ(
    store: LocalStore, monkeypatch: Any, capsys: Any
) -> None:
    """A name that was set says nothing of the database that is read."""
    monkeypatch.setenv("AIRFLOW__TYPEDXCOM__DEPLOYMENT", "another")
    assert main(["sweep", "--delete"]) == 1
    assert f"is of deployment {marked_row()}" in capsys.readouterr().err
    assert dags(store) == {"old", "young"}


@pytest.mark.parametrize("url", ["nosuch://reader:secret@host/db", "postgresql://u:pw@h:secret/db"])
def test_a_database_that_airflow_cannot_open_is_told(store: LocalStore, url: str) -> None:
    """Airflow itself opens it while it is imported: a sentence, and no traceback or password."""
    done = subprocess.run(
        [sys.executable, "-m", "typedxcom", "sweep", "--delete"],
        env={
            **os.environ,
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": url,
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "typedxcom: Airflow does not start here" in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stdout + done.stderr
    assert dags(store) == {"old", "young"}
