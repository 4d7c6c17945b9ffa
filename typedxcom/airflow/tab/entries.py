"""Reads the XComs of one task instance from the database, and no more text than the tab uses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["MAX_TEXT", "StoredEntry", "entries_of"]

MAX_TEXT = 100_000  # characters of an entry; a larger one is cut
_MAX_ENTRIES = 100


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


def _entries(
    session: Any, dag_id: str, run_id: str, task_id: str, map_index: int
) -> Iterator[StoredEntry]:
    import sqlalchemy as sa
    from airflow.models.xcom import XComModel

    if not run_id:
        return
    # Airflow knows which rows count: since 3.4 they are in two tables, and earlier tries stay.
    found: Any = XComModel.get_many(
        run_id=run_id, dag_ids=dag_id, task_ids=task_id, map_indexes=map_index, limit=_MAX_ENTRIES
    )
    entity: Any = found.column_descriptions[0]["entity"]
    text = sa.cast(entity.value, sa.Text)
    columns = entity.key, sa.func.substr(text, 1, MAX_TEXT), sa.func.length(text), entity.timestamp
    for key, head, size, at in session.execute(found.with_only_columns(*columns)):
        yield StoredEntry(key, head or "null", size or 4, at.isoformat(timespec="seconds"))
