"""Objects and entries for the tests of the sweep."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from typedxcom.pointer import Coordinates, Pointer, is_object_path
from typedxcom.stores import Store, write_object
from typedxcom.stores.owners import bind, owner_name
from typedxcom.sweep import Entry, EntrySource, SweepReport, SweepRules, sweep

LATER = datetime.now(timezone.utc) + timedelta(days=2)  # when every object is old enough
DAY = SweepRules(grace=timedelta(days=1))
OWNER = owner_name("this deployment")


class FakeEntries(EntrySource):
    """Rows and runs in memory."""

    def __init__(self, *values: Any, flying: Iterable[tuple[str, str]] = ()) -> None:
        self.values = list(values)
        self.flying = list(flying)

    def owner(self) -> str:
        return OWNER

    def in_flight(self) -> Iterable[tuple[str, str]]:
        return list(self.flying)

    def entries(self) -> Iterator[Entry]:
        for number, value in enumerate(self.values):
            yield Entry(f"entry {number}", json.dumps(value).encode())


def put(
    store: Store,
    data: bytes = b"x",
    *,
    dag: str = "dag",
    run: str = "run",
    task: str = "task",
    ext: str = "bin",
    owner: str = OWNER,
) -> Pointer:
    """One object, and the pointer to it; the store is bound to its owner."""
    at = Coordinates(dag, run, task)
    if owner:
        bind(store, owner)
    return write_object(store, at, data, codec="bytes", ext=ext, about="bytes", owner=owner)


def swept(store: Store, source: EntrySource, *, delete: bool = True, **options: Any) -> SweepReport:
    """A sweep of one store in two days' time, which takes any number of orphans for true."""
    options = {"now": LATER, "rules": DAY, "owner": OWNER, "all_orphans": True, **options}
    return sweep([store], source, options.pop("rules"), delete=delete, **options)


def paths(store: Store) -> set[str]:
    """What typedxcom wrote to a store."""
    return {stored.path for stored in store.list() if is_object_path(stored.path)}
