"""What no row names goes, and nothing else: on every kind of store."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.sweep.support import OWNER, FakeEntries, paths, put, swept
from typedxcom.errors import ConfigurationError, StoreError, SweepError
from typedxcom.stores import LocalStore, MemoryStore, ObjectStore, Store
from typedxcom.stores.owners import bind, owner_name
from typedxcom.sweep import SweepRules, parse_period


@pytest.fixture
def canaries(tmp_path: Path):
    """Files in and beside the root that are none of typedxcom's: they are there afterwards, too."""
    inside = tmp_path / "store" / "dag" / "run" / "task" / "-1" / "return_value"
    inside.mkdir(parents=True)
    files = [
        tmp_path / "canary",
        tmp_path / "store" / "canary",
        inside / "canary.json",
        inside / ("0" * 32),
        inside / ("0" * 31 + ".bin"),
        inside.parent / ("0" * 32 + ".bin"),
    ]
    for file in files:
        file.write_text("alive")
    (tmp_path / "store" / "link").symlink_to(tmp_path)
    yield files
    for file in files:
        assert file.read_text() == "alive"


@pytest.fixture(
    params=["local", "memory", "fsspec", pytest.param("s3", marks=pytest.mark.services)]
)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Each kind of store, empty."""
    if request.param == "local":
        request.getfixturevalue("canaries")
        return LocalStore(tmp_path / "store")
    if request.param == "memory":
        return MemoryStore()
    if request.param == "fsspec":
        made = request.getfixturevalue("memory_filesystem")
        return ObjectStore(made, "/root/xcom", name="memory")
    bucket = request.getfixturevalue("bucket")
    return ObjectStore(request.getfixturevalue("s3"), f"{bucket}/xcom", name="s3")


def test_only_orphans_go(store: Store) -> None:
    """Named by its own row, by another task's, in a list, in a text: it stays. The rest goes."""
    own, passed, listed, text = (put(store, bytes([n])) for n in range(4))
    orphan = put(store, b"orphan", task="other")
    source = FakeEntries(
        own.to_entry(),
        {"deep": [{"er": passed.to_entry()}]},
        [listed.to_entry(), 1, None],
        {"$typedxcom": 1, "about": "text", "json": json.dumps([text.to_entry()])},
    )
    report = swept(store, source)
    assert paths(store) == {own.path, passed.path, listed.path, text.path}
    told = report.stores[0]
    assert (told.found.objects, told.named.objects) == (5, 4)
    assert (told.orphans.objects, told.orphans.size) == (1, 6)
    assert (told.deleted.objects, told.deleted.size) == (1, 6)
    assert [(dag.folder, dag.orphans.size) for dag in told.dags] == [("dag", 6)]
    assert report.is_complete
    assert orphan.path not in paths(store)


def test_a_dry_run_removes_nothing(store: Store) -> None:
    """It counts what would go."""
    orphan = put(store)
    told = swept(store, FakeEntries(), delete=False).stores[0]
    assert (told.orphans.objects, told.deleted.objects) == (1, 0)
    assert paths(store) == {orphan.path}


def test_what_is_young_stays(store: Store) -> None:
    """An object may be there before its row is; each DAG may have a period of its own."""
    young, kept = put(store), put(store, dag="billing")
    rules = SweepRules(grace=timedelta(days=1), retention={"billing": timedelta(days=90)})
    now = datetime.now(timezone.utc)
    swept(store, FakeEntries(), rules=rules, now=now)
    assert paths(store) == {young.path, kept.path}
    swept(store, FakeEntries(), rules=rules)
    assert paths(store) == {kept.path}
    swept(store, FakeEntries(), rules=rules, now=now + timedelta(days=91))
    assert paths(store) == set()


def test_what_a_run_in_flight_owns_stays(store: Store) -> None:
    """A task may have written what it is about to push; another run of the DAG does not matter."""
    run = "manual__2026-11-23T09:25:14+00:00"
    own = put(store, run=run)
    put(store, run=run + "2")
    put(store, dag="dag2", run=run)
    told = swept(store, FakeEntries(flying=[("dag", run)])).stores[0]
    assert paths(store) == {own.path}
    assert (told.in_flight.objects, told.deleted.objects) == (1, 2)


def test_a_run_that_starts_again_meanwhile_keeps_its_objects(store: Store) -> None:
    """Runs in flight are asked for once more right before anything goes."""
    own = put(store)
    put(store, run="other")

    class Cleared(FakeEntries):
        def entries(self):
            yield from super().entries()
            self.flying = [("dag", "run")]

    told = swept(store, Cleared()).stores[0]
    assert paths(store) == {own.path}
    assert (told.kept.objects, told.deleted.objects) == (1, 1)


def test_an_object_that_is_written_again_meanwhile_stays(store: Store) -> None:
    """A task that ran again relies on it, though its row was not there when rows were read."""
    own = put(store)
    put(store, run="other")
    before = [stored for stored in store.list() if stored.path == own.path]
    store.list = lambda prefix="", real=store.list: (  # type: ignore[method-assign]
        stored if prefix or stored not in before else _old(stored) for stored in real(prefix)
    )
    told = swept(store, FakeEntries()).stores[0]
    del store.list
    assert paths(store) == {own.path}
    assert (told.kept.objects, told.deleted.objects) == (1, 1)


def _old(stored):
    import dataclasses

    return dataclasses.replace(stored, modified=stored.modified - timedelta(days=9))


def test_an_object_that_names_others_is_opened(store: Store) -> None:
    """A row may name an object that holds pointers, which may lead to a further one."""
    table = put(store, b"table")
    inner = put(store, json.dumps([table.to_entry()] * 40_000).encode(), ext="rows.json")
    outer = put(store, json.dumps([inner.to_entry()]).encode(), ext="rows.json")
    loose = put(store, json.dumps([put(store, b"loose").to_entry()]).encode(), ext="rows.json")
    told = swept(store, FakeEntries(outer.to_entry())).stores[0]
    assert paths(store) == {table.path, inner.path, outer.path}
    assert told.deleted.objects == 2
    assert loose.path not in paths(store)


def test_a_lost_object_names_nothing(store: Store) -> None:
    """A row that names an object that is gone does not stop the sweep."""
    gone = put(store, b"[]", ext="rows.json")
    store.delete(gone.path)
    put(store)
    assert swept(store, FakeEntries(gone.to_entry())).stores[0].deleted.objects == 1


@pytest.mark.parametrize("path", ["../../canary", "/etc/passwd", "dag/run/task/-1/%41/" + "0" * 32])
def test_a_forged_row_leads_nowhere(store: Store, path: str) -> None:
    """What a row says is only compared with what was listed."""
    own = put(store)
    forged = {"$typedxcom": 1, "path": path + ".rows.json", "digest": "x"}
    swept(store, FakeEntries(own.to_entry(), forged))
    assert paths(store) == {own.path}


def test_a_pointer_protects_whoever_signed_it() -> None:
    """Unsigned, badly signed, with a key too many: what it names stays; nothing else happens."""
    store = MemoryStore()
    own = put(store)
    for change in ({}, {"mac": "hmac-sha256:" + "0" * 64}, {"more": 1}, {"size": -1}):
        swept(store, FakeEntries({**own.to_entry(), **change}))
        assert paths(store) == {own.path}


@pytest.mark.parametrize("value", [{"$typedxcom": 2, "x": 1}, [[{"a": {"$typedxcom": 12}}]]])
def test_a_newer_form_stops_the_sweep(value: object) -> None:
    """It may name objects in a way that this version does not know; the entry is named."""
    store = MemoryStore()
    put(store)
    with pytest.raises(SweepError, match="entry 1 is in form"):
        swept(store, FakeEntries(1, value))
    assert len(paths(store)) == 1


@pytest.mark.parametrize(
    "value", ['{"$typedxcom": 2}', {"$typedxcom": ["b", "a"], "b": 1, "a": 2}, {"$typedxcom": 1}]
)
def test_what_only_looks_like_a_newer_form_does_not(value: object) -> None:
    """A user's own string, and the marks of this version."""
    store = MemoryStore()
    put(store)
    assert swept(store, FakeEntries(value)).stores[0].deleted.objects == 1


@pytest.mark.parametrize("method", ["in_flight", "entries"])
def test_rows_that_cannot_be_read_stop_the_sweep(method: str, monkeypatch) -> None:
    """An unreachable API, half a listing: nothing is removed."""
    store = MemoryStore()
    put(store)

    def half(self):
        yield from ()
        raise SweepError("unreachable")

    monkeypatch.setattr(FakeEntries, method, half)
    with pytest.raises(SweepError):
        swept(store, FakeEntries())
    assert len(paths(store)) == 1


def test_runs_that_cannot_be_asked_for_before_a_batch_end_it(monkeypatch) -> None:
    """The API server goes away in the middle: what was removed is told, and the rest stays."""
    store = MemoryStore()
    for number in range(3):
        put(store, bytes([number]))
    monkeypatch.setattr("typedxcom.sweep.index._BATCH", 1)

    class Dying(FakeEntries):
        asked = 0

        def in_flight(self):
            self.asked += 1
            if self.asked > 2:
                raise SweepError("gone away")
            return []

    report = swept(store, Dying())
    assert (report.is_complete, report.errors) == (False, ["gone away"])
    assert report.stores[0].deleted.objects == 1
    assert len(paths(store)) == 2


def test_an_object_that_names_others_and_cannot_be_read_stops_the_sweep(monkeypatch) -> None:
    """A store that fails is not a store without the object."""
    store = MemoryStore()
    outer = put(store, b"[]", ext="rows.json")
    put(store)

    def refuse(*args):
        raise StoreError("later")

    monkeypatch.setattr(store, "read_range", refuse)
    with pytest.raises(StoreError, match="later"):
        swept(store, FakeEntries(outer.to_entry()))
    assert len(paths(store)) == 2


def test_what_a_store_refuses_to_remove_is_told(monkeypatch) -> None:
    """The others go, and the report is not complete."""
    store = MemoryStore()
    for number in range(30):
        put(store, bytes([number]))
    real = store.delete

    def refuse(path: str) -> bool:
        if stubborn(path):
            raise StoreError(f"{path}: denied")
        return real(path)

    chosen = sorted(paths(store))[:12]
    stubborn = chosen.__contains__
    monkeypatch.setattr(store, "delete", refuse)
    report = swept(store, FakeEntries())
    assert paths(store) == set(chosen)
    assert not report.is_complete
    assert len(report.errors) == 10
    told = report.stores[0]
    assert (told.failed.objects, told.deleted.objects) == (12, 18)


def test_two_sweeps_at_once_do_no_harm(store: Store) -> None:
    """Both end well, and together they remove each orphan once."""
    own = put(store)
    for number in range(40):
        put(store, bytes([number]), run=f"run{number % 4}")
    reports = []
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        reports.append(swept(store, FakeEntries(own.to_entry())))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert paths(store) == {own.path}
    assert all(report.is_complete for report in reports)
    assert sum(report.stores[0].deleted.objects for report in reports) >= 40


def test_a_sweep_that_is_killed_is_done_by_the_next(store: Store, monkeypatch) -> None:
    """It keeps no state: whatever it had removed is gone, and the rest is found again."""
    own = put(store)
    for number in range(10):
        put(store, bytes([number]), task="other")
    real = type(store).delete_all_unchanged

    def killed(self, objects):
        real(self, objects[:4])
        raise KeyboardInterrupt

    monkeypatch.setattr(type(store), "delete_all_unchanged", killed)
    with pytest.raises(KeyboardInterrupt):
        swept(store, FakeEntries(own.to_entry()))
    assert len(paths(store)) == 7
    monkeypatch.undo()
    assert swept(store, FakeEntries(own.to_entry())).stores[0].deleted.objects == 6
    assert paths(store) == {own.path}


def test_rests_of_unfinished_writes_go_when_they_are_old(tmp_path: Path) -> None:
    """A killed writer leaves a temporary file; one that is writing now keeps its own."""
    store = LocalStore(tmp_path)
    bind(store, OWNER)
    stage = store.stage()
    stage.write(b"123")
    told = swept(store, FakeEntries(), now=datetime.now(timezone.utc)).stores[0]
    assert (told.partials.objects, told.deleted_partials.objects) == (0, 0)
    assert swept(store, FakeEntries(), delete=False).stores[0].partials.size == 3
    assert len(list(store.partials())) == 1
    assert swept(store, FakeEntries()).stores[0].deleted_partials.size == 3
    assert not list(store.partials())
    stage.discard()


@pytest.mark.services
def test_unfinished_uploads_go_when_they_are_old(s3, bucket: str) -> None:
    """Unless the run that began one is in flight, and may finish it; those of others stay."""
    store = ObjectStore(s3, f"{bucket}/xcom", name="s3")
    bind(store, OWNER)
    paths_of_uploads = [put(MemoryStore(), run=run).path for run in ("one", "two")]
    theirs = put(MemoryStore(), owner=owner_name("another")).path
    s3().call_s3("create_multipart_upload", Bucket=bucket, Key=f"xcom/{theirs}")
    for path in paths_of_uploads:
        s3().call_s3("create_multipart_upload", Bucket=bucket, Key=f"xcom/{path}")
    told = swept(store, FakeEntries(flying=[("dag", "one")])).stores[0]
    assert told.deleted_partials.objects == 1
    left = {one.path.partition("?")[0] for one in store.partials()}
    assert left == {paths_of_uploads[0], theirs}


def test_a_pointer_into_a_store_that_is_not_swept_counts(tmp_path: Path) -> None:
    """`--store` chooses where to look, not whose pointers count."""
    swept_store, other = MemoryStore("one"), MemoryStore("two")
    table = put(swept_store, b"table")
    outer = put(other, json.dumps([table.to_entry()]).encode(), ext="rows.json")
    swept(swept_store, FakeEntries(outer.to_entry()), others=[other])
    assert paths(swept_store) == {table.path}


def test_progress_is_told() -> None:
    """Each step, with its end where it is known."""
    store = MemoryStore()
    put(store)
    steps = []
    swept(store, FakeEntries(1, 2), progress=lambda *step: steps.append(step))
    assert steps == [
        ("objects in memory", 1, 1),
        ("entries", 2, 2),
        ("deleting from memory", 1, 1),
    ]


@pytest.mark.parametrize(
    ("text", "hours"), [("90m", 1.5), ("36h", 36), ("7d", 168), ("4w", 672), (" 1d ", 24)]
)
def test_periods(text: str, hours: float) -> None:
    """As people write them."""
    assert parse_period(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "1", "d", "-1d", "1.5d", "1y", "1d2h", "99999999d", "١d"])
def test_other_periods_are_refused(text: str) -> None:
    """With what to write instead."""
    with pytest.raises(ConfigurationError, match="90m"):
        parse_period(text)


@pytest.mark.parametrize("period", [timedelta(0), timedelta(minutes=59), timedelta(-1)])
def test_a_period_that_a_clock_may_be_off_is_refused(period: timedelta) -> None:
    """For all DAGs or for one."""
    with pytest.raises(ConfigurationError, match="at least 1h"):
        SweepRules(grace=period)
    with pytest.raises(ConfigurationError, match="at least 1h"):
        SweepRules(retention={"dag": period})
