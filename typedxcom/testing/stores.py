"""`StoreTests` proves that a store of yours keeps every rule.

::

    class TestBucketStore(StoreTests):
        @pytest.fixture
        def store(self):
            return BucketStore(...)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from typing_extensions import Buffer

from typedxcom.errors import IntegrityError, PointerNotFoundError
from typedxcom.pointer import Coordinates, Pointer, coordinates_prefix
from typedxcom.stores.base import Store, StoredObject
from typedxcom.stores.verified import (
    open_object,
    purge,
    read_verified,
    read_verified_chunks,
    write_object,
)

__all__ = ["FORGED_PATHS", "StoreTests"]

FORGED_PATHS = (
    "",
    ".",
    "..",
    "/",
    "//",
    "/etc/passwd",
    "../x",
    "a/../../x",
    "a/..",
    "./a",
    "a/./b",
    "a//b",
    "a/",
    "~",
    "~/../x",
    "~root/./x",
    "a\\..\\x",
    "C:\\x",
    "C:/x",
    "\\\\host\\share",
    "a\0b",
    "a\nb",
    "a b",
    "file:///etc/passwd",
    "s3://other/x",
    "memory://x",
    "zip://x::file:///y",
    "http://host/x",
    "a?versionId=1",
    "a#b",
    "a*",
    "a[bc]",
    "%2e%2e/x",
    "%2E%2E/x",
    "a/%2e%2e/x",
    "%2F",
    "..%2Fx",
    "%2Fetc%2Fpasswd",
    "%252e%252e/x",
    "%255c",
    "a%00b",
    "a%0Ab",
    "%5C..%5Cx",
    "%C0%AE%C0%AE/x",
    "%E0%80%AE/x",
    "%c0%2e",
    "%EF%BC%8E%EF%BC%8E/x",
    "%E2%80%A5/x",
    "%41",
    "%3a",
    "%",
    "%4",
    "%zz",
    "a.",
    "a/b./c",
    "...",
    "\uff0e\uff0e/x",
    "\u2024\u2024/x",
    "\u2025/x",
    "a\uff0fb",
    "\u00e9",
    "e\u0301",
    "\ud800",
    "a\u202eb",
    "+partial/x",
    "x" * 256,
    "x/" * 512 + "x",
    "x" * 10_000_000,
)
_MINE = Coordinates("dag", "manual__2026-11-23T09:25:14+00:00", "extract")
_NEIGHBOURS = (
    Coordinates("dag", _MINE.run_id, "extract", 0),
    Coordinates("dag", _MINE.run_id, "extract", key="return_value2"),
    Coordinates("dag", _MINE.run_id, "extract_more"),
    Coordinates("dag", _MINE.run_id + "2", "extract"),
    Coordinates("dag2", _MINE.run_id, "extract"),
)


class StoreTests:
    """What every store must do. Your subclass has a fixture ``store``: a new, empty store."""

    SIZES = (0, 1, 1000, 100_000, 1_000_000)

    @pytest.fixture
    def store(self) -> Store:
        """Make an empty store."""
        raise NotImplementedError("Override the fixture `store`")

    def test_what_was_written_is_read(self, store: Store) -> None:
        """The bytes come back, of every size, whole, in pieces and through a file."""
        for size in self.SIZES:
            data, path = _data(size), f"sizes/{size}"
            store.write(path, data)
            assert bytes(store.read(path, size=size)) == data
            chunks = store.read_chunks(path, size=size, chunk=300_000)
            assert b"".join(bytes(chunk) for chunk in chunks) == data
            assert store.open(path, size=size).read() == data
            assert store.size(path) == size

    def test_pieces_become_one_object(self, store: Store) -> None:
        """An iterator over buffers of several kinds is streamed into one object."""
        pieces: list[Buffer] = [b"ab", bytearray(b"cd"), memoryview(b"ef"), b""]
        store.write("a/b", iter(pieces))
        assert bytes(store.read("a/b", size=6)) == b"abcdef"

    def test_a_read_object_is_read_only(self, store: Store) -> None:
        """A reader cannot change what another reader of the same buffer sees."""
        store.write("a/b", _data(200_000))
        assert memoryview(store.read("a/b", size=200_000)).readonly

    def test_ranges_are_exact(self, store: Store) -> None:
        """A range gives exactly those bytes. A range beyond the object is an error."""
        data = _data(1000)
        store.write("a/b", data)
        assert bytes(store.read_range("a/b", 10, 20)) == data[10:20]
        assert bytes(store.read_range("a/b", 990, 1000)) == data[990:]
        assert bytes(store.read_range("a/b", 5, 5)) == b""
        for start, stop in ((990, 1001), (1000, 1001), (5000, 5001)):
            with pytest.raises(IntegrityError):
                store.read_range("a/b", start, stop)

    def test_a_file_seeks(self, store: Store) -> None:
        """Readers that want parts of an object get them."""
        data = _data(1000)
        store.write("a/b", data)
        file = store.open("a/b", size=1000)
        assert file.seek(-10, 2) == 990
        assert file.read() == data[990:]
        assert file.read() == b""
        file.seek(100)
        buffer = bytearray(50)
        assert file.readinto(buffer) == 50
        assert (bytes(buffer), file.tell()) == (data[100:150], 150)

    def test_another_size_is_refused(self, store: Store) -> None:
        """An object that is shorter or longer than its pointer says is not read."""
        store.write("a/b", _data(1000))
        for size in (0, 999, 1001, 10_000_000):
            with pytest.raises(IntegrityError) as caught:
                store.read("a/b", size=size)
            assert "a/b" in str(caught.value)
            with pytest.raises(IntegrityError):
                list(store.read_chunks("a/b", size=size))
            with pytest.raises(IntegrityError):
                store.open("a/b", size=size)

    def test_a_missing_object_is_named(self, store: Store) -> None:
        """A missing object is an error with its address, never another value."""
        store.write("a/b", b"1")
        reads: list[Callable[[], object]] = [
            lambda: store.read("a/c", size=3),
            lambda: store.read("a/c", size=0),
            lambda: store.read_range("a/c", 0, 3),
            lambda: store.size("a/c"),
            lambda: list(store.read_chunks("a/c", size=3)),
            lambda: store.open("a/c", size=3),
        ]
        for read in reads:
            with pytest.raises(PointerNotFoundError) as caught:
                read()
            assert "a/c" in str(caught.value)

    def test_writing_the_same_again_renews_the_object(self, store: Store) -> None:
        """A retry of a task gives its object a new date, so that no sweep deletes it."""
        store.write("a/b", b"12345")
        [before] = store.list()
        for again in (b"12345", iter([b"123", b"45"])):
            store.write("a/b", again)
            [after] = store.list()
            assert (after.path, after.size) == (before.path, before.size)
            assert after.modified >= before.modified
        assert bytes(store.read("a/b", size=5)) == b"12345"

    def test_writing_again_mends_an_altered_object(self, store: Store) -> None:
        """A path holds the digest of its bytes, so a retry replaces altered ones."""
        for damaged in (b"1234X", b"1234", b"123456", b""):
            for again in (b"12345", iter([b"123", b"45"])):
                store.delete("a/b")
                store.write("a/b", damaged)
                store.write("a/b", again)
                assert bytes(store.read("a/b", size=5)) == b"12345"
        assert not list(store.partials())

    def test_a_failed_write_leaves_nothing(self, store: Store) -> None:
        """An exception while the pieces are made passes through, and no object appears."""

        def pieces() -> Iterator[bytes]:
            yield _data(100_000)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.write("a/b", pieces())
        assert not list(store.list())
        assert not list(store.partials())

    def test_a_staged_object_appears_at_commit(self, store: Store) -> None:
        """Until then it is not listed, and without a commit it is gone."""
        with store.stage() as staged:
            staged.write(b"123")
            assert not list(store.list())
            staged.commit("a/b")
        with store.stage() as staged:
            staged.write(b"456")
        assert [stored.path for stored in store.list()] == ["a/b"]
        assert not list(store.partials())

    def test_an_object_that_takes_long_to_make_appears_at_commit(self, store: Store) -> None:
        """Under the path that the commit returns. Without a commit, nothing is left."""
        data = _data(1_000_000)
        with store.stage_early("a/early") as staged:
            for start in range(0, len(data), 100_000):
                staged.write(data[start : start + 100_000])
            assert not list(store.list())
            path = staged.commit("a/b") or "a/b"
        assert path in ("a/b", "a/early")
        assert bytes(store.read(path, size=len(data))) == data
        with store.stage_early("a/early2") as staged:
            staged.write(data)
        assert [stored.path for stored in store.list()] == [path]
        assert not list(store.partials())

    def test_two_writers_leave_one_whole_object(self, store: Store) -> None:
        """Tasks that write the same object at the same time both succeed."""
        data, errors = _data(300_000), []
        start = threading.Barrier(4)

        def write() -> None:
            start.wait()
            try:
                store.write("a/b", iter([data[:150_000], data[150_000:]]))
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors
        assert bytes(store.read("a/b", size=len(data))) == data
        assert not list(store.partials())

    def test_a_deleted_object_is_gone(self, store: Store) -> None:
        """Deleting removes only that object. Deleting it again returns False."""
        store.write("a/b", b"1")
        store.write("a/c", b"2")
        assert store.delete("a/b") is True
        assert store.delete("a/b") is False
        assert store.delete("never/there") is False
        assert [stored.path for stored in store.list()] == ["a/c"]

    def test_only_the_listed_object_is_removed(self, store: Store) -> None:
        """If an object has another date or size than the listing said, it stays."""
        store.write("a/b", b"12345")
        store.write("a/c", b"1")
        [stored] = [one for one in store.list() if one.path == "a/b"]
        for other in (
            replace(stored, modified=stored.modified - timedelta(days=1)),
            replace(stored, size=4),
            replace(stored, path="a/never"),
        ):
            assert store.delete_unchanged(other) is False
        assert bytes(store.read("a/b", size=5)) == b"12345"
        assert store.delete_unchanged(stored) is True
        assert store.delete_unchanged(stored) is False
        assert [one.path for one in store.list()] == ["a/c"]
        assert not list(store.partials())

    def test_many_are_removed_and_only_as_they_were_listed(self, store: Store) -> None:
        """Each object of a batch has an answer of its own: removed, changed, gone or refused."""
        for number in range(40):
            store.write(f"a/{number % 4}/{number:02}", b"12345")
        store.write("a/0/kept", b"1")
        listed = sorted(store.list(), key=lambda one: one.path)
        gone, changed, smaller, *others = (one for one in listed if one.path != "a/0/kept")
        store.delete(gone.path)
        asked = [
            gone,
            replace(changed, modified=changed.modified - timedelta(days=1)),
            replace(smaller, size=4),
            StoredObject("../../outside", 1, changed.modified),
            *others,
        ]
        *first, forged, _ = store.delete_all_unchanged(asked)[:5]
        assert first == [False, False, False]
        assert isinstance(forged, IntegrityError)
        left = sorted(stored.path for stored in store.list())
        assert left == sorted(["a/0/kept", changed.path, smaller.path])
        assert list(store.delete_all_unchanged(others)) == [False] * len(others)
        assert list(store.delete_all_unchanged([])) == []
        assert not list(store.partials())

    def test_a_listing_tells_size_and_date(self, store: Store) -> None:
        """A listing has the size and the date of each object. The sweep needs both."""
        store.write("a/b", b"12345")
        [stored] = store.list()
        assert (stored.path, stored.size) == ("a/b", 5)
        assert abs(datetime.now(timezone.utc) - stored.modified) < timedelta(hours=1)

    def test_a_prefix_is_a_folder(self, store: Store) -> None:
        """``a/b`` is not the start of ``a/bc``."""
        for path in ("a/b/1", "a/b/c/2", "a/bc/3", "d/4"):
            store.write(path, b"1")
        assert sorted(stored.path for stored in store.list("a/b")) == ["a/b/1", "a/b/c/2"]
        assert not list(store.list("a/x"))
        assert not list(store.list("a/b/1/x"))
        assert len(list(store.list())) == 4

    @pytest.mark.parametrize("path", FORGED_PATHS, ids=lambda path: ascii(path)[:40])
    def test_a_forged_path_is_refused(self, store: Store, path: str) -> None:
        """No method follows a path that `object_path` cannot have written."""
        store.write("a/b", b"1")
        methods: list[Callable[[], object]] = [
            lambda: store.read(path, size=1),
            lambda: store.read_range(path, 0, 1),
            lambda: store.size(path),
            lambda: store.open_local(path) and None,
            lambda: list(store.read_chunks(path, size=1)),
            lambda: store.open(path, size=1),
            lambda: store.write(path, b"1"),
            lambda: store.write(path, iter([b"1"])),
            lambda: store.delete(path),
            lambda: store.delete_unchanged(StoredObject(path, 1, datetime.now(timezone.utc))),
            lambda: store.delete_prefix(path),
        ]
        if store.open_local("a/b") is None:
            del methods[3]
        for method in methods:
            with pytest.raises(IntegrityError) as caught:
                method()
            assert len(str(caught.value)) < 300
        assert [stored.path for stored in store.list()] == ["a/b"]

    def test_a_purge_keeps_to_its_own_xcom(self, store: Store) -> None:
        """Every object of one XCom goes, and no neighbour's."""
        for coordinates in (_MINE, *_NEIGHBOURS):
            for data in (b"1", b"22"):
                _written(store, coordinates, data)
        assert purge(store, _MINE) == 2
        assert purge(store, _MINE) == 0
        left = {stored.path.rpartition("/")[0] for stored in store.list()}
        assert left == {coordinates_prefix(coordinates) for coordinates in _NEIGHBOURS}
        assert len(list(store.list())) == 2 * len(_NEIGHBOURS)

    def test_a_pointer_brings_its_bytes_back(self, store: Store) -> None:
        """An object is written and read, whole or piece by piece, and always verified."""
        data = _data(200_000)
        with open_object(store, _MINE, ext="bin", algorithm="sha256") as out:
            out.write(data[:1000])
            out.write(data[1000:])
            pointer = out.commit(codec="bytes", about="bytes, 200 kB")
        assert bytes(read_verified(store, pointer)) == data
        assert b"".join(map(bytes, read_verified_chunks(store, pointer))) == data
        assert pointer.digest.startswith("sha256:")

    def test_an_altered_object_is_never_returned(self, store: Store) -> None:
        """If one bit is flipped, you get an error with the task's name and none of the bytes."""
        pointer = _written(store, _MINE, b"secret value")
        store.delete(pointer.path)
        store.write(pointer.path, b"secret walue")
        with pytest.raises(IntegrityError, match="XCom of 'extract'") as caught:
            read_verified(store, pointer, subject="XCom of 'extract'")
        assert pointer.path in str(caught.value)
        assert "secret" not in str(caught.value)
        with pytest.raises(IntegrityError):
            list(read_verified_chunks(store, pointer))


def _written(store: Store, coordinates: Coordinates, data: bytes) -> Pointer:
    return write_object(store, coordinates, data, codec="bytes", ext="bin", about="bytes")


def _data(size: int) -> bytes:
    """Bytes in which every shift shows."""
    return b"".join(number.to_bytes(4, "big") for number in range(size // 4 + 1))[:size]
