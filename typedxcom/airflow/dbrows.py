"""XCom rows and runs from Airflow's metadata database, whole tables at a time.

Airflow's own models are not used: they hide rows (of earlier tries, from 3.4 on), their names move
from release to release, and a task may not touch them. The tables are few and change seldom; one
that is not known here ends the sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from typedxcom.errors import SweepError
from typedxcom.stores.deadline import safe_text
from typedxcom.sweep import Row, RowSource

__all__ = ["DatabaseRows"]

_TABLES = {"xcom", "xcom_v1", "xcom_v2"}  # from Airflow 3.4 on, the last two
_MARKED = "%$typedxcom%"
_FINISHED_RUN = ("success", "failed")
_FINISHED_TASK = ("success", "failed", "skipped", "upstream_failed", "removed")
_BATCH = 500  # rows that the driver holds at once


class DatabaseRows(RowSource):
    """The rows of one database.

    Args:
        url: As SQLAlchemy takes it. The account needs to read ``xcom*``, ``dag_run`` and
            ``task_instance``.
        schema: Where the tables are, if not in the account's default schema.
    """

    def __init__(self, url: str, *, schema: str | None = None) -> None:
        try:
            self._engine = sa.create_engine(url, poolclass=sa.NullPool)
        except (sa.exc.ArgumentError, ImportError) as error:
            # Not its text, which may hold the URL and so the password.
            raise SweepError(
                f"The database of [typedxcom] sweep_database, or of [database] sql_alchemy_conn, "
                f"cannot be opened: {type(error).__name__}. Is its driver installed here?"
            ) from None
        self._schema = schema or None

    def in_flight(self) -> Iterable[tuple[str, str]]:
        """Runs that are not finished, or have a task that is not, as the database has them now."""
        run = self._table("dag_run", "dag_id", "run_id", "state")
        unfinished = sa.or_(run.c.state.is_(None), run.c.state.not_in(_FINISHED_RUN))
        runs = sa.select(run.c.dag_id, run.c.run_id).where(unfinished)
        try:
            with self._engine.connect() as connection:
                tasks = self._unfinished_tasks(sa.inspect(connection))
                found: Any = connection.execute(sa.union(runs, tasks))
                return {(str(dag_id), str(run_id)) for dag_id, run_id in found}
        except sa.exc.SQLAlchemyError as error:
            raise _refused(error) from None

    def _unfinished_tasks(self, inspector: sa.Inspector) -> sa.Select[Any]:
        task = self._table("task_instance", "dag_id", "run_id", "state", "working_set")
        asked = sa.select(task.c.dag_id, task.c.run_id).where(
            task.c.state.is_not(None), task.c.state.not_in(_FINISHED_TASK)
        )
        names = {column["name"] for column in inspector.get_columns(task.name, self._schema)}
        # From Airflow 3.4 on, earlier tries stay in the table with the state they ended in.
        return asked.where(task.c.working_set.is_(sa.true())) if "working_set" in names else asked

    def rows(self) -> Iterator[Row]:
        """Every row with a mark of ours, of one moment: it is one statement."""
        try:
            with self._engine.connect() as connection:
                asked = self._marked_rows(sa.inspect(connection))
                options = {"stream_results": True, "yield_per": _BATCH}
                for owner, key, text in connection.execute(asked, execution_options=options):
                    yield Row(f"XCom {key!r} of {owner}", text.encode("utf-8", "surrogatepass"))
        except sa.exc.SQLAlchemyError as error:
            raise _refused(error) from None

    def _marked_rows(self, inspector: sa.Inspector) -> sa.CompoundSelect[Any]:
        found = {name for name in inspector.get_table_names(self._schema) if name[:4] == "xcom"}
        if not found or found - _TABLES:
            names = ", ".join(sorted(found)) or "none"
            raise SweepError(
                f"The database's XCom tables are {names}, and this typedxcom reads xcom, or xcom_v1 "
                "and xcom_v2. Upgrade typedxcom, or let it read the other database that is meant."
            )
        return sa.union_all(*map(self._marked, sorted(found)))

    def _marked(self, name: str) -> sa.Select[Any]:
        owner = "task_instance_id" if name == "xcom_v2" else "task_id"
        table = self._table(name, owner, "key", "value")
        text = sa.cast(table.c.value, sa.String)
        asked = sa.select(sa.cast(table.c[owner], sa.String), table.c.key, text)
        return asked.where(text.like(_MARKED))

    def _table(self, name: str, *columns: str) -> sa.TableClause:
        return sa.table(name, *map(sa.column, columns), schema=self._schema)


def _refused(error: Exception) -> SweepError:
    return SweepError(f"The XCom rows cannot be read from the database: {safe_text(error)}")
