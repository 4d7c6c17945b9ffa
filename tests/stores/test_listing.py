"""A listing of any length is read page by page, or run by run, as it is consumed."""

from __future__ import annotations

import itertools
import tracemalloc
from collections import Counter
from datetime import datetime, timezone
from typing import Any

import pytest

from typedxcom.stores import ObjectStore, listing

WHEN = datetime(2026, 1, 2, tzinfo=timezone.utc)


class Endless:
    """An S3 of a million objects that makes each page when it is asked for."""

    def __init__(self, objects: int = 1_000_000) -> None:
        self.objects, self.pages = objects, 0

    def invalidate_cache(self) -> None: ...

    def _call_s3(self) -> None: ...

    def call_s3(self, method: str, **asked: Any) -> dict[str, Any]:
        assert (method, asked["Bucket"], asked["Prefix"]) == ("list_objects_v2", "bucket", "xcom/")
        self.pages += 1
        start = int(asked.get("ContinuationToken", 0))
        stop = min(start + asked["MaxKeys"], self.objects)
        found = [
            {
                "Key": f"xcom/d/r{number // 50}/t/-1/k/{number:032x}.bin",
                "Size": 1,
                "LastModified": WHEN,
            }
            for number in range(start, stop)
        ]
        more = {"IsTruncated": True, "NextContinuationToken": str(stop)}
        return {"Contents": found, **(more if stop < self.objects else {})}


def test_pages_are_asked_for_as_they_are_consumed() -> None:
    """The first object costs one request, and not a thousand."""
    endless = Endless()
    store = ObjectStore(lambda: endless, "bucket/xcom", name="s3")
    found = store.list()
    assert next(found).path.startswith("d/r0/t/")
    assert endless.pages == 1
    assert sum(1 for _ in itertools.islice(found, 1999)) == 1999
    assert endless.pages == 2


def test_memory_does_not_grow_with_the_listing() -> None:
    """20,000 objects take what 2,000 do: a page."""
    peaks = []
    for count in (2_000, 20_000):
        endless = Endless(count)
        store = ObjectStore(lambda made=endless: made, "bucket/xcom", name="s3")
        tracemalloc.start()
        assert sum(1 for _ in store.list()) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert endless.pages == count / 1000
    assert peaks[1] < peaks[0] * 1.5


@pytest.mark.services
def test_a_bucket_of_several_pages_is_listed(
    s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every object once, with its size and date; another prefix is left out."""
    monkeypatch.setattr(listing, "PAGE", 7)
    store = ObjectStore(s3, f"{bucket}/xcom", name="s3")
    paths = {f"d/r{number % 3}/t/-1/k/{number}.bin" for number in range(23)}
    for path in paths:
        store.write(path, b"12345")
    ObjectStore(s3, bucket, name="other").write("xcom2/d/r0/t", b"1")
    found = list(store.list())
    assert Counter(one.path for one in found) == Counter(paths)
    assert {one.size for one in found} == {5}
    assert {one.path for one in store.list("d/r1")} == {p for p in paths if p.startswith("d/r1/")}
    assert list(store.list("d/r")) == []


def test_other_file_systems_are_listed_run_by_run(memory_filesystem: Any) -> None:
    """`find` is never asked for more than a run."""
    filesystem = memory_filesystem()
    asked = []

    class Watched:
        def __getattr__(self, name: str) -> Any:
            return getattr(filesystem, name)

        def find(self, folder: str, **options: Any) -> Any:
            asked.append(folder.strip("/"))
            return filesystem.find(folder, **options)

    store = ObjectStore(Watched, "root/xcom", name="memory")
    paths = {f"d{number % 2}/r{number % 3}/t/-1/k/{number}.bin" for number in range(12)}
    for path in (*paths, "loose"):
        store.write(path, b"1")
    assert Counter(one.path for one in store.list()) == Counter({*paths, "loose"})
    assert Counter(asked) == Counter(f"root/xcom/d{d}/r{r}" for d in range(2) for r in range(3))
    assert {one.path for one in store.list("d0")} == {p for p in paths if p.startswith("d0/")}
    assert list(store.list("nothing/here")) == []
