"""S3 deletes a thousand objects with one request, each only if it is as it was listed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.stores.test_listing import WHEN, Endless
from tests.sweep.support import OWNER, FakeEntries, swept
from typedxcom.errors import StoreError
from typedxcom.stores import LocalStore, ObjectStore, StoredObject
from typedxcom.stores import object as object_module
from typedxcom.stores.owners import Owners, bind
from typedxcom.sweep import Entry


class FakeS3:
    """A bucket in memory that counts requests."""

    def __init__(self, count: int, refused: dict[str, str] | None = None) -> None:
        self.keys = {f"xcom/d/r/t/-1/k/{n:032x}.bin": WHEN for n in range(count)}
        self.refused = refused or {}
        self.requests: list[str] = []
        self.broken = self.silent = 0

    def invalidate_cache(self) -> None: ...

    def _call_s3(self) -> None: ...

    def call_s3(self, method: str, **asked: Any) -> dict[str, Any]:
        self.requests.append(method)
        if method == "list_objects_v2":
            after = asked.get("StartAfter", "")
            found = sorted(key for key in self.keys if key > after)
            page = [{"Key": k, "Size": 1, "LastModified": self.keys[k]} for k in found[:1000]]
            return {"Contents": page, "IsTruncated": len(found) > 1000}
        assert method == "delete_objects"
        if self.broken:
            self.broken -= 1
            raise OSError("503 SlowDown")
        keys = [one["Key"] for one in asked["Delete"]["Objects"]]
        assert len(keys) <= 1000
        for key in set(keys) - set(self.refused):
            del self.keys[key]
        if self.silent:
            self.silent -= 1
            raise TimeoutError("the answer never came")
        return {
            "Deleted": [{"Key": key} for key in keys if key not in self.refused],
            "Errors": [
                {"Key": key, "Code": self.refused[key], "Message": "secret"}
                for key in keys
                if key in self.refused
            ],
        }

    def info(self, path: str) -> dict[str, Any]:
        self.requests.append("info")
        key = path.removeprefix("bucket/")
        if key not in self.keys:
            raise FileNotFoundError(path)
        return {"type": "file", "size": 1, "LastModified": self.keys[key]}

    def rm_file(self, path: str) -> None:
        self.requests.append("rm_file")
        del self.keys[path.removeprefix("bucket/")]


def store_of(made: Any) -> ObjectStore:
    return ObjectStore(lambda: made, "bucket/xcom", name="s3")


def listed(made: FakeS3) -> list[StoredObject]:
    return [StoredObject(key.removeprefix("xcom/"), 1, WHEN) for key in sorted(made.keys)]


def test_a_thousand_objects_are_two_requests() -> None:
    """One that lists them again, and one that deletes them."""
    made = FakeS3(1000)
    assert all(state is True for state in store_of(made).delete_all_unchanged(listed(made)))
    assert made.requests == ["list_objects_v2", "delete_objects"]
    assert not made.keys


def test_what_was_written_again_is_not_in_the_request() -> None:
    """Its date is another one; the others go."""
    made = FakeS3(50)
    objects = listed(made)
    again = sorted(made.keys)[7]
    made.keys[again] = WHEN + timedelta(milliseconds=1)
    states = store_of(made).delete_all_unchanged(objects)
    assert (states[7], states.count(True)) == (False, 49)
    assert list(made.keys) == [again]


def test_what_the_server_refuses_is_an_error_of_that_object() -> None:
    """With its address and the server's code. Nothing else the server says is repeated."""
    made = FakeS3(50)
    refused = sorted(made.keys)[3]
    made.refused = {refused: "AccessDenied"}
    states = store_of(made).delete_all_unchanged(listed(made))
    assert isinstance(states[3], StoreError)
    assert refused.removeprefix("xcom/") in str(states[3])
    assert "AccessDenied" in str(states[3])
    assert "secret" not in str(states[3])
    assert states.count(True) == 49


def test_a_request_that_failed_is_sent_after_another_look() -> None:
    """Meanwhile an object may have been written again."""
    made = FakeS3(50)
    made.broken = 1
    assert store_of(made).delete_all_unchanged(listed(made)).count(True) == 50
    assert made.requests == ["list_objects_v2", "delete_objects"] * 2


def test_what_a_request_without_an_answer_deleted_counts_as_deleted() -> None:
    """The next listing shows that it is gone. What was never asked for is not counted."""
    made = FakeS3(50)
    made.silent = 1
    objects = listed(made)
    del made.keys[sorted(made.keys)[9]]  # somebody else was quicker
    states = store_of(made).delete_all_unchanged(objects)
    assert (states[9], states.count(True)) == (False, 49)


def test_a_server_without_such_requests_deletes_one_by_one() -> None:
    """Each is looked up right before."""
    made = FakeS3(20)
    made.broken = 100
    assert store_of(made).delete_all_unchanged(listed(made)).count(True) == 20
    assert made.requests.count("info") == made.requests.count("rm_file") == 20


def test_few_among_many_are_looked_up_one_by_one() -> None:
    """Not a page of the bucket for each of them."""
    made = FakeS3(5000)
    wanted = listed(made)[::500]
    assert store_of(made).delete_all_unchanged(wanted) == [True] * 10
    assert made.requests.count("list_objects_v2") == 1
    assert len(made.keys) == 4990


def test_the_memory_of_a_sweep_does_not_grow_with_the_bucket(monkeypatch: Any) -> None:
    """The index of the objects is on disk. Ten times as many objects need no more memory."""
    monkeypatch.setattr("typedxcom.sweep.run.read_owners", lambda store: Owners(frozenset({OWNER})))
    monkeypatch.setattr(object_module.ObjectStore, "partials", lambda self: iter(()))
    peaks = []
    for count in (3_000, 30_000):
        tracemalloc.start()
        report = swept(store_of(Endless(count)), FakeEntries(), delete=False)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert report.stores[0].found.objects == count
    assert peaks[1] < peaks[0] * 1.5


class ManyLists(FakeEntries):
    """As many entries as asked for, each with a list of its own that may point to others."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.total = count

    def entries(self) -> Iterator[Entry]:
        for number in range(self.total):
            path = f"d/r{number // 50}/t/-1/k/{number:032x}.{OWNER}.rows.json"
            yield Entry("entry", f'{{"$typedxcom": 1, "path": "{path}"}}'.encode())


def test_the_memory_of_a_sweep_does_not_grow_with_the_references(tmp_path: Path) -> None:
    """What is still to be read lies on disk as well."""
    store = LocalStore(tmp_path / "store")
    bind(store, OWNER)
    peaks = []
    for count in (2_000, 10_000):
        tracemalloc.start()
        report = swept(store, ManyLists(count), delete=False)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert report.entries == count
    assert peaks[1] < peaks[0] * 1.5
