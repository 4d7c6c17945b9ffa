"""Google's storage deletes many objects with one request, each if nobody wrote it meanwhile."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

import pytest

from typedxcom.errors import StoreError
from typedxcom.stores import ObjectStore, StoredObject

WHEN = datetime(2026, 1, 2, tzinfo=timezone.utc)


class FakeGoogle:
    """A bucket in memory, with the requests of gcsfs that count here."""

    async_impl = True
    batch_url_base = "https://google/batch/storage/v1"

    def __init__(self, runs: int, each: int) -> None:
        fsspec = pytest.importorskip("fsspec.asyn")
        self.loop = fsspec.get_loop()
        self.keys = {
            f"xcom/d/r{run}/t/-1/k/{n:032x}.bin": 1 for run in range(runs) for n in range(each)
        }
        self.refused: dict[str, int] = {}
        self.written_late: set[str] = set()  # after the look
        self.requests: list[str] = []
        self.broken = self.silent = 0

    def invalidate_cache(self) -> None: ...

    def listed(self, key: str) -> dict[str, Any]:
        name, mark = f"bucket/{key}", str(self.keys[key])
        return {"name": name, "size": 1, "type": "file", "generation": mark, "updated": WHEN}

    async def _find(self, folder: str, **_: Any) -> dict[str, Any]:
        self.requests.append("find")
        found = [key for key in self.keys if f"bucket/{key}".startswith(f"{folder}/")]
        return {key: self.listed(key) for key in found}

    async def _info(self, path: str) -> dict[str, Any]:
        self.requests.append("info")
        if path.removeprefix("bucket/") not in self.keys:
            raise FileNotFoundError(path)
        return self.listed(path.removeprefix("bucket/"))

    async def _rm_file(self, path: str) -> None:
        self.requests.append("rm_file")
        del self.keys[path.removeprefix("bucket/")]

    async def _call(self, method: str, url: str, *, headers: Any, data: str) -> Any:
        self.requests.append("batch")
        assert (method, url) == ("POST", self.batch_url_base)
        if self.broken:
            self.broken -= 1
            raise OSError("503")
        for key in self.written_late & set(self.keys):
            self.keys[key] += 1
        boundary = re.fullmatch(r'multipart/mixed; boundary="(.+)"', headers["Content-Type"])
        assert boundary
        parts = data.split(f"--{boundary[1]}")
        assert parts[0] == ""
        assert parts[-1] == "--"
        assert len(parts) <= 102
        answers = [self._one(part) for part in parts[1:-1]]
        if self.silent:
            self.silent -= 1
            raise TimeoutError("the answer never came")
        text = "".join(f"--batch_x\r\n{answer}\r\n" for answer in reversed(answers))
        return {"Content-Type": "multipart/mixed; boundary=batch_x"}, f"{text}--batch_x--".encode()

    def _one(self, part: str) -> str:
        asked = re.search(
            r"Content-ID: <(.+\+\d+)>\n\n"
            r"DELETE /storage/v1/b/bucket/o/(\S+)\?ifGenerationMatch=(\d+) HTTP/1.1\n", part
        )  # fmt: skip
        assert asked
        key = asked[2].replace("%2F", "/")
        if key in self.refused:
            code = self.refused[key]
        elif key not in self.keys:
            code = 404
        elif str(self.keys[key]) != asked[3]:
            code = 412
        else:
            code = 204
            del self.keys[key]
        head = f"Content-Type: application/http\r\nContent-ID: <response-{asked[1]}>"
        return f"{head}\r\n\r\nHTTP/1.1 {code} Words\r\n\r\nsecret"


def store_of(made: FakeGoogle) -> ObjectStore:
    return ObjectStore(lambda: made, "bucket/xcom", name="gcs")


def listed(made: FakeGoogle) -> list[StoredObject]:
    return [StoredObject(key.removeprefix("xcom/"), 1, WHEN) for key in sorted(made.keys)]


def test_a_hundred_objects_are_one_request_and_a_listing_of_each_run() -> None:
    """In place of two requests for each."""
    made = FakeGoogle(runs=6, each=25)
    assert store_of(made).delete_all_unchanged(listed(made)) == [True] * 150
    assert made.requests == ["find"] * 4 + ["batch"] + ["find"] * 2 + ["batch"]
    assert not made.keys


def test_what_is_written_after_the_look_stays() -> None:
    """The server compares: the object is not the one that was listed any more."""
    made = FakeGoogle(runs=1, each=20)
    objects = listed(made)
    late = sorted(made.keys)[3]
    made.written_late = {late}
    states = store_of(made).delete_all_unchanged(objects)
    assert (states[3], states.count(True)) == (False, 19)
    assert list(made.keys) == [late]


def test_what_was_written_before_the_look_is_not_in_the_request() -> None:
    """Another size or date, or gone."""
    made = FakeGoogle(runs=1, each=20)
    objects = listed(made)
    objects[4] = StoredObject(objects[4].path, 2, WHEN)
    objects[5] = StoredObject(objects[5].path, 1, datetime(2025, 1, 1, tzinfo=timezone.utc))
    del made.keys[sorted(made.keys)[6]]
    states = store_of(made).delete_all_unchanged(objects)
    assert (states[4:7], states.count(True)) == ([False] * 3, 17)
    assert len(made.keys) == 2


def test_each_answer_belongs_to_its_object_in_any_order() -> None:
    """A refusal has the object's address and the code, and nothing else that the server says."""
    made = FakeGoogle(runs=1, each=20)
    objects = listed(made)
    refused = sorted(made.keys)[7]
    made.refused = {refused: 403}
    states = store_of(made).delete_all_unchanged(objects)
    assert isinstance(states[7], StoreError)
    assert refused.removeprefix("xcom/") in str(states[7])
    assert str(states[7]).endswith(": 403")
    assert states.count(True) == 19


def test_a_request_that_failed_is_sent_after_another_look() -> None:
    """Meanwhile an object may have been written again. Without an answer, what is gone was done."""
    for trouble in ("broken", "silent"):
        made = FakeGoogle(runs=1, each=20)
        setattr(made, trouble, 1)
        assert store_of(made).delete_all_unchanged(listed(made)) == [True] * 20
        assert made.requests == ["find", "batch"] * (2 if trouble == "broken" else 1) + (
            ["find"] if trouble == "silent" else []
        )


def test_a_server_without_such_requests_deletes_one_by_one() -> None:
    """Each is looked up right before."""
    made = FakeGoogle(runs=1, each=20)
    made.broken = 100
    assert store_of(made).delete_all_unchanged(listed(made)) == [True] * 20
    assert made.requests.count("info") == made.requests.count("rm_file") == 20


def test_objects_of_many_runs_are_looked_up_one_by_one() -> None:
    """A listing of a run for each of them would be no gain."""
    made = FakeGoogle(runs=20, each=3)
    wanted = [one for one in listed(made) if one.path.endswith("1.bin")]
    assert store_of(made).delete_all_unchanged(wanted) == [True] * 20
    assert "find" not in made.requests
    assert len(made.keys) == 40
