"""XCom entries, asset events and runs from Airflow's metadata database, whole tables at a time.

Airflow's own models are not used: they hide some rows (from 3.4 on, those of earlier tries), their
names change from release to release, and a task may not touch them. The tables are few and seldom
change. A table that is not known here ends the sweep.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from typedxcom.airflow.deployment import (
    VARIABLE,
    description_of,
    new_deployment,
    owner_in_description,
)
from typedxcom.errors import SweepError
from typedxcom.pointer import MARKER, Coordinates
from typedxcom.stores.deadline import safe_text
from typedxcom.stores.owners import owner_name
from typedxcom.sweep import Entry, EntrySource

__all__ = ["DatabaseEntries"]

_TABLES = {"xcom", "xcom_v1", "xcom_v2"}  # from Airflow 3.4 on, the last two
_MARKED = f"%{MARKER}%"
_FINISHED_RUN = ("success", "failed")
_FINISHED_TASK = ("success", "failed", "skipped", "upstream_failed", "removed")
_BATCH = 500  # rows that the driver holds at once


class DatabaseEntries(EntrySource):
    """The entries of one database.

    Args:
        url: As SQLAlchemy takes it. The account needs to read ``xcom*``, ``asset_event``,
            ``dag_run``, ``task_instance`` and ``variable``.
        schema: Where the tables are, if not in the account's default schema.
    """

    def __init__(self, url: str, *, schema: str | None = None) -> None:
        try:
            self._engine = sa.create_engine(url, poolclass=sa.NullPool)
        except Exception as error:  # a driver of any make may raise anything
            # Not its text, which may hold the URL and so the password.
            raise SweepError(
                f"The database of [typedxcom] sweep_database, or of [database] sql_alchemy_conn, "
                f"cannot be opened: {type(error).__name__}. Check that it is a SQLAlchemy URL, "
                "and that its driver is installed here."
            ) from None
        self._schema = schema or None

    def describe(self) -> str:
        """Kind, name and host of the database."""
        url = self._engine.url
        at = f" on {url.host}" if url.host else ""
        port = f":{url.port}" if url.host and url.port else ""
        return f"the {url.get_backend_name()} database {url.database or '(no name)'}{at}{port}"

    def owner(self) -> str:
        """The owner that the Variable stands for, which tasks made."""
        table = self._table("variable", "key", "val", "description", "is_encrypted")
        asked = sa.select(table.c.val, table.c.description, table.c.is_encrypted)
        with self._connected() as connection:
            found = connection.execute(asked.where(table.c.key == VARIABLE)).first()
        if found is None:
            return ""
        value = _decrypted(found.val) if found.is_encrypted else found.val
        owner = owner_name(value) if value else owner_in_description(found.description or "")
        if not owner:
            raise SweepError(
                f"The Variable {VARIABLE!r} in {self.describe()} is encrypted with a key that is "
                "not set here. Set [core] fernet_key or [typedxcom] deployment to what tasks have."
            )
        return owner

    def make_owner(self) -> str:
        """Add the Variable if it is not there."""
        known = self.owner()
        if known:
            return known
        fresh = new_deployment()
        table = self._table("variable", "key", "val", "description", "is_encrypted")
        row = (VARIABLE, fresh, description_of(fresh), sa.false())
        with contextlib.suppress(sa.exc.IntegrityError), self._engine.begin() as connection:
            connection.execute(sa.insert(table).values(row))  # unless a task came first
        return self.owner()

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        """A connection. Its errors say which database it is and what to do."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except SweepError:
            raise
        except Exception as error:  # a driver of any make may raise anything
            cause = getattr(error, "orig", None) or error  # without the statement
            raise SweepError(
                f"Entries cannot be read from {self.describe()}: {safe_text(cause)}. Check that "
                "it is the metadata database of the deployment, that it answers and is migrated "
                "(`airflow db migrate`), and that this account may read its tables."
            ) from None

    def in_flight(self) -> Iterable[tuple[str, str]]:
        """Runs that are not finished, or have a task that is not, as the database has them now."""
        run = self._table("dag_run", "dag_id", "run_id", "state")
        unfinished = sa.or_(run.c.state.is_(None), run.c.state.not_in(_FINISHED_RUN))
        runs = sa.select(run.c.dag_id, run.c.run_id).where(unfinished)
        with self._connected() as connection:
            tasks = self._unfinished_tasks(sa.inspect(connection))
            found: Any = connection.execute(sa.union(runs, tasks))
            return {(str(dag_id), str(run_id)) for dag_id, run_id in found}

    def _unfinished_tasks(self, inspector: sa.Inspector) -> sa.Select[Any]:
        task = self._table("task_instance", "dag_id", "run_id", "state", "working_set")
        asked = sa.select(task.c.dag_id, task.c.run_id).where(
            task.c.state.is_not(None), task.c.state.not_in(_FINISHED_TASK)
        )
        names = {column["name"] for column in inspector.get_columns(task.name, self._schema)}
        # From Airflow 3.4 on, earlier tries stay in the table with the state they ended in.
        return asked.where(task.c.working_set.is_(sa.true())) if "working_set" in names else asked

    def entries(self) -> Iterator[Entry]:
        """Every entry with a mark of ours. One statement reads them all, at one moment."""
        with self._connected() as connection:
            asked = self._marked_entries(sa.inspect(connection))
            options = {"stream_results": True, "yield_per": _BATCH}
            for owner, key, text in connection.execute(asked, execution_options=options):
                where = f"XCom {key!r} of {owner}" if key else f"the extra of asset event {owner}"
                yield Entry(where, _as_bytes(text))

    def _marked_entries(self, inspector: sa.Inspector) -> sa.CompoundSelect[Any]:
        names = set(inspector.get_table_names(self._schema))
        found = self._xcom_tables(names)
        events = [self._marked_events()] if "asset_event" in names else []
        return sa.union_all(*map(self._marked, sorted(found)), *events)

    def _xcom_tables(self, names: Iterable[str]) -> set[str]:
        found = {name for name in names if name[:4] == "xcom"}
        if not found or found - _TABLES:
            listed = ", ".join(sorted(found)) or "none"
            raise SweepError(
                f"The XCom tables of {self.describe()} are {listed}, but this typedxcom reads "
                "xcom, or xcom_v1 and xcom_v2. Check that it is the database of the deployment "
                "and that it is migrated (`airflow db migrate`). If it is, upgrade typedxcom."
            )
        return found

    def _marked_events(self) -> Any:
        table = self._table("asset_event", "id", "extra")
        text = sa.cast(table.c.extra, sa.String)
        asked: Any = sa.select(sa.cast(table.c.id, sa.String), sa.literal(""), text)
        return asked.where(text.like(_MARKED))

    def _marked(self, name: str) -> sa.Select[Any]:
        owner = "task_instance_id" if name == "xcom_v2" else "task_id"
        table = self._table(name, owner, "key", "value")
        text = sa.cast(table.c.value, sa.String)
        asked = sa.select(sa.cast(table.c[owner], sa.String), table.c.key, text)
        return asked.where(text.like(_MARKED))

    def latest_run(self, dag_id: str) -> str | None:
        """The run of a DAG that was to start last; None where it has none, or does not exist."""
        run = self._table("dag_run", "id", "dag_id", "run_id", "run_after")
        asked = sa.select(run.c.run_id).where(run.c.dag_id == dag_id)
        newest = asked.order_by(run.c.run_after.desc(), run.c.id.desc()).limit(1)
        with self._connected() as connection:
            found = connection.execute(newest).scalar()
        return None if found is None else str(found)

    def keys(self, dag_id: str, run_id: str, task_id: str) -> list[tuple[int, str]]:
        """The map index and key of the task's entries in a run; of very many the first ones."""
        with self._connected() as connection:
            tables = self._of_task(sa.inspect(connection), dag_id, run_id, task_id)
            return [
                (int(index), str(key))
                for table, of_task in tables
                for index, key in connection.execute(
                    of_task(table.c.key).order_by("map_index", table.c.key).limit(_BATCH)
                )
            ]

    def value(self, at: Coordinates) -> bytes | None:
        """The JSON text of one entry; None where there is none."""
        with self._connected() as connection:
            tables = self._of_task(sa.inspect(connection), at.dag_id, at.run_id, at.task_id)
            for table, of_task in tables:
                asked = of_task(sa.cast(table.c.value, sa.String)).where(table.c.key == at.key)
                for index, text in connection.execute(asked):
                    if index == at.map_index:
                        return b"null" if text is None else _as_bytes(text)
        return None

    def _of_task(
        self, inspector: sa.Inspector, dag_id: str, run_id: str, task_id: str
    ) -> Iterator[tuple[sa.TableClause, Callable[[Any], sa.Select[Any]]]]:
        """Each table of XComs, the newest kind first, and what selects the map index and more."""
        for name in sorted(
            self._xcom_tables(inspector.get_table_names(self._schema)), reverse=True
        ):
            by_id = name == "xcom_v2"
            named = ("dag_id", "run_id", "task_id", "map_index")
            table = self._table(name, "key", "value", *(["task_instance_id"] if by_id else named))
            owner = self._table("task_instance", "id", *named, "working_set") if by_id else table
            where = [owner.c.dag_id == dag_id, owner.c.run_id == run_id, owner.c.task_id == task_id]
            if by_id:  # earlier tries stay beside the last one
                where.append(owner.c.id == table.c.task_instance_id)
                where.append(owner.c.working_set.is_(sa.true()))
            yield table, _selecting(owner.c.map_index, where)

    def _table(self, name: str, *columns: str) -> sa.TableClause:
        return sa.table(name, *map(sa.column, columns), schema=self._schema)


def _selecting(index: Any, where: list[Any]) -> Callable[[Any], sa.Select[Any]]:
    return lambda column: sa.select(index.label("map_index"), column).where(*where)


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decrypted(text: str) -> str:
    """A Variable's value, decrypted with this process's key. "" if that is not the right one."""
    try:
        from airflow.models.crypto import get_fernet

        return bytes(get_fernet().decrypt(text.encode())).decode()
    except Exception:  # whatever Airflow and its library raise
        return ""
