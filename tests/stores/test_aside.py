"""A file that is taken aside is deleted, or comes back: also if its sweep is killed meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from typedxcom.errors import StoreError
from typedxcom.stores import LocalStore, StoredObject, local

OLD = datetime(2026, 1, 2, tzinfo=timezone.utc)
COUNT = 300
TOKEN = "0123456789abcdef"

# What a process of its own does with the folder that it is given.
PROLOGUE = """
import os, signal, sys
from pathlib import Path
from typedxcom.stores import LocalStore, aside
store = LocalStore(sys.argv[1])
def objects():
    return sorted(store.list(), key=lambda one: one.path)
def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
"""
DELETES = """
seen = objects()
print("seen", flush=True)
sys.stdin.readline()
store.delete_all_unchanged(seen)
"""
WRITES_AGAIN = """
seen = objects()
print("seen", flush=True)
sys.stdin.readline()
for stored in seen:
    store.write(stored.path, stored.path.encode())
"""
LISTS = """
print("seen", flush=True)
sys.stdin.readline()
for _ in range(30):
    objects()
"""


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """A store with old objects, each with its own path as its bytes."""
    return filled(LocalStore(tmp_path / "store"))


def filled(store: LocalStore, count: int = COUNT) -> LocalStore:
    for number in range(count):
        path = f"dag/run{number // 20}/task{number // 4}/{number}"
        store.write(path, path.encode())
        os.utime(store.root / path, (OLD.timestamp(), OLD.timestamp()))
    return store


def process(code: str, store: LocalStore) -> subprocess.Popen[str]:
    """A fresh process that runs *code* on the folder of *store*."""
    return subprocess.Popen(
        [sys.executable, "-c", PROLOGUE + code, str(store.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def together(processes: Sequence[subprocess.Popen[str]]) -> list[int]:
    """Lets all begin once each has seen what is there; their exit codes."""
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "seen\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in processes:
        one.communicate(timeout=60)
    return [one.returncode for one in processes]


def whole(store: LocalStore) -> dict[str, StoredObject]:
    """The objects by path; each has its bytes, and no file of the store has another name."""
    found = {stored.path: stored for stored in store.list()}
    for path, stored in found.items():
        assert bytes(store.read(path, size=stored.size)) == path.encode()
    files = (Path(at, name) for at, _, names in os.walk(store.root) for name in names)
    assert {str(file.relative_to(store.root)) for file in files} == set(found)
    return found


def test_what_another_process_writes_again_is_there_afterwards(tmp_path: Path) -> None:
    """Whenever it writes: two sweeps that saw the old object, and listings, do not lose it."""
    for number in range(2):
        store = filled(LocalStore(tmp_path / str(number)))
        before = set(whole(store))
        codes = [WRITES_AGAIN, DELETES, DELETES, LISTS]
        assert together([process(code, store) for code in codes]) == [0] * len(codes)
        assert set(whole(store)) == before


# Where the process kills itself, once it has done the step.
MOVED = """
rename = os.rename
os.rename = lambda *args, **folders: (rename(*args, **folders), die())
"""
LOOKED_AT = "os.unlink = die"
RENEWED = """
rename = os.rename
def renewed(old, new, src_dir_fd, dst_dir_fd):
    os.utime(old, dir_fd=src_dir_fd)
    rename(old, new, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
"""
MOVED_AND_RENEWED = (
    RENEWED + "os.rename = lambda *args, **folders: (renewed(*args, **folders), die())"
)
BACK_BUT_STILL_ASIDE = (
    RENEWED
    + """
link = os.link
os.rename, os.link = renewed, lambda *args, **more: (link(*args, **more), die())
"""
)


@pytest.mark.parametrize("dies", [MOVED, LOOKED_AT], ids=["moved", "looked at"])
def test_a_file_that_a_killed_sweep_had_aside_is_an_object_again(
    store: LocalStore, dies: str
) -> None:
    """The next listing brings it back with its old date, and the next sweep deletes it."""
    before = whole(store)
    running = process(dies + DELETES, store)
    assert together([running]) == [-signal.SIGKILL]
    assert len(asides(store)) == 1
    found = whole(store)
    assert found == before
    assert not asides(store)
    assert store.delete_all_unchanged(list(found.values())) == [True] * COUNT
    assert list(store.root.iterdir()) == [store.root / "+partial"]


@pytest.mark.parametrize("dies", [MOVED_AND_RENEWED, BACK_BUT_STILL_ASIDE], ids=["aside", "both"])
def test_a_file_that_was_renewed_just_before_keeps_its_new_date(
    store: LocalStore, dies: str
) -> None:
    """A task relies on it, so no sweep that saw it as old may delete it, killed or not."""
    before = whole(store)
    assert together([process(dies + DELETES, store)]) == [-signal.SIGKILL]
    found = whole(store)
    assert set(found) == set(before)
    [renewed] = [path for path, stored in found.items() if stored != before[path]]
    assert found[renewed].modified > OLD + timedelta(days=1)
    states = store.delete_all_unchanged(list(before.values()))
    assert (states.count(True), states.count(False)) == (COUNT - 1, 1)
    assert set(whole(store)) == {renewed}


def test_a_sweep_may_be_killed_at_any_moment(tmp_path: Path) -> None:
    """Each object is there and whole, or gone. What is left is deleted by the next sweep."""
    for files in (1, 40, 150, 290):
        store = filled(LocalStore(tmp_path / str(files)))
        before = whole(store)
        running = process(DELETES, store)
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdout.readline()
        running.stdin.write("\n")
        running.stdin.flush()
        while sum(len(names) for _, _, names in os.walk(store.root)) > COUNT - files:
            assert running.poll() in (None, 0)
            if running.returncode == 0:
                break
        running.kill()
        running.communicate()
        left = whole(store)
        assert left.items() <= before.items()
        assert all(store.delete_all_unchanged(list(left.values())))
        assert not whole(store)


def test_an_object_that_was_written_again_meanwhile_stays(store: LocalStore) -> None:
    """The file that was aside has the same bytes, and is not needed any more."""
    [path, *_] = whole(store)
    at = store.root / path
    at.rename(at.with_name(f"+{TOKEN}+{at.name}"))
    store.write(path, path.encode())
    assert whole(store)[path].modified > OLD + timedelta(days=1)


@pytest.mark.parametrize(
    "name",
    ["+0123+1", f"+{TOKEN}+", f"+{TOKEN}+a+b", f"+{TOKEN}+%2e%2e", f"+{TOKEN}+..", TOKEN + "+1"],
)
def test_a_file_that_no_sweep_has_named_so_is_left_alone(store: LocalStore, name: str) -> None:
    """It is no object, and gets no other name."""
    (store.root / "dag" / name).write_bytes(b"theirs")
    assert len(list(store.list())) == COUNT
    assert (store.root / "dag" / name).read_bytes() == b"theirs"


@pytest.mark.parametrize("link", ["file", "folder"])
def test_a_link_under_such_a_name_is_not_followed(
    store: LocalStore, tmp_path: Path, link: str
) -> None:
    """Whoever may write to the folder cannot lead a listing out of it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / f"+{TOKEN}+canary").write_bytes(b"theirs")
    target = outside / f"+{TOKEN}+canary" if link == "file" else outside
    (store.root / "dag" / f"+{TOKEN}+x").symlink_to(target)
    assert len(list(store.list())) == COUNT
    assert [one.name for one in outside.iterdir()] == [f"+{TOKEN}+canary"]


def test_a_listing_that_may_not_write_passes_over_what_is_aside(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run by a user who may only read."""
    [path, *_] = whole(store)
    at = store.root / path
    at.rename(at.with_name(f"+{TOKEN}+{at.name}"))

    def refuse(*args: Any, **options: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("typedxcom.stores.aside.os.link", refuse)
    assert len(list(store.list())) == COUNT - 1
    assert asides(store)


@pytest.mark.parametrize("waits", [False, True], ids=["quick disk", "slow disk"])
def test_each_object_has_its_own_answer_on_any_disk(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """Where the disk keeps us waiting, several threads are at work, and the order stays."""
    monkeypatch.setattr(local, "_WAITS", 0.0 if waits else 1e9)
    threads = set()
    rmdir = os.rmdir

    def counted(*args: Any, **options: Any) -> None:
        threads.add(threading.get_ident())
        rmdir(*args, **options)

    monkeypatch.setattr("typedxcom.stores.removing.os.rmdir", counted)
    objects = sorted(whole(store).values(), key=lambda one: one.path)
    wanted: list[Any] = [True] * COUNT
    for at in range(0, COUNT, 7):
        objects[at] = replace(objects[at], modified=OLD - timedelta(days=1))
        wanted[at] = False
    wanted[5], objects[5] = StoreError, StoredObject("../x", 1, OLD)
    states = list(store.delete_all_unchanged(objects))
    assert isinstance(states[5], StoreError)
    assert [StoreError if at == 5 else state for at, state in enumerate(states)] == wanted
    assert len(whole(store)) == wanted.count(False) + 1
    assert (len(threads) > 1) is waits


def asides(store: LocalStore) -> list[str]:
    """The files that have no name of an object now."""
    return [name for _, _, names in os.walk(store.root) for name in names if name[0] == "+"]
