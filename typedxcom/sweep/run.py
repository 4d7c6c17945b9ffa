"""One sweep, in the order that makes it safe: objects, then runs in flight, then rows.

A task writes an object, then pushes its row; its run is in flight from before the one until after
the other. So an object that was old when it was listed, that no run in flight owns and that no row
names after that, is one that no task has relied on since, or it has been written again and has a
new date. The date is looked at once more right before an object goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import TypeAlias

from typedxcom.errors import StoreError, SweepError
from typedxcom.pointer import NAMES_OTHERS, folder_of, is_object_path
from typedxcom.stores import Store, StoredObject
from typedxcom.sweep.index import FAILED, GONE, HIDDEN, IN_FLIGHT, KEPT, NAMED, ORPHAN, Index
from typedxcom.sweep.report import Report, StoreReport
from typedxcom.sweep.rows import RowSource, named_by, named_inside
from typedxcom.sweep.rules import Rules

__all__ = ["Progress", "sweep"]

Progress: TypeAlias = "Callable[[str, int, int | None], None]"
_BATCH = 1000  # objects
_DELETERS = 8  # threads that remove objects: remote stores answer slowly, not seldom


def sweep(
    stores: Sequence[Store],
    source: RowSource,
    rules: Rules,
    *,
    delete: bool = False,
    others: Sequence[Store] = (),
    progress: Progress = lambda step, done, of: None,
    now: datetime | None = None,
) -> Report:
    """Look for objects that no row names.

    Killed at any moment, it leaves nothing undone that the next sweep does not do; two at once do
    the same twice.

    Args:
        stores: Where to look.
        source: The rows and runs of the deployment that writes to these stores.
        rules: How old an object must be to go.
        delete: Remove them; without it they are counted.
        others: Further stores of the deployment, where a row's pointers may lie.
        progress: Told of each step: its name, how much is done, and of how much, where known.
        now: The time that ages are reckoned from.

    Raises:
        SweepError: The rows or runs cannot all be read. Nothing was removed. A retry may help.
        StoreError: A store cannot be listed or read. Nothing was removed. A retry may help.
    """
    now = now or datetime.now(timezone.utc)
    report = Report(delete, stores=[StoreReport(store.name) for store in stores])
    with Index() as index:
        for number, store in enumerate(stores):
            index.add(number, _old(store, report.stores[number], rules, now, progress))
        flying = _flying(source)
        index.mark_under(flying, IN_FLIGHT)
        _mark_named(index, source, [*stores, *others], report, progress)
        for number, store in enumerate(stores):
            told = report.stores[number]
            told.named, told.in_flight = (
                index.amount(number, NAMED),
                index.amount(number, IN_FLIGHT),
            )
            folders = [dag.folder for dag in index.dags(number)]
            index.mark_under(filter(source.hides, folders), HIDDEN)
            told.hidden = index.amount(number, HIDDEN)
            told.orphans, told.dags = index.amount(number, ORPHAN), index.dags(number)
            partials = _partials(store, told, rules, now, flying)
            if delete:
                _delete(index, number, store, source, report, progress)
                told.deleted, told.kept = index.amount(number, GONE), index.amount(number, KEPT)
                told.failed = index.amount(number, FAILED)
                _delete_partials(store, partials, told, report)
    return report


def _old(
    store: Store, told: StoreReport, rules: Rules, now: datetime, progress: Progress
) -> Iterator[StoredObject]:
    """The objects that are old enough to go; what is not ours is passed by."""
    retention = rules.by_folder()
    for stored in store.list():
        if not is_object_path(stored.path):
            continue
        told.found.add(stored.size)
        if told.found.objects % _BATCH == 0:
            progress(f"objects in {store.name}", told.found.objects, None)
        dag = stored.path.partition("/")[0]
        if now - stored.modified < retention.get(dag, rules.grace):
            told.young.add(stored.size)
        else:
            yield stored
    progress(f"objects in {store.name}", told.found.objects, told.found.objects)


def _flying(source: RowSource) -> set[str]:
    """The folders of the runs that are not finished."""
    return {folder_of(dag_id, run_id) for dag_id, run_id in source.in_flight()}


def _mark_named(
    index: Index, source: RowSource, stores: Sequence[Store], report: Report, progress: Progress
) -> None:
    of = source.count()
    inside: deque[str] = deque()
    seen: set[str] = set()

    def mark(paths: list[str]) -> None:
        index.mark_named(paths)
        for path in paths:
            if path.endswith(f".{NAMES_OTHERS}") and path not in seen:
                seen.add(path)
                inside.append(path)

    for row in source.rows():
        mark(named_by(row))
        report.rows += 1
        if report.rows % _BATCH == 0:
            progress("rows", report.rows, of)
    progress("rows", report.rows, report.rows)
    while inside:
        for paths in named_inside(inside.popleft(), stores):
            mark(paths)


def _partials(
    store: Store, told: StoreReport, rules: Rules, now: datetime, flying: set[str]
) -> list[StoredObject]:
    """What unfinished writes left, if it is old and no run in flight may still finish it."""
    found = [
        one
        for one in store.partials()
        if now - one.modified >= rules.grace and _run_of(one.path) not in flying
    ]
    for one in found:
        told.partials.add(one.size)
    return found


def _run_of(path: str) -> str:
    return "/".join(path.split("/")[:2])


def _delete(
    index: Index, number: int, store: Store, source: RowSource, report: Report, progress: Progress
) -> None:
    """Remove the orphans of one store; before each batch ask again which runs are in flight."""
    of, done = report.stores[number].orphans.objects, 0
    with ThreadPoolExecutor(_DELETERS) as pool:
        for batch in index.orphans(number):
            try:
                flying = _flying(source)
            except SweepError as error:  # what was removed so far is told
                report.add_error(error)
                return
            asked = [one for one in batch if _run_of(one.path) not in flying]
            index.mark(number, ((one.path, KEPT) for one in batch))
            states = list(pool.map(lambda one: _deleted(store, one), asked))
            index.mark(number, _told(asked, states, report))
            done += len(batch)
            progress(f"deleting from {store.name}", done, of)


def _deleted(store: Store, stored: StoredObject) -> int | StoreError:
    try:
        return GONE if store.delete_unchanged(stored) else KEPT
    except StoreError as error:
        return error


def _told(
    objects: Iterable[StoredObject], states: Iterable[int | StoreError], report: Report
) -> Iterator[tuple[str, int]]:
    for stored, state in zip(objects, states, strict=True):
        if isinstance(state, StoreError):
            report.add_error(state)
        yield stored.path, FAILED if isinstance(state, StoreError) else state


def _delete_partials(
    store: Store, partials: Iterable[StoredObject], told: StoreReport, report: Report
) -> None:
    for one in partials:
        try:
            if store.delete_partial(one.path):
                told.deleted_partials.add(one.size)
        except StoreError as error:
            report.add_error(error)
