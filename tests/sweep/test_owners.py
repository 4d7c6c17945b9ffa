"""A store belongs to a deployment: no sweep removes what another needs, or goes by no entries."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.sweep.support import DAY, LATER, OWNER, FakeEntries, paths, put, swept
from typedxcom.errors import SweepError
from typedxcom.pointer import owner_of
from typedxcom.stores import LocalStore, MemoryStore, Store
from typedxcom.stores.owners import adopt, bind, owner_name, read_owners
from typedxcom.sweep import SweepRules, adopt_store, sweep

THEIRS = owner_name("another deployment")


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """An empty store."""
    return LocalStore(tmp_path / "store") if request.param == "local" else MemoryStore()


def test_deployments_that_share_a_root_keep_their_objects(store: Store) -> None:
    """The same XCom of two deployments is two objects, and each sweep counts its own."""
    own, theirs = put(store), put(store, owner=THEIRS)
    assert own.path != theirs.path
    told = swept(store, FakeEntries()).stores[0]
    assert (told.found.objects, told.others.objects, told.deleted.objects) == (2, 1, 1)
    assert paths(store) == {theirs.path}
    assert swept(store, FakeEntries()).stores[0].orphans.objects == 0


@pytest.mark.parametrize("owner", ["", OWNER])
def test_a_store_of_another_deployment_is_refused(store: Store, owner: str) -> None:
    """With whose it is, whose rows were read, and the cure; an empty database has no owner."""
    theirs = put(store, owner=THEIRS)
    with pytest.raises(SweepError, match=f"belongs to deployment {THEIRS}.*--adopt"):
        swept(store, FakeEntries(), owner=owner)
    assert paths(store) == {theirs.path}


def test_a_store_without_an_owner_is_refused_until_it_is_adopted(store: Store) -> None:
    """Objects from before there were owners; one command binds them, and is said again in vain."""
    old = put(store, owner="")
    with pytest.raises(SweepError, match=r"does not say which deployment.*--adopt"):
        swept(store, FakeEntries())
    assert paths(store) == {old.path}
    adopt_store(store, OWNER)
    adopt_store(store, OWNER)
    assert swept(store, FakeEntries(old.to_entry())).stores[0].named.objects == 1
    assert swept(store, FakeEntries()).stores[0].deleted.objects == 1


def test_what_appears_after_an_adoption_is_not_adopted(store: Store) -> None:
    """An old version of another deployment may go on writing without an owner."""
    adopt(store, OWNER)
    for stored in store.list(".typedxcom"):  # so the adoption was a day ago
        age(store, stored.path)
    later = put(store, owner="")
    told = swept(store, FakeEntries()).stores[0]
    assert (told.others.objects, told.orphans.objects) == (1, 0)
    assert paths(store) == {later.path}


def age(store: Store, path: str) -> None:
    """Give an object the date of yesterday."""
    before = datetime.now(timezone.utc) - timedelta(days=1)
    if isinstance(store, LocalStore):
        os.utime(store.root / path, (before.timestamp(), before.timestamp()))
    else:
        assert isinstance(store, MemoryStore)
        store._objects[path] = store._objects[path][0], before


def test_objects_of_a_lost_id_are_taken_over_by_name(store: Store) -> None:
    """A deployment whose Variable was deleted has a new owner; the objects of the old one wait."""
    old, new = put(store, owner=THEIRS), put(store, b"new")
    assert swept(store, FakeEntries(new.to_entry())).stores[0].others.objects == 1
    with pytest.raises(SweepError, match=f"{THEIRS}.*Say whose"):
        adopt_store(store, OWNER)
    with pytest.raises(SweepError, match="nothing of another deployment"):
        adopt_store(store, OWNER, "0" * 12)
    adopt_store(store, OWNER, THEIRS)
    told = swept(store, FakeEntries(new.to_entry(), old.to_entry()))
    assert told.stores[0].named.objects == 2
    assert swept(store, FakeEntries(new.to_entry())).stores[0].deleted.objects == 1
    assert paths(store) == {new.path}


def test_objects_are_adopted_by_one_deployment_only(store: Store) -> None:
    """The second one is told who has them."""
    put(store, owner="")
    adopt_store(store, THEIRS)
    with pytest.raises(SweepError, match=f"{THEIRS} took over"):
        adopt_store(store, OWNER, "unmarked")


def test_first_writers_do_not_race(store: Store) -> None:
    """Each leaves its own record, however many bind a store at once."""
    owners = [owner_name(str(number % 3)) for number in range(9)]
    start = threading.Barrier(len(owners))

    def run(owner: str) -> None:
        start.wait()
        bind(store, owner)

    threads = [threading.Thread(target=run, args=[owner]) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read_owners(store).known == set(owners)


def test_records_are_no_objects(store: Store) -> None:
    """They are neither counted nor removed, and what else lies beside them says nothing."""
    put(store)
    adopt(store, OWNER)
    store.write(".typedxcom/readme.json", b"")
    store.write(".typedxcom/" + "f" * 12 + ".json.bak", b"")
    before = {stored.path for stored in store.list(".typedxcom")}
    told = swept(store, FakeEntries()).stores[0]
    assert (told.found.objects, told.deleted.objects) == (1, 1)
    assert {stored.path for stored in store.list(".typedxcom")} == before
    assert read_owners(store).known == {OWNER}


def test_an_empty_store_needs_no_owner(store: Store) -> None:
    """Nothing was written yet, so nothing can be lost."""
    assert swept(store, FakeEntries(), owner="").stores[0].found.objects == 0


@pytest.mark.parametrize("values", [[], [1, {"a": "b"}]])
def test_a_database_without_rows_of_ours_is_doubted(store: Store, values: list[object]) -> None:
    """An emptied or half migrated one looks as if every object were an orphan."""
    own = put(store)
    with pytest.raises(SweepError, match=r"no entry at all.*--all-orphans") as refused:
        swept(store, FakeEntries(*values), all_orphans=False)
    assert "this source of entries" in str(refused.value)
    assert store.describe("").rstrip("/") in str(refused.value)
    assert paths(store) == {own.path}


@pytest.mark.parametrize(
    ("orphans", "named", "percent", "stops"),
    [
        (101, 100, 50, True),
        (100, 100, 50, False),
        (99, 1, 50, False),
        (100, 150, 40, False),
        (101, 150, 40, True),
        (120, 1, 100, False),
        (100, 400, 0, True),
    ],
)
def test_many_orphans_are_doubted(orphans: int, named: int, percent: int, stops: bool) -> None:
    """More than half of the old objects, or another share, and at least a hundred."""
    store = MemoryStore()
    rows = FakeEntries(*(put(store, b"named%d" % number).to_entry() for number in range(named)))
    for number in range(orphans):
        put(store, b"orphan%d" % number)
    rules = SweepRules(max_percent=percent)
    told = swept(store, rows, rules=rules, delete=False, all_orphans=False)
    assert len(told.warnings) == stops
    assert told.is_complete
    if stops:
        with pytest.raises(SweepError, match=f"{orphans} of {orphans + named} old objects"):
            swept(store, rows, rules=rules, all_orphans=False)
        assert len(paths(store)) == orphans + named
    assert swept(store, rows, rules=rules).stores[0].deleted.objects == orphans


def test_one_doubtful_store_stops_them_all() -> None:
    """The rows are the same for all: if they are the wrong ones, they are wrong everywhere."""
    one, two = MemoryStore("one"), MemoryStore("two")
    kept, gone = put(one), put(one, b"gone")
    for number in range(100):
        put(two, b"%d" % number)
    options = {"owner": OWNER, "delete": True, "now": LATER}
    with pytest.raises(SweepError, match="store 'two'"):
        sweep([one, two], FakeEntries(kept.to_entry()), DAY, **options)
    assert paths(one) == {kept.path, gone.path}


def test_a_dry_run_goes_on_after_what_it_cannot_read(store: Store) -> None:
    """A row in a newer form, another deployment's store: errors, and the rest is counted."""
    kept, orphan = put(store), put(store, b"orphan")
    foreign = MemoryStore("foreign")
    put(foreign, owner=THEIRS)
    rows = FakeEntries({"$typedxcom": 2}, kept.to_entry())
    options = {"owner": OWNER, "now": LATER}
    report = sweep([store, foreign], rows, DAY, **options)
    assert [told.orphans.objects for told in report.stores] == [1, 0]
    assert report.stores[1].others.objects == 1
    assert not report.is_complete
    assert "belongs to deployment" in report.errors[0]
    assert "entry 0 is in form 2" in report.errors[1]
    with pytest.raises(SweepError):
        sweep([store], rows, DAY, delete=True, **options)
    assert paths(store) == {kept.path, orphan.path}


def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch) -> None:
    """All others are listed; a sweep that deletes says what to do, and removes nothing."""
    store = LocalStore(tmp_path)
    kept, orphan = put(store), put(store, b"orphan", dag="a", run="z")
    closed = tmp_path / "b" / "closed"
    closed.mkdir(parents=True)
    real = os.open

    def refuse(path, flags, *args, **options):
        if path == "closed" and stat.S_ISDIR(closed.stat().st_mode):
            raise PermissionError(13, "Permission denied", path)
        return real(path, flags, *args, **options)

    monkeypatch.setattr(os, "open", refuse)
    report = swept(store, FakeEntries(kept.to_entry()), delete=False)
    assert report.stores[0].orphans.objects == 1
    assert len(report.errors) == 1
    with pytest.raises(SweepError, match=r"b/closed`: Permission denied.*Run the sweep as a user"):
        swept(store, FakeEntries(kept.to_entry()))
    monkeypatch.undo()
    assert paths(store) == {kept.path, orphan.path}


def test_folders_without_end_are_passed_by(tmp_path: Path) -> None:
    """No object lies below five folders, so nobody has to go down 1,500 of them."""
    store = LocalStore(tmp_path)
    put(store)
    with endless_folders(tmp_path):
        assert swept(store, FakeEntries()).stores[0].deleted.objects == 1


@contextmanager
def endless_folders(root: Path) -> Iterator[None]:
    """1,500 folders, each in the one before, and gone afterwards.

    `shutil.rmtree` calls itself for each folder. So pytest, which removes the temporary folders of
    earlier sessions when it ends, would end in a `RecursionError`.
    """
    here = os.open(root, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=here)
        here = _moved(here, "d")
    try:
        yield
    finally:
        for _ in range(1500):
            here = _moved(here, "..")
            os.rmdir("d", dir_fd=here)
        os.close(here)


def _moved(folder: int, name: str) -> int:
    """The folder of that name, opened; the other is closed."""
    there = os.open(name, os.O_RDONLY, dir_fd=folder)
    os.close(folder)
    return there


def test_a_path_says_its_owner() -> None:
    """Of objects with one, of those from before, and of nothing else."""
    store = MemoryStore()
    assert owner_of(put(store, ext="rows.json").path) == OWNER
    assert owner_of(put(store, owner="", ext="rows.json").path) == ""
    assert owner_of(f".typedxcom/{OWNER}.json") is None
