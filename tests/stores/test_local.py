"""A local store keeps to its root, and its objects appear whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import threading

import pytest

from typedxcom.errors import IntegrityError, PointerNotFoundError, StoreError
from typedxcom.stores.local import LocalStore

SECRET = b"canary: must neither be read nor deleted"


@pytest.fixture
def outside(tmp_path):
    """A folder beside the store with a file that nobody may touch."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "canary").write_bytes(SECRET)
    yield folder
    assert (folder / "canary").read_bytes() == SECRET
    assert [path.name for path in folder.iterdir()] == ["canary"]


@pytest.fixture
def store(tmp_path):
    store = LocalStore(tmp_path / "store")
    store.write("dag/real", b"1")
    return store


def every_use(store, path):
    """All that a forged row could make a store do."""
    return {
        "read": lambda: store.read(path, size=len(SECRET)),
        "read_range": lambda: store.read_range(path, 0, 1),
        "read_chunks": lambda: list(store.read_chunks(path, size=len(SECRET))),
        "open": lambda: store.open(path, size=len(SECRET)),
        "size": lambda: store.size(path),
        "open_local": lambda: store.open_local(path),
        "write": lambda: store.write(path, SECRET),
        "write_pieces": lambda: store.write(path, iter([SECRET])),
        "delete": lambda: store.delete(path),
    }


# Symlinks


@pytest.mark.parametrize("use", every_use(None, ""))
def test_a_folder_that_leads_out_is_not_followed(store, outside, use):
    """A symlink under the root, even one that an admin made."""
    (store.root / "dag" / "link").symlink_to(outside)
    with pytest.raises(IntegrityError, match="symlink"):
        every_use(store, "dag/link/canary")[use]()


@pytest.mark.parametrize("use", [use for use in every_use(None, "") if use != "delete"])
def test_a_file_that_leads_out_is_not_followed(store, outside, use):
    """The last part of a path counts as well."""
    (store.root / "dag" / "link").symlink_to(outside / "canary")
    with pytest.raises(IntegrityError):
        every_use(store, "dag/link")[use]()


def test_deleting_a_symlink_removes_the_symlink(store, outside):
    """Never what it points to."""
    (store.root / "dag" / "link").symlink_to(outside / "canary")
    assert store.delete("dag/link")
    assert not (store.root / "dag" / "link").is_symlink()


def test_a_symlink_to_a_folder_inside_is_refused_too(store):
    """One rule for all: what it points to can be changed after a look at it."""
    (store.root / "alias").symlink_to(store.root / "dag")
    with pytest.raises(IntegrityError):
        store.read("alias/real", size=1)


def test_the_temporary_folder_is_not_followed_out(store, outside):
    """Nothing is written where an attacker wants it."""
    (store.root / "+partial").rmdir()
    (store.root / "+partial").symlink_to(outside)
    with pytest.raises(IntegrityError):
        store.write("dag/new", b"1")
    assert not list(store.partials())


def test_listing_and_purging_pass_symlinks_by(store, outside):
    """The sweep and a purge never leave the root."""
    (store.root / "dag" / "link").symlink_to(outside)
    (store.root / "dag" / "file").symlink_to(outside / "canary")
    assert [stored.path for stored in store.list()] == ["dag/real"]
    assert not list(store.list("dag/link"))
    assert store.delete_prefix("dag/link") == 0
    assert store.delete_prefix("dag") == 1


def test_the_root_itself_may_be_a_symlink(tmp_path):
    """Whoever runs the deployment chose it."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "store").symlink_to(tmp_path / "disk")
    store = LocalStore(tmp_path / "store")
    store.write("a/b", b"1")
    assert bytes(store.read("a/b", size=1)) == b"1"
    assert (tmp_path / "disk" / "a" / "b").exists()


def test_no_race_leads_out(store, outside):
    """A folder that turns into a symlink between a check and the use is still not followed."""
    (store.root / "good").mkdir()
    (store.root / "bad").symlink_to(outside)
    (outside.parent / "spare").mkdir()
    (outside.parent / "spare" / "canary").write_bytes(b"x" * len(SECRET))
    done = threading.Event()

    def swap():
        at, real = store.root / "dag2", outside.parent / "spare"
        for _ in range(500):
            os.rename(real, at)
            os.rename(at, real)
            at.symlink_to(outside)
            at.unlink()
        done.set()

    attacker = threading.Thread(target=swap)
    attacker.start()
    looks = 0
    while not done.is_set():
        looks += 1
        try:
            found = bytes(store.read("dag2/canary", size=len(SECRET)))
        except (IntegrityError, PointerNotFoundError):
            continue
        assert found != SECRET
    attacker.join()
    assert looks > 0


def test_no_race_deletes_outside(store, outside):
    """As above; the fixture compares the canary afterwards."""
    done = threading.Event()

    def swap():
        at = store.root / "dag2"
        for _ in range(500):
            at.symlink_to(outside)
            at.unlink()
            at.mkdir()
            at.rmdir()
        done.set()

    attacker = threading.Thread(target=swap)
    attacker.start()
    outcomes = set()
    while not done.is_set():
        try:
            outcomes.add(store.delete("dag2/canary"))
        except IntegrityError as error:
            outcomes.add(type(error))
    attacker.join()
    assert outcomes <= {False, IntegrityError}


# Other things than files


def test_a_fifo_does_not_hang_a_reader(store):
    """Opening one waits for a writer, unless it is opened without waiting."""
    os.mkfifo(store.root / "dag" / "fifo")
    with pytest.raises(IntegrityError, match="not a regular file"):
        store.read("dag/fifo", size=1)


def test_a_folder_is_no_object(store):
    """Neither to read nor to delete."""
    with pytest.raises(IntegrityError):
        store.read("dag", size=1)
    with pytest.raises(IntegrityError):
        store.delete("dag")
    assert store.size("dag/real") == 1


def test_what_is_not_ours_is_not_listed(store):
    """A file whose name typedxcom cannot have written is none of the sweep's business."""
    (store.root / "notes of a person.txt").write_text("keep")
    assert [stored.path for stored in store.list()] == ["dag/real"]


# Folders


def test_empty_folders_go_up_to_the_root(store):
    """The root stays, and so does what lies beside the object."""
    store.write("dag/run/task/x", b"1")
    store.delete("dag/run/task/x")
    assert not (store.root / "dag" / "run").exists()
    assert (store.root / "dag" / "real").exists()
    store.delete("dag/real")
    assert not (store.root / "dag").exists()
    assert store.root.is_dir()


def test_others_cannot_read(tmp_path, monkeypatch):
    """Folders and files are the user's own, or the group's where that is asked for."""
    before = os.umask(0)
    try:
        for mode, of_file in ((0o700, 0o600), (0o750, 0o640)):
            store = LocalStore(tmp_path / oct(mode), mode=mode)
            store.write("a/b", b"1")
            for folder in (store.root, store.root / "a", store.root / "+partial"):
                assert stat.S_IMODE(folder.stat().st_mode) == mode
            assert stat.S_IMODE((store.root / "a" / "b").stat().st_mode) == of_file
    finally:
        os.umask(before)


def test_writers_and_deleters_share_a_folder(tmp_path):
    """A folder that one task's delete removes is made again for another task's write."""
    store, errors = LocalStore(tmp_path / "store"), []

    def churn(name):
        try:
            for _ in range(300):
                store.write(f"a/b/{name}", b"1")
                assert store.delete(f"a/b/{name}")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=churn, args=(name,)) for name in "123"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert not list(store.list())


# Whole or not at all

WRITER = """
import sys
from typedxcom.stores.local import LocalStage, LocalStore

def pieces():
    for number in range({pieces}):
        if number == {stop}:
            print("now", flush=True)
            sys.stdin.read()
        yield b"x" * 100_000

store = LocalStore({root!r})
if {stop} == {pieces}:  # between the last byte and the name
    def hold(*args):
        print("now", flush=True)
        sys.stdin.read()
    LocalStage._appear = hold
store.write("a/b", pieces())
"""


@pytest.mark.parametrize("stop", [0, 1, 7, 8])
def test_a_killed_writer_leaves_nothing_under_a_final_name(tmp_path, stop):
    """What it leaves is a partial, which the sweep finds; a retry writes the object."""
    store = LocalStore(tmp_path / "store")
    code = WRITER.format(root=str(store.root), pieces=8, stop=stop)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout.readline() == b"now\n"
        os.kill(writer.pid, signal.SIGKILL)
    assert writer.returncode == -signal.SIGKILL
    assert not list(store.list())
    with pytest.raises(PointerNotFoundError):
        store.read("a/b", size=800_000)
    partials = list(store.partials())
    assert len(partials) == 1
    store.write("a/b", (b"x" * 100_000 for _ in range(8)))
    assert bytes(store.read("a/b", size=800_000)) == b"x" * 800_000
    assert [store.delete_partial(partial.path) for partial in partials] == [True] * len(partials)
    assert not list(store.partials())


@pytest.mark.parametrize("path", ["a/b", "+partial", "+partial/../a", "+partial/a/b", "+partial/"])
def test_only_partials_are_deleted_as_partials(store, path):
    """The sweep's way around `confine` is as narrow."""
    with pytest.raises(IntegrityError):
        store.delete_partial(path)


FULL = """
import resource, signal
from typedxcom.errors import IntegrityError, StoreError
from typedxcom.stores.local import LocalStore

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))
store = LocalStore({root!r})
for data in (b"x" * 1_000_000, (b"x" * 100_000 for _ in range(10))):
    try:
        store.write("a/b", data)
    except StoreError as error:
        assert not isinstance(error, IntegrityError)
        print(error)
"""


def test_a_disk_that_fills_up_leaves_nothing(tmp_path):
    """The file cannot grow any further: an error that a retry may mend, and no rest of it."""
    store = LocalStore(tmp_path / "store")
    process = subprocess.run(
        [sys.executable, "-c", FULL.format(root=str(store.root))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(process.stdout.splitlines()) == 2
    assert not list(store.list())
    assert not list(store.partials())


@pytest.mark.parametrize("call", ["write", "link"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS])
def test_a_failing_disk_leaves_nothing(store, monkeypatch, call, number):
    """Whatever it says, and whenever."""

    def fail(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(f"typedxcom.stores.local.os.{call}", fail)
        with pytest.raises(StoreError, match=re.escape(os.strerror(number))) as told:
            store.write("dag/new", b"1")
    assert type(told.value) is StoreError
    assert [stored.path for stored in store.list()] == ["dag/real"]
    assert not list(store.partials())


def test_a_large_object_is_a_map_that_outlives_its_file(store):
    """A purge while a downstream task still reads does not break its table."""
    store.write("dag/large", b"y" * 1_000_000)
    mapped = memoryview(store.read("dag/large", size=1_000_000))
    store.delete("dag/large")
    assert bytes(mapped[-10:]) == b"y" * 10


def test_a_relative_root_stays_where_it_was(tmp_path, monkeypatch):
    """A task that changes its working directory does not move the store."""
    monkeypatch.chdir(tmp_path)
    store = LocalStore("store")
    store.write("a", b"1")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    assert bytes(store.read("a", size=1)) == b"1"
