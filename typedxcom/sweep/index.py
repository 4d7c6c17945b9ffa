"""An index of all objects on disk, so that memory stays the same however many there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import datetime
from types import TracebackType

from typing_extensions import Self

from typedxcom.stores import StoredObject
from typedxcom.sweep.report import Amount, SweptDag

__all__ = ["FAILED", "GONE", "HIDDEN", "IN_FLIGHT", "KEPT", "NAMED", "ORPHAN", "SweepIndex"]

ORPHAN, NAMED, IN_FLIGHT, HIDDEN, GONE, KEPT, FAILED = range(7)
_BATCH = 1000  # objects per statement


class SweepIndex:
    """The objects that are old enough to go, each with what is known about it.

    It is a context manager. Its file has no name, and is gone with it or with the process.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # "": a file without a name
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(
            "CREATE TABLE object (path TEXT, store INTEGER, size INTEGER, modified TEXT,"
            " state INTEGER, PRIMARY KEY (path, store)) WITHOUT ROWID"
        )
        self._database.execute("CREATE TABLE holder (number INTEGER PRIMARY KEY, path TEXT UNIQUE)")
        self._database.execute(
            "BEGIN"
        )  # one transaction without an end: nothing waits for the disk

    def add(self, store: int, objects: Iterable[StoredObject]) -> None:
        """Take in the objects of one store, as orphans until something else is known."""
        self._database.executemany(
            "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, 0)",
            ((one.path, store, one.size, one.modified.isoformat()) for one in objects),
        )

    def mark_named(self, paths: Iterable[str]) -> None:
        """An entry points to these, in whichever store they lie."""
        self._database.executemany(
            f"UPDATE object SET state = {NAMED} WHERE path = ? AND state = {ORPHAN}",
            ((path,) for path in paths),
        )

    def add_holders(self, paths: Iterable[str]) -> None:
        """Note objects that hold pointers to others, each once."""
        self._database.executemany(
            "INSERT OR IGNORE INTO holder (path) VALUES (?)", ((path,) for path in paths)
        )

    def holders(self) -> Iterator[str]:
        """What was noted so, with what is noted meanwhile."""
        last = 0
        while found := self._database.execute(
            "SELECT number, path FROM holder WHERE number > ? ORDER BY number LIMIT ?",
            (last, _BATCH),
        ).fetchall():
            yield from (path for _, path in found)
            last = found[-1][0]

    def mark_under(self, folders: Iterable[str], state: int) -> None:
        """Set the state of every orphan below these folders."""
        self._database.executemany(
            f"UPDATE object SET state = ? WHERE path > ? AND path < ? AND state = {ORPHAN}",
            ((state, f"{folder}/", f"{folder}0") for folder in folders),  # "0" comes after "/"
        )

    def mark(self, store: int, states: Iterable[tuple[str, int]]) -> None:
        """Set the states of some objects of one store, given as path and state."""
        self._database.executemany(
            "UPDATE object SET state = ? WHERE path = ? AND store = ?",
            ((state, path, store) for path, state in states),
        )

    def amount(self, store: int, state: int) -> Amount:
        """How much of one store is in that state."""
        found = self._database.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM object WHERE store = ? AND state = ?",
            (store, state),
        )
        return Amount(*found.fetchone())

    def dags(self, store: int) -> list[SweptDag]:
        """The orphans of one store by DAG, largest first."""
        found = self._database.execute(
            "SELECT substr(path, 1, instr(path, '/') - 1) AS dag, count(*), sum(size) AS size"
            " FROM object WHERE store = ? AND state = ? GROUP BY dag ORDER BY size DESC, dag",
            (store, ORPHAN),
        )
        return [SweptDag(dag, Amount(count, size)) for dag, count, size in found]

    def orphans(self, store: int) -> Iterator[list[StoredObject]]:
        """The orphans of one store, batch by batch; mark each batch before the next."""
        last = ""
        while True:
            found = self._database.execute(
                "SELECT path, size, modified FROM object"
                " WHERE store = ? AND state = ? AND path > ? ORDER BY path LIMIT ?",
                (store, ORPHAN, last, _BATCH),
            ).fetchall()
            if not found:
                return
            yield [
                StoredObject(path, size, datetime.fromisoformat(modified))
                for path, size, modified in found
            ]
            last = found[-1][0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()
