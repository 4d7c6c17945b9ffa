"""One sweep, in the order that makes it safe: objects, then runs in flight, then entries.

A task first writes an object, then pushes an entry that points to it, and its run is in flight all
that time. Say an object was old when it was listed, no run in flight owns it, and after that no
entry points to it. Then no task has relied on it since, or it was written again and has a new date.
The sweep looks at the date once more right before it deletes an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TypeAlias

from typedxcom.errors import StoreError, SweepError
from typedxcom.pointer import NAMES_OTHERS, folder_of, is_object_path, owner_of
from typedxcom.stores import Store, StoredObject
from typedxcom.stores.owners import Owners, read_owners
from typedxcom.sweep.doubts import address, check_bound, doubts
from typedxcom.sweep.entries import EntrySource, is_marked, named_by, named_inside
from typedxcom.sweep.index import FAILED, GONE, HIDDEN, IN_FLIGHT, KEPT, NAMED, ORPHAN, SweepIndex
from typedxcom.sweep.report import StoreReport, SweepReport
from typedxcom.sweep.rules import SweepRules

__all__ = ["Progress", "sweep"]

Progress: TypeAlias = "Callable[[str, int, int | None], None]"
_BATCH = 1000  # objects


def sweep(
    stores: Sequence[Store],
    source: EntrySource,
    rules: SweepRules,
    *,
    owner: str,
    delete: bool = False,
    all_orphans: bool = False,
    others: Sequence[Store] = (),
    progress: Progress = lambda step, done, of: None,
    now: datetime | None = None,
) -> SweepReport:
    """Look for objects of one deployment that no entry points to.

    You may kill it at any moment: the next sweep does the rest. Two at once do no harm.

    Args:
        stores: Where to look.
        source: The entries and runs of the deployment that writes to these stores.
        rules: How old an object must be to go, and how many may go.
        owner: Whose objects count, as in `typedxcom.stores.owners`. Objects of others stay.
        delete: Delete them. Otherwise they are only counted, and what cannot be read goes into the
            report's ``errors``.
        all_orphans: Delete them even if there are suspiciously many.
        others: Further stores of the deployment, where an entry's pointers may lie.
        progress: Called at each step with its name, how much is done, and of how much, if known.
        now: The time from which ages are counted.

    Raises:
        SweepError: The entries, the runs or a store cannot all be read, or it is doubtful that they
            belong together. Nothing was removed.
        StoreError: An object that names others cannot be read. Nothing was removed. A retry may
            help.
    """
    now = now or datetime.now(timezone.utc)
    report = SweepReport(delete, source.describe())
    with SweepIndex() as index:
        one = Sweeping(source, rules, owner, report, index, progress, now)
        swept = [one.listed(number, store) for number, store in enumerate(stores)]
        flying = _flying(source)
        index.mark_under(flying, IN_FLIGHT)
        one.mark_named([*stores, *others])
        for found in swept:
            one.count(found, flying)
        report.warnings += filter(None, (doubts(report, one, rules) for one in report.stores))
        if delete:
            if report.warnings and not all_orphans:
                raise SweepError(f"Nothing was removed. {' '.join(report.warnings)}")
            for found in swept:
                one.delete(found)
    return report


@dataclass(slots=True)
class SweptStore:
    """One store under the sweep."""

    number: int
    store: Store
    report: StoreReport
    owners: Owners | None  # None: it must be left alone
    partials: Sequence[StoredObject] = ()


@dataclass(frozen=True, slots=True)
class Sweeping:
    """What the steps of one sweep share."""

    source: EntrySource
    rules: SweepRules
    owner: str
    report: SweepReport
    index: SweepIndex
    progress: Progress
    now: datetime

    def listed(self, number: int, store: Store) -> SweptStore:
        """Take the old objects of one store into the index."""
        report = StoreReport(store.name, address(store))
        self.report.stores.append(report)
        found = SweptStore(number, store, report, self._owners(store))
        self.index.add(number, self._old(found))
        return found

    def _owners(self, store: Store) -> Owners | None:
        try:
            owners = read_owners(store)
            if self.owner not in owners.known and _has_objects(store):
                check_bound(store, owners, self.owner, self.source)
            return owners
        except (SweepError, StoreError) as error:
            self._met(_unlisted(store, error))
            return None

    def _met(self, error: SweepError | StoreError) -> None:
        """Note what cannot be read. A sweep that deletes stops, because that may name an object."""
        if self.report.delete:
            raise error
        self.report.add_error(error)

    def _old(self, found: SweptStore) -> Iterator[StoredObject]:
        """The objects that are old enough to go. Objects of others are skipped."""
        retention, report, owners = self.rules.by_folder(), found.report, found.owners
        name = f"objects in {found.store.name}"
        for stored in self._all(found.store):
            writer = owner_of(stored.path)
            if writer is None:
                continue
            report.found.add(stored.size)
            if report.found.objects % _BATCH == 0:
                self.progress(name, report.found.objects, None)
            dag = stored.path.partition("/")[0]
            if owners is None or not owners.owns(self.owner, writer, stored.modified):
                report.others.add(stored.size)
            elif self.now - stored.modified < retention.get(dag, self.rules.grace):
                report.young.add(stored.size)
            else:
                yield stored
        self.progress(name, report.found.objects, report.found.objects)

    def _all(self, store: Store) -> Iterator[StoredObject]:
        try:
            yield from store.list()
        except StoreError as error:
            self._met(_unlisted(store, error))

    def mark_named(self, stores: Sequence[Store]) -> None:
        """Read every entry, and every object that may name others."""
        report, of = self.report, self.source.count()

        def mark(paths: list[str]) -> None:
            self.index.mark_named(paths)
            self.index.add_holders(path for path in paths if path.endswith(f".{NAMES_OTHERS}"))

        for entry in self.source.entries():
            try:
                mark(named_by(entry))
            except SweepError as error:
                self._met(error)
            report.entries += 1
            report.marked += is_marked(entry)
            if report.entries % _BATCH == 0:
                self.progress("entries", report.entries, of)
        self.progress("entries", report.entries, report.entries)
        for path in self.index.holders():
            try:
                for paths in named_inside(path, stores):
                    mark(paths)
            except (SweepError, StoreError) as error:
                self._met(error)

    def count(self, found: SweptStore, flying: set[str]) -> None:
        """Count how many objects of one store entries point to, and how many are left over."""
        index, number, report = self.index, found.number, found.report
        report.named, report.in_flight = (
            index.amount(number, NAMED),
            index.amount(number, IN_FLIGHT),
        )
        folders = [dag.folder for dag in index.dags(number)]
        index.mark_under(filter(self.source.hides, folders), HIDDEN)
        report.hidden = index.amount(number, HIDDEN)
        report.orphans, report.dags = index.amount(number, ORPHAN), index.dags(number)
        found.partials = self._partials(found, flying)
        for one in found.partials:
            report.partials.add(one.size)

    def _partials(self, found: SweptStore, flying: set[str]) -> list[StoredObject]:
        """What unfinished writes left, if it is old and no run in flight may still finish it."""
        if found.owners is None or self.owner not in found.owners.known:
            return []
        try:
            return [
                one
                for one in found.store.partials()
                if self.now - one.modified >= self.rules.grace
                and _run_of(one.path) not in flying
                and self._may_be_ours(found.owners, one)
            ]
        except StoreError as error:
            self._met(_unlisted(found.store, error))
            return []

    def _may_be_ours(self, owners: Owners, partial: StoredObject) -> bool:
        """Whether a leftover may be ours. An upload says whose it is, a temporary file does not."""
        writer = owner_of(partial.path.partition("?")[0])
        return writer is None or owners.owns(self.owner, writer, partial.modified)

    def delete(self, found: SweptStore) -> None:
        """Remove the orphans of one store and what unfinished writes left there."""
        index, number, report = self.index, found.number, found.report
        self._delete_orphans(found)
        report.deleted, report.kept = index.amount(number, GONE), index.amount(number, KEPT)
        report.failed = index.amount(number, FAILED)
        for one in found.partials:
            try:
                if found.store.delete_partial(one.path):
                    report.deleted_partials.add(one.size)
            except StoreError as error:
                self.report.add_error(error)

    def _delete_orphans(self, found: SweptStore) -> None:
        """Batch by batch; before each one ask again which runs are in flight."""
        index, number, store = self.index, found.number, found.store
        of, done = found.report.orphans.objects, 0
        for batch in index.orphans(number):
            try:
                flying = _flying(self.source)
            except SweepError as error:  # the report keeps what was removed so far
                self.report.add_error(error)
                return
            asked: list[StoredObject] = []
            kept: list[StoredObject] = []
            for one in batch:
                (kept if _run_of(one.path) in flying else asked).append(one)
            index.mark(number, ((one.path, KEPT) for one in kept))
            states = store.delete_all_unchanged(asked)
            index.mark(number, _recorded(asked, states, self.report))
            done += len(batch)
            self.progress(f"deleting from {store.name}", done, of)


def _has_objects(store: Store) -> bool:
    return any(is_object_path(stored.path) for stored in store.list())


def _unlisted(store: Store, error: SweepError | StoreError) -> SweepError:
    if isinstance(error, SweepError):
        return error
    return SweepError(
        f"Store {store.name!r} cannot be listed as a whole: {error}. Run the sweep as a user who may "
        "read all of it, or move away what typedxcom did not write."
    )


def _flying(source: EntrySource) -> set[str]:
    """The folders of the runs that are not finished."""
    return {folder_of(dag_id, run_id) for dag_id, run_id in source.in_flight()}


def _run_of(path: str) -> str:
    return "/".join(path.split("/")[:2])


def _recorded(
    objects: Iterable[StoredObject], states: Iterable[bool | StoreError], report: SweepReport
) -> Iterator[tuple[str, int]]:
    for stored, state in zip(objects, states, strict=True):
        if isinstance(state, StoreError):
            report.add_error(state)
            yield stored.path, FAILED
        else:
            yield stored.path, GONE if state else KEPT
