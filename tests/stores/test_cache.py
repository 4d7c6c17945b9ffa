"""The cache of a worker: filled once, never wrong, and never in the way."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.stores.far import FarStore, placed, through
from typedxcom.cache import Cache, CacheKey, base, filling, folder, keys, room
from typedxcom.pointer import Pointer, digest_of, parse
from typedxcom.stored.bytes import BYTES
from typedxcom.stores import LocalStore

DATA = os.urandom(300_000)
ROOT = Path(__file__).parents[2]


def entry_of(store: Any, data: bytes = DATA) -> Any:
    """The entry of *data*, written without a cache."""
    return BYTES.write(data, placed(through(store, None)))


def pointer_to(data: bytes) -> Pointer:
    return Pointer(
        about="", codec="bytes", store="far", path="a/b.bin", size=len(data), digest=digest_of(data)
    )


@pytest.fixture
def store(tmp_path: Path) -> FarStore:
    return FarStore(tmp_path / "far")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder of the cache."""
    return tmp_path / "cache"


def files(kept: Path, name: str = "files") -> list[Path]:
    return sorted(one for one in kept.glob(f"boot-*/{name}/*") if one.name != "total")


def test_an_object_is_fetched_once(store: FarStore, kept: Path) -> None:
    """The second reader gets the bytes from the cache, and the store is not asked at all."""
    entry = entry_of(store)
    for _ in range(3):
        assert BYTES.value(entry, through(store, kept)) == DATA
    assert store.fetched == [len(DATA)]


def test_what_was_written_here_is_not_fetched(store: FarStore, kept: Path) -> None:
    """The worker that wrote an object has it in its cache."""
    stores = through(store, kept)
    entry = BYTES.write(DATA, placed(stores))
    assert BYTES.value(entry, stores) == DATA
    assert store.fetched == []


def test_a_write_that_fails_is_not_kept(
    store: FarStore, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object that did not reach the store is not in the cache either."""

    def write(path: str, data: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(store, "write", write)
    with pytest.raises(OSError, match="no"):
        BYTES.write(DATA, placed(through(store, kept)))
    assert files(kept) == []


def test_a_local_store_is_never_cached(tmp_path: Path, kept: Path) -> None:
    """Files of a local store are mapped where they are."""
    stores = through(LocalStore(tmp_path / "near", name="far"), kept)
    assert BYTES.value(BYTES.write(DATA, placed(stores)), stores) == DATA
    assert not kept.exists()


def test_a_small_object_is_not_kept(store: FarStore, kept: Path) -> None:
    """A file for each small value would cost more than its request."""
    stores = through(store, kept)
    assert BYTES.value(BYTES.write(b"small", placed(stores)), stores) == b"small"
    assert not kept.exists()


def test_nobody_else_can_open_it(store: FarStore, kept: Path) -> None:
    """Folders and files are for their owner alone, whatever the umask says."""
    old = os.umask(0)
    try:
        BYTES.value(entry_of(store), through(store, kept))
    finally:
        os.umask(old)
    assert {one.stat().st_mode & 0o777 for one in [kept, *kept.rglob("*")] if one.is_dir()} == {
        0o700
    }
    assert {one.stat().st_mode & 0o777 for one in kept.rglob("*") if one.is_file()} == {0o600}


@pytest.mark.parametrize("fault", ["mode", "link", "owner", "inner link", "file"])
def test_an_unsafe_folder_is_refused(
    fault: str, store: FarStore, kept: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that others may open or own, or that leads elsewhere, is not used: one log line."""
    elsewhere = kept.with_name("elsewhere")
    elsewhere.mkdir(mode=0o700)
    if fault == "link":
        kept.symlink_to(elsewhere)
    elif fault == "file":
        kept.touch()
    else:
        kept.mkdir(mode=0o700)
    if fault == "mode":
        kept.chmod(0o750)
    if fault == "inner link":
        (kept / folder.boot_folder()).symlink_to(elsewhere)
    if fault == "owner":
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        os.chown(kept, 65534, -1)
    entry, stores = entry_of(store), through(store, kept)
    with caplog.at_level(logging.INFO, logger="typedxcom"):
        for _ in range(3):
            assert BYTES.value(entry, stores) == DATA
    assert len(store.fetched) == 3
    assert list(elsewhere.iterdir()) == []
    (message,) = caplog.messages
    assert "The cache is off" in message
    assert str(kept) in message


def test_a_link_in_the_cache_is_not_followed(store: FarStore, kept: Path) -> None:
    """A link under the name of a file is not read, and not written through."""
    entry = entry_of(store)
    BYTES.value(entry, through(store, kept))
    (file,) = files(kept)
    canary = kept.with_name("canary")
    canary.write_bytes(b"?" * len(DATA))
    file.unlink()
    file.symlink_to(canary)
    assert BYTES.value(entry, through(store, kept)) == DATA
    assert canary.read_bytes() == b"?" * len(DATA)


@pytest.mark.parametrize("left", [0, 1, len(DATA) - 1, len(DATA) + 1])
def test_a_file_of_another_size_is_fetched_again(left: int, store: FarStore, kept: Path) -> None:
    """A file that was cut off or has grown is removed and filled again."""
    entry = entry_of(store)
    BYTES.value(entry, through(store, kept))
    (file,) = files(kept)
    os.truncate(file, left)
    assert BYTES.value(entry, through(store, kept)) == DATA
    assert BYTES.value(entry, through(store, kept)) == DATA
    assert store.fetched == [len(DATA)] * 2


def test_a_wrong_object_is_never_kept(store: FarStore, kept: Path) -> None:
    """What does not have its digest is an error, and the next reader asks the store again."""
    entry = entry_of(store)
    there = store.inner.root / entry["path"]
    right = there.read_bytes()
    there.write_bytes(right[::-1])
    for _ in range(2):
        with pytest.raises(OSError, match="not what was written"):
            BYTES.value(entry, through(store, kept))
    assert files(kept) == files(kept, "filling") == []
    there.write_bytes(right)
    assert BYTES.value(entry, through(store, kept)) == DATA


def test_a_deleted_object_is_served_where_it_is_kept(store: FarStore, kept: Path) -> None:
    """A worker that has an object goes on with it, and another one says that it is not there."""
    entry, stores = entry_of(store), through(store, kept)
    BYTES.value(entry, stores)
    store.delete(entry["path"])
    assert BYTES.value(entry, stores) == DATA
    with pytest.raises(OSError, match="not there"):
        BYTES.value(entry, through(store, kept.with_name("other")))


def test_the_folder_may_vanish(store: FarStore, kept: Path) -> None:
    """Somebody may empty the cache at any time, also while an object is mapped or filled."""
    entry, stores = entry_of(store), through(store, kept)
    BYTES.value(entry, stores)
    mapped = stores.read(entry)
    remove(kept)
    assert bytes(mapped) == DATA
    assert BYTES.value(entry, stores) == DATA
    key = CacheKey.raw(pointer_to(b"x" * 100_000))
    cache = stores.cache
    assert cache is not None
    with cache.filling(key, seconds=0) as begun:
        assert begun is not None
        remove(kept)
        assert cache.keep(begun, b"x" * 100_000) is None
    assert cache.find(key) is None


def test_a_folder_made_anew_is_not_mixed_up(kept: Path) -> None:
    """Who fills a file in a removed folder does not give a name to what another one is filling."""
    cache, data = Cache(kept, limit=2**30), b"x" * 100_000
    key = CacheKey.raw(pointer_to(data))
    with cache.filling(key, seconds=0) as first:
        assert first is not None
        remove(kept)
        with cache.filling(key, seconds=0) as second:
            assert second is not None
            second.write(data[:10])
            assert cache.keep(first, data) is None
            second.write(data[10:])
            second.commit()
    found = cache.find(key)
    assert found is not None
    assert bytes(found.data()) == data


def remove(kept: Path) -> None:
    import shutil

    shutil.rmtree(kept)


def test_the_oldest_go_first(kept: Path) -> None:
    """When the cache is full, what nobody used for longest goes, and its total stays in bounds."""
    cache = Cache(kept, limit=1_000_000)
    made = {n: bytes([n]) * 100_000 for n in range(30)}
    first = CacheKey.raw(pointer_to(made[0]))
    for number, data in made.items():
        key = CacheKey.raw(pointer_to(data))
        with cache.filling(key, seconds=0) as begun:
            assert begun is not None
            assert cache.keep(begun, data) is not None
        for at, file in enumerate(sorted(files(kept), key=lambda one: one.stat().st_mtime_ns)):
            os.utime(file, (at, at))  # the order in which they were used, without waiting
        assert cache.find(first) is not None, number  # used all the time
        assert sum(file.stat().st_size for file in files(kept)) <= 1_000_000
    assert len(files(kept)) >= 8


def test_a_file_of_the_future_goes_first(kept: Path) -> None:
    """When the clock was set back, what was used in its future does not stay for ever."""
    cache = Cache(kept, limit=1_000_000)
    for number in range(12):
        data = bytes([number]) * 100_000
        with cache.filling(CacheKey.raw(pointer_to(data)), seconds=0) as begun:
            assert begun is not None
            cache.keep(begun, data)
        if number == 3:
            os.utime(files(kept)[0], (2**33, 2**33))
    assert all(file.stat().st_mtime < 2**33 for file in files(kept))


def test_a_file_that_is_mapped_may_go(store: FarStore, kept: Path) -> None:
    """A reader keeps the bytes that it has mapped, though the cache needs the room."""
    entry, stores = entry_of(store), through(store, kept, limit=700_000)
    BYTES.value(entry, stores)
    mapped = stores.read(entry)
    for number in range(5):
        BYTES.value(entry_of(store, bytes([number]) * 300_000), stores)
    assert not any(digest_of(DATA).partition(":")[2] in file.name for file in files(kept))
    assert bytes(mapped) == DATA


def test_an_object_too_large_is_read_past_it(store: FarStore, kept: Path) -> None:
    """An object that would push out all others is not kept."""
    entry = entry_of(store)
    for _ in range(2):
        assert BYTES.value(entry, through(store, kept, limit=500_000)) == DATA
    assert store.fetched == [len(DATA)] * 2
    assert files(kept) == files(kept, "filling") == []


def test_the_sum_mends_itself(kept: Path) -> None:
    """A sum that was lost or damaged is made again from the files."""
    cache = Cache(kept, limit=1_000_000)
    for number, damage in enumerate([b"", b"?", b"\xff" * 8, b"\x7f" * 8, b"12345678" * 5] * 6):
        data = bytes([number]) * 100_000
        with cache.filling(CacheKey.raw(pointer_to(data)), seconds=0) as begun:
            if begun is not None:  # an absurd sum may refuse once
                cache.keep(begun, data)
        assert sum(file.stat().st_size for file in files(kept)) <= 1_000_000
        with contextlib.suppress(FileNotFoundError):
            next(kept.glob("boot-*/files/total")).write_bytes(damage)


def test_files_of_an_earlier_boot_are_not_read(
    store: FarStore, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash of the machine, nobody knows what is on the disk: the cache begins anew."""
    entry = entry_of(store)
    BYTES.value(entry, through(store, kept))
    (kept / "mine").write_text("not the cache's")
    monkeypatch.setattr(folder, "boot_folder", lambda: "boot-0123")
    monkeypatch.setattr(base, "boot_folder", lambda: "boot-0123")
    BYTES.value(entry, through(store, kept))
    assert len(store.fetched) == 2
    assert sorted(one.name for one in kept.iterdir()) == ["boot-0123", "mine"]


def test_one_fills_and_the_others_wait(kept: Path) -> None:
    """While a file is filled, nobody else gets the right to; then it is there."""
    cache, data = Cache(kept, limit=2**30), b"x" * 100_000
    key = CacheKey.raw(pointer_to(data))
    with cache.filling(key, seconds=0) as first:
        assert first is not None
        with cache.filling(key, seconds=0.05) as second:
            assert second is None
        assert cache.find(key) is None
        cache.keep(first, data)
    with cache.filling(key, seconds=0) as third:
        assert third is None
    assert cache.find(key) is not None


def test_a_forked_child_holds_no_lock(kept: Path) -> None:
    """A child that has the descriptors of a filling process does not lock others out."""
    cache, data = Cache(kept, limit=2**30), b"x" * 100_000
    key = CacheKey.raw(pointer_to(data))
    hold, go = os.pipe()
    with cache.filling(key, seconds=0) as begun:
        assert begun is not None
        child = os.fork()
        if child == 0:
            os.close(go)
            os.read(hold, 1)
            os._exit(0)
    try:
        with cache.filling(key, seconds=0) as again:
            assert again is not None
    finally:
        os.close(go)
        os.close(hold)
        os.waitpid(child, 0)


KILLED = """
import os, sys
from pathlib import Path
from typedxcom.cache import Cache, CacheKey
cache = Cache(sys.argv[1], limit=2**30)
with cache.filling(CacheKey(sys.argv[2], 100_000), seconds=0) as begun:
    begun.write(b"?" * 50_000)
    os.kill(os.getpid(), 9)
"""


def test_a_killed_process_leaves_nothing_that_is_read(kept: Path) -> None:
    """Another process fills the file at once, and what else was left goes with the next one."""
    data = b"x" * 100_000
    key, other = CacheKey.raw(pointer_to(data)), CacheKey("other", 100_000)
    for name in (key.name, other.name):
        command = [sys.executable, "-c", KILLED, str(kept), name]
        assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    cache = Cache(kept, limit=2**30)
    assert cache.find(key) is None
    assert len(files(kept, "filling")) == 2
    with cache.filling(key, seconds=0) as begun:
        assert begun is not None
        found = cache.keep(begun, data)
    assert found is not None
    assert bytes(found.data()) == data
    assert files(kept, "filling") == []


def test_a_full_disk_is_nobodys_problem(store: FarStore, kept: Path) -> None:
    """A write that the system cuts short leaves the value right and the cache without it."""
    entry = entry_of(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # EFBIG in the middle of the file
    try:
        assert BYTES.value(entry, through(store, kept)) == DATA
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files(kept) == files(kept, "filling") == []


CALLS = (
    "open", "mkdir", "fstat", "stat", "write", "pread", "pwrite", "rename", "ftruncate", "utime",
    "unlink", "statvfs", "listdir", "scandir",
)  # fmt: skip
ERRORS = (errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES, errno.ENOENT, errno.EMFILE)


class FaultyOs:
    """The module `os` for the cache, of which one call fails from its *nth* use on."""

    def __init__(self, call: str, nth: int, number: int) -> None:
        self._call, self._left, self._number = call, nth, number

    def __getattr__(self, name: str) -> Any:
        found = getattr(os, name)
        if name != self._call:
            return found

        def call(*args: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise OSError(self._number, os.strerror(self._number))
            return found(*args, **options)

        return call


@example(call="stat", nth=0, number=errno.ENOENT, is_there=False)  # a loop without end once
@given(
    call=st.sampled_from(CALLS),
    nth=st.integers(0, 12),
    number=st.sampled_from(ERRORS),
    is_there=st.booleans(),
)
def test_whatever_the_disk_refuses_the_value_is_right(
    tmp_path_factory: pytest.TempPathFactory, call: str, nth: int, number: int, is_there: bool
) -> None:
    """Any call to the system may fail, at any time: readers never notice, and nothing leaks."""
    place = tmp_path_factory.mktemp("faults")
    store, kept = FarStore(place / "far"), place / "cache"
    entry = entry_of(store)
    if is_there:
        BYTES.value(entry, through(store, kept))
    before = len(os.listdir("/proc/self/fd"))
    with pytest.MonkeyPatch.context() as patch:
        for module in (base, filling, folder, keys, room):
            patch.setattr(module, "os", FaultyOs(call, nth, number))
        stores = through(store, kept)
        assert BYTES.value(entry, stores) == DATA
        BYTES.write(DATA[::-1], placed(stores))
    assert len(os.listdir("/proc/self/fd")) == before
    assert BYTES.value(entry, through(store, kept)) == DATA
    assert parse(entry).size == len(DATA)
