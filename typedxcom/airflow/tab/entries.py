"""Reads the XComs of one task instance from the database, and no more text than the tab uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["MAX_TEXT", "StoredEntry", "entries_of", "newest_runs", "run_before", "under_key"]

MAX_TEXT = 100_000  # characters of an entry; a larger one is cut
_MAX_ENTRIES = 100
_MAX_TASKS = 500
_MAX_RUNS = 20  # before a run, among which the one before is looked for


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One XCom.

    Attributes:
        key: Its key.
        text: The JSON of its entry, `MAX_TEXT` characters at most.
        size: How many characters the whole JSON has.
        at: When it was pushed, in ISO 8601.
    """

    key: str
    text: str
    size: int
    at: str

    @property
    def is_whole(self) -> bool:
        """Whether the text is all of the entry."""
        return self.size == len(self.text)


def entries_of(
    session: Any, dag_id: str, run_id: str, task_id: str, map_index: int
) -> list[StoredEntry]:
    """Returns the XComs of a task instance by key. The database cuts those that are too long."""
    return sorted(_entries(session, dag_id, run_id, task_id, map_index), key=lambda one: one.key)


def run_before(session: Any, dag_id: str, run_id: str, task_id: str, map_index: int) -> str | None:
    """Returns the id of the newest earlier run in which the task instance succeeded, if any."""
    import sqlalchemy as sa
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance

    this = session.execute(
        sa.select(DagRun.run_after, DagRun.id).filter_by(dag_id=dag_id, run_id=run_id)
    ).first()
    if this is None:
        return None
    is_earlier = sa.or_(
        DagRun.run_after < this.run_after,
        sa.and_(DagRun.run_after == this.run_after, DagRun.id < this.id),
    )
    runs = session.scalars(
        sa.select(DagRun.run_id)
        .where(DagRun.dag_id == dag_id, is_earlier)
        .order_by(DagRun.run_after.desc(), DagRun.id.desc())
        .limit(_MAX_RUNS)
    ).all()
    succeeded = set(
        session.scalars(
            sa.select(TaskInstance.run_id).where(
                TaskInstance.dag_id == dag_id,
                TaskInstance.task_id == task_id,
                TaskInstance.map_index == map_index,
                TaskInstance.run_id.in_(runs),
                TaskInstance.state == "success",
            )
        )
    )
    return next((run for run in runs if run in succeeded), None)


def newest_runs(session: Any, dag_id: str, count: int) -> Sequence[str]:
    """Returns the ids of the newest runs of a DAG, the newest first."""
    import sqlalchemy as sa
    from airflow.models.dagrun import DagRun

    found: Sequence[str] = session.scalars(
        sa.select(DagRun.run_id)
        .where(DagRun.dag_id == dag_id)
        .order_by(DagRun.run_after.desc(), DagRun.id.desc())
        .limit(count)
    ).all()
    return found


def under_key(session: Any, dag_id: str, run_id: str, key: str) -> dict[str, StoredEntry]:
    """Maps tasks of a run to the XCom with *key*. Of a mapped task it is that of an instance."""
    found = _texts(
        session,
        run_id=run_id,
        key=key,
        dag_ids=dag_id,
        map_indexes=[-1, 0],
        limit=_MAX_TASKS,
    )
    return dict(found)


def _entries(
    session: Any, dag_id: str, run_id: str, task_id: str, map_index: int
) -> Iterator[StoredEntry]:
    if not run_id:
        return
    asked = {"dag_ids": dag_id, "task_ids": task_id, "map_indexes": map_index}
    for _, entry in _texts(session, run_id=run_id, limit=_MAX_ENTRIES, **asked):
        yield entry


def _texts(session: Any, **asked: Any) -> Iterator[tuple[str, StoredEntry]]:
    """Yields task and XCom of the rows that are asked for."""
    import sqlalchemy as sa
    from airflow.models.xcom import XComModel

    # Airflow knows which rows count: since 3.4 they are in two tables, and earlier tries stay.
    found: Any = XComModel.get_many(**asked)
    entity: Any = found.column_descriptions[0]["entity"]
    text = sa.cast(entity.value, sa.Text)
    head, length = sa.func.substr(text, 1, MAX_TEXT), sa.func.length(text)
    columns = entity.task_id, entity.key, head, length, entity.timestamp
    for task_id, key, start, size, at in session.execute(found.with_only_columns(*columns)):
        when = at.isoformat(timespec="seconds")
        yield task_id, StoredEntry(key, start or "null", size or 4, when)
